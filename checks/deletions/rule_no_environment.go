package deletions

import (
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/pipeline"
)

const noEnvironmentID = "deletions/no-environment"

func noEnvironment() checks.Rule {
	return checks.Rule{
		ID:       noEnvironmentID,
		Severity: checks.Block,
		Says:     "A job that deletes names no deployment environment, or none that the policy lists.",
		Why: "An environment is the only place where GitHub holds a job until somebody lets it go on, and the only way to keep the credential that can delete " +
			"from every other workflow of the repository. Without one the job runs the moment its trigger fires, with whatever token it is given.",
		Fix:     "Name an environment with required reviewers in the job, and keep the credential that deletes in that environment alone.",
		Example: "jobs:\n  clean:\n    runs-on: ubuntu-latest\n    environment: cleanup      # without it: deletions/no-environment\n    steps: []\n",
	}
}

func (a *act) noEnvironment() (checks.Finding, bool) {
	// Only where jobs have environments; of an action that is called from elsewhere the job is not known.
	if a.job == nil || a.job.file.Format == pipeline.Action || a.job.file.Format == pipeline.CircleCI {
		return checks.Finding{}, false
	}
	listed := a.via.side.check.policy.Deletions.Environments
	named := a.job.Environment
	if named != nil && (len(listed) == 0 || slices.Contains(listed, a.via.fill(a.frame, named.Text))) {
		return checks.Finding{}, false
	}
	f := a.finding(noEnvironmentID)
	f.Title = fmt.Sprintf("%s in a job without an environment", a.does())
	f.Why = "The job runs as soon as it is started: nothing holds it until somebody has looked. " + a.story()
	if named != nil {
		f.Title = fmt.Sprintf("%s in the environment %s, which the policy does not list", a.does(), named.Text)
		f.Why = "The policy wants deletions in " + strings.Join(listed, ", ") + ". " + a.story()
		f.Evidence = append(f.Evidence, a.quote(a.job.file, named.Span, "the environment"))
	}
	name := "cleanup"
	if len(listed) > 0 {
		name = listed[0]
	}
	f.Fix.Text = fmt.Sprintf("Write `environment: %s` into %s, and give that environment required reviewers.", name, a.job.address)
	return f, true
}

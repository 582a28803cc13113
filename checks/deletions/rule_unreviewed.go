package deletions

import (
	"fmt"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

const unreviewedID = "deletions/unreviewed"

func unreviewed() checks.Rule {
	return checks.Rule{
		ID:       unreviewedID,
		Severity: checks.Block,
		Says:     "A step that deletes images, packages, infrastructure, data or refs is new or changed here, or in something that it calls, and nobody else has approved exactly these files.",
		Why: "Logto, 2023-12-17: a scheduled workflow deleted all untagged images older than three days. " +
			"Images for several platforms consist of untagged ones, so it took production with it, and for 18 minutes nobody could sign in. " +
			"Two of the lessons that were drawn: review and test such a workflow before it runs on production, and dry-run any job that deletes first.",
		Fix: "Have somebody with write access who pushed none of it approve the pull request. The approval is about the workflow and everything that it calls, as these files are: " +
			"a change to one of them asks for another approval.",
		Example: "on: {schedule: [{cron: '0 3 * * *'}]}\njobs:\n  clean:\n    runs-on: ubuntu-latest\n    steps:\n" +
			"      - run: gh api -X DELETE /orgs/acme/packages/container/cloud/versions/$ID   # deletions/unreviewed\n",
	}
}

func (a *act) unreviewed() checks.Finding {
	f := a.finding(unreviewedID)
	f.Title = fmt.Sprintf("%s, and nobody else has approved that", a.does())
	f.Why = strings.TrimSpace("What it takes is gone before anybody has looked. " + a.story())
	f.Fix.Text = a.via.side.check.approvals() + " " + a.howToBeSafe()
	return f
}

// approvals is who has to say yes.
func (c *Check) approvals() string {
	if n := c.policy.Deletions.Approvals; n > 1 {
		return fmt.Sprintf("Have %d people with write access who pushed none of it approve the pull request.", n)
	}
	return "Have somebody with write access who pushed none of it approve the pull request."
}

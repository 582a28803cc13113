package deletions

import (
	"fmt"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

const unknownCalleeID = "deletions/unknown-callee"

func unknownCallee() checks.Rule {
	return checks.Rule{
		ID:       unknownCalleeID,
		Severity: checks.Block,
		Says:     "What a step of a clean-up deletes cannot be read here: a remote action, a binary, a downloaded script, a target that an input or a variable chooses.",
		Why: "A review is about what was read. What the step does is decided elsewhere, and can be another thing tomorrow: an action at a tag that moves, a program that is downloaded, " +
			"a bucket whose name is a variable. The verdict is undecided, which is never green.",
		Fix: "Write the target into the repository, pin the action to a commit and use one that is known, or keep the script beside the workflow. " +
			"Where that cannot be: have it approved by somebody who knows what it does.",
		Example: "- run: aws s3 rm --recursive s3://${{ inputs.bucket }}   # deletions/unknown-callee\n",
	}
}

// chosen tells of a deletion whose target is not in the repository.
func (a *act) chosen() (checks.Finding, bool) {
	if len(a.Chosen) == 0 {
		return checks.Finding{}, false
	}
	f := a.finding(unknownCalleeID)
	by := strings.Join(a.Chosen, ", ")
	f.Title = fmt.Sprintf("%s: what exactly, is decided by %s", a.does(), by)
	f.Why = fmt.Sprintf("What %s is does not stand in the repository: whoever sets it decides what goes. %s", by, a.story())
	f.Fix.Text = fmt.Sprintf("Write the value of %s into the workflow, or give a list of which one is chosen.", by)
	return f, true
}

func (d *doubt) finding() checks.Finding {
	f := checks.Finding{Rule: unknownCalleeID, Path: d.file.path, Span: d.Span, Subject: d.subject(), Address: d.address(), Sees: d.via.sees()}
	f.Title = fmt.Sprintf("What %s deletes cannot be read", d.subject())
	f.Why = fmt.Sprintf("This looks like a clean-up, and %s.%s", d.why, d.frame.story())
	f.Fix.Text = "Keep what deletes in the repository, or use an action that is known. Otherwise: " + lowerFirst(d.via.side.check.approvals())
	f.Evidence = d.evidence(d.via, d.Span, "what it does is not known")
	return f
}

func (d *doubt) subject() string {
	if d.written != "" {
		return d.written
	}
	return "this"
}

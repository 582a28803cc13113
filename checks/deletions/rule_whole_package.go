package deletions

import (
	"fmt"

	"github.com/checkrein/checkrein/checks"
)

const wholePackageID = "deletions/whole-package"

func wholePackage() checks.Rule {
	return checks.Rule{
		ID:       wholePackageID,
		Severity: checks.Block,
		Says:     "A step deletes a whole package, repository, registry, bucket, database or cluster.",
		Why: "What deletes one version too many can be mended; what deletes the package takes every version with it, the ones in production too. " +
			"Clean-ups come to it by accident: GitHub refuses to delete the last tagged version of a package, and scripts then delete the package.",
		Fix:     "Delete the versions, objects or tables that are meant, by name. Where the whole is meant, have it approved: the approval is about exactly these files.",
		Example: "- run: gh api -X DELETE /orgs/acme/packages/container/cloud   # deletions/whole-package\n",
	}
}

func (a *act) wholePackage() (checks.Finding, bool) {
	if !a.Row.Whole {
		return checks.Finding{}, false
	}
	f := a.finding(wholePackageID)
	f.Title = fmt.Sprintf("%s as a whole", a.does())
	f.Why = "Everything in it goes at once, also what is in use. " + a.story()
	f.Fix.Text = "Delete by name what is meant. Where the whole is meant: " + lowerFirst(a.via.side.check.approvals())
	return f, true
}

package checks

import (
	"slices"
	"strings"
)

// Yes is how a person may say yes to what a rule finds, in a pull request.
type Yes string

const (
	// YesByReview is an approving review: somebody has looked at the files.
	YesByReview Yes = "review"
	// YesByAccept is a comment that names the rule and gives a reason.
	YesByAccept Yes = "accept"
	// NoYes: it is mended, or the policy has an exception for it where it can have one.
	NoYes Yes = ""
)

// YesTo is how a yes to a rule must be said. What makes the judge milder and what deletes
// needs somebody who has looked at the files. That it can be seen beforehand what a step
// deletes, where it runs and what it spares is no matter of looking: each has its remedy.
func YesTo(rule string) Yes {
	switch {
	case slices.Contains([]string{"policy/invalid", "deletions/no-dry-run", "deletions/no-environment", "deletions/unsafe-images"}, rule):
		return NoYes
	case strings.HasPrefix(rule, "policy/") || strings.HasPrefix(rule, "deletions/"):
		return YesByReview
	}
	return YesByAccept
}

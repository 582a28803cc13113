package policy

import (
	"fmt"

	"github.com/checkrein/checkrein/checks"
)

const loosenedID = "policy/loosened"

func loosened() checks.Rule {
	return checks.Rule{
		ID:       loosenedID,
		Severity: checks.Block,
		Says:     "This change makes the policy milder, and nobody who pushed none of it has approved that.",
		Why: "A pull request must not loosen its own judge. The check that would have stopped the outage at Logto of 2024-07-18 " +
			"existed and did not have to pass. A check that the change itself can switch off is no better.",
		Fix:     "Ask somebody with write access who pushed none of this to approve the pull request, or take the change out.",
		Example: "version: 1\nchecks:\n  images:\n    level: warn   # policy/loosened: it was block\n",
	}
}

// loosenedFinding is the finding about one way in which head is milder than base.
func loosenedFinding(base, head *side, l Loosening) checks.Finding {
	lines := head.doc.place(l.Key, l.Entries)
	first := 1 // what is milder because it is no longer set has no line
	if len(lines) > 0 {
		first = lines[0]
	}
	return checks.Finding{
		Rule: loosenedID, Severity: checks.Block, New: true, Path: Path, Span: head.span(first, 1),
		Subject: l.Subject,
		Address: l.Key,
		Title:   fmt.Sprintf("The policy becomes milder: %s is %s, before %s", shorten(l.Subject), shorten(l.After), shorten(l.Before)),
		Why:     l.Why + " A change must not loosen its own judge: the policy from before holds until somebody else has approved.",
		Fix:     checks.Fix{Text: "Ask somebody with write access who pushed none of this to approve the pull request, or take the change out."},
		Evidence: append(base.quotes(base.doc.place(l.Key, l.Entries), "before: "+shorten(l.Before)),
			head.quotes(lines, "after: "+shorten(l.After))...),
		Sees: []string{Path},
	}
}

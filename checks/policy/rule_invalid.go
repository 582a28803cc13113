package policy

import (
	"fmt"
	"regexp"

	"github.com/checkrein/checkrein/checks"
)

const invalidID = "policy/invalid"

func invalid() checks.Rule {
	return checks.Rule{
		ID:       invalidID,
		Severity: checks.Block,
		Says:     "The policy file cannot be read as it stands: what it was meant to say does not hold.",
		Why: "A policy that nobody can read protects nothing: a mistyped key, or a file that the App does not follow, would silently " +
			"put the defaults in place of what a team has agreed on. While a broken policy stands on the base, the last valid one holds.",
		Fix:     "Mend the line that is named. `checkrein check` tells the same before the push.",
		Example: "version: 1\nchecks:\n  images:\n    levle: warn   # policy/invalid: did you mean \"level\"?\n",
	}
}

// otherLine is where a message names another line, which moves without the mistake changing.
var otherLine = regexp.MustCompile(`\bline \d+`)

// invalid is the finding about one problem of the side's file.
func (s *side) invalid(p Problem) checks.Finding {
	span := s.span(p.Line, p.Column)
	return checks.Finding{
		Rule: invalidID, Severity: checks.Block, Path: Path, Span: span,
		Subject:  otherLine.ReplaceAllString(p.Message, "another line"),
		Title:    fmt.Sprintf("The policy cannot be read: %s", p.Message),
		Why:      "A policy that cannot be read does not count: after a merge the last valid one would hold, and what this file says would not.",
		Fix:      checks.Fix{Text: fmt.Sprintf("Mend line %d of %s, or take the change out.", p.Line, Path)},
		Evidence: s.quotes([]int{p.Line}, "what cannot be read"),
		Sees:     []string{Path},
	}
}

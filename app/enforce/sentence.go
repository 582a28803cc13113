package enforce

import (
	"fmt"
	"strings"
	"time"
)

// toldSources bounds how many rules a sentence names.
const toldSources = 3

// Sentence tells the state in one line for people; name is the check's. It holds names
// that others chose (branch, source): whoever shows it escapes it. It changes only when
// what was found changes.
func (s State) Sentence(name string) string {
	switch {
	case s.Problem != "":
		return fmt.Sprintf("Whether %s is required on %s is not known: %s.", name, s.branch(), strings.TrimSuffix(s.Problem, "."))
	case s.Bound:
		return fmt.Sprintf("%s is required on %s and bound to this app%s.", name, s.branch(), s.where())
	case s.Other != 0:
		return fmt.Sprintf("%s is required on %s, but of app %d%s: this app's run does not count; choose this app as the source of the check.%s",
			name, s.branch(), s.Other, s.where(), s.lost())
	case s.Required:
		return fmt.Sprintf("%s is required on %s%s, but anybody with write access can post a run of that name: choose this app as the source of the check.%s",
			name, s.branch(), s.where(), s.lost())
	}
	return fmt.Sprintf("Nothing requires %s on %s: a red run stops no merge.%s", name, s.branch(), s.lost())
}

func (s State) branch() string {
	if s.Branch == "" {
		return "the default branch"
	}
	return s.Branch
}

// where names the rules: " (ruleset 12 of acme)".
func (s State) where() string {
	if len(s.Sources) == 0 {
		return ""
	}
	told := s.Sources[:min(len(s.Sources), toldSources)]
	rest := ""
	if more := len(s.Sources) - len(told); more > 0 {
		rest = fmt.Sprintf(" and %d more", more)
	}
	return " (" + strings.Join(told, ", ") + rest + ")"
}

// lost says since which day; a day is as exact as a look once in a while can be.
func (s State) lost() string {
	switch {
	case s.Lost.IsZero():
		return ""
	case s.LostBound:
		return fmt.Sprintf(" Until %s it was required and bound.", s.Lost.UTC().Format(time.DateOnly))
	}
	return fmt.Sprintf(" Until %s it was required.", s.Lost.UTC().Format(time.DateOnly))
}

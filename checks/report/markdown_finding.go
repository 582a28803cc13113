package report

import (
	"fmt"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// teller writes about one verdict on one head.
type teller struct {
	h Head
	j Judged
}

// full tells a finding with proof, fix and, where it blocks, the exception.
func (t teller) full(number int, f checks.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "### %d. %s\n\n", number, prose(f.Title, 300))
	b.WriteString(t.whereabouts(f) + "\n\n")
	if f.Why != "" {
		b.WriteString("**Why:** " + prose(f.Why, 1000) + "\n\n")
	}
	b.WriteString(t.evidence(f))
	b.WriteString("**Fix:** " + fix(f) + "\n\n" + t.edits(f))
	if f.Severity == checks.Block {
		b.WriteString(t.exception(f))
	}
	return b.String()
}

// whereabouts is the line under a finding's heading: place, rule, effect, address.
func (t teller) whereabouts(f checks.Finding) string {
	parts := []string{t.h.place("", f.Path, f.Line, f.EndLine), t.h.rule(f.Rule), effect(f.Severity)}
	if f.Address != "" {
		parts = append(parts, codeCut(f.Address, 200))
	}
	return strings.Join(parts, " · ")
}

func effect(s checks.Severity) string {
	switch s {
	case checks.Block:
		return "blocks"
	case checks.Warn:
		return "warns"
	}
	return "note"
}

// brief tells a finding in one item of a list: place, what, fix, where the proof stands.
func (t teller) brief(f checks.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- %s %s (%s). **Fix:** %s", t.h.place("", f.Path, f.Line, f.EndLine), prose(f.Title, 300), t.h.rule(f.Rule), fix(f))
	for i, e := range f.Evidence {
		if i == mostEvidence {
			break
		}
		if e.Path == f.Path && e.Line == f.Line && e.Ref == t.h.SHA {
			continue // the place itself, linked already
		}
		b.WriteString(" See " + t.h.place(e.Ref, e.Path, e.Line, e.EndLine) + t.at(e.Ref))
		if e.Note != "" {
			b.WriteString(", " + prose(e.Note, 200))
		}
		b.WriteString(".")
	}
	return b.String() + "\n"
}

// fix is never empty: every finding ends in an action.
func fix(f checks.Finding) string {
	if f.Fix.Text == "" {
		return "change " + codeCut(f.Path, longestPath) + " so that the rule is satisfied; its page shows how."
	}
	return prose(f.Fix.Text, 800)
}

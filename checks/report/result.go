// Package report tells a verdict: as text for a terminal, as JSON, SARIF, workflow
// commands, and as Markdown for check runs, comments and step summaries. It also prints the rule
// catalogue.
package report

import (
	"fmt"
	"strings"
	"time"

	"github.com/checkrein/checkrein/checks/verdict"
)

// Result is what one run of the command line tells.
type Result struct {
	Tool    string // "checkrein 0.1.0"
	Base    string // commit id; empty when the whole tree is judged
	Head    string // commit id, or "worktree"
	Verdict verdict.Verdict
	// Compared says in a sentence what was compared; empty: it is not told.
	Compared string
	// ShowImages lists every image reference in JSON.
	ShowImages bool
	Duration   time.Duration
}

// summary is the last line of a report: the conclusion and what it rests on.
func (r *Result) summary() string {
	return fmt.Sprintf("%s (%s in %s)", r.told(), amount(r.Verdict.Files, "file"), seconds(r.Duration))
}

// told is the conclusion and what there is of each sort.
func (r *Result) told() string {
	v := &r.Verdict
	block, warn, note, old := v.Count()
	counts := enumerate(part(block, "blocking"), some(warn, "warning"), some(note, "note"),
		part(old, "older and not listed"), part(len(v.Suppressed), "excepted"), part(len(v.Unread), "not read"))
	words := []string{"Undecided"}
	switch {
	case v.Conclusion == verdict.Failure:
		words = []string{"Failed"}
	case v.Conclusion == verdict.Success && v.Files == 0 && counts == "":
		words = []string{"Passed", "nothing to check, no file here is read by a check"}
	case v.Conclusion == verdict.Success && block+warn+note == 0:
		words = []string{"Passed", "no new problem found"}
	case v.Conclusion == verdict.Success:
		words = []string{"Passed"}
	}
	if counts != "" {
		words = append(words, counts)
	}
	told := words[0]
	if len(words) > 1 {
		told += ": " + strings.Join(words[1:], "; ")
	}
	return told
}

func part(n int, what string) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("%d %s", n, what)
}

func seconds(d time.Duration) string {
	if d < time.Second {
		return fmt.Sprintf("%d ms", d.Milliseconds())
	}
	return fmt.Sprintf("%.1f s", d.Seconds())
}

package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

const (
	// longestReport is in bytes. Taking the runner's commands out of it makes it longer
	// by a third at most, which stays below the 1 MiB that GitHub takes as a step's summary.
	longestReport = 750_000
	// longestTable is what of it the table may take; the details need the rest.
	longestTable = 200_000
)

// Markdown writes a result as a page for a step's summary or a comment: the
// conclusion, a table of the new findings, each with its proof, then what passes by
// exception and what was not read. What does not fit is counted, the least
// important left out first. rulesURL is the page of the rules.
func Markdown(w io.Writer, r *Result, rulesURL string) error {
	t := teller{h: Head{SHA: r.Head, RulesURL: rulesURL}, j: Judged{Verdict: &r.Verdict}}
	tail := t.unread() + t.suppressed() + t.notices() + "---\n" + prose(r.Tool, 80) + "\n"
	p := newPage(longestReport - len(tail))
	p.add("# Checkrein\n\n" + t.conclusion(r) + t.undecided())
	p.add(t.table())
	t.bySeverity(p)
	// What the workflow runner would obey is changed last: it may come about only here.
	return write(w, defused(p.String()+tail))
}

// conclusion is the verdict in a line, and what was judged.
func (t teller) conclusion(r *Result) string {
	told := "**" + prose(r.told(), 300) + "** at " + t.h.commit() + ", " + amount(r.Verdict.Files, "file") + " read.\n\n"
	if r.Compared != "" {
		told += prose(r.Compared, 400) + "\n\n"
	}
	return told
}

func (t teller) undecided() string {
	rs := t.j.Verdict.Reasons
	return list("## Undecided, because", len(rs), 50, 20_000, func(i int) string { return "- " + prose(rs[i], 400) + "\n" })
}

// table has a row for each new finding, the most important first.
func (t teller) table() string {
	v := t.j.Verdict
	found := slices.Concat(fresh(v, checks.Block), fresh(v, checks.Warn), fresh(v, checks.Note))
	if len(found) == 0 {
		return ""
	}
	p := newPage(longestTable)
	p.add("| severity | rule | place | what |\n| --- | --- | --- | --- |\n")
	for i, f := range found {
		if !p.add(t.row(f)) {
			return p.String() + fmt.Sprintf("\n… and %d more.\n\n", len(found)-i)
		}
	}
	return p.String() + "\n"
}

func (t teller) row(f checks.Finding) string {
	cells := []string{string(f.Severity), t.h.rule(f.Rule), t.h.place("", f.Path, f.Line, f.EndLine), prose(f.Title, 300)}
	for i := range cells {
		cells[i] = strings.ReplaceAll(cells[i], "|", `\|`) // a bar ends a cell even within code
	}
	return "| " + strings.Join(cells, " | ") + " |\n"
}

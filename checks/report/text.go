package report

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/spread"
	"github.com/checkrein/checkrein/checks/verdict"
)

// mostUnsupported bounds how many files without a reader are listed; what could not
// be read although there is a reader is always listed.
const mostUnsupported = 10

// Text writes a result for a terminal: the new findings by file, then what passes by
// exception, what was not read, the summary, and last what was compared.
func Text(w io.Writer, r *Result, style Style) error {
	t := &texter{Style: style, result: r}
	t.findings()
	t.suppressed()
	t.unread()
	t.sentences("undecided", r.Verdict.Reasons)
	t.sentences("notice", r.Verdict.Notices)
	t.b.WriteString(t.paint(conclusionColor(r.Verdict.Conclusion), r.summary()) + "\n")
	if r.Compared != "" {
		t.b.WriteString(t.paint(dim, Plain(r.Compared)) + "\n")
	}
	return write(w, defused(t.b.String()))
}

// texter gathers the text of one result.
type texter struct {
	Style
	result *Result
	b      strings.Builder
}

// partFindings are printed together: of many there are thousands, and nothing else to do.
const partFindings = 256

// findings prints the new findings, grouped by file. Parts of them are made at the same time.
func (t *texter) findings() {
	fresh := slices.DeleteFunc(slices.Clone(t.result.Verdict.Findings), func(f checks.Finding) bool { return !f.New })
	parts := make([]*texter, (len(fresh)+partFindings-1)/partFindings)
	spread.Jobs(spread.UpTo(len(parts)), func(_, i int) {
		parts[i] = &texter{Style: t.Style, result: t.result}
		parts[i].someFindings(fresh, i*partFindings, min((i+1)*partFindings, len(fresh)))
	})
	length := 0
	for _, part := range parts {
		length += part.b.Len()
	}
	t.b.Grow(length)
	for i, part := range parts {
		t.b.WriteString(part.b.String())
		parts[i] = nil // there is no room for two copies of all
	}
}

func (t *texter) someFindings(all []checks.Finding, from, to int) {
	for i := from; i < to; i++ {
		if i == 0 || all[i-1].Path != all[i].Path {
			t.b.WriteString(t.paint(bold, cut(all[i].Path, 500)) + "\n\n")
		}
		t.finding(all[i])
	}
}

func (t *texter) finding(f checks.Finding) {
	place, gap := position(f.Path, f.Span), "  "
	if columns(string(f.Severity)+f.Rule+place)+5 > t.columns() {
		gap = "\n  "
	}
	t.b.WriteString("  " + t.paint(colorOf(f.Severity), string(f.Severity)) + " " + Plain(f.Rule) + gap + t.paint(dim, place) + "\n")
	t.b.WriteString(t.wrap("  ", cut(f.Title, 500)) + "\n")
	q := newQuoter(t.Style, t.result, f)
	for _, e := range f.Evidence {
		t.b.WriteString(q.quote(e))
	}
	if len(f.Evidence) > 0 {
		t.b.WriteByte('\n')
	}
	t.labelled("why", f.Why)
	t.labelled("fix", f.Fix.Text)
	for _, e := range f.Fix.Edits[:min(len(f.Fix.Edits), mostEdits)] {
		t.labelled("edit", cut(e.Path, 500)+": "+change(e.Span)+" "+cmp.Or(e.New, "nothing"))
	}
	if f.Severity == checks.Block && !strings.HasPrefix(f.Rule, "policy/") {
		t.labelled("except", "under exceptions in "+policy.Path+", with a reason and a last day:")
		t.b.WriteString("         " + exceptionEntry(f) + "\n")
	}
	t.b.WriteByte('\n')
}

// labelled prints a sentence behind its label.
func (t *texter) labelled(label, text string) {
	if text != "" {
		t.b.WriteString(t.wrap(fmt.Sprintf("  %-6s ", label), cut(text, 2000)))
	}
}

// exceptionEntry is the entry that lets a finding pass, on one line so that it can be
// copied. Its reason and its last day are for a person to write.
func exceptionEntry(f checks.Finding) string {
	entry := []string{"rule: " + scalar(f.Rule), "path: " + scalar(globCharacters.Replace(f.Path))}
	if f.Subject != "" {
		entry = append(entry, "subject: "+scalar(f.Subject))
	}
	return "- {" + strings.Join(append(entry, `reason: ""`, "until: YYYY-MM-DD"), ", ") + "}"
}

func (t *texter) suppressed() {
	for _, s := range t.result.Verdict.Suppressed {
		t.b.WriteString(t.wrap(t.label("excepted"), fmt.Sprintf("%s %s until %s (%s): %s",
			position(s.Finding.Path, s.Finding.Span), s.Finding.Rule, s.Until, by(s.By), cut(s.Reason, 300))))
	}
	t.gap(len(t.result.Verdict.Suppressed))
}

func by(who string) string {
	if who == "inline" {
		return "comment"
	}
	return who
}

func (t *texter) unread() {
	unsupported := 0
	for _, u := range t.result.Verdict.Unread {
		if u.Kind == checks.Unsupported {
			if unsupported++; unsupported > mostUnsupported {
				continue
			}
		}
		place := position(u.Path, checks.Span{Line: u.Line})
		if place != "" {
			place += ": "
		}
		t.b.WriteString(t.wrap(t.label("not read"), fmt.Sprintf("%s%s (%s)", place, cut(u.Reason, 300), u.Kind)))
	}
	if more := unsupported - mostUnsupported; more > 0 {
		fmt.Fprintf(&t.b, "%s%d more that are not supported; --format json lists them all\n", t.label("not read"), more)
	}
	t.gap(len(t.result.Verdict.Unread))
}

// sentences prints each text behind the label.
func (t *texter) sentences(label string, texts []string) {
	for _, text := range texts {
		t.b.WriteString(t.wrap(t.label(label), cut(text, 1000)))
	}
	t.gap(len(texts))
}

func (t *texter) label(s string) string { return fmt.Sprintf("%-9s ", s) }

// gap ends a section that has lines.
func (t *texter) gap(lines int) {
	if lines > 0 {
		t.b.WriteByte('\n')
	}
}

func conclusionColor(c verdict.Conclusion) string {
	switch c {
	case verdict.Success:
		return green
	case verdict.Failure:
		return red
	}
	return yellow
}

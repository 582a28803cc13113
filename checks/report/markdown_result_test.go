package report

import (
	"fmt"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

// TestMarkdownLimit: a report of more than fits names what blocks, counts what it
// leaves out and stays below a step summary's 1 MiB, whatever it holds.
func TestMarkdownLimit(t *testing.T) {
	for _, filler := range []string{"word ", "##[", "`@", "|", "\n::"} {
		v := verdict.Verdict{Conclusion: verdict.Failure}
		for i := range 6000 {
			f := floatingFinding()
			f.Path, f.Title, f.Why = fmt.Sprintf("apps/%d.yml", i), strings.Repeat(filler, 80), strings.Repeat(filler, 400)
			f.Fix.Text, f.Evidence[0].Text = f.Why, f.Why
			v.Findings = append(v.Findings, f)
		}
		last := defaultTagFinding()
		last.Path = "zzz.yml"
		v.Findings = append(v.Findings, last)
		v.Unread = manyUnsupported(3)
		var b strings.Builder
		if err := Markdown(&b, &Result{Tool: "checkrein 0.1.0", Head: headCommit, Verdict: v}, rulesPage); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if len(text) >= 1<<20 || len(text) < 500_000 {
			t.Errorf("%q: %d bytes", filler, len(text))
		}
		before, _, _ := strings.Cut(text, "apps/0.yml")
		for _, want := range []string{"zzz.yml", "| block |"} {
			if !strings.Contains(before, want) {
				t.Errorf("%q: what blocks does not come first: no %s", filler, want)
			}
		}
		for _, want := range []string{"\n… and ", "more that there is no room for", "## Blocking", "### Not read"} {
			if !strings.Contains(text, want) {
				t.Errorf("%q: no %q", filler, want)
			}
		}
		if err := harmlessLines(text); err != nil {
			t.Errorf("%q: %.200s", filler, err)
		}
	}
}

// TestMarkdownTable: a bar in a name ends no cell, and a row is one line.
func TestMarkdownTable(t *testing.T) {
	f := floatingFinding()
	f.Path, f.Title = "a|b\nc.yml", "it | moves\n| x |"
	t1 := teller{j: Judged{Verdict: &verdict.Verdict{Findings: []checks.Finding{f, older(f)}}}}
	want := "| severity | rule | place | what |\n| --- | --- | --- | --- |\n" +
		"| warn | `images/floating-version` | `a\\|b c.yml:3` | it `\\|` moves `\\|` x `\\|` |\n\n"
	if got := t1.table(); got != want {
		t.Errorf("want %q, got %q", want, got)
	}
}

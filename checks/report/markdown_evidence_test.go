package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
)

func TestQuoted(t *testing.T) {
	long := strings.Repeat("a", 5000)
	for _, c := range []struct {
		name string
		text string
		span checks.Span
		want []string
	}{
		{"marked", "Default: latest", span(4, 10, 16), []string{"4 | Default: latest", "             ^^^^^^"}},
		{"columns count bytes, marks count characters", "größe: neu", span(4, 10, 13), []string{"4 | größe: neu", "           ^^^"}},
		{"a tab is a blank", "\tx: y", span(4, 5, 6), []string{"4 |  x: y", "        ^"}},
		{"hidden characters before the piece", "\u200bx: y", span(4, 7, 8), []string{"4 | x: y", "       ^"}},
		{"no columns", "x: y", checks.Span{Line: 4}, []string{"4 | x: y"}},
		{"no line", "x: y", checks.Span{}, []string{"x: y"}},
		{"columns beyond the line", "x: y", span(4, 3, 99), []string{"4 | x: y"}},
		{"columns inside a character", "äx", span(4, 2, 3), []string{"4 | äx"}},
		{"more than one line", "x: y", checks.Span{Line: 4, Column: 1, EndLine: 5, EndColumn: 2}, []string{"4 | x: y"}},
		{"a long line is cut around the piece", long + "PIECE" + long, span(4, 5001, 5006), []string{
			"4 | …" + long[:79] + "PIECE" + long[:79] + "…", "    " + strings.Repeat(" ", 80) + "^^^^^"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, quoted(checks.Evidence{Span: c.span, Text: c.text})); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestEdits(t *testing.T) {
	h := Head{Repository: "acme/sync", SHA: headSHA}
	quote := func(ref string) []checks.Evidence {
		return []checks.Evidence{{Path: "a.yml", Span: span(3, 8, 14), Ref: ref, Text: "image: latest"}}
	}
	for _, c := range []struct {
		name     string
		evidence []checks.Evidence
		edit     checks.Edit
		want     string
	}{
		{"known line", quote(headSHA), checks.Edit{Path: "a.yml", Span: span(3, 8, 14), New: "1.2.3"}, "```diff\n-image: latest\n+image: 1.2.3\n```"},
		{"insertion", quote(""), checks.Edit{Path: "a.yml", Span: span(3, 14, 14), New: "@sha256:0"}, "```diff\n-image: latest\n+image: latest@sha256:0\n```"},
		{"several lines", quote(headSHA), checks.Edit{Path: "a.yml", Span: span(3, 8, 14), New: "x\n  y: z"}, "```diff\n-image: latest\n+image: x\n+  y: z\n```"},
		{"a line of another commit is not this one", quote(oldSHA), checks.Edit{Path: "a.yml", Span: span(3, 8, 14), New: "1.2.3"}, "replace columns 8 to 13 of line 3 with:\n\n```text\n1.2.3\n```"},
		{"another line", quote(headSHA), checks.Edit{Path: "a.yml", Span: span(4, 2, 2), New: "x"}, "insert at column 2 of line 4:\n\n```text\nx\n```"},
		{"columns that do not fit", quote(headSHA), checks.Edit{Path: "a.yml", Span: checks.Span{Line: 3, Column: 2, EndLine: 5, EndColumn: 1}, New: "x"},
			"replace line 3, column 2, up to line 5, column 1, with:\n\n```text\nx\n```"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := teller{h: h}.edits(checks.Finding{Evidence: c.evidence, Fix: checks.Fix{Edits: []checks.Edit{c.edit}}})
			if !strings.Contains(got, c.want) {
				t.Errorf("want it to hold\n%s\ngot\n%s", c.want, got)
			}
		})
	}
}

func TestMoreEvidenceIsCounted(t *testing.T) {
	f := checks.Finding{Evidence: make([]checks.Evidence, 7), Fix: checks.Fix{Edits: make([]checks.Edit, 8)}}
	if got := (teller{}).evidence(f); !strings.Contains(got, "3 places more not shown here.") {
		t.Errorf("got\n%s", got)
	}
	if got := (teller{}).edits(f); !strings.Contains(got, "2 edits more not shown here.") {
		t.Errorf("got\n%s", got)
	}
}

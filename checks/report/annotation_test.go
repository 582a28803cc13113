package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

func TestAnnotationColumns(t *testing.T) {
	quote := func(ref, text string, s checks.Span) []checks.Evidence {
		return []checks.Evidence{{Path: "a.yml", Span: s, Ref: ref, Text: text}}
	}
	for _, c := range []struct {
		name       string
		span       checks.Span
		evidence   []checks.Evidence
		start, end int
	}{
		{"letters of one byte", span(3, 8, 14), quote(headSHA, "image: latest", span(3, 8, 14)), 8, 14},
		{"two bytes, one unit", span(3, 3, 6), quote(headSHA, "äxyz", span(3, 3, 6)), 2, 5},
		{"four bytes, two units", span(3, 1, 6), quote(headSHA, "\U0001f433x", span(3, 1, 6)), 1, 4},
		{"after four bytes", span(3, 5, 6), quote(headSHA, "\U0001f433x", span(3, 5, 6)), 3, 4},
		{"the text of another commit is not this line", span(3, 8, 14), quote(oldSHA, "image: latest", span(3, 8, 14)), 0, 0},
		{"no text known", span(3, 8, 14), nil, 0, 0},
		{"beyond the line", span(3, 8, 99), quote(headSHA, "image: latest", span(3, 8, 14)), 0, 0},
		{"several lines", checks.Span{Line: 3, Column: 1, EndLine: 4, EndColumn: 2}, quote(headSHA, "image: latest", span(3, 8, 14)), 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := checks.Finding{Rule: "images/x", Severity: checks.Block, New: true, Path: "a.yml", Span: c.span, Evidence: c.evidence}
			got := Annotations(head(onMain(blocked(f))), "images")
			if len(got) != 1 || got[0].StartColumn != c.start || got[0].EndColumn != c.end || got[0].StartLine != 3 || got[0].EndLine != max(3, c.span.EndLine) {
				t.Errorf("want columns %d to %d, got %+v", c.start, c.end, got)
			}
		})
	}
}

func TestAnnotationsChoice(t *testing.T) {
	finding := func(path, rule string, s checks.Severity, isNew bool) checks.Finding {
		return checks.Finding{Rule: rule, Severity: s, New: isNew, Path: path}
	}
	v := blocked(
		finding("a", "images/x", checks.Note, true),
		finding("b", "images/x", checks.Block, false),
		finding("c", "images/x", checks.Warn, true),
		finding("d", "schema/x", checks.Block, true),
		finding("e", "images/x", checks.Block, true),
		finding("f", "images/x", checks.Warn, true),
	)
	var got []string
	for _, a := range Annotations(head(onMain(v)), "images") {
		got = append(got, a.Level+" "+a.Path)
		if a.StartLine != 1 || a.EndLine != 1 {
			t.Errorf("a finding on a whole file is marked at its first line, got %+v", a)
		}
	}
	if diff := cmp.Diff([]string{"failure e", "warning c", "warning f", "notice a"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestAnnotationLimits(t *testing.T) {
	long := strings.Repeat("\U0001f433\u202e`", 10_000)
	f := checks.Finding{Rule: "images/x", Severity: checks.Warn, New: true, Path: "a.yml", Title: "t"}
	v := &verdict.Verdict{Conclusion: verdict.Failure}
	for range 600 {
		v.Findings = append(v.Findings, f)
	}
	blocking := checks.Finding{Rule: "images/x", Severity: checks.Block, New: true, Path: long, Title: long, Why: long, Fix: checks.Fix{Text: long}}
	for range 9 {
		blocking.Evidence = append(blocking.Evidence, checks.Evidence{Path: long, Text: long, Note: long, Span: span(1, 1, 5)})
	}
	v.Findings = append(v.Findings, blocking)
	h := head(onMain(v))
	got := Annotations(h, "images")
	if len(got) != 500 || got[0].Level != "failure" {
		t.Fatalf("%d annotations, the first %s", len(got), got[0].Level)
	}
	for _, a := range got[:2] {
		if n := len([]rune(a.Title)); n > 255 || len(a.Message) > 64<<10 || strings.ContainsRune(a.Title+a.Message, '\u202e') {
			t.Errorf("title of %d characters, message of %d bytes", n, len(a.Message))
		}
	}
	if s := Detail(h, "images").Summary; !strings.Contains(s, "The 500 most important of 601 findings are marked") {
		t.Errorf("the rest is counted:\n%s", s)
	}
}

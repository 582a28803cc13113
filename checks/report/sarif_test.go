package report

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

const rulesPage = "https://github.com/checkrein/checkrein/blob/main/docs/rules.md"

func sarifRules() []checks.Rule {
	return []checks.Rule{
		{ID: "images/default-tag", Severity: checks.Block, Says: "A default reaches an image field.", Why: "It wins when the\nstack is re-created.", Fix: "Remove the default.", Example: "Default: latest"},
		{ID: "images/floating-version", Severity: checks.Warn, Says: "It moves.", Why: "A release.", Fix: "Pin it.", Example: "image: node:22"},
		{ID: "images/unpinned", Severity: checks.Off, Says: "No digest.", Why: "Tags move.", Fix: "Pin it.", Example: "image: a:1.2.3"},
	}
}

// TestPages are the golden files of the formats that are files of their own.
func TestPages(t *testing.T) {
	for _, name := range []string{
		"default-tag.sarif", "elsewhere.sarif", "hostile.sarif", "undecided.sarif", "nothing.sarif",
		"default-tag.md", "elsewhere.md", "hostile.md", "undecided.md", "nothing.md", "all.md",
	} {
		t.Run(name, func(t *testing.T) {
			story, format, _ := strings.Cut(name, ".")
			r := results()[story]
			r.Tool, r.Head, r.Duration = "checkrein 0.1.0", headCommit, 1234*time.Millisecond
			var b strings.Builder
			tell := func() error { return SARIF(&b, r, sarifRules(), rulesPage) }
			if format == "md" {
				tell = func() error { return Markdown(&b, r, rulesPage) }
			}
			if err := tell(); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("..", "result", name), []byte(b.String()))
		})
	}
}

// runOf is the run that a viewer reads.
func runOf(t *testing.T, r *Result) sarifRun {
	t.Helper()
	var b strings.Builder
	if err := SARIF(&b, r, sarifRules(), rulesPage); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal([]byte(b.String()), &log); err != nil || len(log.Runs) != 1 || log.Version != "2.1.0" {
		t.Fatalf("%v, %d runs of version %s", err, len(log.Runs), log.Version)
	}
	return log.Runs[0]
}

func resultWith(base string, findings ...checks.Finding) *Result {
	return &Result{Tool: "checkrein 0.1.0", Base: base, Head: headSHA, Verdict: verdict.Verdict{Conclusion: verdict.Failure, Findings: findings}}
}

func TestSARIFColumns(t *testing.T) {
	for _, c := range []struct {
		name       string
		span       checks.Span
		ref, text  string
		start, end int
		endLine    int
	}{
		{"letters of one byte", span(3, 8, 14), headSHA, "image: latest", 8, 14, 0},
		{"three bytes, one unit", span(3, 4, 7), headSHA, "最xyz", 2, 5, 0},
		{"four bytes, two units", span(3, 1, 6), headSHA, "\U0001f433x", 1, 4, 0},
		{"the text of another commit is not this line", span(3, 8, 14), oldSHA, "image: latest", 0, 0, 0},
		{"several lines", checks.Span{Line: 3, Column: 1, EndLine: 4, EndColumn: 2}, headSHA, "image: latest", 0, 0, 4},
	} {
		f := checks.Finding{Rule: "images/x", Path: "a.yml", Span: c.span, Evidence: []checks.Evidence{{Path: "a.yml", Span: c.span, Ref: c.ref, Text: c.text}}}
		got := runOf(t, resultWith("a1", f)).Results[0].Locations[0].Physical.Region
		if want := (sarifRegion{3, c.start, c.endLine, c.end}); *got != want {
			t.Errorf("%s: want %+v, got %+v", c.name, want, *got)
		}
	}
}

func TestSARIFPaths(t *testing.T) {
	for in, want := range map[string]string{
		"a/b.yml": "a/b.yml", "a b/ü#?.yml": "a%20b/%C3%BC%23%3F.yml", "c:x/y:z": "c%3Ax/y%3Az", "100%": "100%25", `a\b`: "a%5Cb",
		"../../etc": "etc", "/etc": "etc", "//host/x": "host/x", "a\xff": "a%FF", "": "", "/": "",
	} {
		if got, ok := artifact(in); got.URI != want || ok != (want != "") {
			t.Errorf("%q: want %q, got %q, %v", in, want, got.URI, ok)
		}
	}
}

func TestSARIFStates(t *testing.T) {
	fresh, old, outside := floatingFinding(), older(defaultTagFinding()), defaultTagFinding()
	outside.Rule, outside.Severity = "policy/x", checks.Note
	got := runOf(t, resultWith("a1", fresh, old, outside)).Results
	var told []string
	for _, r := range got {
		index := "none"
		if r.RuleIndex != nil {
			index = sarifRules()[*r.RuleIndex].ID
		}
		told = append(told, strings.Join([]string{r.RuleID, index, r.Level, r.Baseline}, " "))
		if r.Suppressions == nil {
			t.Errorf("%s: suppressions are null", r.RuleID)
		}
	}
	want := []string{"images/floating-version images/floating-version warning new", "images/default-tag images/default-tag error unchanged", "policy/x none note new"}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if r := runOf(t, resultWith("", fresh)).Results[0]; r.Baseline != "" {
		t.Errorf("without a base there is no baseline, got %q", r.Baseline)
	}
}

func TestSARIFSuppressions(t *testing.T) {
	r := resultWith("a1")
	for _, by := range []string{"policy", "inline", "accept"} {
		s := verdict.Suppressed{Finding: floatingFinding(), By: by, Reason: "local only", Until: "2027-01-31"}
		if by == "accept" {
			s.People, s.Until = []string{"dana"}, ""
		}
		r.Verdict.Suppressed = append(r.Verdict.Suppressed, s)
	}
	var got []sarifSuppression
	for _, result := range runOf(t, r).Results {
		got = append(got, result.Suppressions...)
	}
	want := []sarifSuppression{{"external", "accepted", "local only (until 2027-01-31)"}, {"inSource", "accepted", "local only (until 2027-01-31)"}, {"external", "accepted", "dana: local only"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestSARIFFingerprint(t *testing.T) {
	f := defaultTagFinding()
	moved := f
	moved.Line, moved.Title, moved.Severity = 99, "other words", checks.Warn
	if fingerprint(f) != fingerprint(moved) {
		t.Error("a line that moves changes the fingerprint")
	}
	seen := map[string]bool{fingerprint(f): true}
	for _, change := range []func(*checks.Finding){
		func(f *checks.Finding) { f.Rule += "x" }, func(f *checks.Finding) { f.Path += "x" },
		func(f *checks.Finding) { f.Subject += "x" }, func(f *checks.Finding) { f.Address += "x" },
		func(f *checks.Finding) { f.Path, f.Subject = f.Path+f.Subject[:1], f.Subject[1:] },
	} {
		other := f
		change(&other)
		if seen[fingerprint(other)] {
			t.Errorf("%+v has the fingerprint of another", other)
		}
		seen[fingerprint(other)] = true
	}
}

func TestSARIFFixes(t *testing.T) {
	edit := func(line, from, to int, text string) checks.Edit {
		return checks.Edit{Path: "a.yml", Span: span(line, from, to), New: text}
	}
	for _, c := range []struct {
		name  string
		edits []checks.Edit
		want  []sarifReplacement
	}{
		{"none", nil, nil},
		{"after a wide character", []checks.Edit{edit(3, 6, 7, "y")}, []sarifReplacement{{sarifRegion{3, 4, 3, 5}, &sarifText{Text: "y"}}}},
		{"an insertion", []checks.Edit{edit(3, 5, 5, "y")}, []sarifReplacement{{sarifRegion{3, 3, 3, 3}, &sarifText{Text: "y"}}}},
		{"a whole line taken away", []checks.Edit{{Path: "a.yml", Span: checks.Span{Line: 8, Column: 1, EndLine: 9, EndColumn: 1}}}, []sarifReplacement{{sarifRegion{8, 1, 9, 1}, nil}}},
		{"a line that is not known", []checks.Edit{edit(3, 6, 7, "y"), edit(4, 6, 7, "y")}, nil},
		{"text that JSON cannot hold", []checks.Edit{edit(3, 6, 7, "\xff")}, nil},
		{"beyond the line", []checks.Edit{edit(3, 6, 99, "y")}, nil},
		{"backwards", []checks.Edit{edit(3, 7, 6, "y")}, nil},
	} {
		f := checks.Finding{Rule: "images/x", Path: "a.yml", Span: span(3, 6, 7), Fix: checks.Fix{Text: "Pin it.", Edits: c.edits},
			Evidence: []checks.Evidence{{Path: "a.yml", Span: span(3, 6, 7), Ref: headSHA, Text: "\U0001f433:xyz"}}}
		var got []sarifReplacement
		for _, fix := range runOf(t, resultWith("a1", f)).Results[0].Fixes {
			got = append(got, fix.Changes[0].Replacements...)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestSARIFMessages(t *testing.T) {
	for in, want := range map[string]string{
		"image: app:${TAG}": "image: app:${TAG}", "{0} and ${x}": "{{0}} and ${{x}}", "{{1}}": "{{{{1}}}}", "${{ x }}": "${{ x }}", "[x](http://evil.example)": "[x] (http://evil.example)", "a[0]": "a[0]",
	} {
		if got := message(in).Text; got != want {
			t.Errorf("%q: want %q, got %q", in, want, got)
		}
	}
}

// TestSARIFComplete: what is undecided or failed is never told as a run that succeeded.
func TestSARIFComplete(t *testing.T) {
	unread := func(kind checks.UnreadKind, touched bool) []checks.Unread {
		return []checks.Unread{{Kind: kind, Reason: "too deep", Path: "a.yml", Line: 2, Touched: touched}}
	}
	for _, c := range []struct {
		name       string
		verdict    verdict.Verdict
		successful bool
		levels     []string
	}{
		{"a success", verdict.Verdict{Conclusion: verdict.Success}, true, nil},
		{"a failure is a run that succeeded", verdict.Verdict{Conclusion: verdict.Failure}, true, nil},
		{"undecided", verdict.Verdict{Conclusion: verdict.Undecided, Reasons: []string{"r"}, Unread: unread(checks.Defeated, true)}, false, []string{"undecided error", "defeated error"}},
		{"undecided beside a failure", verdict.Verdict{Conclusion: verdict.Failure, Reasons: []string{"r"}}, false, []string{"undecided error"}},
		{"a check at level warn failed", verdict.Verdict{Conclusion: verdict.Success, Unread: unread(checks.Failed, false)}, false, []string{"failed error"}},
		{"an old file could not be read", verdict.Verdict{Conclusion: verdict.Success, Unread: unread(checks.Defeated, false)}, true, []string{"defeated warning"}},
		{"no reader", verdict.Verdict{Conclusion: verdict.Success, Unread: unread(checks.Unsupported, true), Notices: []string{"n"}}, true, []string{"unsupported note", "notice warning"}},
	} {
		run := runOf(t, &Result{Tool: "checkrein 0.1.0", Head: headSHA, Verdict: c.verdict})
		var levels []string
		for _, n := range run.Invocations[0].Notifications {
			levels = append(levels, n.Descriptor.ID+" "+n.Level)
			if kind := run.Tool.Driver.Notifications[n.Descriptor.Index]; kind.ID != n.Descriptor.ID {
				t.Errorf("%s: %s points at %s", c.name, n.Descriptor.ID, kind.ID)
			}
		}
		if diff := cmp.Diff(c.levels, levels); diff != "" || run.Invocations[0].Successful != c.successful || run.Properties.Conclusion != c.verdict.Conclusion {
			t.Errorf("%s: successful %v, conclusion %s (-want +got):\n%s", c.name, run.Invocations[0].Successful, run.Properties.Conclusion, diff)
		}
	}
}

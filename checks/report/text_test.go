package report

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/verdict"
)

const headCommit = "b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5"

// defaultTagFinding is the outage that the images check was born from.
func defaultTagFinding() checks.Finding {
	image := "          Image: !Sub acme/syncer:${Tag}"
	span := checks.Span{Line: 14, Column: 23, EndLine: 14, EndColumn: 41}
	return checks.Finding{
		Rule: "images/default-tag", Severity: checks.Block, New: true, Path: "infra/service.yml", Span: span,
		Subject: "acme/syncer:latest", Address: "Resources.SyncerTask.ContainerDefinitions[0]",
		Title: "the default of parameter Tag makes this image acme/syncer:latest",
		Why:   "Whenever nobody gives Tag a value (a stack created anew, a deployment by hand), the default wins, and acme/syncer:latest is whatever was pushed last.",
		Fix: checks.Fix{Text: "Remove the default of Tag so that whoever creates this must say which image it is, or make the default an exact tag or a digest.",
			Edits: []checks.Edit{{Path: "infra/service.yml", Span: checks.Span{Line: 4, Column: 5, EndLine: 5, EndColumn: 1}}}},
		Evidence: []checks.Evidence{
			{Path: "infra/service.yml", Span: span, Ref: headCommit, Text: image, Note: "the image field takes Tag from here"},
			{Path: "infra/service.yml", Span: checks.Span{Line: 4, Column: 14, EndLine: 4, EndColumn: 20}, Ref: headCommit,
				Text: "    Default: latest", Note: "the default that wins when nothing else is said"},
		},
	}
}

func floatingFinding() checks.Finding {
	span := checks.Span{Line: 3, Column: 12, EndLine: 3, EndColumn: 19}
	return checks.Finding{
		Rule: "images/floating-version", Severity: checks.Warn, New: true, Path: "infra/service.yml", Span: span,
		Subject: "node:22", Title: "node:22 moves with every release", Why: "The next pull may bring another build.",
		Fix:      checks.Fix{Text: "Name an exact version of node, or a digest."},
		Evidence: []checks.Evidence{{Path: "infra/service.yml", Span: span, Text: "    image: node:22"}},
	}
}

// elsewhereFinding has its other side in another file, at another commit, in a line
// with tabs, wide characters and more than fits.
func elsewhereFinding() checks.Finding {
	line := strings.Repeat("x = 1; ", 30) + "tag := \"最新\"\t// 既定値" + strings.Repeat(" y", 200)
	at := strings.Index(line, "最新") + 1
	return checks.Finding{
		Rule: "images/default-tag", Severity: checks.Block, New: true, Path: "web/app.yml",
		Span: checks.Span{Line: 2, Column: 8, EndLine: 4, EndColumn: 3}, Subject: "web:最新",
		Title: "the default makes this image web:最新", Why: "It floats.", Fix: checks.Fix{Text: "Pin it."},
		Evidence: []checks.Evidence{
			{Path: "web/app.yml", Span: checks.Span{Line: 2, Column: 8, EndLine: 4, EndColumn: 3}, Ref: headCommit, Text: "image: >-", Note: "over several lines"},
			{Path: "web/build/very/long/path/to/values.ts", Span: checks.Span{Line: 1234, Column: at, EndLine: 1234, EndColumn: at + 6},
				Ref: "0123456789abcdef0123456789abcdef01234567", Text: line,
				Note: "the default that wins when nothing else is said, told in a sentence that does not fit behind the marks"},
			{Path: "web/build/very/long/path/to/values.ts", Span: checks.Span{Line: 7}, Ref: headCommit, Text: "no column is known here", Note: "and so nothing is marked"},
		},
	}
}

func hostileFinding() checks.Finding {
	f := floatingFinding()
	f.Severity, f.Path = checks.Block, "a\x1b[2J\u202egpj.yml\n::error::x,y:z%0A"
	f.Subject, f.Title = "img:\x1b]0;owned\a", "it \u2066moves\u2069\r\nfar \x9b31m"
	f.Why, f.Fix.Text = "One.\n::stop-commands::x\n##[error]Two.", "Do\u200bthis\tnow."
	f.Evidence[0].Note = strings.Repeat("word ", 40) + "::add-mask::x"
	f.Evidence[0].Path, f.Evidence[0].Text = f.Path, "\x1b[31m  image: node:22\xff\u200b"
	return f
}

func older(f checks.Finding) checks.Finding {
	f.New = false
	return f
}

// results are what the golden files show; each tells another story.
func results() map[string]*Result {
	return map[string]*Result{
		"default-tag": {Base: "a1", Verdict: verdict.Verdict{Conclusion: verdict.Failure, Files: 3, Bytes: 4096,
			Findings: []checks.Finding{floatingFinding(), defaultTagFinding(), older(elsewhereFinding())}}},
		"elsewhere": {Base: "a1", Verdict: verdict.Verdict{Conclusion: verdict.Failure, Files: 1, Bytes: 10,
			Findings: []checks.Finding{elsewhereFinding()}}},
		"hostile": {Base: "a1", Verdict: verdict.Verdict{Conclusion: verdict.Failure, Files: 1, Bytes: 10,
			Findings: []checks.Finding{hostileFinding()}, Notices: []string{"A\nnotice \x1b[1m"}}},
		"undecided": {Base: "a1", Verdict: verdict.Verdict{Conclusion: verdict.Undecided, Files: 2, Bytes: 10,
			Reasons: []string{"infra/app.yml:12 could not be read: nested too deep"},
			Notices: []string{"The exception in .github/checkrein.yml:9 ends on 2026-07-02, tomorrow"},
			Unread: []checks.Unread{{Path: "infra/app.yml", Line: 12, Kind: checks.Defeated, Reason: "nested too deep"},
				{Path: "infra/app.ts", Kind: checks.Unsupported, Reason: "Pulumi programs are not read"}},
			Suppressed: []verdict.Suppressed{{Finding: floatingFinding(), By: "inline", Reason: "local only", Until: "2026-07-02"}}}},
		"nothing": {Base: "a1", Verdict: verdict.Verdict{Conclusion: verdict.Success}},
		"all": {ShowImages: true, Verdict: verdict.Verdict{Conclusion: verdict.Success, Files: 12, Bytes: 3000,
			References: []checks.Reference{{Path: "compose.yml", Line: 3, Column: 12, Ref: "redis:7.4.1", Resolved: "redis:7.4.1", Class: "exact", Format: "compose"}},
			Unread:     manyUnsupported(12)}},
	}
}

func manyUnsupported(n int) []checks.Unread {
	var all []checks.Unread
	for i := range n {
		all = append(all, checks.Unread{Path: string(rune('a'+i)) + ".ts", Kind: checks.Unsupported, Reason: "Pulumi programs are not read"})
	}
	return all
}

func TestResults(t *testing.T) {
	writers := map[string]func(*strings.Builder, *Result) error{
		"default-tag.txt":    plainText,
		"default-tag.color":  func(b *strings.Builder, r *Result) error { return Text(b, r, Style{Color: true, Width: 80}) },
		"default-tag.json":   func(b *strings.Builder, r *Result) error { return JSON(b, r) },
		"default-tag.github": func(b *strings.Builder, r *Result) error { return GitHub(b, r) },
		"elsewhere.txt":      func(b *strings.Builder, r *Result) error { return Text(b, r, Style{Width: 72}) },
		"elsewhere.github":   func(b *strings.Builder, r *Result) error { return GitHub(b, r) },
		"hostile.txt":        plainText,
		"hostile.json":       func(b *strings.Builder, r *Result) error { return JSON(b, r) },
		"hostile.github":     func(b *strings.Builder, r *Result) error { return GitHub(b, r) },
		"undecided.txt":      plainText,
		"undecided.github":   func(b *strings.Builder, r *Result) error { return GitHub(b, r) },
		"nothing.txt":        plainText,
		"nothing.json":       func(b *strings.Builder, r *Result) error { return JSON(b, r) },
		"all.txt":            plainText,
		"all.json":           func(b *strings.Builder, r *Result) error { return JSON(b, r) },
	}
	for name, writer := range writers {
		t.Run(name, func(t *testing.T) {
			story, _, _ := strings.Cut(name, ".")
			r := results()[story]
			r.Tool, r.Head, r.Duration = "checkrein 0.1.0", headCommit, 1234*time.Millisecond
			var b strings.Builder
			if err := writer(&b, r); err != nil {
				t.Fatal(err)
			}
			golden(t, filepath.Join("..", "result", name), []byte(b.String()))
		})
	}
}

func plainText(b *strings.Builder, r *Result) error { return Text(b, r, Style{}) }

// TestWidth: no line that Checkrein breaks itself is wider than the terminal; only
// words that cannot be broken and the exception, which is to be copied, may be.
func TestWidth(t *testing.T) {
	r := results()["elsewhere"]
	for _, width := range []int{40, 60, 100} {
		var b strings.Builder
		if err := Text(&b, r, Style{Width: width}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			line = strings.TrimSuffix(line, "\n")
			if strings.Contains(line, "- {rule") || strings.Contains(line, "values.ts") || strings.Contains(line, "Failed:") {
				continue
			}
			if n := columns(line); n > width {
				t.Errorf("%d columns of %d: %s", n, width, line)
			}
		}
	}
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		text          string
		column, end   int
		room          int
		before, piece string
		after         string
	}{
		{"image: redis", 8, 13, 40, "image: ", "redis", ""},
		{"image: redis", 8, 13, 12, "image: ", "redis", ""},
		{"image: redis", 0, 0, 40, "image: redis", "", ""},
		{"image: redis", 8, 99, 40, "image: redis", "", ""},
		{"image: redis", 8, 99, 6, "image…", "", ""},
		{"\timage: redis", 9, 14, 40, "    image: ", "redis", ""},
		{"a最新b", 2, 8, 40, "a", "最新", "b"},
		{"a\x1b[1mb", 6, 7, 40, "a[1m", "b", ""},
		{strings.Repeat("a", 50) + "bb" + strings.Repeat("c", 50), 51, 53, 20, "…aaaaaaaaaaa", "bb", "ccccc…"},
		{strings.Repeat("b", 50), 1, 51, 12, "", "bbbbbbbbbbb…", ""},
	} {
		before, piece, after := fit(c.text, checks.Span{Line: 1, Column: c.column, EndLine: 1, EndColumn: c.end}, c.room)
		got, want := []string{before, piece, after}, []string{c.before, c.piece, c.after}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%q in %d (-want +got):\n%s", c.text, c.room, diff)
		}
	}
}

func TestPlain(t *testing.T) {
	for in, want := range map[string]string{
		"plain":                            "plain",
		"\x1b[31mred\x1b[0m":               "[31mred[0m",
		"\x9b31m":                          "\uFFFD31m", // not UTF-8
		"\u009b31m":                        "31m",
		"a\u202eb\u2066c\u200bd\ufeffe":    "abcde",
		"a\nb\tc\rd\u2028e":                "a b c d e",
		"a\x00b\x7f":                       "ab",
		"tag\U000E0041":                    "tag",
		"h\u00e9 \u6700 \U0001F600 \u0301": "h\u00e9 \u6700 \U0001F600 \u0301",
	} {
		if got := Plain(in); got != want {
			t.Errorf("%q: want %q, got %q", in, want, got)
		}
	}
}

// fullDisk is a writer that cannot write.
type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestWriteErrors(t *testing.T) {
	r := results()["nothing"]
	for name, err := range map[string]error{
		"text": Text(fullDisk{}, r, Style{}), "json": JSON(fullDisk{}, r), "github": GitHub(fullDisk{}, r),
		"rules": Rules(fullDisk{}, nil, Style{}), "rule": Rule(fullDisk{}, checks.Rule{}, Style{}),
	} {
		if err == nil || err.Error() != "write the report: no space left" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestExceptionEntry: the entry that is offered does what it says once a person has
// written its reason and its day.
func TestExceptionEntry(t *testing.T) {
	brackets := floatingFinding()
	brackets.Path = "apps/[id]/{a,b}*.yml"
	for _, f := range []checks.Finding{defaultTagFinding(), elsewhereFinding(), hostileFinding(), brackets} {
		entry := strings.NewReplacer(`reason: ""`, "reason: local", "YYYY-MM-DD", "2027-01-31").Replace(exceptionEntry(f))
		p, problems := policy.Parse(policy.Path, []byte("version: 1\nexceptions:\n  "+entry+"\n"), []string{f.Rule})
		if problems != nil {
			t.Errorf("%s: %v", entry, problems)
			continue
		}
		e := p.Exceptions[0]
		other := f
		other.Path = "apps/i/a.yml"
		if e.Problem != "" || !e.Covers(f) || e.Covers(other) {
			t.Errorf("%s: problem %q, covers %v, another %v", entry, e.Problem, e.Covers(f), e.Covers(other))
		}
	}
	untouched := "version: 1\nexceptions:\n  " + exceptionEntry(brackets) + "\n"
	if p, problems := policy.Parse(policy.Path, []byte(untouched), []string{brackets.Rule}); problems != nil || p.Exceptions[0].Problem == "" {
		t.Errorf("an entry without reason and day must be read and not count: %v", problems)
	}
}

package report

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"
)

// fuzzSARIF puts text wherever a result can hold any: the log stays JSON, obeyed by
// nobody, and every address stays below the root.
func fuzzSARIF(text string) error {
	var b strings.Builder
	if err := SARIF(&b, resultOf(text), sarifRules(), rulesPage); err != nil {
		return err
	}
	var log sarifLog
	if err := json.Unmarshal([]byte(b.String()), &log); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	results := log.Runs[0].Results
	if len(results) != 2 {
		return fmt.Errorf("want a finding and a suppressed one, got %d", len(results))
	}
	for _, r := range results {
		if placeholder.MatchString(strings.NewReplacer("{{", " ", "}}", " ").Replace(r.Message.Text)) || strings.Contains(r.Message.Text, "](") {
			return fmt.Errorf("a placeholder or a link in %q", r.Message.Text)
		}
		for _, l := range append(r.Locations, r.Related...) {
			at, err := url.Parse(l.Physical.Artifact.URI)
			if err != nil || at.IsAbs() || at.Host != "" || strings.HasPrefix(at.Path, "/") || strings.HasPrefix(at.Path, "../") || at.RawQuery+at.Fragment != "" {
				return fmt.Errorf("address %q: %v", l.Physical.Artifact.URI, err)
			}
		}
	}
	return harmlessLines(b.String())
}

// fuzzPage wants of the Markdown report what the check run's has to hold to, too.
func fuzzPage(text string) error {
	var b strings.Builder
	r := resultOf(text)
	r.Verdict.Findings[0].Rule, r.Verdict.Suppressed[0].Finding.Rule = "images/x", "images/x"
	if err := Markdown(&b, r, rulesPage); err != nil {
		return err
	}
	if err := harmlessLines(b.String()); err != nil {
		return err
	}
	page := strings.Replace(b.String(), "# Checkrein\n", "", 1)
	head, row, ok := strings.Cut(page, "| severity | rule | place | what |\n| --- | --- | --- | --- |\n")
	row, rest, _ := strings.Cut(row, "\n")
	cells := strings.ReplaceAll(row, `\|`, "¦")
	if !ok || strings.Count(cells, "|") != 5 {
		return fmt.Errorf("want one row of four cells, got %q", row)
	}
	return harmless(head + strings.ReplaceAll(cells, "|", " ") + "\n" + rest)
}

func TestPagesHostile(t *testing.T) {
	for _, evil := range []string{
		nasty, "", " ", "`", "```\n", "a`", "|", `\|`, "a|`b", "| a |\n| b |", "@a", "#1", "<b", "</details>", "\n\n# x", "x](javascript:alert(1))",
		"{0}", "{{1}}", "::error::x", "##[error]x", "\n::x", "../x", "/x", "//evil.example/x", "file:x", "\u202e", "\xff", "deadbeef", Marker,
	} {
		if err := fuzzSARIF(evil); err != nil {
			t.Errorf("SARIF of %q: %v", evil, err)
		}
		if err := fuzzPage(evil); err != nil {
			t.Errorf("Markdown of %q: %v", evil, err)
		}
	}
}

// TestPagesSame: nothing hangs on the time, or on how long it took.
func TestPagesSame(t *testing.T) {
	for name, tell := range map[string]func(*strings.Builder, *Result) error{
		"sarif":    func(b *strings.Builder, r *Result) error { return SARIF(b, r, sarifRules(), rulesPage) },
		"markdown": func(b *strings.Builder, r *Result) error { return Markdown(b, r, rulesPage) },
	} {
		var told [2]strings.Builder
		for i := range told {
			r := results()["undecided"]
			r.Tool, r.Head, r.Duration = "checkrein 0.1.0", headCommit, time.Duration(i)*time.Hour
			if err := tell(&told[i], r); err != nil {
				t.Fatal(err)
			}
		}
		if told[0].String() != told[1].String() {
			t.Errorf("%s differs from run to run", name)
		}
	}
	r := results()["nothing"]
	for name, err := range map[string]error{"sarif": SARIF(fullDisk{}, r, nil, ""), "markdown": Markdown(fullDisk{}, r, "")} {
		if err == nil || err.Error() != "write the report: no space left" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

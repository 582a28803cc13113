package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/verdict"
)

var ownColor = regexp.MustCompile("\x1b\\[(?:0|1|2|1;3[1236])m")

// FuzzReport puts text of a pull request everywhere it can stand and lets the writer
// that the first byte chooses tell it.
func FuzzReport(f *testing.F) {
	writers := []func(string) error{fuzzText, fuzzColor, fuzzJSON, fuzzGitHub, fuzzCatalogue, fuzzMarkdown, fuzzSARIF, fuzzPage}
	for i := range writers {
		f.Add(append([]byte{byte(i)}, "plain text"...))
		f.Add(append([]byte{byte(i)}, "\x1b]0;x\a\u202e::error::x\n::add-mask::y\r##[error]z\xff\u200b%0A, \u6700 <b> `@a` #1"...))
		f.Add(append([]byte{byte(i)}, "  ::stop-commands::x ##\u200b[group] \U000E0041 \t\t| $x$"...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		if err := writers[int(data[0])%len(writers)](string(data[1:])); err != nil {
			t.Error(err)
		}
	})
}

// resultOf holds text wherever a result can hold any.
func resultOf(text string) *Result {
	span := checks.Span{Line: 1 + len(text)%3, Column: len(text) / 3, EndLine: 1 + len(text)%4, EndColumn: len(text) - 1}
	finding := checks.Finding{
		Rule: text, Severity: checks.Block, New: true, Path: text, Span: span, Subject: text, Address: text, Title: text, Why: text,
		Fix:      checks.Fix{Text: text, Edits: []checks.Edit{{Path: text, Span: span, New: text}}},
		Evidence: []checks.Evidence{{Path: text, Span: span, Text: text, Note: text}, {Path: "x", Span: span, Ref: text, Text: text}},
	}
	return &Result{Tool: "checkrein", Base: text, Head: text, ShowImages: true, Duration: time.Second, Verdict: verdict.Verdict{
		Conclusion: verdict.Failure, Findings: []checks.Finding{finding},
		Suppressed: []verdict.Suppressed{{Finding: finding, By: "policy", Reason: text, Until: "2027-01-31"}},
		Unread:     []checks.Unread{{Path: text, Line: 1, Kind: checks.Failed, Reason: text}},
		References: []checks.Reference{{Path: text, Ref: text, Resolved: text}},
		Notices:    []string{text}, Reasons: []string{text},
	}}
}

func fuzzText(text string) error {
	var b strings.Builder
	if err := Text(&b, resultOf(text), Style{Width: 40 + len(text)%100}); err != nil {
		return err
	}
	return harmlessLines(b.String())
}

func fuzzColor(text string) error {
	var b strings.Builder
	if err := Text(&b, resultOf(text), Style{Color: true}); err != nil {
		return err
	}
	// A blank for the colours keeps apart what they keep apart.
	return harmlessLines(ownColor.ReplaceAllString(b.String(), " "))
}

func fuzzCatalogue(text string) error {
	rule := checks.Rule{ID: text, Severity: checks.Block, Says: text, Why: text, Fix: text, Example: text}
	var b strings.Builder
	if err := errors.Join(Rules(&b, []checks.Rule{rule}, Style{}), Rule(&b, rule, Style{})); err != nil {
		return err
	}
	return harmlessLines(b.String())
}

func fuzzJSON(text string) error {
	var b strings.Builder
	if err := JSON(&b, resultOf(text)); err != nil {
		return err
	}
	var back struct{ Findings []struct{ Path, Why string } }
	if err := json.Unmarshal([]byte(b.String()), &back); err != nil {
		return fmt.Errorf("not JSON: %w", err)
	}
	if want := strings.ToValidUTF8(text, "\uFFFD"); len(back.Findings) != 1 || same(back.Findings[0].Why) != same(want) {
		return fmt.Errorf("want %q back, got %+v", want, back)
	}
	return harmlessLines(b.String())
}

// same makes runs of the replacement character one: encoders differ in their number.
func same(s string) string {
	return regexp.MustCompile("\uFFFD+").ReplaceAllString(s, "\uFFFD")
}

func fuzzGitHub(text string) error {
	var b strings.Builder
	if err := GitHub(&b, resultOf(text)); err != nil {
		return err
	}
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != 4 || hasHidden(b.String()) {
		return fmt.Errorf("want 3 commands and the summary, got %q", lines)
	}
	for i, begin := range []string{"::error file=", "::error title=checkrein%3A undecided::", "::warning title=checkrein::", "Failed: "} {
		if !strings.HasPrefix(lines[i], begin) {
			return fmt.Errorf("line %d: want %s…, got %s", i+1, begin, lines[i])
		}
	}
	properties, _, _ := strings.Cut(strings.TrimPrefix(lines[0], "::error "), "::")
	for property := range strings.SplitSeq(properties, ",") {
		if name, _, _ := strings.Cut(property, "="); !strings.Contains(" file line endLine col endColumn title ", " "+name+" ") {
			return fmt.Errorf("property %q in %s", property, lines[0])
		}
	}
	return nil
}

// harmlessLines wants text that neither a terminal nor the workflow runner obeys.
func harmlessLines(text string) error {
	if hasHidden(text) {
		return fmt.Errorf("hidden characters in %q", text)
	}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.Contains(line, runnerCommand) {
			return fmt.Errorf("a command in %q", line)
		}
	}
	return nil
}

func hasHidden(text string) bool {
	return strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), hidden)
}

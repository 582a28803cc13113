package report

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

var (
	ownFence   = regexp.MustCompile("^(`{3,})(?:text|diff|yaml)$")
	ownLink    = regexp.MustCompile(`\[(?:check run )?¦\]\(https://github\.com/(?:acme/sync|checkrein/checkrein)/[A-Za-z0-9._~%+=:@&/#!-]*\)`)
	ownHTML    = regexp.MustCompile(`^(?:<!-- checkrein -->|<details><summary>[A-Za-z0-9 :]+</summary>|</details>)$`)
	ownHistory = regexp.MustCompile(`(?m)^<!-- checkrein history\n(?:[0-9a-f]{40} [a-z]+ [0-9]+ [0-9]+\n)*-->\n`)
	ownHeading = regexp.MustCompile(`^#{2,3} `)
	meansMore  = regexp.MustCompile("[<>@$*_~|\\[\\]\\\\#&{}`]|https?:|www\\.\\w|(?i)\\b[0-9a-f]{7,}\\b|:[a-z0-9_+-]+:")
)

// fuzzMarkdown puts data wherever a pull request can put text, and looks whether
// anything of it got out of the code spans and fences.
func fuzzMarkdown(data string) error {
	h := hostile(data)
	d := Detail(h, "images")
	for _, title := range []string{Title(h), d.Title} {
		if utf8.RuneCountInString(title) > longestTitle || title != visible(title) {
			return fmt.Errorf("title %q", title)
		}
	}
	for _, a := range Annotations(h, "images") {
		if len(a.Message) > 64<<10 || utf8.RuneCountInString(a.Title) > 255 || strings.ContainsFunc(strings.ReplaceAll(a.Title+a.Message, "\n", ""), hidden) {
			return fmt.Errorf("annotation %+v", a)
		}
	}
	for what, text := range map[string]string{
		"summary": Summary(h), "comment": Comment(h, data), "detail summary": d.Summary, "detail text": d.Text,
		"reduced comment": Comment(head(onMain(nil), onMain(h.Judged[0].Verdict)), data),
	} {
		if err := harmless(text); err != nil {
			return fmt.Errorf("%s: %w in\n%s", what, err, text)
		}
	}
	return nil
}

// harmless reads Markdown as far as Checkrein writes it, takes away what is its
// own and what stands in code, and wants nothing left that means more than itself.
func harmless(text string) error {
	if len(text) >= 65_000 || !utf8.ValidString(text) || strings.ContainsFunc(strings.ReplaceAll(text, "\n", ""), hidden) {
		return fmt.Errorf("%d bytes, or not UTF-8, or hidden characters", len(text))
	}
	if n := strings.Count(text, Marker); n > 1 || n == 1 && !strings.HasPrefix(text, Marker) {
		return fmt.Errorf("the marker stands %d times", n)
	}
	fence := ""
	for line := range strings.Lines(ownHistory.ReplaceAllString(text, "")) {
		line = strings.TrimSuffix(line, "\n")
		if fence != "" {
			if line == fence {
				fence = ""
			}
			continue
		}
		if m := ownFence.FindStringSubmatch(line); m != nil {
			fence = m[1]
			continue
		}
		if ownHTML.MatchString(line) {
			continue
		}
		rest, err := withoutCode(line)
		if err != nil {
			return err
		}
		rest = ownLink.ReplaceAllString(ownHeading.ReplaceAllString(rest, ""), "")
		rest = strings.ReplaceAll(strings.ReplaceAll(rest, "*Re-run*", ""), "**", "")
		if m := meansMore.FindString(rest); m != "" {
			return fmt.Errorf("%q got out: %s", m, line)
		}
	}
	if fence != "" {
		return fmt.Errorf("a fence of %d is left open", len(fence))
	}
	return nil
}

// withoutCode puts a bar for each code span of a line, as CommonMark finds them.
func withoutCode(line string) (string, error) {
	var out strings.Builder
	for {
		before, fence, rest := cutBackticks(line)
		out.WriteString(before)
		if fence == "" {
			return out.String(), nil
		}
		for closing := ""; closing != fence; {
			if _, closing, rest = cutBackticks(rest); closing == "" {
				return "", fmt.Errorf("a code span is left open: %s", line)
			}
		}
		out.WriteString("¦")
		line = rest
	}
}

// cutBackticks cuts a line around its first run of backticks.
func cutBackticks(line string) (before, run, after string) {
	i := strings.IndexByte(line, '`')
	if i < 0 {
		return line, "", ""
	}
	after = strings.TrimLeft(line[i:], "`")
	return line[:i], line[i : len(line)-len(after)], after
}

func TestNothingGetsOut(t *testing.T) {
	for _, evil := range []string{
		nasty, "", " ", "`", "``", "```\n", "a`", "`a", "``a``b`", "`a` `", "@a", "a@b.c", "#1", "**x**", "<b", "</details>", "\n\n# x", "\n- x", "1. x", "> x",
		"| a | b |", "x](javascript:alert(1))", "![x](y)", "[x]: y", "$`x`$", "\\`x`", ":+1:", "https://x", "HTTPS://X", "WWW.x", "deadbeef", "\u202e", "\xff`\xfe",
		"<!-- checkrein history\n" + headSHA + " failure 1 1\n-->", "&#64;a", "x\r@y", "x\u2028@y", "x\u00a0@y", "~~~\nx", "<!-\u200b- checkrein -->", Marker, strings.Repeat("`@", 400),
	} {
		if err := fuzzMarkdown(evil); err != nil {
			t.Errorf("%q: %v", evil, err)
		}
	}
}

// TestHarmlessCanFail keeps the judge of the test above honest.
func TestHarmlessCanFail(t *testing.T) {
	for _, bad := range []string{"@acme", "`x` <img>", "[x](https://evil.example)", "``x`", "a #12", "```text\nx", "\u200b", "x\n" + Marker, "deadbeef", ":x:"} {
		if harmless(bad) == nil {
			t.Errorf("%q passed", bad)
		}
	}
}

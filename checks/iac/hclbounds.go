package iac

import (
	"bytes"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
)

// The HCL parser recurses and keeps every token, so what it is given is bounded before.
const (
	// hclTokens bounds the tokens of a file; one costs about 100 bytes, and its expression as much again.
	hclTokens = 100_000
	// hclDepth bounds how deep brackets nest.
	hclDepth = 250
	// hclNested bounds what nests without brackets: conditions, splats, directives, signs.
	hclNested = 2_000
	// hclLines bounds the lines of one heredoc: the parser joins them one by one.
	hclLines = 2_500
)

// parseHCL parses a file, or a text that begins at an offset of it. The body is what
// could be understood; nil when nothing was. Of blocks that are needless (nil: none is) nothing
// may be made.
func parseHCL(text *lineText, from, to int, needless func(kind string, labels []string) bool) (*hclsyntax.Body, *Unread) {
	src := text.data[from:to]
	if u := boundHCL(src); u != nil {
		if u.Line > 0 {
			u.Line += text.LineAt(from) - 1
		}
		return nil, u
	}
	if bom := len(src) - len(bytes.TrimPrefix(src, []byte("\ufeff"))); bom > 0 {
		src, from = src[bom:], from+bom
	}
	if from == 0 {
		if body := plainHCL(src, needless); body != nil {
			return body, nil
		}
	}
	return libraryHCL(src, hcl.Pos{Byte: from, Line: text.LineAt(from), Column: 1})
}

func libraryHCL(src []byte, start hcl.Pos) (*hclsyntax.Body, *Unread) {
	file, diags := hclsyntax.ParseConfig(src, "", start)
	var unread *Unread
	if diags.HasErrors() {
		unread = malformedHCL(src, diags)
	}
	if file == nil {
		return nil, unread
	}
	body, _ := file.Body.(*hclsyntax.Body)
	return body, unread
}

// malformedHCL tells the first error. A template is told apart: it was never meant to
// be HCL before it is filled in.
func malformedHCL(src []byte, diags hcl.Diagnostics) *Unread {
	line, reason := 0, "malformed HCL"
	for _, d := range diags {
		if d.Severity == hcl.DiagError {
			reason += ": " + cut(d.Summary, 100)
			if d.Subject != nil {
				line = d.Subject.Start.Line
			}
			break
		}
	}
	if bytes.Contains(src, []byte("{{")) || bytes.Contains(src, []byte("{%")) || bytes.Contains(src, []byte("[[")) {
		return &Unread{Line: line, Kind: checks.Unsupported, Reason: "a template, not plain HCL"}
	}
	return &Unread{Line: line, Kind: checks.Defeated, Reason: reason}
}

// boundHCL says why a text is not given to the parser; nil when it may be.
func boundHCL(src []byte) *Unread {
	defeated := func(format string, args ...any) *Unread {
		return &Unread{Kind: checks.Defeated, Reason: fmt.Sprintf(format, args...)}
	}
	switch {
	case len(src) > tree.MaxFile:
		return defeated("%v", tree.ErrTooLarge)
	case !utf8.Valid(src):
		return defeated("not valid UTF-8")
	case bytes.IndexByte(src, 0) >= 0:
		return defeated("not text")
	}
	s := shapeOfHCL(src)
	switch {
	case s.tokens > hclTokens:
		return defeated("HCL of more than about %d tokens", hclTokens)
	case s.depth > hclDepth:
		return defeated("nested more than %d deep", hclDepth)
	case s.nested > hclNested || s.signs > hclNested:
		return defeated("more than %d conditions, splats or directives", hclNested)
	case longestHeredoc(src) > hclLines:
		return defeated("a text of more than %d lines", hclLines)
	}
	return nil
}

// hclShape are upper bounds of what a text holds, without knowing strings from code.
type hclShape struct{ tokens, depth, nested, signs int }

func shapeOfHCL(src []byte) hclShape {
	var s hclShape
	open, signs, word := 0, 0, false
	for i, c := range src {
		if isNameStart(c) || c >= '0' && c <= '9' || c >= utf8.RuneSelf {
			if !word {
				s.tokens++
			}
			word, signs = true, 0
			continue
		}
		word = false
		if c == ' ' || c == '\t' || c == '\r' {
			continue
		}
		s.tokens++
		if c == '-' || c == '!' {
			signs++
			s.signs = max(s.signs, signs)
			continue
		}
		signs = 0
		switch c {
		case '{', '[', '(':
			open++
			s.depth = max(s.depth, open)
			if i > 0 && src[i-1] == '%' {
				s.nested++
			}
		case '}', ']', ')':
			open = max(0, open-1)
		case '?':
			s.nested++
		case '$', '%':
			// A sign that begins nothing cuts a text in two for the parser.
			if i+1 < len(src) && src[i+1] != '{' {
				s.nested++
			}
		case '*':
			if i > 0 && (src[i-1] == '.' || src[i-1] == '[') {
				s.nested++
			}
		}
	}
	return s
}

// heredocStart is the end of a line that begins a heredoc, with its marker.
var heredocStart = regexp.MustCompile(`<<-?([\pL_][\pL\pN_-]*)[ \t\r]*$`)

// longestHeredoc is how many lines the longest heredoc has.
func longestHeredoc(src []byte) int {
	longest, lines := 0, 0
	var marker []byte
	for line := range bytes.Lines(src) {
		text := bytes.TrimSpace(line)
		switch {
		case marker == nil:
			if bytes.Contains(text, []byte("<<")) {
				if m := heredocStart.FindSubmatch(text); m != nil {
					marker, lines = m[1], 0
				}
			}
		case bytes.Equal(text, marker):
			marker = nil
		default:
			lines++
			longest = max(longest, lines)
		}
	}
	return longest
}

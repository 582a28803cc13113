package iac

import (
	"bytes"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks/lines"
)

// lineText is a file's bytes with an index of its lines.
type lineText struct {
	*lines.Index
	data []byte
	last int // the line that text is of
	text string
}

func newLineText(data []byte) *lineText { return &lineText{Index: lines.Of(data), data: data} }

// longestLine is how much of a line is quoted, in bytes: minified files have one
// line, and every site would carry all of it.
const longestLine = 1000

// lineOf is the text of a 1-based line without its line break, at most
// longestLine of it; empty outside the file.
func (t *lineText) lineOf(line int) string {
	if line < 1 || line > t.LineCount() {
		return ""
	}
	if line != t.last {
		text := t.data[t.Start(line):t.Start(line+1)]
		text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
		t.last, t.text = line, cut(string(text[:min(len(text), longestLine+utf8.UTFMax)]), longestLine)
	}
	return t.text
}

// cut shortens a text to at most n bytes, whole characters only.
func cut(text string, n int) string {
	if len(text) <= n {
		return text
	}
	for n > 0 && !utf8.RuneStart(text[n]) {
		n--
	}
	return text[:n]
}

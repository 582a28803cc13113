package iac

import (
	"bytes"
	"sort"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks"
)

// lineText is a file's bytes with an index of its lines, as an editor counts
// them: a line ends with LF, and a CR before it belongs to the line break.
type lineText struct {
	data   []byte
	starts []int32 // offset of each line's first byte; at least one
	last   int     // the line that text is of
	text   string
}

func newLineText(data []byte) *lineText {
	starts := make([]int32, 1, 1+bytes.Count(data, []byte{'\n'}))
	for at := 0; ; {
		i := bytes.IndexByte(data[at:], '\n')
		if i < 0 {
			return &lineText{data: data, starts: starts}
		}
		at += i + 1
		starts = append(starts, int32(at))
	}
}

// start is the offset of the first byte of a 1-based line; the end of the file after its last.
func (t *lineText) start(line int) int {
	if line > len(t.starts) {
		return len(t.data)
	}
	return int(t.starts[line-1])
}

// longestLine is how much of a line is quoted, in bytes: minified files have one
// line, and every site would carry all of it.
const longestLine = 1000

// lineAt is the 1-based line of a byte offset.
func (t *lineText) lineAt(offset int) int {
	return sort.Search(len(t.starts), func(i int) bool { return int(t.starts[i]) > offset })
}

// lineOf is the text of a 1-based line without its line break, at most
// longestLine of it; empty outside the file.
func (t *lineText) lineOf(line int) string {
	if line < 1 || line > len(t.starts) {
		return ""
	}
	if line != t.last {
		text := t.data[t.start(line):t.start(line+1)]
		text = bytes.TrimSuffix(bytes.TrimSuffix(text, []byte("\n")), []byte("\r"))
		t.last, t.text = line, cut(string(text[:min(len(text), longestLine+utf8.UTFMax)]), longestLine)
	}
	return t.text
}

// spanOf is the place of the bytes [from, to).
func (t *lineText) spanOf(from, to int) checks.Span {
	line, end := t.lineAt(from), t.lineAt(to)
	return checks.Span{
		Line: line, Column: from - t.start(line) + 1,
		EndLine: end, EndColumn: to - t.start(end) + 1,
	}
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

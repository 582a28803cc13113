package iac

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// markStep is how many runes lie between two marks.
const markStep = 256

// yamlMarks turns the library's positions into byte offsets. The library counts
// runes, not bytes, and knows more line breaks than LF: CR, NEL, LS and PS.
type yamlMarks struct {
	body  []byte
	marks []yamlMark // every markStep runes, the first at the beginning
}

// yamlMark is a place in a document: 1-based line and column as the library counts them.
type yamlMark struct{ offset, line, column int32 }

func newYAMLMarks(body []byte) *yamlMarks {
	at := yamlMark{line: 1, column: 1}
	if bytes.HasPrefix(body, []byte("\ufeff")) {
		at.offset = int32(len("\ufeff")) // the library drops it before it counts
	}
	m := &yamlMarks{body: body, marks: make([]yamlMark, 0, 1+len(body)/markStep)}
	for runes := 0; ; runes++ {
		if runes%markStep == 0 {
			m.marks = append(m.marks, at)
		}
		if int(at.offset) >= len(body) {
			return m
		}
		at = m.next(at)
	}
}

// next is the place one rune further.
func (m *yamlMarks) next(at yamlMark) yamlMark {
	r, size := rune(m.body[at.offset]), 1
	if r >= utf8.RuneSelf {
		r, size = utf8.DecodeRune(m.body[at.offset:])
	}
	at.offset += int32(size)
	at.column++
	switch r {
	case '\r':
		if int(at.offset) < len(m.body) && m.body[at.offset] == '\n' {
			return at
		}
		at.line, at.column = at.line+1, 1
	case '\n', '\u0085', '\u2028', '\u2029':
		at.line, at.column = at.line+1, 1
	}
	return at
}

// offset is the byte offset in the document of a 1-based line and a 1-based
// column in runes; the document's end where there is no such place.
func (m *yamlMarks) offset(line, column int) int {
	after := func(at yamlMark) bool {
		return int(at.line) > line || int(at.line) == line && int(at.column) > column
	}
	i := sort.Search(len(m.marks), func(i int) bool { return after(m.marks[i]) })
	if i == 0 {
		return int(m.marks[0].offset)
	}
	at := m.marks[i-1]
	for int(at.offset) < len(m.body) && (int(at.line) != line || int(at.column) != column) && !after(at) {
		at = m.next(at)
	}
	return int(at.offset)
}

package pipeline

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// markStep is how many characters lie between two marks.
const markStep = 256

// marks turn the YAML library's positions into offsets. The library counts characters,
// not bytes, and knows more line breaks than LF: CR, NEL, LS and PS.
type marks struct {
	data  []byte
	known []mark // one every markStep characters, the first at the beginning
}

// mark is an offset and its 1-based line and column as the library counts them.
type mark struct{ offset, line, column int32 }

// newMarks is nil where line and column count LF and bytes: in nearly every file.
func newMarks(data []byte) *marks {
	if isPlain(data) {
		return nil
	}
	at := mark{line: 1, column: 1}
	if bytes.HasPrefix(data, []byte(bom)) {
		at.offset = int32(len(bom)) // dropped by the library before it counts
	}
	m := &marks{data: data, known: make([]mark, 0, 1+len(data)/markStep)}
	for n := 0; ; n++ {
		if n%markStep == 0 {
			m.known = append(m.known, at)
		}
		if int(at.offset) >= len(data) {
			return m
		}
		at = m.next(at)
	}
}

// bom is the mark of a byte order that some editors write at the beginning.
const bom = "\ufeff"

// isPlain reports whether the bytes are ASCII and every CR stands before an LF.
func isPlain(data []byte) bool {
	for i, c := range data {
		if c >= utf8.RuneSelf || c == '\r' && (i+1 == len(data) || data[i+1] != '\n') {
			return false
		}
	}
	return true
}

// next is the place one character further.
func (m *marks) next(at mark) mark {
	r, size := utf8.DecodeRune(m.data[at.offset:])
	at.offset += int32(size)
	at.column++
	switch r {
	case '\r':
		if int(at.offset) < len(m.data) && m.data[at.offset] == '\n' {
			return at
		}
		at.line, at.column = at.line+1, 1
	case '\n', '\u0085', '\u2028', '\u2029':
		at.line, at.column = at.line+1, 1
	}
	return at
}

// offset is where a line and a column of the library stand; the end where there is no such place.
func (m *marks) offset(line, column int) int {
	after := func(at mark) bool {
		return int(at.line) > line || int(at.line) == line && int(at.column) > column
	}
	i := sort.Search(len(m.known), func(i int) bool { return after(m.known[i]) })
	at := m.known[max(i-1, 0)]
	for int(at.offset) < len(m.data) && !after(at) && (int(at.line) != line || int(at.column) != column) {
		at = m.next(at)
	}
	return int(at.offset)
}

package yamltext

import (
	"bytes"
	"sort"
	"unicode/utf8"
)

// step is how many characters lie between two marks.
const step = 256

// Marks turn the library's positions into offsets. The library counts characters, not
// bytes, and knows more line breaks than LF: CR, NEL, LS and PS.
type Marks struct {
	data  []byte
	known []mark // one every step characters, the first at the beginning
}

// mark is an offset and its 1-based line and column as the library counts them.
type mark struct{ offset, line, column int32 }

// BOM is the mark of a byte order that some editors write at the beginning.
const BOM = "\ufeff"

// NewMarks reads a text over.
func NewMarks(data []byte) *Marks {
	at := mark{line: 1, column: 1}
	if bytes.HasPrefix(data, []byte(BOM)) {
		at.offset = int32(len(BOM)) // dropped by the library before it counts
	}
	m := &Marks{data: data, known: make([]mark, 0, 1+len(data)/step)}
	for n := 0; ; n++ {
		if n%step == 0 {
			m.known = append(m.known, at)
		}
		if int(at.offset) >= len(data) {
			return m
		}
		at = m.next(at)
	}
}

// IsPlain reports whether the library's lines and columns count LF and bytes, as in nearly
// every file: the bytes are ASCII, and every CR stands before an LF.
func IsPlain(data []byte) bool {
	for i, c := range data {
		if c >= utf8.RuneSelf || c == '\r' && (i+1 == len(data) || data[i+1] != '\n') {
			return false
		}
	}
	return true
}

// next is the place one character further.
func (m *Marks) next(at mark) mark {
	r, size := rune(m.data[at.offset]), 1
	if r >= utf8.RuneSelf {
		r, size = utf8.DecodeRune(m.data[at.offset:])
	}
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

// Offset is where a line and a column of the library stand; the end where there is no such
// place.
func (m *Marks) Offset(line, column int) int {
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

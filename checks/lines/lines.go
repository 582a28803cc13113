// Package lines tells where the bytes of a file stand, as an editor counts: a line ends with
// LF, and a CR before it belongs to the line break. Lines and columns are 1-based, columns
// count bytes.
package lines

import (
	"bytes"
	"sort"

	"github.com/checkrein/checkrein/checks"
)

// Index is an index of a file's lines.
type Index struct {
	data   []byte
	starts []int32 // offset of each line's first byte; at least one
}

// Of makes the index of a file.
func Of(data []byte) *Index {
	starts := make([]int32, 1, 1+bytes.Count(data, []byte{'\n'}))
	for at := 0; ; {
		i := bytes.IndexByte(data[at:], '\n')
		if i < 0 {
			return &Index{data: data, starts: starts}
		}
		at += i + 1
		starts = append(starts, int32(at))
	}
}

// LineCount is how many lines there are, an empty last one counted.
func (x *Index) LineCount() int { return len(x.starts) }

// Start is the offset of the first byte of a line; the end of the file after its last.
func (x *Index) Start(line int) int {
	if line > len(x.starts) {
		return len(x.data)
	}
	return int(x.starts[line-1])
}

// LineAt is the line of an offset.
func (x *Index) LineAt(offset int) int {
	return sort.Search(len(x.starts), func(i int) bool { return int(x.starts[i]) > offset })
}

// Line is a line without its break; empty outside the file.
func (x *Index) Line(n int) []byte {
	if n < 1 || n > len(x.starts) {
		return nil
	}
	line := bytes.TrimSuffix(x.data[x.Start(n):x.Start(n+1)], []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// SpanOf is the place of the bytes [from, to); of none where to is not behind from.
func (x *Index) SpanOf(from, to int) checks.Span {
	to = max(from, to)
	line, end := x.LineAt(from), x.LineAt(to)
	return checks.Span{
		Line: line, Column: from - x.Start(line) + 1,
		EndLine: end, EndColumn: to - x.Start(end) + 1,
	}
}

package pipeline

import (
	"bytes"
	"sort"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// source is a file's bytes with an index of its lines. A line ends with LF; a CR before
// it belongs to the line break.
type source struct {
	data   []byte
	starts []int32 // offset of each line's first byte; at least one
}

func newSource(data []byte) *source {
	starts := make([]int32, 1, 1+bytes.Count(data, []byte{'\n'}))
	for at := 0; ; {
		i := bytes.IndexByte(data[at:], '\n')
		if i < 0 {
			return &source{data: data, starts: starts}
		}
		at += i + 1
		starts = append(starts, int32(at))
	}
}

// start is the offset of the first byte of a 1-based line; the file's end after its last.
func (s *source) start(line int) int {
	if line > len(s.starts) {
		return len(s.data)
	}
	return int(s.starts[line-1])
}

// line is a 1-based line without its line break; empty outside the file.
func (s *source) line(n int) []byte {
	if n < 1 || n > len(s.starts) {
		return nil
	}
	line := bytes.TrimSuffix(s.data[s.start(n):s.start(n+1)], []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// lineAt is the 1-based line of an offset.
func (s *source) lineAt(offset int) int {
	return sort.Search(len(s.starts), func(i int) bool { return int(s.starts[i]) > offset })
}

func (s *source) position(offset int) shell.Position {
	line := s.lineAt(offset)
	return shell.Position{Line: line, Column: offset - s.start(line) + 1}
}

// span is the place of the bytes [from, to).
func (s *source) span(from, to int) checks.Span {
	a, b := s.position(from), s.position(max(from, to))
	return checks.Span{Line: a.Line, Column: a.Column, EndLine: b.Line, EndColumn: b.Column}
}

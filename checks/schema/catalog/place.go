package catalog

import (
	"sort"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// Place is where something stands in the repository. Every change embeds the place
// of the statement that makes it.
type Place struct {
	Path string
	Span checks.Span
	Line string // the text of the span's first line, without its line break
}

// Where is the place itself: it makes what embeds a place tell it.
func (p Place) Where() Place { return p }

// File tells the places of one file's text.
type File struct {
	path, text string
	starts     []int // where each line begins
}

// NewFile prepares a file for Place.
func NewFile(path, text string) *File {
	f := &File{path: path, text: text, starts: []int{0}}
	for at := 0; ; {
		next := strings.IndexByte(text[at:], '\n')
		if next < 0 {
			return f
		}
		at += next + 1
		f.starts = append(f.starts, at)
	}
}

// Place is the place of the bytes from start up to end; both are held to the text.
func (f *File) Place(start, end int) Place {
	start = max(0, min(start, len(f.text)))
	end = max(start, min(end, len(f.text)))
	first, last := f.line(start), f.line(end)
	line := f.text[f.starts[first]:] // not searched for its end: it may be long, and asked for often
	if first+1 < len(f.starts) {
		line = f.text[f.starts[first] : f.starts[first+1]-1]
	}
	return Place{Path: f.path, Line: strings.TrimSuffix(line, "\r"), Span: checks.Span{
		Line: first + 1, Column: start - f.starts[first] + 1,
		EndLine: last + 1, EndColumn: end - f.starts[last] + 1,
	}}
}

func (f *File) line(offset int) int {
	return sort.SearchInts(f.starts, offset+1) - 1
}

package catalog

import (
	"sort"
	"strings"
	"unicode/utf8"

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
	pieces     []Piece
}

// Piece says where a part of an assembled text comes from: what begins at At, up to the next
// piece, stands for the file's bytes from Start up to End; Same: it is these bytes.
type Piece struct {
	At, Start, End int
	Same           bool
}

// NewAssembled prepares a file whose places are asked by offsets in a text that was put
// together from it. The pieces are sorted by At, the first at 0.
func NewAssembled(path, text string, pieces []Piece) *File {
	f := NewFile(path, text)
	f.pieces = pieces
	return f
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
	start, end = f.Origin(start, end)
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

// Origin are the bytes of the file that a part of the assembled text stands for.
func (f *File) Origin(start, end int) (int, int) {
	if len(f.pieces) == 0 {
		return start, end
	}
	first, last := f.piece(start), f.piece(max(start, end-1))
	from, to := first.Start, last.End
	if first.Same {
		from = min(first.Start+start-first.At, first.End)
	}
	if last.Same {
		to = min(last.Start+max(end, start)-last.At, last.End)
	}
	return from, to
}

func (f *File) piece(offset int) Piece {
	i := sort.Search(len(f.pieces), func(i int) bool { return f.pieces[i].At > offset })
	return f.pieces[max(0, i-1)]
}

// Readable is the text with a question mark for each byte that is no UTF-8, so that what is
// read of it can be kept as JSON and every position stays.
func Readable(data []byte) string {
	if utf8.Valid(data) {
		return string(data)
	}
	out := make([]byte, 0, len(data))
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n <= 1 {
			out = append(out, '?')
		} else {
			out = append(out, data[:n]...)
		}
		data = data[n:]
	}
	return string(out)
}

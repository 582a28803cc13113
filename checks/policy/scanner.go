package policy

import (
	"slices"
	"strings"
)

// directive is what an ignore comment begins with.
const directive = "checkrein:ignore"

// scanner walks through a text and tells comments from everything else.
type scanner struct {
	text string
	pos  int
	line int // of pos, 1-based

	code     []place   // the lines that hold more than comments and blanks, ascending
	comments []comment // those that begin with the directive
}

// place is where the content of a line begins. Hostile files have millions of lines.
type place struct{ line, pos int32 }

// comment is one line of a comment, without its marks.
type comment struct {
	line int
	text string
}

// below is the first line with content at or after line: its number and its text; 0
// when there is none.
func (s *scanner) below(line int) (int, string) {
	i, _ := slices.BinarySearchFunc(s.code, line, func(p place, line int) int { return int(p.line) - line })
	if i == len(s.code) {
		return 0, ""
	}
	text, _, _ := strings.Cut(s.text[s.code[i].pos:], "\n")
	return int(s.code[i].line), strings.TrimSpace(text)
}

func newScanner(text string) *scanner { return &scanner{text: text, line: 1} }

func (s *scanner) done() bool { return s.pos >= len(s.text) }

func (s *scanner) has(mark string) bool { return strings.HasPrefix(s.text[s.pos:], mark) }

// first reports whether nothing but blanks stands before pos on its line.
func (s *scanner) first() bool { return len(s.code) == 0 || int(s.code[len(s.code)-1].line) != s.line }

// spaced reports whether a blank or the begin of the line stands before pos.
func (s *scanner) spaced() bool {
	return s.pos == 0 || strings.IndexByte(" \t\n", s.text[s.pos-1]) >= 0
}

// step moves over one byte that is not part of a comment.
func (s *scanner) step() {
	switch s.text[s.pos] {
	case '\n':
		s.line++
	case ' ', '\t', '\r':
	default:
		s.markCode()
	}
	s.pos++
}

func (s *scanner) skip(n int) {
	for end := min(s.pos+n, len(s.text)); s.pos < end; {
		s.step()
	}
}

func (s *scanner) markCode() {
	if s.first() {
		s.code = append(s.code, place{int32(s.line), int32(s.pos)})
	}
}

// restOfLine is the text from pos to the end of its line.
func (s *scanner) restOfLine() string {
	rest := s.text[s.pos:]
	if end := strings.IndexByte(rest, '\n'); end >= 0 {
		rest = rest[:end]
	}
	return rest
}

// lineComment reads a comment that ends with its line.
func (s *scanner) lineComment(mark string) {
	rest := s.restOfLine()
	s.note(s.line, strings.TrimLeft(rest, mark))
	s.pos += len(rest)
}

// blockComment reads a comment that ends with a mark of its own, or with the text.
func (s *scanner) blockComment(begin, end string) {
	body := s.text[s.pos+len(begin):]
	s.pos = len(s.text)
	if n := strings.Index(body, end); n >= 0 {
		s.pos -= len(body) - n - len(end)
		body = body[:n]
	}
	for i, line := range strings.Split(body, "\n") {
		if i > 0 {
			s.line++
		}
		s.note(s.line, strings.TrimLeft(line, " \t*"))
	}
}

// note keeps a comment that begins with the directive.
func (s *scanner) note(line int, text string) {
	text = strings.TrimSpace(text)
	rest, ok := strings.CutPrefix(text, directive)
	if ok && (rest == "" || rest[0] == ' ' || rest[0] == '\t') && len(s.comments) <= maxIgnores {
		s.comments = append(s.comments, comment{line, rest})
	}
}

package policy

import (
	"errors"
	"io/fs"
	"strings"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
)

// Bounds of what a finding quotes: one line may be the whole file.
const (
	maxQuotes = 5
	maxQuote  = 500 // bytes
	maxWords  = 120 // bytes of one value in a sentence
)

// side is the policy file of one tree.
type side struct {
	ref      string
	doc      *Document // nil: there is none, or it cannot be read
	problems []Problem
	lines    []string
}

// readSide reads the file of a tree where it was prefetched. What is no regular file, or
// too large, is a problem of the file; an error is one of the source.
func (c *check) readSide(t tree.Tree) (*side, error) {
	s := &side{ref: t.Commit()}
	data, err := t.Read(Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return s, nil
	case errors.Is(err, tree.ErrNotRegular):
		s.problems = []Problem{{1, 1, "it is a symlink, a submodule or a folder, which is never followed: put the file itself there"}}
	case errors.Is(err, tree.ErrTooLarge):
		s.problems = []Problem{{1, 1, tooLarge()}}
	case err != nil:
		return nil, err
	default:
		s.parse(c, data)
	}
	return s, nil
}

// parse reads the bytes of the file.
func (s *side) parse(c *check, data []byte) {
	read := Read
	if c.options.OwnsOrganisation {
		read = ReadOrganisation
	}
	s.doc, s.problems = read(Path, data, c.options.Rules)
	s.lines = strings.Split(string(data), "\n")
}

// line is the text of a line; empty where there is none.
func (s *side) line(n int) string {
	if n < 1 || n > len(s.lines) {
		return ""
	}
	return strings.TrimSuffix(s.lines[n-1], "\r")
}

// span goes from the column, or from the first letter behind it, to the end of the line.
func (s *side) span(line, column int) checks.Span {
	text := s.line(line)
	for column <= len(text) && (text[column-1] == ' ' || text[column-1] == '\t') {
		column++
	}
	return checks.Span{Line: line, Column: column, EndLine: line, EndColumn: max(column, len(text)+1)}
}

// quotes quotes the first of these lines. A file that belongs to no tree, or has no
// lines to show, is not quoted.
func (s *side) quotes(lines []int, note string) []checks.Evidence {
	var all []checks.Evidence
	for _, n := range lines[:min(len(lines), maxQuotes)] {
		if s.ref == "" || n > len(s.lines) {
			continue
		}
		all = append(all, checks.Evidence{Path: Path, Span: s.span(n, 1), Ref: s.ref, Text: cut(s.line(n), maxQuote), Note: note})
	}
	return all
}

func shorten(words string) string { return cut(words, maxWords) }

// cut is text of at most this many bytes, in whole letters.
func cut(text string, most int) string {
	if len(text) <= most {
		return strings.ToValidUTF8(text, "\ufffd")
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return strings.ToValidUTF8(text[:most], "\ufffd") + "…"
}

package iac

import "strings"

// sequence collects the pieces of a passage in order.
type sequence struct {
	in   *interpolation
	from int // where it begins, for one without pieces
	args []Expr

	text           strings.Builder // the literal that is being read
	litFrom, litTo int             // its first byte, and after its last one
}

// skip passes over a byte that is no text of its own: a quote, an escape.
func (s *sequence) skip() { s.in.at++ }

// literal takes the byte that the passage stands at as the text c.
func (s *sequence) literal(c byte) {
	if s.text.Len() == 0 {
		s.litFrom = s.in.at
	}
	s.text.WriteByte(c)
	s.in.at++
	s.litTo = s.in.at
}

// add appends a piece.
func (s *sequence) add(e Expr) {
	s.flush()
	s.in.weight += 1
	s.args = append(s.args, e)
}

func (s *sequence) flush() {
	if s.text.Len() == 0 {
		return
	}
	op := Lit
	if strings.ContainsFunc(s.text.String(), outsideReference) {
		op = Unknown
	}
	span := s.in.span(s.litFrom, s.litTo)
	e := Expr{Op: op, Text: s.text.String(), Span: span, Line: s.in.line(span.Line)}
	s.in.weight += weigh(e)
	s.args = append(s.args, e)
	s.text.Reset()
}

// outsideReference reports whether no image reference can hold a character: the
// text is then a placeholder that something else fills in ("<image>", "%%TAG%%").
func outsideReference(r rune) bool {
	return !strings.ContainsRune("._/:@+-", r) && (r < '0' || r > '9') && !(r < 0x80 && isNameStart(byte(r)))
}

// expr is what was collected: one piece as it is, none as empty text.
func (s *sequence) expr() Expr {
	s.flush()
	switch len(s.args) {
	case 0:
		at := s.from
		if s.in.at > at {
			at++ // between the quotes
		}
		span := s.in.span(at, at)
		return Expr{Op: Lit, Span: span, Line: s.in.line(span.Line)}
	case 1:
		return s.args[0]
	}
	first, last := s.args[0].Span, s.args[len(s.args)-1].Span
	first.EndLine, first.EndColumn = last.EndLine, last.EndColumn
	return Expr{Op: Cat, Args: s.args, Span: first, Line: s.in.line(first.Line)}
}

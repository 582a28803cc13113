package usage

import "strings"

// java reads what begins with c in Java, Kotlin, Scala or C#.
func (s *scanner) java(c byte) bool {
	switch c {
	case '/':
		return s.comment()
	case '\'':
		return s.character()
	case '"':
	default:
		return false
	}
	open := s.at
	for open > 0 && (s.text[open-1] == '$' || s.text[open-1] == '@' || s.text[open-1] == 's' && s.language == java) {
		open--
	}
	prefix := s.text[open:s.at]
	q := quotes{open: open, closing: `"`}
	n := 0
	for s.at+n < len(s.text) && s.text[s.at+n] == '"' && n < 10 {
		n++
	}
	if n == 2 || n == 6 {
		s.at += n
		return true
	}
	if n >= 3 {
		q.closing, q.lines = strings.Repeat(`"`, n), true
		q.raw = s.language != java
	}
	switch {
	case s.language == kotlin, prefix == "s":
		q.hole, q.dollar = "${", true
	case s.language == cSharp:
		if strings.Contains(prefix, "$") {
			q.hole = "{"
		}
		if strings.Contains(prefix, "@") {
			q.raw, q.doubled, q.lines = true, true, true
		}
	}
	s.at += len(q.closing)
	return s.literal(q)
}

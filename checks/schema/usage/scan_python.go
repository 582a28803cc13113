package usage

import "strings"

// python reads what begins with c in Python.
func (s *scanner) python(c byte) bool {
	switch c {
	case '#':
		return s.remark()
	case '\'', '"':
	default:
		return false
	}
	open := s.at
	for open > 0 && s.at-open < 2 && strings.IndexByte("rRbBfFuUtT", s.text[open-1]) >= 0 {
		open--
	}
	if open > 0 && inWord(s.text[open-1]) {
		open = s.at
	}
	prefix := strings.ToLower(s.text[open:s.at])
	q := quotes{open: open, closing: string(c), raw: strings.Contains(prefix, "r")}
	if strings.ContainsAny(prefix, "ft") {
		q.hole = "{"
	}
	if triple := strings.Repeat(q.closing, 3); s.has(triple) {
		q.closing, q.lines = triple, true
	}
	s.at += len(q.closing)
	index := len(s.literals)
	s.literal(q)
	if q.hole == "" && index < len(s.literals) && (s.has(".format(") || s.has(".format_map(")) {
		s.formatted(&s.literals[index])
	}
	return true
}

// formatted finds the holes of a literal that .format fills in.
func (s *scanner) formatted(l *literal) {
	for at := l.start; at < l.end; at++ {
		if s.text[at] != '{' {
			continue
		}
		n := strings.IndexAny(s.text[at+1:l.end], "{}")
		if n < 0 || s.text[at+1+n] == '{' {
			at++
			continue
		}
		l.holes = append(l.holes, hole{at, at + n + 2})
		at += n + 1
	}
}

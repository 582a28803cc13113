package usage

// golang reads what begins with c in Go.
func (s *scanner) golang(c byte) bool {
	switch c {
	case '/':
		return s.comment()
	case '"':
		s.at++
		return s.literal(quotes{open: s.at - 1, closing: `"`})
	case '`':
		s.at++
		return s.literal(quotes{open: s.at - 1, closing: "`", raw: true, lines: true})
	case '\'':
		return s.character()
	}
	return false
}

// character passes 'x'.
func (s *scanner) character() bool {
	at := s.at + 1
	for at < len(s.text) && at < s.at+12 && s.text[at] != '\'' && s.text[at] != '\n' {
		if s.text[at] == '\\' {
			at++
		}
		at++
	}
	s.at = min(at+1, len(s.text))
	return true
}

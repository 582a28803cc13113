package migrations

import "strings"

// pythonScanner turns Python into tokens. A newline token ends a logical line.
type pythonScanner struct {
	text   string
	at     int
	depth  int // of brackets
	tokens []scanned
	failed string
}

func scanPython(text string) ([]scanned, string) {
	s := &pythonScanner{text: text, tokens: make([]scanned, 0, min(maxTokens, len(text)/4)+16)}
	for s.at < len(text) && s.failed == "" {
		if len(s.tokens) > maxTokens {
			return nil, "it has more words than are read"
		}
		s.next()
	}
	s.newline(s.at)
	return s.tokens, s.failed
}

func (s *pythonScanner) emit(kind tokenKind, start int) *scanned {
	s.tokens = append(s.tokens, scanned{kind: kind, start: start, end: s.at, text: s.text[start:s.at]})
	return &s.tokens[len(s.tokens)-1]
}

func (s *pythonScanner) newline(start int) {
	if n := len(s.tokens); n > 0 && s.tokens[n-1].kind != newlineToken {
		s.tokens = append(s.tokens, scanned{kind: newlineToken, start: start, end: start})
	}
}

func (s *pythonScanner) next() {
	start, c := s.at, s.text[s.at]
	switch {
	case c == '\n':
		s.at++
		if s.depth == 0 {
			s.newline(start)
		}
	case c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\\':
		s.at++
		if c == '\\' && s.at < len(s.text) && s.text[s.at] == '\r' {
			s.at++
		}
		if c == '\\' && s.at < len(s.text) && s.text[s.at] == '\n' {
			s.at++
		}
	case strings.HasPrefix(s.text[s.at:], "\ufeff"):
		s.at += len("\ufeff")
	case c == '#':
		if n := strings.IndexByte(s.text[s.at:], '\n'); n >= 0 {
			s.at += n
		} else {
			s.at = len(s.text)
		}
	case c == '"' || c == '\'':
		s.string(start)
	case isLetter(c):
		s.word(start)
	case isDigit(c) || c == '.' && s.at+1 < len(s.text) && isDigit(s.text[s.at+1]):
		for s.at < len(s.text) && (isWordByte(s.text[s.at]) || s.text[s.at] == '.') {
			s.at++
		}
		s.emit(numberToken, start)
	default:
		s.mark(start)
	}
}

// word is a name, or the letters before a string that say how to read it.
func (s *pythonScanner) word(start int) {
	for s.at < len(s.text) && isWordByte(s.text[s.at]) {
		s.at++
	}
	if s.at < len(s.text) && s.at-start <= 2 && (s.text[s.at] == '"' || s.text[s.at] == '\'') && strings.Trim(strings.ToLower(s.text[start:s.at]), "rbuft") == "" {
		s.string(start)
		return
	}
	s.emit(nameToken, start)
}

// string reads a string of one line, or of three quotes.
func (s *pythonScanner) string(start int) {
	prefix := strings.ToLower(s.text[start:s.at])
	raw, format := strings.Contains(prefix, "r"), strings.ContainsAny(prefix, "ft")
	quote := s.text[s.at]
	closer := string(quote)
	if strings.HasPrefix(s.text[s.at:], strings.Repeat(closer, 3)) {
		closer = strings.Repeat(closer, 3)
	}
	s.at += len(closer)
	b := pieces{text: s.text}
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == quote && strings.HasPrefix(s.text[s.at:], closer):
			b.flush(s.at)
			s.at += len(closer)
			s.emit(stringToken, start).pieces = b.list
			return
		case c == '\n' && len(closer) == 1:
			s.failed = "a string does not end"
			return
		case c == '\\' && s.at+1 < len(s.text):
			s.escape(&b, raw, quote)
		case format && (strings.HasPrefix(s.text[s.at:], "{{") || strings.HasPrefix(s.text[s.at:], "}}")):
			b.put(s.text[s.at:s.at+1], s.at, 2)
			s.at += 2
		case format && c == '{':
			s.at = b.field(s.at)
		default:
			b.add(s.at)
			s.at++
		}
	}
	s.failed = "a string does not end"
}

func (s *pythonScanner) escape(b *pieces, raw bool, quote byte) {
	if raw {
		b.add(s.at)
		s.at += 2
		return
	}
	b.width = 2
	switch c := s.text[s.at+1]; {
	case c == '\n':
		b.put("", s.at, 2)
	case strings.IndexByte("ntr\\'\"", c) >= 0:
		b.escape(s.at, true, quote, quote)
	default:
		b.add(s.at) // Python keeps what it does not know; numbers of characters stay as they are
	}
	s.at += b.width
}

// field reads {name} of an f-string and returns where the string goes on.
func (b *pieces) field(at int) int {
	b.flush(at)
	next := b.code(at - 1) // as #{...}, whose first mark it has not
	if len(b.list) == 0 || b.full() {
		return next
	}
	p := &b.list[len(b.list)-1]
	p.start = at
	p.text = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(b.text[at:p.end], "{"), "}"))
	p.code = true
	return next
}

var pythonMarks = []string{"**=", "//=", ">>=", "<<=", "...", "->", ":=", "==", "!=", ">=", "<=", "**", "//", "<<", ">>", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@="}

func (s *pythonScanner) mark(start int) {
	for _, m := range pythonMarks {
		if strings.HasPrefix(s.text[s.at:], m) {
			s.at += len(m)
			s.emit(markToken, start)
			return
		}
	}
	switch s.text[s.at] {
	case '(', '[', '{':
		s.depth++
	case ')', ']', '}':
		s.depth = max(0, s.depth-1)
	case ';':
		s.at++
		s.newline(start)
		return
	}
	s.at++
	s.emit(markToken, start)
}

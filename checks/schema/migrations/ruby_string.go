package migrations

import "strings"

// quoted reads a string up to its closing mark; brackets of the same kind nest.
func (s *rubyScanner) quoted(kind tokenKind, start, body int, opener, closer byte, expand, space bool) {
	s.at = body
	b := pieces{text: s.text}
	depth := 0
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == '\\' && s.at+1 < len(s.text):
			b.escape(s.at, expand, opener, closer)
			s.at += b.width
			continue
		case c == closer && depth == 0:
			b.flush(s.at)
			s.at++
			s.label(s.emitString(kind, start, space, b.list))
			return
		case c == closer:
			depth--
		case c == opener && opener != closer:
			depth++
		case expand && c == '#' && s.has("#{"):
			s.at = b.code(s.at)
			continue
		}
		b.add(s.at)
		s.at++
	}
	s.failed = "a string does not end"
}

func (s *rubyScanner) emitString(kind tokenKind, start int, space bool, list []piece) *scanned {
	token := s.emit(kind, start, s.at, space)
	token.pieces = list
	return token
}

// label turns "name": into the name of a keyword argument.
func (s *rubyScanner) label(token *scanned) {
	if token.kind != stringToken || !s.has(":") || s.has("::") || len(token.pieces) != 1 || s.at+1 < len(s.text) && s.text[s.at+1] != ' ' && s.text[s.at+1] != '\n' {
		return
	}
	if n := len(s.tokens); n > 1 && s.tokens[n-2].text == "?" {
		return
	}
	s.at++
	token.kind, token.text, token.end = labelToken, token.pieces[0].text, s.at
}

// pieces gathers the parts of a string.
type pieces struct {
	text  string
	list  []piece
	from  int // of the plain part under way
	open  bool
	width int // of the last escape
}

func (b *pieces) add(at int) {
	if !b.open {
		b.from, b.open = at, true
	}
}

// full: a string of so many parts is put together by nobody; what is beyond is not kept, and
// whoever reads it sees by the number that it is cut.
func (b *pieces) full() bool { return len(b.list) > maxParts }

func (b *pieces) flush(at int) {
	if b.open && !b.full() {
		b.list = append(b.list, piece{text: b.text[b.from:at], start: b.from, end: at})
	}
	b.open = false
}

func (b *pieces) put(text string, at, width int) {
	b.flush(at)
	b.width = width
	if text != "" && !b.full() {
		b.list = append(b.list, piece{text: text, start: at, end: at + width})
	}
}

// escape reads a backslash and what follows.
func (b *pieces) escape(at int, expand bool, opener, closer byte) {
	c := b.text[at+1]
	switch {
	case c == '\\' || c == closer || c == opener:
		b.put(string(c), at, 2)
	case !expand:
		b.add(at)
		b.width = 2
	case c == 'n':
		b.put("\n", at, 2)
	case c == 't':
		b.put("\t", at, 2)
	case c == 'r':
		b.put("\r", at, 2)
	case c == 's':
		b.put(" ", at, 2)
	case c == '\n':
		b.put("", at, 2)
	default:
		b.put(string(c), at, 2)
	}
}

// code reads #{...} and returns where the string goes on.
func (b *pieces) code(at int) int {
	b.flush(at)
	depth, end := 0, at+1
	for ; end < len(b.text); end++ {
		if b.text[end] == '{' {
			depth++
		}
		if b.text[end] == '}' {
			if depth--; depth == 0 {
				break
			}
		}
	}
	end = min(end, len(b.text))
	code := strings.TrimSpace(b.text[min(at+2, end):end])
	p := piece{text: code, code: true, start: at, end: min(end+1, len(b.text))}
	if n := len(code); n >= 2 && (code[0] == '\'' || code[0] == '"') && code[0] == code[n-1] && !strings.ContainsAny(code[1:n-1], "'\"\\#") {
		p.text, p.code = code[1:n-1], false // #{' '}
	}
	if !b.full() {
		b.list = append(b.list, p)
	}
	return min(end+1, len(b.text))
}

// heredocStart reads <<~SQL and its body, which begins on the next line or after the bodies
// of the heredocs before it.
func (s *rubyScanner) heredocStart(space bool) bool {
	start, at := s.at, s.at+2
	indented := false
	if at < len(s.text) && (s.text[at] == '~' || s.text[at] == '-') {
		indented = true
		at++
	}
	expand, quote := true, byte(0)
	if at < len(s.text) && (s.text[at] == '"' || s.text[at] == '\'') {
		quote = s.text[at]
		expand = quote == '"'
		at++
	}
	word := at
	for at < len(s.text) && isWordByte(s.text[at]) {
		at++
	}
	id := s.text[word:at]
	if id == "" || quote == 0 && !('A' <= id[0] && id[0] <= 'Z' || id[0] == '_' || indented) {
		return false
	}
	if quote != 0 {
		if at >= len(s.text) || s.text[at] != quote {
			return false
		}
		at++
	}
	s.at = at
	token := s.emit(stringToken, start, at, space)
	token.pieces = s.heredocBody(id, indented, expand)
	return true
}

func (s *rubyScanner) heredocBody(id string, indented, expand bool) []piece {
	at := s.heredoc
	if at == 0 {
		n := strings.IndexByte(s.text[s.at:], '\n')
		if n < 0 {
			s.failed = "a heredoc does not end"
			return nil
		}
		at = s.at + n + 1
	}
	b := pieces{text: s.text}
	for at < len(s.text) {
		end := strings.IndexByte(s.text[at:], '\n')
		if end < 0 {
			end = len(s.text) - at
		}
		line := strings.TrimRight(s.text[at:at+end], "\r")
		if indented {
			line = strings.TrimLeft(line, " \t")
		}
		if line == id {
			b.flush(at)
			s.heredoc = min(at+end+1, len(s.text))
			if b.list == nil {
				b.list = []piece{{start: at, end: at}}
			}
			return b.list
		}
		at = b.heredocLine(at, min(at+end+1, len(s.text)), expand)
	}
	s.failed = "a heredoc does not end"
	return nil
}

func (b *pieces) heredocLine(at, end int, expand bool) int {
	for at < end {
		switch {
		case expand && b.text[at] == '\\' && at+1 < len(b.text):
			b.escape(at, true, 0, 0)
			at += b.width
		case expand && strings.HasPrefix(b.text[at:], "#{"):
			at = b.code(at)
		default:
			b.add(at)
			at++
		}
	}
	return at
}

// rubyMarks are the marks of more than one character, longest first.
var rubyMarks = []string{"<=>", "===", "**=", "||=", "&&=", "...", "<<=", ">>=", "**", "==", "!=", ">=", "<=", "&&", "||", "=~", "!~", "..", "::", "+=", "-=", "*=", "/=", "|=", "&=", "%=", "<<", ">>", "->", "=>", "&."}

func (s *rubyScanner) mark(space bool) {
	for _, m := range rubyMarks {
		if s.has(m) {
			s.at += len(m)
			s.emit(markToken, s.at-len(m), s.at, space)
			return
		}
	}
	s.at++
	s.emit(markToken, s.at-1, s.at, space)
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c >= 0x80 }
func isWordByte(c byte) bool {
	return isLetter(c) || isDigit(c)
}

package migrations

import (
	"strings"
)

type tokenKind uint8

const (
	endToken tokenKind = iota
	newlineToken
	nameToken // Ruby: keywords too
	numberToken
	stringToken
	symbolToken
	labelToken // Ruby's name: of a keyword argument
	wordsToken // Ruby's %w and %i
	markToken
)

// scanned is one token of a script.
type scanned struct {
	kind       tokenKind
	space      bool // stands before it
	start, end int
	pieces     []piece
	text       string
}

// rubyScanner turns Ruby into tokens.
type rubyScanner struct {
	text    string
	at      int
	heredoc int // where the line after the bodies of this line's heredocs begins; 0: none
	tokens  []scanned
	failed  string
}

func scanRuby(text string) ([]scanned, string) {
	s := &rubyScanner{text: text, tokens: make([]scanned, 0, min(maxTokens, len(text)/4)+16)}
	for s.at < len(text) && s.failed == "" {
		if len(s.tokens) > maxTokens {
			return nil, "it has more words than are read"
		}
		s.next()
	}
	s.emit(newlineToken, s.at, s.at, false)
	return s.tokens, s.failed
}

func (s *rubyScanner) emit(kind tokenKind, start, end int, space bool) *scanned {
	s.tokens = append(s.tokens, scanned{kind: kind, start: start, end: end, space: space, text: s.text[start:min(end, len(s.text))]})
	return &s.tokens[len(s.tokens)-1]
}

func (s *rubyScanner) last() scanned {
	if len(s.tokens) == 0 {
		return scanned{kind: newlineToken}
	}
	return s.tokens[len(s.tokens)-1]
}

func (s *rubyScanner) has(prefix string) bool { return strings.HasPrefix(s.text[s.at:], prefix) }

func (s *rubyScanner) next() {
	space := s.blanks()
	if s.at >= len(s.text) {
		return
	}
	start, c := s.at, s.text[s.at]
	switch {
	case c == '\n':
		s.newline()
	case c == ';':
		s.at++
		s.emit(newlineToken, start, s.at, space)
	case isLetter(c) || c == '@' || c == '$':
		s.name(space)
	case isDigit(c):
		for s.at < len(s.text) && (isWordByte(s.text[s.at]) || s.text[s.at] == '.' && s.at+1 < len(s.text) && isDigit(s.text[s.at+1])) {
			s.at++
		}
		s.emit(numberToken, start, s.at, space)
	case c == '"' || c == '\'' || c == '`':
		s.quoted(stringToken, start, start+1, c, c, c != '\'', space)
	case c == ':' && s.symbol(space):
	case c == '%' && s.operand(space) && s.percent(space):
	case c == '<' && s.has("<<") && s.operand(space) && s.heredocStart(space):
	case c == '/' && s.operand(space):
		s.quoted(stringToken, start, start+1, '/', '/', true, space)
		for s.at < len(s.text) && isLetter(s.text[s.at]) {
			s.at++
		}
		s.tokens[len(s.tokens)-1].pieces = []piece{{text: "a regular expression", code: true, start: start, end: s.at}}
	case c == '?' && s.operand(space) && s.at+1 < len(s.text) && isWordByte(s.text[s.at+1]) && (s.at+2 >= len(s.text) || !isWordByte(s.text[s.at+2])):
		s.at += 2
		s.emit(stringToken, start, s.at, space).pieces = []piece{{text: s.text[start+1 : s.at], start: start + 1, end: s.at}}
	default:
		s.mark(space)
	}
}

// blanks skips blanks, comments and joined lines.
func (s *rubyScanner) blanks() bool {
	start := s.at
	for s.at < len(s.text) {
		switch c := s.text[s.at]; {
		case c == ' ' || c == '\t' || c == '\r' || c == '\f':
			s.at++
		case c == '\\' && s.has("\\\n"):
			s.at += 2
		case c == '\\' && s.has("\\\r\n"):
			s.at += 3
		case c == '#':
			s.line()
		case c == '=' && s.has("=begin") && s.lineStart():
			end := strings.Index(s.text[s.at:], "\n=end")
			if end < 0 {
				s.at = len(s.text)
				return true
			}
			s.at += end + 1
			s.line()
		case c == '_' && s.has("__END__") && s.lineStart():
			s.at = len(s.text)
		default:
			return s.at > start
		}
	}
	return s.at > start
}

func (s *rubyScanner) lineStart() bool { return s.at == 0 || s.text[s.at-1] == '\n' }

func (s *rubyScanner) line() {
	if n := strings.IndexByte(s.text[s.at:], '\n'); n >= 0 {
		s.at += n
		return
	}
	s.at = len(s.text)
}

// newline ends a line, unless the next one goes on with a call.
func (s *rubyScanner) newline() {
	start := s.at
	s.at++
	if s.heredoc > 0 {
		s.at, s.heredoc = s.heredoc, 0
	}
	if s.last().kind == newlineToken {
		return
	}
	ahead := *s
	for ahead.blanks() || ahead.at < len(ahead.text) && ahead.text[ahead.at] == '\n' {
		if ahead.at < len(ahead.text) && ahead.text[ahead.at] == '\n' {
			ahead.at++
		}
	}
	if ahead.has("&.") || ahead.has(".") && !ahead.has("..") {
		s.at = ahead.at
		return
	}
	s.emit(newlineToken, start, start+1, false)
}

func (s *rubyScanner) name(space bool) {
	start := s.at
	for s.at < len(s.text) && (s.text[s.at] == '@' || s.text[s.at] == '$') {
		s.at++
	}
	for s.at < len(s.text) && isWordByte(s.text[s.at]) {
		s.at++
	}
	if s.at == start+1 && s.text[start] == '$' {
		s.at = min(s.at+1, len(s.text)) // $!
	}
	if (s.has("?") || s.has("!")) && !strings.HasPrefix(s.text[s.at+1:], "=") {
		s.at++
	}
	if s.has(":") && !s.has("::") && !s.afterDot() && !s.ternary(space) {
		s.at++
		token := s.emit(labelToken, start, s.at, space)
		token.text = s.text[start : s.at-1]
		return
	}
	s.emit(nameToken, start, s.at, space)
}

func (s *rubyScanner) afterDot() bool {
	last := s.last()
	return last.kind == markToken && last.text == "."
}

// ternary reports whether the name is the middle of cond ? name : other.
func (s *rubyScanner) ternary(bool) bool {
	last := s.last()
	return last.kind == markToken && last.text == "?"
}

// operand reports whether a value is expected rather than an operator.
func (s *rubyScanner) operand(space bool) bool {
	tight := s.at+1 < len(s.text) && s.text[s.at+1] != ' ' && s.text[s.at+1] != '='
	switch last := s.last(); last.kind {
	case nameToken:
		if rubyBefore[last.text] {
			return true
		}
		return space && tight
	case numberToken, stringToken, symbolToken, wordsToken:
		return false
	case markToken:
		return last.text != ")" && last.text != "]" && last.text != "}"
	}
	return true
}

// rubyBefore are the keywords after which a value stands.
var rubyBefore = map[string]bool{"if": true, "unless": true, "while": true, "until": true, "and": true, "or": true, "not": true, "when": true,
	"return": true, "then": true, "do": true, "else": true, "elsif": true, "in": true, "case": true, "puts": true}

func (s *rubyScanner) symbol(space bool) bool {
	start := s.at
	rest := s.text[start+1:]
	if rest == "" || rest[0] == ':' {
		return false
	}
	if rest[0] == '"' || rest[0] == '\'' {
		s.quoted(symbolToken, start, start+2, rest[0], rest[0], rest[0] == '"', space)
		return true
	}
	if !isLetter(rest[0]) && rest[0] != '@' {
		return false
	}
	end := 1
	for end < len(rest) && isWordByte(rest[end]) {
		end++
	}
	if end < len(rest) && (rest[end] == '?' || rest[end] == '!' || rest[end] == '=' && !strings.HasPrefix(rest[end:], "=>") && !strings.HasPrefix(rest[end:], "==")) {
		end++
	}
	s.at = start + 1 + end
	s.emit(symbolToken, start, s.at, space).pieces = []piece{{text: rest[:end], start: start + 1, end: s.at}}
	return true
}

var closers = map[byte]byte{'(': ')', '[': ']', '{': '}', '<': '>'}

// percent reads %w[...], %i[...], %q(...) and their like.
func (s *rubyScanner) percent(space bool) bool {
	start, at := s.at, s.at+1
	kind := byte('Q')
	if at < len(s.text) && strings.IndexByte("wWiIqQrsx", s.text[at]) >= 0 {
		kind = s.text[at]
		at++
	}
	if at >= len(s.text) || isWordByte(s.text[at]) || s.text[at] == ' ' || s.text[at] == '\n' || s.text[at] == '=' {
		return false
	}
	closer, ok := closers[s.text[at]]
	if !ok {
		closer = s.text[at]
	}
	switch kind {
	case 'w', 'W', 'i', 'I':
		s.quoted(wordsToken, start, at+1, s.text[at], closer, false, space)
	case 'q', 's':
		s.quoted(stringToken, start, at+1, s.text[at], closer, false, space)
	default:
		s.quoted(stringToken, start, at+1, s.text[at], closer, true, space)
	}
	return true
}

package usage

import "strings"

// literal is a string in code: text[start:end] without its quotes, text[open:close] with
// them and what stands before them.
type literal struct {
	open, start, end, close int
	// raw: a backslash is itself.
	raw bool
	// doubled: its quote is written twice to mean itself.
	doubled bool
	// nested: it stands in a hole of another.
	nested bool
	// holes are where code puts values in.
	holes []hole
	// tag is the word that stands before the quote, or the heredoc's: sql, SQL.
	tag string
}

// hole is a piece of a literal that code computes, with its braces.
type hole struct{ start, end int }

// scanner finds the literals of one file, exactly to the byte.
type scanner struct {
	text     string
	at       int
	language language
	literals []literal
	depth    int // of holes within holes
	pending  []heredoc
	comments []hole
	full     bool // there are more literals than are kept
}

// maxLiterals is how many literals a file may have.
const maxLiterals = 120_000

// maxNesting is how deep a literal in a hole of a literal is looked into.
const maxNesting = 12

// scan finds the literals of a text, in the order in which they begin, and its comments.
func scan(l language, text string) *scanner {
	s := &scanner{text: text, language: l, literals: make([]literal, 0, min(len(text)/64, 4000))}
	if l == php {
		s.pastPHP()
	}
	s.code(false)
	return s
}

// code passes over code, up to the brace that closes a hole if it stands in one.
func (s *scanner) code(inHole bool) {
	braces := 0
	for s.at < len(s.text) {
		c := s.text[s.at]
		if !marks[c] {
			s.at++
			continue
		}
		switch {
		case c == '{':
			braces++
			s.at++
		case c == '}':
			if braces == 0 && inHole {
				return
			}
			braces--
			s.at++
		case c == '\n' && len(s.pending) > 0:
			s.heredocs()
		case !s.step(c):
			s.at++
		}
	}
}

// marks are the bytes that may begin something.
var marks = [256]bool{'\n': true, '"': true, '\'': true, '`': true, '/': true, '#': true, '{': true, '}': true, '<': true, '?': true, '%': true, '=': true}

// step reads what begins here with a quote or a comment's sign; false: it is neither.
func (s *scanner) step(c byte) bool {
	switch s.language {
	case javaScript:
		return s.javaScript(c)
	case python:
		return s.python(c)
	case ruby, elixir:
		return s.ruby(c)
	case golang:
		return s.golang(c)
	case php:
		return s.php(c)
	case java, kotlin, cSharp:
		return s.java(c)
	}
	return false
}

func (s *scanner) has(prefix string) bool { return strings.HasPrefix(s.text[s.at:], prefix) }

// line passes the rest of the line, up to its break.
func (s *scanner) line() bool {
	n := strings.IndexByte(s.text[s.at:], '\n')
	if n < 0 {
		n = len(s.text) - s.at
	}
	s.at += n
	return true
}

// past passes everything up to the end of the next closing, or to the end of the text.
func (s *scanner) past(closing string) bool {
	n := strings.Index(s.text[s.at:], closing)
	if n < 0 {
		s.at = len(s.text)
		return true
	}
	s.at += n + len(closing)
	return true
}

// comment passes // and /* */.
func (s *scanner) comment() bool {
	switch {
	case s.has("//"):
		return s.remark()
	case s.has("/*"):
		start := s.at
		s.at += 2
		s.past("*/")
		s.comments = append(s.comments, hole{start, s.at})
		return true
	}
	return false
}

// remark passes a comment that ends with its line.
func (s *scanner) remark() bool {
	start := s.at
	s.line()
	s.comments = append(s.comments, hole{start, s.at})
	return true
}

// quotes says how a literal ends and what is special in it.
type quotes struct {
	open    int // where it begins, prefix included
	closing string
	raw     bool
	doubled bool   // the closing quote is written twice to mean itself
	lines   bool   // it may go over lines
	hole    string // what opens a hole: "${", "#{", "{"; "": none
	dollar  bool   // $name is a hole too
	tag     string
}

// literal reads a literal whose content begins here.
func (s *scanner) literal(q quotes) bool {
	if s.full = s.full || len(s.literals) >= maxLiterals; s.full {
		s.at = len(s.text)
		return true
	}
	l := literal{open: q.open, start: s.at, raw: q.raw, doubled: q.doubled, nested: s.depth > 0, tag: q.tag}
	index := len(s.literals)
	s.literals = append(s.literals, l)
	l.end, l.close = -1, -1
	first := q.closing[0]
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == '\\' && !q.raw:
			s.at = min(s.at+2, len(s.text))
		case c == first && s.has(q.closing):
			if q.doubled && strings.HasPrefix(s.text[s.at+1:], q.closing) {
				s.at += 2
				continue
			}
			l.end = s.at
			s.at += len(q.closing)
			l.close = s.at
		case c == '\n' && !q.lines:
			l.end, l.close = s.at, s.at
		case q.hole != "" && c == q.hole[0] && s.has(q.hole):
			s.hole(&l, q)
		case q.dollar && c == '$' && s.at+1 < len(s.text) && letter(s.text[s.at+1]):
			start := s.at
			for s.at++; s.at < len(s.text) && inWord(s.text[s.at]) && s.text[s.at] < 0x80; s.at++ {
			}
			l.holes = append(l.holes, hole{start, s.at})
		default:
			s.at++
		}
		if l.close >= 0 {
			break
		}
	}
	if l.close < 0 {
		l.end, l.close = len(s.text), len(s.text)
	}
	s.literals[index] = l
	return true
}

// hole reads a hole, with the literals in it.
func (s *scanner) hole(l *literal, q quotes) {
	start := s.at
	s.at += len(q.hole)
	if q.hole == "{" && s.has("{") { // written twice it means itself
		s.at++
		return
	}
	if s.depth >= maxNesting {
		return
	}
	s.depth++
	if q.hole == "{" {
		s.simpleHole()
	} else {
		s.code(true)
	}
	s.depth--
	s.at = min(s.at+1, len(s.text))
	l.holes = append(l.holes, hole{start, s.at})
}

// simpleHole passes a Python or C# hole: its literals are not looked into, as they may not
// hold the quotes around them.
func (s *scanner) simpleHole() {
	braces := 0
	for ; s.at < len(s.text) && s.text[s.at] != '\n'; s.at++ {
		switch s.text[s.at] {
		case '{':
			braces++
		case '}':
			if braces == 0 {
				return
			}
			braces--
		}
	}
}

func letter(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }

// wordBefore is the word that ends at an offset.
func wordBefore(text string, end int) string {
	start := end
	for start > 0 && (inWord(text[start-1]) || text[start-1] == '$') {
		start--
	}
	return text[start:end]
}

// before is the last byte before an offset that is no blank, and where it stands.
func before(text string, at int) (byte, int) {
	for at--; at >= 0; at-- {
		if c := text[at]; c != ' ' && c != '\t' && c != '\n' && c != '\r' {
			return c, at
		}
	}
	return 0, -1
}

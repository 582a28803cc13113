// Package ecma reads as much of JavaScript and TypeScript as it takes to follow a migration:
// expressions and statements with exact positions, types passed over. It is no compiler:
// what it does not know is left out and said to be.
package ecma

import (
	"strings"
	"unicode/utf8"
)

type kind byte

const (
	word kind = iota
	number
	text     // '..' or ".."
	template // `..`, with all that is in it
	regex
	mark // an operator or bracket
	end
)

// token is a piece of the source. A template's parts are tokens of their own.
type token struct {
	kind       kind
	start, end int
	// match is the index of the bracket that closes this one, or -1.
	match int
	// parts are a template's texts and the tokens between them.
	parts []part
	// newline: a line break stands before it.
	newline bool
}

// part is a template's text, and the tokens of the ${} behind it; the last has none.
type part struct {
	start, end int
	hole       *lexed
	holeEnd    int // behind its }
}

// lexed are the tokens of a stretch of source, closed by an end token.
type lexed struct{ tokens []token }

// maxNested is how deep templates and brackets may stand in each other.
const maxNested = 200

type lexer struct {
	src    string
	at     int
	depth  int
	failed string
}

// lex reads up to the end, or to the brace that closes a template's hole.
func (l *lexer) lex(hole bool) *lexed {
	out := &lexed{}
	var open []int
	braces := 0
	for {
		newline := l.skip()
		start := l.at
		if l.at >= len(l.src) || l.failed != "" {
			out.tokens = append(out.tokens, token{kind: end, start: start, end: start, match: -1, newline: newline})
			return out
		}
		if hole && braces == 0 && l.src[l.at] == '}' {
			out.tokens = append(out.tokens, token{kind: end, start: start, end: start, match: -1, newline: newline})
			return out
		}
		t := token{start: start, match: -1, newline: newline}
		l.read(&t, out.tokens)
		t.end = l.at
		out.tokens = append(out.tokens, t)
		if t.kind != mark || t.end != t.start+1 {
			continue
		}
		switch c := l.src[t.start]; c {
		case '(', '[', '{':
			open = append(open, len(out.tokens)-1)
			if c == '{' {
				braces++
			}
		case ')', ']', '}':
			if c == '}' {
				braces--
			}
			if n := len(open); n > 0 && closes(l.src[out.tokens[open[n-1]].start], c) {
				out.tokens[open[n-1]].match = len(out.tokens) - 1
				open = open[:n-1]
			}
		}
	}
}

func closes(open, close byte) bool {
	return open == '(' && close == ')' || open == '[' && close == ']' || open == '{' && close == '}'
}

// skip passes blanks and comments and reports whether there was a line break.
func (l *lexer) skip() bool {
	newline := false
	for l.at < len(l.src) {
		switch c := l.src[l.at]; {
		case c == '\n':
			newline = true
			l.at++
		case c <= ' ':
			l.at++
		case strings.HasPrefix(l.src[l.at:], "//") || l.at == 0 && strings.HasPrefix(l.src, "#!"):
			l.to("\n", false)
		case strings.HasPrefix(l.src[l.at:], "/*"):
			from := l.at
			l.at += 2
			l.to("*/", true)
			newline = newline || strings.Contains(l.src[from:l.at], "\n")
		case strings.HasPrefix(l.src[l.at:], "\ufeff"), strings.HasPrefix(l.src[l.at:], "\u00a0"):
			_, n := utf8.DecodeRuneInString(l.src[l.at:])
			l.at += n
		default:
			return newline
		}
	}
	return newline
}

// to goes to a text, or behind it; without one to the end.
func (l *lexer) to(text string, behind bool) {
	n := strings.Index(l.src[l.at:], text)
	switch {
	case n < 0:
		l.at = len(l.src)
	case behind:
		l.at += n + len(text)
	default:
		l.at += n
	}
}

func (l *lexer) read(t *token, before []token) {
	switch c := l.src[l.at]; {
	case c == '\'' || c == '"':
		t.kind = text
		l.quoted(c)
	case c == '`':
		t.kind = template
		l.template(t)
	case isWord(c):
		t.kind = word
		for l.at++; l.at < len(l.src) && isWordOrDigit(l.src[l.at]); l.at++ {
		}
	case isDigit(c) || c == '.' && l.at+1 < len(l.src) && isDigit(l.src[l.at+1]):
		t.kind = number
		for l.at < len(l.src) && (isWordOrDigit(l.src[l.at]) || l.src[l.at] == '.') {
			l.at++
		}
	case c == '/' && l.operandFollows(before):
		t.kind = regex
		l.regex()
	default:
		t.kind = mark
		l.at += len(operator(l.src[l.at:]))
	}
}

// operators are those of more than one sign, the longer first. ">" stands alone, as it also
// closes a list of types.
var operators = []string{"===", "!==", "**=", "...", "&&=", "||=", "??=", "<<=", "=>", "==", "!=", "<=", "&&", "||", "??", "?.", "++", "--", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "**", "<<"}

func operator(rest string) string {
	for _, o := range operators {
		if strings.HasPrefix(rest, o) {
			if o == "?." && len(rest) > 2 && isDigit(rest[2]) {
				continue // a condition: a?.5:b
			}
			return o
		}
	}
	return rest[:1]
}

func (l *lexer) quoted(quote byte) {
	for l.at++; l.at < len(l.src); l.at++ {
		switch l.src[l.at] {
		case '\\':
			l.at++
		case quote:
			l.at++
			return
		case '\n':
			return // not closed on its line
		}
	}
	l.at = len(l.src)
}

func (l *lexer) template(t *token) {
	if l.depth++; l.depth > maxNested {
		l.failed = "templates stand too deep in each other"
		l.at = len(l.src)
		return
	}
	defer func() { l.depth-- }()
	l.at++
	from := l.at
	for l.at < len(l.src) {
		switch c := l.src[l.at]; {
		case c == '\\':
			l.at = min(l.at+2, len(l.src))
		case c == '`':
			t.parts = append(t.parts, part{start: from, end: l.at})
			l.at++
			return
		case c == '$' && l.at+1 < len(l.src) && l.src[l.at+1] == '{':
			p := part{start: from, end: l.at}
			l.at += 2
			p.hole = l.lex(true)
			l.at = min(l.at+1, len(l.src))
			p.holeEnd = l.at
			from = l.at
			t.parts = append(t.parts, p)
		default:
			l.at++
		}
	}
	t.parts = append(t.parts, part{start: from, end: len(l.src)})
	l.at = len(l.src)
}

// operandFollows reports whether a value may begin here, so that a slash begins a regular
// expression.
func (l *lexer) operandFollows(before []token) bool {
	if len(before) == 0 {
		return true
	}
	last := before[len(before)-1]
	switch last.kind {
	case number, text, template, regex:
		return false
	case word:
		switch l.src[last.start:last.end] {
		case "return", "typeof", "case", "in", "of", "do", "else", "void", "delete", "instanceof", "await", "yield", "new", "throw":
			return true
		}
		return false
	}
	c := l.src[last.end-1]
	return c != ')' && c != ']' && c != '}'
}

func (l *lexer) regex() {
	class := false
	for l.at++; l.at < len(l.src); l.at++ {
		switch c := l.src[l.at]; {
		case c == '\n':
			return
		case c == '\\':
			l.at++
		case c == '[':
			class = true
		case c == ']':
			class = false
		case c == '/' && !class:
			for l.at++; l.at < len(l.src) && isWordOrDigit(l.src[l.at]); l.at++ {
			}
			return
		}
	}
	l.at = len(l.src)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isWord(c byte) bool {
	return c == '_' || c == '$' || c == '#' || c == '@' || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80
}

func isWordOrDigit(c byte) bool { return isWord(c) && c != '@' && c != '#' || isDigit(c) }

package sql

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// tokenKind is as much of a token as splitting needs to know.
type tokenKind byte

const (
	wordToken   tokenKind = iota // a name or keyword
	quotedToken                  // a quoted name
	textToken                    // a string of any kind
	numberToken
	markToken // anything else, one byte
	endToken
)

type token struct {
	kind       tokenKind
	start, end int
}

// lexer cuts SQL into tokens, past blanks and comments. What is not closed goes to the end.
type lexer struct {
	dialect catalog.Dialect
	text    string
	at, end int
}

func (l *lexer) is(t token, word string) bool {
	return t.kind == wordToken && strings.EqualFold(l.text[t.start:t.end], word)
}

func (l *lexer) mark(t token) byte {
	if t.kind != markToken {
		return 0
	}
	return l.text[t.start]
}

func (l *lexer) next() token {
	l.skip()
	start := l.at
	if start >= l.end {
		return token{endToken, l.end, l.end}
	}
	kind := l.advance()
	l.at = min(l.at, l.end)
	return token{kind, start, l.at}
}

// skip passes over blanks and comments. MySQL runs what stands in /*! */.
func (l *lexer) skip() {
	for l.at < l.end {
		rest := l.text[l.at:l.end]
		switch {
		case rest[0] <= ' ':
			l.at++
		case strings.HasPrefix(rest, "\ufeff"):
			l.at += len("\ufeff")
		case strings.HasPrefix(rest, "--") && (l.dialect != catalog.MySQL || len(rest) == 2 || rest[2] <= ' '),
			rest[0] == '#' && l.dialect == catalog.MySQL:
			l.line()
		case l.runsComment(rest):
			return
		case strings.HasPrefix(rest, "/*"):
			l.comment()
		default:
			return
		}
	}
}

// runsComment reports whether a comment is one that MySQL runs. Of no version is 9.99.99 and
// above: such comments speak to the client of MariaDB.
func (l *lexer) runsComment(rest string) bool {
	return l.dialect == catalog.MySQL && strings.HasPrefix(rest, "/*!") && !strings.HasPrefix(rest, "/*!999")
}

func (l *lexer) line() {
	n := strings.IndexByte(l.text[l.at:l.end], '\n')
	if n < 0 {
		l.at = l.end
		return
	}
	l.at += n + 1
}

// comment passes a block comment; PostgreSQL's nest.
func (l *lexer) comment() {
	depth := 0
	for l.at < l.end {
		rest := l.text[l.at:l.end]
		switch {
		case strings.HasPrefix(rest, "/*") && (depth == 0 || l.dialect == catalog.Postgres):
			depth++
			l.at += 2
		case strings.HasPrefix(rest, "*/"):
			depth--
			l.at += 2
			if depth == 0 {
				return
			}
		default:
			l.at++
		}
	}
}

func (l *lexer) advance() tokenKind {
	c := l.text[l.at]
	switch {
	case c == '\'':
		l.quoted('\'', l.dialect == catalog.MySQL)
		return textToken
	case c == '"' && l.dialect == catalog.MySQL:
		l.quoted('"', true)
		return textToken
	case c == '"':
		l.quoted('"', false)
		return quotedToken
	case c == '`' && l.dialect != catalog.Postgres:
		l.quoted('`', false)
		return quotedToken
	case c == '[' && l.dialect == catalog.SQLite:
		l.until("]")
		return quotedToken
	case c == '$' && l.dialect == catalog.Postgres:
		return l.dollar()
	case isDigit(c):
		for l.at < l.end && (isName(l.text[l.at]) || l.text[l.at] == '.') {
			l.at++
		}
		return numberToken
	case isName(c):
		return l.word()
	}
	l.at++
	return markToken
}

// word reads a name; E'..', B'..', X'..' and N'..' are strings.
func (l *lexer) word() tokenKind {
	start := l.at
	for l.at < l.end && (isName(l.text[l.at]) || l.text[l.at] == '$' && l.at > start) {
		l.at++
	}
	if l.at-start == 1 && l.at < l.end && l.text[l.at] == '\'' && strings.IndexByte("eEbBxXnN", l.text[start]) >= 0 {
		l.quoted('\'', l.dialect == catalog.MySQL || l.text[start]|0x20 == 'e')
		return textToken
	}
	return wordToken
}

// quoted reads up to the closing quote; a doubled one does not close.
func (l *lexer) quoted(quote byte, backslash bool) {
	for l.at++; l.at < l.end; l.at++ {
		switch c := l.text[l.at]; {
		case c == '\\' && backslash:
			l.at++
		case c != quote:
		case l.at+1 < l.end && l.text[l.at+1] == quote:
			l.at++
		default:
			l.at++
			return
		}
	}
}

func (l *lexer) until(closing string) {
	n := strings.Index(l.text[l.at:l.end], closing)
	if n < 0 {
		l.at = l.end
		return
	}
	l.at += n + len(closing)
}

// dollar reads $1, or a string between two tags like $body$.
func (l *lexer) dollar() tokenKind {
	start := l.at
	for l.at++; l.at < l.end && isName(l.text[l.at]); l.at++ {
	}
	if l.at >= l.end || l.text[l.at] != '$' || l.at > start+1 && isDigit(l.text[start+1]) {
		if l.at == start+1 {
			return markToken
		}
		return numberToken
	}
	l.at++
	l.until(l.text[start:l.at])
	return textToken
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isName(c byte) bool {
	return c == '_' || isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' || c >= 0x80
}

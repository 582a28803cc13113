package sql

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// fillPlaceholders puts what the dialect's parser takes for a value in the place of ?, :name,
// @name, %s and %(name)s, byte for byte. What stands where an operator can stand is left.
func fillPlaceholders(d catalog.Dialect, text string) string {
	if !strings.ContainsAny(text, "?:@%") {
		return text
	}
	out := []byte(text)
	l := &lexer{dialect: d, text: text, end: len(text)}
	operand := false // the token before ends an operand
	for {
		t := l.next()
		if t.kind == endToken {
			return string(out)
		}
		if t.kind != markToken {
			operand = t.kind != wordToken || !opensOperand(text[t.start:t.end])
			continue
		}
		end := t.end
		switch text[t.start] {
		case '?':
			if !operand {
				for end < len(text) && isDigit(text[end]) {
					end++
				}
			} else {
				end = t.start
			}
		case ':':
			end = named(text, t.start, operand)
		case '@':
			end = named(text, t.start, operand)
			if d == catalog.MySQL {
				end = t.start // a variable of the session
			}
		case '%':
			end = format(text, t.start, operand)
		default:
			end = t.start
		}
		if end > t.start {
			copy(out[t.start:end], "0"+strings.Repeat(" ", end-t.start-1))
			l.at = end
			operand = true
			continue
		}
		if text[t.start] == ':' && l.at < len(text) && text[l.at] == ':' {
			l.at++ // a cast
		}
		operand = text[t.start] == ')' || text[t.start] == ']'
	}
}

// named is the end of :name or @name, or start when it is none.
func named(text string, start int, operand bool) int {
	end := start + 1
	for end < len(text) && isName(text[end]) {
		end++
	}
	if end == start+1 || isDigit(text[start+1]) && operand || start > 0 && (text[start-1] == text[start] || isName(text[start-1])) {
		return start
	}
	if operand && text[start] == ':' {
		return start // a slice: a[x:y]
	}
	return end
}

// format is the end of %s or %(name)s, or start when it is none.
func format(text string, start int, operand bool) int {
	rest := text[start+1:]
	if operand {
		return start
	}
	if strings.HasPrefix(rest, "s") && (len(rest) == 1 || !isName(rest[1])) {
		return start + 2
	}
	if n := strings.Index(rest, ")s"); n > 0 && n < 100 && rest[0] == '(' && !strings.ContainsAny(rest[:n], "\n'\" ") {
		return start + 1 + n + 2
	}
	return start
}

// opensOperand reports whether a value follows a word rather than an operator.
func opensOperand(word string) bool {
	switch strings.ToUpper(word) {
	case "SELECT", "WHERE", "AND", "OR", "NOT", "IN", "LIKE", "ILIKE", "BETWEEN", "VALUES", "SET", "LIMIT", "OFFSET", "THEN", "ELSE",
		"WHEN", "CASE", "BY", "ON", "IS", "DISTINCT", "RETURNING", "HAVING", "FROM", "AS", "ANY", "ALL", "INTERVAL", "SIMILAR", "TO", "ESCAPE", "DEFAULT", "REGEXP", "USING", "CALL":
		return true
	}
	return false
}

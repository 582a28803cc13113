package usage

import (
	"strings"
)

// chain follows the literals that are joined to one, by signs or by standing side by side.
type chain struct {
	language language
	text     string
	literals []literal
	at       int // index of the last literal
	end      int // of what was taken last
	links    int
}

const (
	maxLinks   = 300
	maxOperand = 400 // bytes
)

// next is the next literal that is joined, and whether an operand stands between. At the
// end of the chain an operand may stand alone: the literal is empty then, and c.end is behind it.
func (c *chain) next() (next literal, operand, ok bool) {
	if c.links++; c.links > maxLinks || c.literals[c.at].nested {
		return literal{}, false, false
	}
	at := c.end
	for range 8 {
		behind := c.sign(at)
		if behind < 0 {
			break
		}
		at = c.blank(behind)
		if i := c.literalAt(at); i > 0 {
			c.at, c.end = i, c.literals[i].close
			return c.literals[i], operand, true
		}
		stop := c.operand(at)
		if stop <= at {
			break
		}
		at, operand = stop, true
		c.end = stop
	}
	return literal{}, operand, operand
}

// sign is the offset behind the sign that joins; -1: there is none.
func (c *chain) sign(at int) int {
	start := at
	at = c.blank(at)
	rest := c.text[at:]
	switch {
	case c.language == php:
		if strings.HasPrefix(rest, ".") {
			return at + 1
		}
	case c.language == elixir:
		if strings.HasPrefix(rest, "<>") {
			return at + 2
		}
	case strings.HasPrefix(rest, "+") && !strings.HasPrefix(rest, "+="):
		return at + 1
	case c.language == ruby && strings.HasPrefix(rest, "\\"):
		return at + 1
	case c.language == python && strings.HasPrefix(rest, "\\"):
		return at + 1
	case c.language == python && start == c.literals[c.at].close && c.literalAt(at) > 0:
		return at
	}
	return -1
}

// blank is the offset behind blanks, and behind Python's comments.
func (c *chain) blank(at int) int {
	for at < len(c.text) {
		switch ch := c.text[at]; {
		case ch <= ' ':
			at++
		case ch == '#' && c.language == python:
			at = lineEnd(c.text, at)
		default:
			return at
		}
	}
	return at
}

// literalAt is the index of the literal that opens at an offset, behind the last; 0: none.
func (c *chain) literalAt(at int) int {
	for i := c.at + 1; i < len(c.literals) && i < c.at+200; i++ {
		switch open := c.literals[i].open; {
		case open == at && !c.literals[i].nested:
			return i
		case open > at:
			return 0
		}
	}
	return 0
}

// operand is the end of what code puts in: names, members, calls and what they are given.
func (c *chain) operand(at int) int {
	start, depth := at, 0
	for ; at < len(c.text) && at-start < maxOperand; at++ {
		switch ch := c.text[at]; {
		case ch == '(' || ch == '[':
			depth++
		case ch == ')' || ch == ']':
			if depth == 0 {
				return at
			}
			depth--
		case ch == '"' || ch == '\'' || ch == '`':
			if depth == 0 {
				return at
			}
			at = pastQuote(c.text, at)
		case depth > 0 && ch != ';' && ch != '{':
		case c.language == php && ch == '.':
			return at
		case !inWord(ch) && strings.IndexByte(".$@:>?!-&*", ch) < 0:
			return at
		case ch == '-' && !strings.HasPrefix(c.text[at:], "->"):
			return at
		}
	}
	return at
}

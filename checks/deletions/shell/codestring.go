package shell

import (
	"strings"
)

// literal reads a string with its prefix, holes in it as gaps.
func (c *code) literal() field {
	start := c.i
	for c.i < len(c.text) && c.quote() == "" {
		c.i++
	}
	prefix := strings.ToLower(c.text[start:c.i])
	if c.i >= len(c.text) {
		return field{nil, c.src.at(start), c.src.until(c.i)}
	}
	quote := c.quote()
	c.i += len(quote)
	holes := ""
	switch {
	case quote == "`":
		holes = "${"
	case strings.Contains(prefix, "f"):
		holes = "{"
	}
	v := c.body(quote, holes, strings.Contains(prefix, "r"))
	return field{v, c.src.at(start), c.src.until(c.i)}
}

// body reads a string to its closer. One in simple quotes ends with its line at the latest.
func (c *code) body(quote, holes string, raw bool) value {
	var v value
	pieces, begin, lines := 0, c.i, len(quote) == 3 || quote == "`"
	for c.i < len(c.text) && c.step(1) {
		rest := c.text[c.i:]
		if pieces < len(v) {
			c.spend((len(v) - pieces) * pieceCost)
			pieces = len(v)
		}
		switch {
		case strings.HasPrefix(rest, quote):
			v = append(v, c.src.run(begin, c.i)...)
			c.i += len(quote)
			return v
		case rest[0] == '\n' && !lines:
			return append(v, c.src.run(begin, c.i)...)
		case rest[0] == '\\' && len(rest) > 1 && !raw:
			v = append(v, c.src.run(begin, c.i)...)
			v = append(v, c.escaped(rest[1])...)
			c.i += 2
			begin = c.i
		case holes == "{" && strings.HasPrefix(rest, "{{"):
			v = append(v, c.src.run(begin, c.i+1)...)
			c.i += 2
			begin = c.i
		case holes != "" && strings.HasPrefix(rest, holes):
			v = append(v, c.src.run(begin, c.i)...)
			v = append(v, c.hole(len(holes))...)
			begin = c.i
		default:
			c.i++
		}
	}
	return append(v, c.src.run(min(begin, len(c.text)), len(c.text))...)
}

func (c *code) escaped(next byte) value {
	at, end := c.src.at(c.i), c.src.until(c.i+2)
	switch next {
	case 'n':
		return literal("\n", at, end)
	case 't':
		return literal("\t", at, end)
	case 'r':
		return nil
	case '\n':
		return nil
	}
	return c.src.run(c.i+1, c.i+2)
}

// hole reads `{…}` or `${…}` in a string; what is started in there counts. A name that holds
// a known text is that text.
func (c *code) hole(open int) value {
	if c.deep++; c.deep > maxDepth {
		c.defeat("nested too deep")
	}
	defer func() { c.deep-- }()
	start := c.i
	c.i += open
	inside, depth := c.i, 0
	for c.i < len(c.text) && c.step(1) {
		b := c.text[c.i]
		switch {
		case b == '}' && depth == 0:
			name := strings.TrimSpace(c.text[inside:c.i])
			from := strings.TrimSpace(oneLine(c.src.shown(inside, min(c.i, inside+2*maxWritten))))
			c.i++
			at, end := c.src.at(start), c.src.until(c.i)
			if v, ok := c.scope.lookup(c.reader, name); ok && !v.array {
				c.spend(v.size())
				return v.standing(at, end)
			}
			return unknown(clip(from), at, end)
		case b == '{' || b == '}':
			depth += map[byte]int{'{': 1, '}': -1}[b]
			c.i++
		case c.quote() != "":
			c.literal()
		case isIdentifier(b):
			c.named(len(c.text))
		default:
			c.i++
		}
	}
	return c.piece(start, c.i)
}

package shell

import "strings"

// expression reads one argument: texts and lists, put together by `+`; all else is a gap.
func (c *code) expression() said {
	if c.deep++; c.deep > maxDepth {
		c.defeat("nested too deep")
	}
	defer func() { c.deep-- }()
	start := c.i
	first := c.term()
	for c.step(1) {
		end := c.i
		c.blank()
		if c.i >= len(c.text) || strings.IndexByte("),]};:", c.text[c.i]) >= 0 {
			c.i = end
			break
		}
		if c.text[c.i] == '+' {
			c.i++
			c.blank()
			first = plus(first, c.term())
			continue
		}
		if first.plain && !first.list && c.text[c.i] == '%' && c.comment == "#" {
			c.i++
			c.blank()
			start := c.i
			c.term()
			first.value = percented(first.value, c.piece(start, c.i)[0].from)
			continue
		}
		if first.plain && c.stringAhead() && c.comment == "#" { // texts one behind the other are one
			first = plus(first, c.term())
			continue
		}
		if strings.Contains(c.text[end:c.i], "\n") && c.deep == 1 { // the statement has ended
			c.i = end
			break
		}
		c.rest()
		first = said{field: field{value: c.piece(start, c.i)}}
		break
	}
	first.from, first.to = c.src.at(start), c.src.until(max(c.i, start))
	return first
}

// piece is the gap that a piece of the program is.
func (c *code) piece(start, end int) value {
	end = max(start, min(end, len(c.text)))
	from := oneLine(c.src.shown(start, min(end, start+2*maxWritten)))
	return unknown(clip(strings.TrimSpace(from)), c.src.at(start), c.src.until(end))
}

// plus puts two arguments together.
func plus(a, b said) said {
	if a.list {
		if b.list {
			a.words = append(a.words[:len(a.words):len(a.words)], b.words...)
		} else {
			a.words = append(a.words[:len(a.words):len(a.words)], b.field)
		}
		return a
	}
	if b.list {
		b.words = append([]field{a.field}, b.words...)
		return b
	}
	a.value = append(a.value[:len(a.value):len(a.value)], b.value...)
	a.plain = a.plain || b.plain
	return a
}

// term reads a text, a list, or a name with what hangs on it.
func (c *code) term() said {
	start := c.i
	switch {
	case c.i >= len(c.text):
		return said{}
	case c.text[c.i] == '[':
		return c.list()
	case c.stringAhead():
		s := said{field: c.literal(), plain: true}
		return c.methods(s)
	case c.text[c.i] == '(' || c.text[c.i] == '{':
		c.rest()
		return said{field: field{c.piece(start, c.i), c.src.at(start), c.src.until(c.i)}}
	}
	name := c.identifier()
	if name == "shlex.split" && c.i < len(c.text) && c.text[c.i] == '(' {
		c.i++
		c.blank()
		inner := c.expression()
		c.closed()
		return split(inner)
	}
	if c.i < len(c.text) && strings.IndexByte("([", c.text[c.i]) >= 0 || name == "" || c.quoteAhead() {
		c.rest()
		return said{field: field{c.piece(start, c.i), c.src.at(start), c.src.until(c.i)}}
	}
	return c.variable(name, start)
}

func (c *code) quoteAhead() bool { return c.i < len(c.text) && c.quote() != "" }

// closed goes over the closer of a call.
func (c *code) closed() {
	c.blank()
	if c.i < len(c.text) && c.text[c.i] == ')' {
		c.i++
	}
}

func (c *code) variable(name string, start int) said {
	at, end := c.src.at(start), c.src.until(c.i)
	v, set := c.scope.lookup(c.reader, name)
	switch {
	case !set:
		return said{field: field{unknown(clip(name), at, end), at, end}}
	case v.array:
		size := 0
		words := make([]field, 0, len(v.list))
		for _, f := range v.list {
			size += f.size()
			words = append(words, field{f.standing(at, end), at, end})
		}
		c.spend(size)
		return said{field: field{nil, at, end}, words: words, list: true, plain: true}
	}
	c.spend(v.size())
	return said{field: field{v.standing(at, end), at, end}, plain: true}
}

// list reads `[…]`.
func (c *code) list() said {
	s := said{list: true, plain: true}
	start := c.i
	for c.i++; c.i < len(c.text) && c.step(1); {
		c.blank()
		if c.i >= len(c.text) || c.text[c.i] == ']' {
			c.i++
			break
		}
		before := c.i
		e := c.expression()
		if len(s.words) <= maxFields {
			s.words = append(s.words, e.field)
		}
		c.blank()
		if c.i < len(c.text) && c.text[c.i] == ',' || c.i == before {
			c.i++
		}
	}
	c.i = min(c.i, len(c.text))
	s.from, s.to = c.src.at(start), c.src.until(c.i)
	if len(s.words) > maxFields { // data
		return said{field: field{c.piece(start, c.i), s.from, s.to}}
	}
	return s
}

// methods reads `.split()` and `.format(…)` behind a text.
func (c *code) methods(s said) said {
	switch {
	case strings.HasPrefix(c.text[c.i:], ".split("):
		c.rest()
		return split(s)
	case strings.HasPrefix(c.text[c.i:], ".format("):
		start := c.i
		c.rest()
		s.value = formatted(s.value, c.piece(start, c.i)[0].from)
	}
	return s
}

// split is a text as the list of its words.
func split(s said) said {
	if s.list {
		return s
	}
	out := said{field: s.field, list: true, plain: s.plain}
	for _, v := range s.fields() {
		out.words = append(out.words, field{v, v[0].at, v[len(v)-1].end})
	}
	return out
}

// percented is a text with gaps in place of its `%s`, `%(name)s`.
func percented(v value, from string) value {
	var out value
	text := v.flat()
	begin := 0
	for {
		n := strings.IndexByte(text[begin:], '%')
		if n < 0 || begin+n+1 >= len(text) {
			break
		}
		open, end := begin+n, begin+n+2
		if text[open+1] == '(' {
			m := strings.IndexByte(text[open:], ')')
			if m < 0 || open+m+2 > len(text) {
				break
			}
			end = open + m + 2
		}
		out = append(out, v.slice(begin, open)...)
		out = append(out, standingAs(v.slice(open, end), from)...)
		begin = end
	}
	return append(out, v.slice(begin, len(text))...)
}

// formatted is a text with gaps in place of its `{…}`.
func formatted(v value, from string) value {
	var out value
	text := v.flat()
	begin := 0
	for {
		open := strings.IndexByte(text[begin:], '{')
		if open < 0 {
			break
		}
		n := strings.IndexByte(text[begin+open:], '}')
		if n < 0 {
			break
		}
		out = append(out, v.slice(begin, begin+open)...)
		out = append(out, standingAs(v.slice(begin+open, begin+open+n+1), from)...)
		begin += open + n + 1
	}
	return append(out, v.slice(begin, len(text))...)
}

// rest goes to the end of an argument: its comma or its closer, over all that is within. What
// is started in there counts.
func (c *code) rest() {
	if c.deep++; c.deep > maxDepth {
		c.defeat("nested too deep")
	}
	defer func() { c.deep-- }()
	depth := 0
	for c.i < len(c.text) && c.step(1) {
		switch b := c.text[c.i]; {
		case c.skipped():
		case c.quote() != "":
			c.literal()
		case b == '(' || b == '[' || b == '{':
			depth++
			c.i++
		case b == ')' || b == ']' || b == '}':
			if depth == 0 {
				return
			}
			depth--
			c.i++
		case (b == ',' || b == ';') && depth == 0:
			return
		case b == '\n' && depth == 0 && c.deep <= 2:
			return
		case isIdentifier(b):
			c.named(len(c.text))
		default:
			c.i++
		}
	}
}

package shell

import "strings"

// word reads one word: plain text, strings, variables, blocks, one behind the other.
func (p *pwsh) word(w walk) field {
	start := p.i
	var v value
	for p.i < len(p.text) && p.spend(pieceCost) {
		rest := p.text[p.i:]
		switch c := rest[0]; {
		case c == '\'':
			v = append(v, p.single()...)
		case c == '"':
			v = append(v, p.double(w)...)
		case p.i == start && (strings.HasPrefix(rest, `@"`) || strings.HasPrefix(rest, "@'")):
			v = append(v, p.hereString(w)...)
		case c == '$':
			v = append(v, p.variable(w)...)
		case strings.HasPrefix(rest, "@(") || strings.HasPrefix(rest, "@{"):
			v = append(v, p.nested(w, 2)...)
		case c == '@' && p.i == start && len(rest) > 1 && isLetter(rest[1]):
			end := p.i + 1
			for end < len(p.text) && isLetter(p.text[end]) {
				end++
			}
			v, p.i = append(v, unknown(p.text[p.i:end], p.src.at(p.i), p.src.until(end))...), end
		case c == '(' || c == '{':
			v = append(v, p.nested(w, 1)...)
		case strings.IndexByte(" \t\r\n|;)}", c) >= 0 || strings.HasPrefix(rest, "&&"):
			return p.field(v, start)
		default:
			v = append(v, p.bare()...)
		}
	}
	return p.field(v, start)
}

func (p *pwsh) field(v value, start int) field {
	p.i = min(p.i, len(p.text))
	return field{v, p.src.at(start), p.src.until(max(p.i, start))}
}

// bare is plain text up to what means something; a backtick takes the next byte as it is.
func (p *pwsh) bare() value {
	var v value
	begin := p.i
	p.i++
	if p.text[begin] == '`' {
		begin++
		p.i = min(begin+1, len(p.text))
	}
	for p.i < len(p.text) && strings.IndexByte(" \t\r\n|;(){}'\"$`&", p.text[p.i]) < 0 {
		p.i++
	}
	return append(v, p.src.run(min(begin, p.i), p.i)...)
}

// single is a string in single quotes, a doubled one standing for itself.
func (p *pwsh) single() value {
	var v value
	open := p.i
	for begin := p.i + 1; p.spend(pieceCost); {
		n := strings.IndexByte(p.text[begin:], '\'')
		if n < 0 {
			p.unclosed(open)
			return append(v, p.src.run(begin, len(p.text))...)
		}
		p.i = begin + n + 1
		if p.i >= len(p.text) || p.text[p.i] != '\'' {
			return append(v, p.src.run(begin, p.i-1)...)
		}
		v, begin = append(v, p.src.run(begin, p.i)...), p.i+1
	}
	return v
}

func (p *pwsh) unclosed(open int) {
	p.unreadable(p.src, open, "a string is not closed")
	p.i = len(p.text)
}

// double is a string in double quotes.
func (p *pwsh) double(w walk) value {
	open := p.i
	p.i++
	v, closed := p.expandable(w, func() int {
		switch {
		case strings.HasPrefix(p.text[p.i:], `""`):
			return -1
		case p.text[p.i] == '"':
			return 1
		}
		return 0
	})
	if !closed {
		p.unclosed(open)
	}
	return v
}

// expandable reads text with variables in it to its end, which ends tells: so many bytes, 0:
// it is not here, -1: here a doubled quote stands for one.
func (p *pwsh) expandable(w walk, ends func() int) (v value, closed bool) {
	begin, pieces := p.i, 0
	for p.i < len(p.text) && p.step(1) {
		n := ends()
		p.spend((len(v) - pieces) * pieceCost)
		pieces = len(v)
		switch c := p.text[p.i]; {
		case n > 0:
			v = append(v, p.src.run(begin, p.i)...)
			p.i += n
			return v, true
		case n < 0:
			v = append(v, p.src.run(begin, p.i+1)...)
			p.i += 2
			begin = p.i
		case c == '`' && p.i+1 < len(p.text):
			v = append(v, p.src.run(begin, p.i)...)
			v = append(v, literal(backticked(p.text[p.i+1]), p.src.at(p.i), p.src.until(p.i+2))...)
			p.i += 2
			begin = p.i
		case c == '$':
			v = append(v, p.src.run(begin, p.i)...)
			v = append(v, p.variable(w)...)
			begin = p.i
		default:
			p.i++
		}
	}
	return append(v, p.src.run(min(begin, len(p.text)), len(p.text))...), false
}

func backticked(c byte) string {
	switch c {
	case 'n':
		return "\n"
	case 't':
		return "\t"
	case 'r':
		return "\r"
	case '\n':
		return ""
	}
	return string([]byte{c})
}

// hereString is @'…'@ or @"…"@, its lines without the first and the last end.
func (p *pwsh) hereString(w walk) value {
	open, quote := p.i, p.text[p.i+1:p.i+2]
	n := strings.IndexByte(p.text[p.i:], '\n')
	if n < 0 {
		p.unclosed(open)
		return nil
	}
	p.i += n + 1
	if strings.HasPrefix(p.text[p.i:], quote+"@") {
		p.i += 2
		return nil
	}
	if quote == "'" {
		begin := p.i
		n := strings.Index(p.text[p.i:], "\n'@")
		if n < 0 {
			p.unclosed(open)
			return p.src.run(begin, len(p.text))
		}
		p.i += n + len("\n'@")
		return p.src.run(begin, begin+n)
	}
	v, closed := p.expandable(w, func() int {
		if strings.HasPrefix(p.text[p.i:], "\n\"@") {
			return 3
		}
		return 0
	})
	if !closed {
		p.unclosed(open)
	}
	return v
}

// variable is $x, ${x}, $env:X, $x.y[0], $(…).
func (p *pwsh) variable(w walk) value {
	start := p.i
	rest := p.text[p.i:]
	switch {
	case strings.HasPrefix(rest, "$("):
		return p.nested(w, 2)
	case strings.HasPrefix(rest, "${"):
		n := strings.IndexByte(rest, '}')
		if n < 0 {
			n = len(rest) - 1
		}
		p.i += n + 1
		return p.looked(strings.Trim(rest[2:n+1], "}"), start)
	}
	if g := p.src.gapFrom(start + 1); g < len(p.src.gaps) && p.src.gaps[g].start == start+1 { // `$${{ … }}`
		p.i++
		return p.src.run(start, p.i)
	}
	end := start + 1
	for end < len(p.text) && (isLetter(p.text[end]) || p.text[end] == ':' && end+1 < len(p.text) && isLetter(p.text[end+1])) {
		end++
	}
	if end == start+1 {
		p.i = end
		return p.src.run(start, end)
	}
	name := p.text[start+1 : end]
	if g := p.src.gapFrom(start); g < len(p.src.gaps) && p.src.gaps[g].start < end {
		end = p.src.gaps[g].start
		name = p.text[start+1 : end]
	}
	member := p.member(end)
	p.i = member
	if member > end {
		return unknown(clip(p.src.shown(start, member)), p.src.at(start), p.src.until(member))
	}
	return p.looked(name, start)
}

// member is the end of `.Name` and `[0]` behind a variable.
func (p *pwsh) member(end int) int {
	for end+1 < len(p.text) {
		switch c := p.text[end]; {
		case c == '.' && isLetter(p.text[end+1]) && (p.text[end+1] < '0' || p.text[end+1] > '9'):
			end++
			for end < len(p.text) && isLetter(p.text[end]) {
				end++
			}
		case c == '[':
			n := strings.IndexAny(p.text[end:], "]\n ")
			if n < 0 || p.text[end+n] != ']' {
				return end
			}
			end += n + 1
		default:
			return end
		}
	}
	return end
}

// looked is what a variable holds; names are those of any case.
func (p *pwsh) looked(name string, start int) value {
	at, end := p.src.at(start), p.src.until(p.i)
	for _, n := range []string{strings.ToLower(name), trimEnv(name)} {
		if v, ok := p.scope.lookup(p.reader, n); ok && n != "" {
			p.spend(v.size())
			return v.standing(at, end)
		}
	}
	return unknown("$"+name, at, end)
}

// trimEnv is the X of `env:X`; empty: it is no variable of the environment.
func trimEnv(name string) string {
	if len(name) > 4 && strings.EqualFold(name[:4], "env:") {
		return name[4:]
	}
	return ""
}

// nested reads a block within a word, and stands for it as a gap; open: bytes of its opener.
func (p *pwsh) nested(w walk, open int) value {
	start := p.i
	hash := strings.HasPrefix(p.text[p.i:], "@{")
	p.i += open
	if hash {
		p.hash(w)
	} else {
		p.block(w)
	}
	p.i = min(p.i, len(p.text))
	end := p.member(p.i)
	p.i = end
	from := oneLine(p.src.shown(start, min(end, start+2*maxWritten)))
	return unknown(clip(from), p.src.at(start), p.src.until(end))
}

// hash goes over the entries of a hash table.
func (p *pwsh) hash(w walk) {
	if p.deep++; p.deep > maxDepth {
		p.defeat("nested too deep")
	}
	defer func() { p.deep-- }()
	for p.i < len(p.text) && p.step(1) {
		before := p.i
		p.blank(true)
		if p.i < len(p.text) && p.text[p.i] == '}' {
			p.i++
			return
		}
		if p.i < len(p.text) && strings.IndexByte("|)&", p.text[p.i]) >= 0 {
			p.i++
			continue
		}
		if p.word(w); p.i == before {
			p.i++
		}
	}
}

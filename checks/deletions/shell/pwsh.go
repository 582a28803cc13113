package shell

import "strings"

// powerShell reads the source as PowerShell: its commands, by lines, pipes and blocks.
func (w walk) powerShell() {
	p := &pwsh{walk: w, text: w.src.text}
	for p.i < len(p.text) && !p.defeated {
		p.statements(p.walk)
		p.i++ // over a closer without an opener
	}
}

// pwsh is a reader of PowerShell at one place of a source.
type pwsh struct {
	walk
	text string
	i    int
	deep int
	torn bool // that a block is not closed is told
}

// statements reads to the closer of the block, or to the end.
func (p *pwsh) statements(w walk) {
	if p.deep++; p.deep > maxDepth {
		p.defeat("nested too deep")
	}
	defer func() { p.deep-- }()
	condition := ""
	for {
		p.blank(true)
		if p.i >= len(p.text) || p.text[p.i] == '}' || p.text[p.i] == ')' || !p.step(1) {
			return
		}
		condition = p.statement(w, condition)
	}
}

// blank skips white space, comments and, with ends, what ends a statement.
func (p *pwsh) blank(ends bool) {
	for p.i < len(p.text) {
		rest := p.text[p.i:]
		switch c := rest[0]; {
		case c == ' ' || c == '\t' || c == '\r' || ends && (c == '\n' || c == ';'):
			p.i++
		case strings.HasPrefix(rest, "`\n"):
			p.i += 2
		case strings.HasPrefix(rest, "`\r\n"):
			p.i += 3
		case strings.HasPrefix(rest, "<#"):
			p.skipTo("#>")
		case c == '#':
			n := strings.IndexByte(rest, '\n')
			if n < 0 {
				n = len(rest)
			}
			p.i += n
		default:
			return
		}
	}
}

func (p *pwsh) skipTo(end string) {
	n := strings.Index(p.text[p.i:], end)
	if n < 0 {
		p.i = len(p.text)
		return
	}
	p.i += n + len(end)
}

// statement reads one statement: a pipeline, an assignment, or the head of an if, a loop or
// a function, whose blocks follow as statements of their own. condition is that of the if
// whose block comes next.
func (p *pwsh) statement(w walk, condition string) string {
	if p.text[p.i] == '{' {
		p.i++
		if condition != "" {
			w = w.given(condition)
		}
		p.block(w)
		return condition
	}
	word := strings.ToLower(p.name())
	switch word {
	case "if", "elseif", "while", "switch":
		p.i += len(word)
		p.blank(true)
		from := p.i
		if p.i < len(p.text) && p.text[p.i] == '(' {
			p.i++
			p.block(w)
		}
		if word == "switch" || p.i-from < 2 {
			return ""
		}
		return oneLine(p.src.shown(from+1, min(p.i-1, from+2*maxWritten)))
	case "else":
		p.i += len(word)
		return "! " + condition
	case "foreach", "for", "try", "catch", "finally", "do", "until", "begin", "process", "end", "return", "throw", "trap", "in":
		p.i += len(word)
		return ""
	case "param":
		p.i += len(word)
		if p.blank(true); p.i < len(p.text) && p.text[p.i] == '(' {
			p.i++
			p.block(w)
		}
		return ""
	case "function", "filter":
		p.i += len(word)
		p.blank(false)
		p.i += len(p.name())
		return ""
	}
	p.pipeline(w, feed{piped: -1})
	return ""
}

// block reads the statements of a block and its closer.
func (p *pwsh) block(w walk) {
	open := max(0, p.i-1)
	p.statements(w)
	if p.i < len(p.text) {
		p.i++
	} else if !p.defeated && !p.torn {
		p.torn = true
		p.unreadable(p.src, open, "a block is not closed")
	}
}

// name is the word of letters that stands here.
func (p *pwsh) name() string {
	end := p.i
	for end < len(p.text) && (isLetter(p.text[end]) || p.text[end] == '-' && end > p.i) {
		end++
	}
	if end < len(p.text) && (p.text[end] == '.' || p.text[end] == '/' || p.text[end] == '\\' || p.text[end] == ':') {
		return ""
	}
	return p.text[p.i:end]
}

func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}

// pipeline reads commands with `|`, `&&` and `||` between them.
func (p *pwsh) pipeline(w walk, in feed) {
	for p.step(1) {
		p.blank(false)
		in = p.element(w, in)
		p.blank(false)
		rest := p.text[p.i:]
		switch {
		case strings.HasPrefix(rest, "&&"), strings.HasPrefix(rest, "||"):
			p.i += 2
			in = feed{piped: -1}
		case strings.HasPrefix(rest, "|"):
			p.i++
			p.blank(true)
		case strings.HasPrefix(rest, "&"):
			p.i++
			return
		default:
			return
		}
	}
}

// element reads one command or expression, and is what the next in the pipe is given.
func (p *pwsh) element(w walk, in feed) feed {
	if p.i >= len(p.text) {
		return feed{piped: -1}
	}
	rest := p.text[p.i:]
	switch c := rest[0]; {
	case c == '$' || c == '[' || c == '(' || c == '@' || c == '-' || c == '+' || c == '!' || c == ',' || c >= '0' && c <= '9':
		return p.expression(w)
	case c == '"' || c == '\'':
		v := p.word(w)
		at := p.src.until(p.i)
		p.expression(w)
		return feed{stdin: append(v.value, literal("\n", at, at)...), piped: -1}
	case c == '&' || strings.HasPrefix(rest, ". "):
		p.i++
		if p.blank(false); p.i < len(p.text) && p.text[p.i] == '{' {
			return p.expression(w)
		}
	case c == '{':
		p.i++
		p.block(w)
		return feed{piped: -1}
	case strings.IndexByte(")}|;\n", c) >= 0:
		return feed{piped: -1}
	}
	return p.command(w, in)
}

// expression goes over what computes, reads the blocks in it, and what is assigned.
func (p *pwsh) expression(w walk) feed {
	name := p.assigned()
	if name != "" {
		p.blank(false)
		if p.i < len(p.text) && !strings.HasPrefix(p.text[p.i:], "$") {
			return p.assign(w, name)
		}
	}
	for p.i < len(p.text) && p.step(1) {
		switch c := p.text[p.i]; {
		case c == '(' || c == '{':
			p.i++
			p.block(w)
		case c == '"' || c == '\'' || strings.HasPrefix(p.text[p.i:], `@"`) || strings.HasPrefix(p.text[p.i:], "@'"):
			p.word(w)
		case strings.IndexByte("|;\n)}", c) >= 0:
			return feed{piped: -1}
		case c == '[':
			p.brackets()
		case c == '#' || c == '`' || strings.HasPrefix(p.text[p.i:], "<#"):
			before := p.i
			if p.blank(false); p.i == before {
				p.i += 2
			}
		case strings.HasPrefix(p.text[p.i:], " in "):
			p.i += 4
			p.blank(false)
			return p.element(w, feed{piped: -1})
		default:
			p.i++
		}
		p.i = min(p.i, len(p.text))
	}
	return feed{piped: -1}
}

// brackets goes over `[Type]` and `[Attribute(…)]`, in which nothing is started.
func (p *pwsh) brackets() {
	depth := 0
	for i := p.i; i < min(len(p.text), p.i+maxWritten) && p.text[i] != '\n'; i++ {
		switch p.text[i] {
		case '[':
			depth++
		case ']':
			if depth--; depth == 0 {
				p.i = i + 1
				return
			}
		}
	}
	p.i++
}

// assigned is the variable before a `=` that stands here, in lower case; the `=` is gone over.
func (p *pwsh) assigned() string {
	end := p.i
	for end < len(p.text) && (isLetter(p.text[end]) || p.text[end] == ':' || p.text[end] == '$') {
		end++
	}
	name := strings.ToLower(strings.TrimPrefix(p.text[p.i:end], "$"))
	for end < len(p.text) && (p.text[end] == ' ' || p.text[end] == '+') {
		end++
	}
	if name == "" || end >= len(p.text) || p.text[end] != '=' {
		return ""
	}
	if p.text[end-1] == '+' {
		name = "" // of which nothing is known afterwards
	}
	p.i = end + 1
	return name
}

// assign sets a variable to what stands here. One that is set twice is known only within
// the block that sets it, and not after.
func (p *pwsh) assign(w walk, name string) feed {
	c := p.text[p.i]
	if c != '"' && c != '\'' && !strings.HasPrefix(p.text[p.i:], `@"`) && !strings.HasPrefix(p.text[p.i:], "@'") {
		p.scope.set(name, variable{value: unknown("$"+name, 0, 0)})
		return p.element(w, feed{piped: -1})
	}
	v := p.word(w).value
	before, set := p.scope.lookup(p.reader, name)
	if set && !same(before.value, v) {
		v = unknown("$"+name, 0, 0)
	}
	p.spend(v.size())
	p.scope.set(name, variable{value: v})
	p.expression(w)
	return feed{piped: -1}
}

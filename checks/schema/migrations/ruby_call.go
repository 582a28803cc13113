package migrations

import "strings"

// postfix is a value with the calls, indexes and blocks that follow it.
func (p *rubyParser) postfix(n *node) *node {
	for p.failed == "" {
		t := p.peek()
		switch {
		case t.kind == markToken && (t.text == "." || t.text == "&." || t.text == "::" && !t.space):
			p.at++
			p.newlines()
			name := p.take()
			if name.kind == labelToken { // a ? b.c: d
				p.at--
				p.fail()
				return n
			}
			if name.text == "(" { // f.(x)
				p.at--
			}
			n = &node{form: callForm, text: name.text, start: n.start, end: name.end, recv: n}
			p.callArguments(n)
		case t.kind == markToken && t.text == "[" && !t.space:
			p.at++
			index := &node{form: callForm, text: "[]", start: n.start, recv: n}
			p.arguments(index, "]")
			index.end = p.end()
			n = index
		case t.kind == markToken && t.text == "{" && takesBlock(n):
			n = asCall(n)
			p.block(n)
			n.end = p.end()
		case t.kind == nameToken && t.text == "do" && p.noDo == 0 && takesBlock(n):
			n = asCall(n)
			p.block(n)
			n.end = p.end()
		default:
			return n
		}
	}
	return n
}

func takesBlock(n *node) bool {
	return n.form == callForm && !n.block || n.form == nameForm
}

func asCall(n *node) *node {
	if n.form == callForm {
		return n
	}
	return &node{form: callForm, text: n.text, start: n.start, end: n.end}
}

// named is a name: a keyword with what belongs to it, a call, or a value.
func (p *rubyParser) named(t scanned) *node {
	if n := p.keyword(t); n != nil {
		return n
	}
	p.at++
	n := &node{form: callForm, text: t.text, start: t.start, end: t.end}
	p.callArguments(n)
	if n.items == nil && n.named == nil && n.end == t.end {
		n.form = nameForm
	}
	return n
}

// callArguments are those in brackets, or without.
func (p *rubyParser) callArguments(n *node) {
	t := p.peek()
	switch {
	case t.kind == markToken && t.text == "(" && !t.space:
		p.at++
		saved := p.noDo
		p.noDo = 0
		p.arguments(n, ")")
		p.noDo = saved
	case p.beginsArgument(t):
		p.noDo++
		p.arguments(n, "")
		p.noDo--
	default:
		return
	}
	n.end = p.end()
}

// beginsArgument reports whether a token begins the argument of a call without brackets.
func (p *rubyParser) beginsArgument(t scanned) bool {
	if !t.space {
		return false
	}
	next := p.ahead()
	switch t.kind {
	case stringToken, symbolToken, numberToken, wordsToken, labelToken:
		return true
	case nameToken:
		return !strings.Contains(" if unless while until and or do rescue then in end else elsif when ensure ", " "+t.text+" ")
	case markToken:
		switch t.text {
		case "[", "->", "!", "(":
			return true
		case "*", "&", "-", "**", "::":
			return !next.space
		}
	}
	return false
}

// arguments are those up to the closing bracket, or to the end of the line.
func (p *rubyParser) arguments(n *node, closer string) {
	saved := p.noDo
	if closer == "]" || closer == "}" {
		p.noDo = 0
	}
	defer func() { p.noDo = saved }()
	for p.failed == "" {
		if closer != "" {
			p.newlines()
			if p.skipMark(closer) {
				return
			}
		}
		p.argument(n)
		if closer != "" {
			p.newlines()
		}
		if p.skipMark(",") {
			p.newlines()
			continue
		}
		if closer != "" {
			p.want(p.skipMark(closer))
		}
		return
	}
}

func (p *rubyParser) argument(n *node) {
	t := p.peek()
	if t.kind == labelToken {
		p.at++
		value := &node{form: nameForm, text: t.text, start: t.start, end: t.end}
		p.newlinesBeforeValue()
		if !p.mark(",") && !p.mark(")") && !p.mark("}") && p.peek().kind != newlineToken {
			value = p.expression()
		}
		n.named = append(n.named, keyword{t.text, value})
		return
	}
	if p.mark("**") || p.mark("&") {
		p.at++
		name := t.text
		if p.mark(")") {
			return
		}
		n.named = append(n.named, keyword{name, p.expression()})
		return
	}
	value := p.expression()
	if p.word("if", "unless") && value.form == otherForm { // (a if b)
		p.at++
		p.expression()
	}
	if !p.mark("=>") {
		n.items = append(n.items, value)
		return
	}
	p.at++
	p.newlines()
	key, ok := (*environment)(nil).string(value)
	if !ok {
		key = "=>"
	}
	n.named = append(n.named, keyword{key, p.expression()})
}

// newlinesBeforeValue passes a line break between a label and its value, if a value follows.
func (p *rubyParser) newlinesBeforeValue() {
	if p.peek().kind == newlineToken {
		if next := p.ahead(); next.kind == stringToken || next.kind == nameToken || next.kind == symbolToken || next.text == "[" || next.text == "{" || next.text == "->" {
			p.newlines()
		}
	}
}

// block is { |a| ... } or do |a| ... end.
func (p *rubyParser) block(n *node) {
	closer := "end"
	if p.mark("{") {
		closer = "}"
	} else if !p.word("do") {
		p.fail()
		return
	}
	p.at++
	n.block = true
	if p.skipMark("||") {
		n.params = nil
	} else if p.skipMark("|") {
		for p.failed == "" && !p.mark("|") && !p.done() {
			if t := p.take(); t.kind == nameToken || t.kind == labelToken {
				n.params = append(n.params, t.text)
			}
		}
		p.want(p.skipMark("|"))
	}
	saved, depth := p.noDo, p.depth
	p.noDo = 0
	n.body = p.protected()
	p.noDo, p.depth = saved, depth
	if closer == "}" {
		p.want(p.skipMark("}"))
		return
	}
	p.want(p.skipWord("end"))
}

// protected are statements with the rescue and ensure that may follow.
func (p *rubyParser) protected() []*node {
	body := p.statements()
	for p.failed == "" && p.word("rescue", "else", "ensure") {
		if p.take().text == "rescue" {
			for p.peek().kind != newlineToken && !p.word("then") && !p.done() {
				p.at++
			}
			p.skipWord("then")
		}
		start := p.peek().start
		rest := p.statements()
		body = append(body, &node{form: branchForm, text: "rescue", start: start, end: p.end(), body: rest})
	}
	return body
}

// parameters are the names of those in brackets.
func (p *rubyParser) parameters() []string {
	var names []string
	depth := 0
	for !p.done() {
		t, before := p.take(), scanned{}
		if p.at > 1 {
			before = p.tokens[p.at-2]
		}
		switch {
		case t.text == "(" || t.text == "[" || t.text == "{":
			depth++
		case t.text == ")" || t.text == "]" || t.text == "}":
			if depth--; depth == 0 {
				return names
			}
		case depth == 1 && (t.kind == nameToken || t.kind == labelToken) && (before.text == "(" || before.text == "," || before.text == "*" || before.text == "**" || before.text == "&"):
			name := t.text
			if before.text == "**" {
				name = "**" + name
			}
			names = append(names, name)
		}
	}
	return names
}

package migrations

// keyword is what a keyword begins, nil for any other name.
func (p *rubyParser) keyword(t scanned) *node {
	n := &node{start: t.start}
	depth := p.depth
	saved := p.noDo
	switch t.text {
	case "if", "unless":
		p.at++
		p.noDo = 0
		p.conditional(n, t.text)
	case "while", "until", "for":
		p.at++
		n.form, n.text = branchForm, t.text
		p.noDo = 1
		if t.text == "for" {
			for !p.word("in") && !p.done() {
				p.at++
			}
			p.at++
		}
		n.items = []*node{p.expression()}
		p.skipWord("do")
		p.noDo = 0
		n.body = p.statements()
		p.want(p.skipWord("end"))
	case "case":
		p.at++
		p.noDo = 0
		p.cases(n)
	case "begin":
		p.at++
		p.noDo = 0
		n.form = protectForm
		n.body = p.protected()
		p.want(p.skipWord("end"))
	case "def":
		p.at++
		p.noDo = 0
		p.definition(n)
	case "class", "module":
		p.at++
		p.noDo = 0
		p.class(n)
	case "return", "break", "next", "redo", "retry":
		p.at++
		n.form, n.text = callForm, t.text
		if next := p.peek(); next.kind != newlineToken && !p.mark("}") && !p.word("if", "unless", "end") && !p.done() {
			n.items = []*node{p.expression()}
		}
	case "alias", "undef":
		for p.peek().kind != newlineToken && !p.done() {
			p.at++
		}
	case "then", "do", "end", "else", "elsif", "when", "rescue", "ensure", "in":
		p.fail()
	default:
		return nil
	}
	p.noDo, p.depth = saved, depth
	n.end = p.end()
	return n
}

func (p *rubyParser) conditional(n *node, keyword string) {
	n.form, n.text = branchForm, keyword
	n.items = []*node{p.statement()}
	p.skipWord("then")
	n.body = p.statements()
	switch {
	case p.word("elsif"):
		start := p.take().start
		other := &node{start: start}
		if p.depth++; p.depth > maxNested {
			p.fail()
		}
		p.conditional(other, "if")
		other.end = p.end()
		n.other = []*node{other}
		return // the end is taken by the last of them
	case p.skipWord("else"):
		n.other = p.statements()
	}
	p.want(p.skipWord("end"))
}

func (p *rubyParser) cases(n *node) {
	n.form, n.text = branchForm, "case"
	if p.peek().kind != newlineToken {
		n.items = []*node{p.statement()}
	}
	p.newlines()
	for p.failed == "" && p.word("when", "in") {
		for p.peek().kind != newlineToken && !p.word("then") && !p.done() {
			if p.take().text == "," {
				p.newlines()
			}
		}
		p.skipWord("then")
		n.body = append(n.body, p.statements()...)
	}
	if p.skipWord("else") {
		n.other = p.statements()
	}
	p.want(p.skipWord("end"))
}

func (p *rubyParser) definition(n *node) {
	n.form = functionForm
	name := p.take()
	for p.mark(".") { // def self.up
		p.at++
		name = p.take()
	}
	n.text = name.text
	if name.kind == labelToken || name.kind == symbolToken {
		p.fail()
	}
	if next := p.peek(); next.kind == markToken && !next.space && next.text != "(" && next.kind != newlineToken {
		p.at++ // def name=, def []
		for t := p.peek(); t.kind == markToken && !t.space && t.text != "("; t = p.peek() {
			p.at++
		}
	}
	if p.mark("(") {
		n.params = p.parameters()
	} else {
		for p.peek().kind != newlineToken && !p.mark("=") && !p.done() {
			if t := p.take(); t.kind == nameToken {
				n.params = append(n.params, t.text)
			}
		}
	}
	if p.skipMark("=") {
		p.newlines()
		n.body = []*node{p.statement()}
		return
	}
	n.body = p.protected()
	p.want(p.skipWord("end"))
}

func (p *rubyParser) class(n *node) {
	n.form = classForm
	if p.skipMark("<<") {
		p.expression()
	} else {
		for t := p.peek(); t.kind == nameToken || t.kind == markToken && t.text == "::"; t = p.peek() {
			n.text += p.take().text
		}
		if p.skipMark("<") {
			n.items = []*node{p.expression()}
		}
	}
	n.body = p.protected()
	p.want(p.skipWord("end"))
}

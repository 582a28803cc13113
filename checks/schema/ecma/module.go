package ecma

// typeStatement passes "type A = ...", "interface A {...}" and what is only declared.
func (p *parser) typeStatement() *Node {
	switch p.text(p.next()) {
	case "type":
		p.next()
		if p.is("<") {
			p.typeArguments()
		}
		if p.take("=") {
			p.typeExpression()
		}
	default:
		for p.peek().kind != end && !p.is("{") && !p.is(";") {
			p.jump()
		}
		if p.is("{") {
			p.jump()
		}
	}
	p.take(";")
	return nil
}

func (p *parser) imports() *Node {
	n := &Node{Op: Import, Start: p.next().start}
	p.take("type")
	for p.peek().kind != end && !p.is(";") {
		t := p.peek()
		switch {
		case t.kind == text:
			p.at++
			n.Text = unquote(p.text(t))
			if p.is("with") || p.is("assert") {
				p.at++
				p.jump()
			}
			p.take(";")
			n.End = p.last()
			return n
		case p.take("{"):
			p.importNames(n)
		case p.take("*"):
			if p.take("as") {
				n.X = append(n.X, imported(p.text(p.next()), "*"))
			}
		case p.take("from"), p.take(","):
		case t.kind == word:
			p.at++
			n.X = append(n.X, imported(p.text(t), "default"))
		default:
			return n
		}
	}
	return n
}

func imported(local, other string) *Node {
	return &Node{Op: Property, Text: local, X: []*Node{{Op: String, Text: other}}}
}

func (p *parser) importNames(n *Node) {
	for !p.is("}") && p.peek().kind != end {
		if p.is("type") && !p.isAt(1, ",") && !p.isAt(1, "}") {
			p.at++
		}
		other := p.text(p.next())
		local := other
		if p.take("as") {
			local = p.text(p.next())
		}
		n.X = append(n.X, imported(local, other))
		p.take(",")
	}
	p.take("}")
}

func (p *parser) export() *Node {
	n := &Node{Op: Export, Start: p.next().start}
	switch {
	case p.take("default"):
		n.Text = "default"
		var x *Node
		if p.is("class") || p.is("abstract") || p.is("function") || p.is("async") && p.isAt(1, "function") {
			x = p.statement()
		} else {
			x = p.expressionStatement()
		}
		n.X = []*Node{x}
	case p.is("{") || p.is("*"), p.is("type") && (p.isAt(1, "{") || p.isAt(1, "*")):
		for p.peek().kind != end && !p.is(";") && p.peek().kind != text && !(p.is("}") && p.at == 0) {
			before := p.at
			p.jump()
			if p.at > before && p.peek().newline {
				break
			}
		}
		if p.peek().kind == text {
			p.at++
		}
		p.take(";")
		return nil
	default:
		x := p.statement()
		if x == nil {
			return nil
		}
		n.X = []*Node{x}
	}
	n.End = p.last()
	return n
}

// enum is a constant object of its members.
func (p *parser) enum() *Node {
	start := p.next().start
	name := p.next()
	o := &Node{Op: Object, Start: start}
	if p.take("{") {
		for !p.is("}") && p.peek().kind != end {
			t := p.next()
			m := &Node{Op: Property, Start: t.start, Text: p.key(t), X: []*Node{{Op: Unknown, Start: t.start, End: t.end}}}
			if p.take("=") {
				m.X[0] = p.expression()
			}
			o.X = append(o.X, m)
			p.take(",")
		}
		p.take("}")
	}
	o.End = p.last()
	a := &Node{Op: Assign, Text: "=", Start: start, X: []*Node{{Op: Name, Text: p.text(name), Start: name.start, End: name.end}, o}, End: o.End}
	return &Node{Op: Declare, Start: start, X: []*Node{a}, End: o.End}
}

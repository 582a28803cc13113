package ecma

func (p *parser) function() *Node {
	f := &Node{Op: Function, Start: p.next().start}
	p.take("*")
	if p.peek().kind == word {
		f.Text = p.text(p.next())
	}
	p.signature(f)
	return f
}

// signature reads parameters, return type and body.
func (p *parser) signature(f *Node) {
	if p.is("<") {
		p.typeArguments()
	}
	f.Params = p.params()
	if p.take(":") {
		p.typeExpression()
	}
	if p.is("{") {
		f.Body = p.block()
	} else {
		p.take(";") // only declared
		f.Body = &Node{Op: Block, Start: p.last(), End: p.last()}
	}
	f.End = p.last()
}

func (p *parser) object() *Node {
	n := &Node{Op: Object, Start: p.next().start}
	for !p.is("}") && p.peek().kind != end {
		before := p.at
		n.X = append(n.X, p.property())
		p.take(",")
		if p.at == before {
			p.miss(p.peek().start, "unexpected "+p.text(p.peek()))
			p.at++
		}
	}
	p.take("}")
	n.End = p.last()
	return n
}

// property reads one of an object: key: value, key, ...rest, method() {}, get key() {}.
func (p *parser) property() *Node {
	if p.is("...") {
		return p.element()
	}
	p.modifiers()
	t := p.next()
	n := &Node{Op: Property, Start: t.start, Text: p.key(t)}
	if t.kind == mark && p.text(t) == "[" {
		n.Text = ""
		computed := p.sequence()
		p.take("]")
		n.X = []*Node{nil, computed}
	} else {
		n.X = []*Node{nil}
	}
	switch {
	case p.take(":"):
		n.X[0] = p.expression()
	case p.is("(") || p.is("<"):
		f := &Node{Op: Function, Start: t.start, Text: n.Text}
		p.signature(f)
		n.X[0] = f
	default:
		n.X[0] = &Node{Op: Name, Text: n.Text, Start: t.start, End: t.end}
		if p.take("=") {
			p.expression()
		}
	}
	n.End = p.last()
	return n
}

// modifiers passes the words before a method's or field's name.
func (p *parser) modifiers() {
	for {
		t := p.peek()
		if t.kind == mark && p.text(t) == "*" {
			p.at++
			continue
		}
		if t.kind != word {
			return
		}
		switch p.text(t) {
		case "async", "get", "set", "static", "public", "private", "protected", "readonly", "override", "declare", "abstract", "accessor":
		default:
			if !p.decorators() {
				return
			}
			continue
		}
		switch next := p.peekAt(1); {
		case next.kind == word || next.kind == text, next.kind == mark && (p.text(next) == "[" || p.text(next) == "*"):
			p.at++
		default:
			return
		}
	}
}

func (p *parser) class() *Node {
	n := &Node{Op: Class, Start: p.next().start}
	if p.peek().kind == word && !p.is("extends") && !p.is("implements") {
		n.Text = p.text(p.next())
	}
	for p.peek().kind != end && !p.is("{") {
		p.jump()
	}
	if !p.take("{") {
		return n
	}
	for !p.is("}") && p.peek().kind != end {
		before := p.at
		if p.take(";") {
			continue
		}
		if m := p.member(); m != nil {
			n.X = append(n.X, m)
		}
		if p.at == before {
			p.at++
		}
	}
	p.take("}")
	n.End = p.last()
	return n
}

// member reads a method or field of a class.
func (p *parser) member() *Node {
	p.modifiers()
	if p.is("{") { // a static block
		p.jump()
		return nil
	}
	t := p.next()
	n := &Node{Op: Property, Start: t.start, Text: p.key(t), X: []*Node{{Op: Unknown, Start: t.start, End: t.end}}}
	if t.match > 0 {
		p.at = t.match + 1
	}
	if p.is("?") || p.is("!") {
		p.at++
	}
	if p.is("(") || p.is("<") {
		f := &Node{Op: Function, Start: t.start, Text: n.Text}
		p.signature(f)
		n.X[0] = f
		return n
	}
	if p.take(":") {
		p.typeExpression()
	}
	if p.take("=") {
		n.X[0] = p.expression()
	}
	p.take(";")
	n.End = p.last()
	return n
}

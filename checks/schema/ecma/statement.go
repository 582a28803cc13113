package ecma

import "strings"

// statement reads one; nil where there is nothing to follow (a type, an empty one).
func (p *parser) statement() *Node {
	if !p.enter() {
		p.skipStatement()
		p.leave()
		return &Node{Op: Unknown, Start: p.last(), End: p.last()}
	}
	defer p.leave()
	t := p.peek()
	if t.kind == mark {
		switch p.text(t) {
		case ";":
			p.at++
			return nil
		case "{":
			return p.block()
		}
		return p.expressionStatement()
	}
	if t.kind != word {
		return p.expressionStatement()
	}
	if p.decorators() {
		return nil
	}
	switch p.text(t) {
	case "const", "let", "var":
		if p.isAt(1, "enum") {
			p.at++
			return p.enum()
		}
		return p.declaration()
	case "async":
		if p.isAt(1, "function") {
			p.at++
			return p.function()
		}
	case "function":
		return p.function()
	case "class":
		return p.class()
	case "abstract":
		if p.isAt(1, "class") {
			p.at++
			return p.class()
		}
	case "enum":
		return p.enum()
	case "type", "interface", "declare", "namespace", "module":
		if p.peekAt(1).kind == word && !p.peekAt(1).newline {
			return p.typeStatement()
		}
	case "import":
		if !p.isAt(1, "(") && !p.isAt(1, ".") {
			return p.imports()
		}
	case "export":
		return p.export()
	case "if":
		return p.ifStatement()
	case "for":
		return p.forStatement()
	case "while":
		p.at++
		p.jump()
		return &Node{Op: Loop, Start: t.start, X: []*Node{p.body()}, End: p.last()}
	case "do":
		p.at++
		n := &Node{Op: Loop, Start: t.start, X: []*Node{p.body()}, End: p.last()}
		if p.take("while") {
			p.jump()
		}
		return n
	case "switch":
		return p.switchStatement()
	case "try":
		return p.try()
	case "return", "throw":
		return p.returns()
	case "break", "continue":
		p.at++
		if p.peek().kind == word && !p.peek().newline {
			p.at++
		}
		p.take(";")
		return &Node{Op: Jump, Start: t.start, End: t.end}
	}
	return p.expressionStatement()
}

func (p *parser) expressionStatement() *Node {
	n := p.sequence()
	p.take(";")
	return n
}

// body is the statement that an if or a loop governs.
func (p *parser) body() *Node {
	if s := p.statement(); s != nil {
		return s
	}
	return &Node{Op: Block, Start: p.last(), End: p.last()}
}

// skipStatement passes to behind the next semicolon or bracket.
func (p *parser) skipStatement() {
	for p.peek().kind != end && !p.is("}") {
		if p.is(";") {
			p.at++
			return
		}
		p.jump()
	}
}

// jump passes one token, or a bracket with all that is in it.
func (p *parser) jump() {
	if m := p.peek().match; m > p.at {
		p.at = m + 1
		return
	}
	p.next()
}

func (p *parser) declaration() *Node {
	d := &Node{Op: Declare, Start: p.next().start}
	for {
		a := &Node{Op: Assign, Text: "=", Start: p.peek().start}
		a.X = []*Node{p.pattern(), nil}
		p.take("!")
		if p.take(":") {
			p.typeExpression()
		}
		if p.take("=") {
			a.X[1] = p.expression()
		}
		a.End = p.last()
		d.X = append(d.X, a)
		if !p.take(",") {
			break
		}
	}
	p.take(";")
	d.End = p.last()
	return d
}

// pattern is what a value is taken apart by.
func (p *parser) pattern() *Node {
	if !p.enter() {
		p.jump()
		p.leave()
		return &Node{Op: Unknown}
	}
	defer p.leave()
	t := p.peek()
	switch {
	case p.take("["):
		n := &Node{Op: Array, Start: t.start}
		for !p.is("]") && p.peek().kind != end {
			if p.take(",") {
				n.X = append(n.X, nil)
				continue
			}
			n.X = append(n.X, p.patternDefault())
			p.take(",")
		}
		p.take("]")
		n.End = p.last()
		return n
	case p.take("{"):
		n := &Node{Op: Object, Start: t.start}
		for !p.is("}") && p.peek().kind != end {
			before := p.at
			n.X = append(n.X, p.patternProperty())
			p.take(",")
			if p.at == before {
				p.at++
			}
		}
		p.take("}")
		n.End = p.last()
		return n
	case p.take("..."):
		return &Node{Op: Spread, Start: t.start, X: []*Node{p.pattern()}, End: p.last()}
	case t.kind == word:
		p.at++
		return &Node{Op: Name, Text: p.text(t), Start: t.start, End: t.end}
	}
	p.miss(t.start, "unexpected "+p.text(t))
	p.jump()
	return &Node{Op: Unknown, Start: t.start, End: t.end}
}

func (p *parser) patternDefault() *Node {
	n := p.pattern()
	p.take("?")
	if p.take(":") {
		p.typeExpression()
	}
	if p.take("=") {
		return &Node{Op: Default, Start: n.Start, X: []*Node{n, p.expression()}, End: p.last()}
	}
	return n
}

func (p *parser) patternProperty() *Node {
	if p.is("...") {
		return p.pattern()
	}
	t := p.next()
	key := &Node{Op: Property, Start: t.start, Text: p.key(t)}
	if t.match > 0 { // computed
		p.at = t.match + 1
		key.Text = ""
	}
	if p.take(":") {
		key.X = []*Node{p.patternDefault()}
		return key
	}
	value := &Node{Op: Name, Text: key.Text, Start: t.start, End: t.end}
	if p.take("=") {
		value = &Node{Op: Default, Start: t.start, X: []*Node{value, p.expression()}, End: p.last()}
	}
	key.X = []*Node{value}
	return key
}

// key is the text of a property's name.
func (p *parser) key(t token) string {
	if t.kind == text {
		return unquote(p.text(t))
	}
	return p.text(t)
}

func (p *parser) ifStatement() *Node {
	n := &Node{Op: If, Start: p.next().start}
	n.X = []*Node{p.bracketed(), p.body(), nil}
	if p.take("else") {
		n.X[2] = p.body()
	}
	n.End = p.last()
	return n
}

// bracketed is an expression in brackets.
func (p *parser) bracketed() *Node {
	if !p.take("(") {
		return &Node{Op: Unknown, Start: p.last(), End: p.last()}
	}
	n := p.sequence()
	p.take(")")
	return n
}

func (p *parser) forStatement() *Node {
	start := p.next().start
	p.take("await")
	if !p.is("(") {
		return nil
	}
	closing := p.peek().match
	p.at++
	n := &Node{Op: Loop, Start: start}
	declares := p.is("const") || p.is("let") || p.is("var")
	if declares && closing > 0 {
		p.at++
		pattern := p.pattern()
		if p.take(":") {
			p.typeExpression()
		}
		if p.take("of") {
			n.Op, n.X = ForOf, []*Node{pattern, p.expression()}
		}
	}
	if closing > 0 {
		p.at = closing + 1
	}
	n.X = append(n.X, p.body())
	n.End = p.last()
	return n
}

// switchStatement is a block of all its cases: which runs is not told.
func (p *parser) switchStatement() *Node {
	n := &Node{Op: Block, Start: p.next().start}
	p.jump()
	if !p.take("{") {
		return n
	}
	for !p.is("}") && p.peek().kind != end {
		before := p.at
		if p.take("case") {
			p.expression()
			p.take(":")
		} else if p.take("default") {
			p.take(":")
		} else if s := p.statement(); s != nil {
			n.X = append(n.X, s)
		}
		if p.at == before {
			p.at++
		}
	}
	p.take("}")
	n.End = p.last()
	return &Node{Op: Loop, Start: n.Start, X: []*Node{n}, End: n.End}
}

func (p *parser) try() *Node {
	n := &Node{Op: Try, Start: p.next().start, X: []*Node{p.block()}}
	if p.take("catch") {
		if p.is("(") {
			p.jump()
		}
		p.block() // runs when the other has failed
	}
	if p.take("finally") {
		n.X = append(n.X, p.block())
	}
	n.End = p.last()
	return n
}

func (p *parser) returns() *Node {
	t := p.next()
	n := &Node{Op: Return, Start: t.start}
	if p.text(t) == "throw" {
		n.Op = Throw
	}
	if next := p.peek(); !p.is(";") && !p.is("}") && next.kind != end && !next.newline {
		n.X = []*Node{p.sequence()}
	}
	p.take(";")
	n.End = p.last()
	return n
}

// unquote is the value of a string literal.
func unquote(literal string) string {
	if len(literal) < 2 {
		return ""
	}
	inner := literal[1:]
	if inner[len(inner)-1] == literal[0] {
		inner = inner[:len(inner)-1]
	}
	if !strings.Contains(inner, `\`) {
		return inner
	}
	return Unescape(inner)
}

// decorators passes @A and @A.b(...), if there are any.
func (p *parser) decorators() bool {
	found := false
	for p.peek().kind == word && p.src[p.peek().start] == '@' {
		found = true
		p.at++
		for p.take(".") {
			p.next()
		}
		if p.is("(") {
			p.jump()
		}
	}
	return found
}

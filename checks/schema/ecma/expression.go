package ecma

import "strings"

// sequence is one or more expressions with commas between; the last is its value.
func (p *parser) sequence() *Node {
	n := p.expression()
	for p.take(",") {
		n = &Node{Op: Binary, Text: ",", Start: n.Start, X: []*Node{n, p.expression()}, End: p.last()}
	}
	return n
}

func (p *parser) expression() *Node {
	if !p.enter() {
		defer p.leave()
		t := p.peek()
		p.jump()
		return &Node{Op: Unknown, Start: t.start, End: p.last()}
	}
	defer p.leave()
	if f := p.arrow(); f != nil {
		return f
	}
	if p.is("yield") {
		p.at++
		p.take("*")
	}
	left := p.binary(0)
	if p.take("?") {
		n := &Node{Op: Choice, Start: left.Start, X: []*Node{left, p.expression()}}
		p.take(":")
		n.X = append(n.X, p.expression())
		n.End = p.last()
		return n
	}
	if t := p.peek(); t.kind == mark && isAssignment(p.text(t)) {
		p.at++
		return &Node{Op: Assign, Text: p.text(t), Start: left.Start, X: []*Node{left, p.expression()}, End: p.last()}
	}
	return left
}

func isAssignment(op string) bool {
	switch op {
	case "==", "!=", "<=", ">=", "===", "!==", "=>":
		return false
	}
	return strings.HasSuffix(op, "=")
}

// arrow reads a function of the form x => y or (a, b): T => {...}, if there is one.
func (p *parser) arrow() *Node {
	from := p.at
	start := p.peek().start
	if p.is("async") && !p.peekAt(1).newline && (p.isAt(1, "(") || p.isAt(1, "<") || p.peekAt(1).kind == word && p.isAt(2, "=>")) {
		p.at++
	}
	if p.is("<") && !p.typeArguments() {
		p.at = from
		return nil
	}
	f := &Node{Op: Function, Start: start}
	switch t := p.peek(); {
	case t.kind == word && p.isAt(1, "=>"):
		f.Params = []*Node{p.pattern()}
	case p.is("(") && t.match > 0:
		open := p.at
		p.at = t.match + 1
		if p.is(":") {
			p.at++
			p.typeExpression()
		}
		if !p.is("=>") {
			p.at = from
			return nil
		}
		behind := p.at
		p.at = open
		f.Params = p.params()
		p.at = behind
	default:
		p.at = from
		return nil
	}
	p.take("=>")
	if p.is("{") {
		f.Body = p.block()
	} else {
		f.Body = p.expression()
	}
	f.End = p.last()
	return f
}

// params reads a function's parameters in brackets.
func (p *parser) params() []*Node {
	var list []*Node
	if !p.take("(") {
		return nil
	}
	for !p.is(")") && p.peek().kind != end {
		before := p.at
		p.decorators()
		for p.is("public") || p.is("private") || p.is("protected") || p.is("readonly") {
			if !p.peekAt(1).isWord() {
				break
			}
			p.at++
		}
		list = append(list, p.patternDefault())
		p.take(",")
		if p.at == before {
			p.at++
		}
	}
	p.take(")")
	return list
}

func (t token) isWord() bool { return t.kind == word }

// precedence of binary operators; 0: none.
func precedence(op string) int {
	switch op {
	case "??", "||":
		return 1
	case "&&":
		return 2
	case "|", "^", "&":
		return 3
	case "==", "!=", "===", "!==":
		return 4
	case "<", ">", "<=", "instanceof", "in":
		return 5
	case "<<":
		return 6
	case "+", "-":
		return 7
	case "*", "/", "%", "**":
		return 8
	}
	return 0
}

func (p *parser) binary(least int) *Node {
	left := p.unary()
	for {
		t := p.peek()
		if t.kind == word && !t.newline && (p.is("as") || p.is("satisfies")) {
			p.at++
			if !p.take("const") {
				p.typeExpression()
			}
			continue
		}
		if t.kind != mark && t.kind != word {
			return left
		}
		op := p.text(t)
		level := precedence(op)
		if level == 0 || level <= least {
			return left
		}
		p.at++
		for op == ">" && (p.is(">") || p.is("=")) && p.peek().start == p.last() { // >=, >>, >>>
			p.at++
		}
		left = &Node{Op: Binary, Text: op, Start: left.Start, X: []*Node{left, p.binary(level)}, End: p.last()}
	}
}

func (p *parser) unary() *Node {
	t := p.peek()
	op := p.text(t)
	switch {
	case t.kind == mark && (op == "!" || op == "-" || op == "+" || op == "~" || op == "++" || op == "--"),
		t.kind == word && (op == "typeof" || op == "void" || op == "delete"):
	case t.kind == word && op == "await":
	default:
		return p.postfix(p.primary())
	}
	if !p.enter() {
		defer p.leave()
		p.jump()
		return &Node{Op: Unknown, Start: t.start, End: p.last()}
	}
	defer p.leave()
	p.at++
	x := p.unary()
	if op == "await" {
		return x
	}
	return &Node{Op: Unary, Text: op, Start: t.start, X: []*Node{x}, End: p.last()}
}

// postfix reads what follows a value: members, calls, templates.
func (p *parser) postfix(n *Node) *Node {
	for {
		t := p.peek()
		switch {
		case t.kind == template:
			p.at++
			n = &Node{Op: Tagged, Start: n.Start, X: []*Node{n, p.template(t)}, End: t.end}
		case t.kind != mark:
			return n
		case p.is(".") || p.is("?."):
			p.at++
			if p.is("(") || p.is("[") {
				continue
			}
			name := p.next()
			n = &Node{Op: Member, Text: p.text(name), Start: n.Start, X: []*Node{n}, End: name.end}
		case p.is("["):
			p.at++
			n = &Node{Op: Index, Start: n.Start, X: []*Node{n, p.sequence()}}
			p.take("]")
			n.End = p.last()
		case p.is("("):
			n = &Node{Op: Call, Start: n.Start, X: append([]*Node{n}, p.arguments()...)}
			n.End = p.last()
		case p.is("!") && !t.newline && !p.isAt(1, "="):
			p.at++
		case (p.is("++") || p.is("--")) && !t.newline:
			p.at++
			n = &Node{Op: Unary, Text: p.text(t), Start: n.Start, X: []*Node{n}, End: t.end}
		case p.is("<") && p.typesBeforeCall():
		default:
			return n
		}
	}
}

func (p *parser) arguments() []*Node {
	var list []*Node
	if !p.take("(") {
		return nil
	}
	for !p.is(")") && p.peek().kind != end {
		before := p.at
		list = append(list, p.element())
		p.take(",")
		if p.at == before {
			p.miss(p.peek().start, "unexpected "+p.text(p.peek()))
			p.at++
		}
	}
	p.take(")")
	return list
}

// element is an expression, or one that is spread.
func (p *parser) element() *Node {
	if t := p.peek(); p.take("...") {
		return &Node{Op: Spread, Start: t.start, X: []*Node{p.expression()}, End: p.last()}
	}
	return p.expression()
}

func (p *parser) primary() *Node {
	t := p.peek()
	switch t.kind {
	case text:
		p.at++
		return &Node{Op: String, Text: unquote(p.text(t)), Start: t.start, End: t.end}
	case number, regex:
		p.at++
		op := Number
		if t.kind == regex {
			op = Unknown
		}
		return &Node{Op: op, Text: p.text(t), Start: t.start, End: t.end}
	case template:
		p.at++
		return p.template(t)
	case word:
		return p.word(t)
	case end:
		return &Node{Op: Unknown, Start: t.start, End: t.start}
	}
	switch p.text(t) {
	case "(":
		return p.bracketed()
	case "[":
		p.at++
		n := &Node{Op: Array, Start: t.start}
		for !p.is("]") && p.peek().kind != end {
			if p.take(",") {
				n.X = append(n.X, nil)
				continue
			}
			before := p.at
			n.X = append(n.X, p.element())
			p.take(",")
			if p.at == before {
				p.at++
			}
		}
		p.take("]")
		n.End = p.last()
		return n
	case "{":
		return p.object()
	}
	if p.text(t) == "}" || p.text(t) == ")" || p.text(t) == "]" {
		return &Node{Op: Unknown, Start: t.start, End: t.start}
	}
	p.miss(t.start, "unexpected "+p.text(t))
	p.at++
	return &Node{Op: Unknown, Start: t.start, End: t.end}
}

func (p *parser) word(t token) *Node {
	switch p.text(t) {
	case "function":
		return p.function()
	case "async":
		if p.isAt(1, "function") {
			p.at++
			return p.function()
		}
	case "class":
		return p.class()
	case "new":
		p.at++
		n := &Node{Op: New, Start: t.start, X: []*Node{p.newTarget()}}
		if p.is("(") {
			n.X = append(n.X, p.arguments()...)
		}
		n.End = p.last()
		return n
	}
	p.at++
	return &Node{Op: Name, Text: p.text(t), Start: t.start, End: t.end}
}

// newTarget is the name behind new.
func (p *parser) newTarget() *Node {
	n := p.primary()
	for p.take(".") {
		name := p.next()
		n = &Node{Op: Member, Text: p.text(name), Start: n.Start, X: []*Node{n}, End: name.end}
	}
	if p.is("<") {
		p.typesBeforeCall()
	}
	return n
}

func (p *parser) template(t token) *Node {
	n := &Node{Op: Template, Start: t.start, End: t.end}
	for _, part := range t.parts {
		n.Parts = append(n.Parts, Text{part.start, part.end, part.holeEnd})
		if part.hole != nil {
			inner := &parser{src: p.src, tokens: part.hole.tokens, shared: p.shared}
			n.X = append(n.X, inner.sequence())
		}
	}
	return n
}

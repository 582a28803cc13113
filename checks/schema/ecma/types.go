package ecma

// maxAhead bounds what is looked at to tell a list of types from a comparison.
const maxAhead = 200_000

// typesBeforeCall passes a list of types that a call or template follows, if there is one.
func (p *parser) typesBeforeCall() bool {
	from := p.at
	if p.typeArguments() && (p.is("(") || p.peek().kind == template) {
		return true
	}
	p.at = from
	return false
}

// typeArguments passes <A, B>, or a list of type parameters; false: it is none.
func (p *parser) typeArguments() bool {
	from := p.at
	if !p.take("<") {
		return false
	}
	for steps := 0; p.peek().kind != end && steps < 300; steps++ {
		if p.ahead++; p.ahead > maxAhead {
			break
		}
		switch t := p.peek(); {
		case p.take(">"):
			return true
		case p.is("<"):
			if !p.enter() || !p.typeArguments() {
				p.leave()
				p.at = from
				return false
			}
			p.leave()
		case t.kind == mark && !typeMark(p.text(t)):
			p.at = from
			return false
		default:
			p.jump()
		}
	}
	p.at = from
	return false
}

// typeMark reports whether a sign may stand in a list of types.
func typeMark(sign string) bool {
	switch sign {
	case ",", ".", "|", "&", "[", "{", "(", "=>", "?", ":", "=", "-", "...":
		return true
	}
	return false
}

// typeExpression passes a type.
func (p *parser) typeExpression() {
	if !p.enter() {
		p.jump()
		p.leave()
		return
	}
	defer p.leave()
	p.take("|")
	p.take("&")
	for {
		p.typeOperand()
		switch {
		case p.take("|"), p.take("&"):
		case p.is("is") || p.is("extends"):
			p.at++
		case p.is("?") && !p.isAt(1, ".") && !p.isAt(1, ")"): // a condition
			p.at++
			p.typeExpression()
			if !p.take(":") {
				return
			}
		default:
			return
		}
	}
}

func (p *parser) typeOperand() {
	for p.is("keyof") || p.is("typeof") || p.is("readonly") || p.is("infer") || p.is("unique") || p.is("asserts") || p.is("new") || p.is("abstract") {
		p.at++
	}
	t := p.peek()
	switch {
	case p.is("<"):
		p.typeArguments()
		p.typeOperand()
		return
	case p.is("("):
		p.jump()
		if p.take("=>") {
			p.typeExpression()
			return
		}
	case p.is("{") || p.is("["):
		p.jump()
	case p.is("-"):
		p.at++
		p.next()
	case t.kind == word || t.kind == text || t.kind == number || t.kind == template:
		p.at++
		if p.is("(") && t.kind == word && p.src[t.start:t.end] == "import" {
			p.jump()
		}
		for p.take(".") {
			p.next()
		}
		if p.is("<") {
			p.typeArguments()
		}
	default:
		return
	}
	for p.is("[") && !p.peek().newline {
		p.jump()
	}
}

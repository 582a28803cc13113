package migrations

// atom is a value without what follows it.
func (p *pythonParser) atom() *node {
	t := p.peek()
	n := &node{start: t.start, end: t.end}
	switch t.kind {
	case stringToken:
		p.at++
		n.form, n.pieces = textForm, t.pieces
		for p.peek().kind == stringToken {
			next := p.take()
			n.pieces, n.end = concatenated(n.pieces, next.pieces), next.end
		}
	case numberToken:
		p.at++
		n.form, n.text = numberForm, t.text
	case nameToken:
		p.at++
		if t.text == "lambda" {
			return p.lambda(n)
		}
		n.form, n.text = nameForm, t.text
	default:
		return p.bracketed(n)
	}
	return n
}

func (p *pythonParser) lambda(n *node) *node {
	n.form = functionForm
	for !p.mark(":") && p.peek().kind != newlineToken && !p.done() {
		if p.mark("(") || p.mark("[") || p.mark("{") {
			p.balanced()
			continue
		}
		p.at++
	}
	p.want(p.skipMark(":"))
	n.body = []*node{p.expression()}
	n.end = p.end()
	return n
}

func (p *pythonParser) bracketed(n *node) *node {
	t := p.take()
	switch {
	case t.kind == markToken && t.text == "(":
		inner := &node{form: listForm}
		if plain := p.arguments(inner, ")"); plain && len(inner.items) == 1 {
			n = inner.items[0]
			if n.form == textForm {
				return n // its own place, for SQL
			}
			clone := *n
			n = &clone
			n.start = t.start
		} else {
			n.form, n.items = inner.form, inner.items
		}
	case t.kind == markToken && t.text == "[":
		n.form = listForm
		p.arguments(n, "]")
	case t.kind == markToken && t.text == "{":
		p.braces(n)
	case t.kind == markToken && t.text == "...":
	default:
		p.at--
		p.fail()
	}
	n.end = p.end()
	return n
}

// braces are a dict or a set.
func (p *pythonParser) braces(n *node) {
	n.form = dictForm
	for p.failed == "" && !p.skipMark("}") {
		key := p.expression()
		switch {
		case p.skipMark(":"):
			n.keys, n.items = append(n.keys, key), append(n.items, p.expression())
		case key.text == "**":
			n.form = otherForm
		default:
			n.form = listForm
			n.items = append(n.items, key)
		}
		if p.word("for", "async") {
			p.comprehension(n, "}")
			return
		}
		if !p.skipMark(",") {
			p.want(p.skipMark("}"))
			return
		}
	}
}

// comprehension passes over the rest of one; what it gives is not told.
func (p *pythonParser) comprehension(n *node, closer string) {
	n.form, n.text = otherForm, "for"
	depth := 0
	for !p.done() {
		switch t := p.take(); {
		case t.kind != markToken:
		case t.text == "(" || t.text == "[" || t.text == "{":
			depth++
		case depth == 0 && t.text == closer:
			return
		case t.text == ")" || t.text == "]" || t.text == "}":
			depth--
		}
	}
	p.fail()
}

// arguments are those up to the closing bracket; plain: one expression without a comma.
func (p *pythonParser) arguments(n *node, closer string) (plain bool) {
	plain = true
	for p.failed == "" {
		if p.skipMark(closer) {
			return plain
		}
		p.argument(n)
		if p.word("for", "async") {
			value := &node{start: n.start}
			p.comprehension(value, closer)
			value.end = p.end()
			if closer == "]" {
				n.form = otherForm
				return false
			}
			n.items = []*node{value}
			return true
		}
		if p.skipMark(",") {
			plain = false
			continue
		}
		p.want(p.skipMark(closer))
		return plain
	}
	return plain
}

func (p *pythonParser) argument(n *node) {
	if t := p.peek(); t.kind == nameToken && p.at+1 < len(p.tokens) && p.tokens[p.at+1].kind == markToken && p.tokens[p.at+1].text == "=" {
		p.at += 2
		n.named = append(n.named, keyword{t.text, p.expression()})
		return
	}
	value := p.expression()
	if value.form == otherForm && (value.text == "**" || value.text == "*") && len(value.items) == 1 && n.form != listForm {
		n.named = append(n.named, keyword{value.text, value.items[0]})
		return
	}
	for p.mark(":") || p.mark("=") { // a slice, or f(a.b=c) which is none
		p.at++
		value = &node{start: value.start, items: []*node{value}}
		if !p.mark("]") && !p.mark(",") && !p.mark(":") {
			p.expression()
		}
		value.end = p.end()
	}
	n.items = append(n.items, value)
}

// trailers are the attributes, calls and indexes behind a value.
func (p *pythonParser) trailers(n *node) *node {
	for p.failed == "" {
		switch {
		case p.skipMark("."):
			name := p.take()
			n = attribute(n, name)
		case p.mark("("):
			p.at++
			n = asPythonCall(n)
			p.arguments(n, ")")
			n.end = p.end()
		case p.mark("["):
			p.at++
			index := &node{form: callForm, text: "[]", start: n.start, recv: n}
			for p.skipMark(":") { // a slice from the beginning
			}
			p.arguments(index, "]")
			index.end = p.end()
			n = index
		default:
			return n
		}
	}
	return n
}

func attribute(n *node, name scanned) *node {
	if n.form == nameForm {
		return &node{form: nameForm, text: n.text + "." + name.text, start: n.start, end: name.end}
	}
	return &node{form: otherForm, text: "." + name.text, start: n.start, end: name.end, recv: n}
}

// asPythonCall makes a call of what stands before the bracket: a.b.c( is c of a.b.
func asPythonCall(n *node) *node {
	made := &node{form: callForm, start: n.start}
	switch {
	case n.form == nameForm:
		made.text = n.text
		for i := len(n.text) - 1; i >= 0; i-- {
			if n.text[i] == '.' {
				made.text, made.recv = n.text[i+1:], &node{form: nameForm, text: n.text[:i], start: n.start, end: n.end}
				break
			}
		}
	case n.form == otherForm && n.recv != nil && len(n.text) > 1 && n.text[0] == '.':
		made.text, made.recv = n.text[1:], n.recv
	default:
		made.text, made.recv = "()", n
	}
	return made
}

// parameters are the names of those in brackets.
func (p *pythonParser) parameters() []string {
	var names []string
	p.want(p.skipMark("("))
	depth := 1
	before := "("
	for !p.done() {
		t := p.take()
		switch {
		case t.text == "(" || t.text == "[" || t.text == "{":
			depth++
		case t.text == ")" || t.text == "]" || t.text == "}":
			if depth--; depth == 0 {
				return names
			}
		case t.kind == nameToken && depth == 1 && (before == "(" || before == "," || before == "*"):
			names = append(names, t.text)
		case t.kind == nameToken && depth == 1 && before == "**":
			names = append(names, "**"+t.text)
		}
		before = t.text
	}
	p.fail()
	return names
}

func (p *pythonParser) balanced() {
	depth := 0
	for !p.done() {
		switch p.take().text {
		case "(", "[", "{":
			depth++
		case ")", "]", "}":
			depth--
		}
		if depth <= 0 {
			return
		}
	}
}

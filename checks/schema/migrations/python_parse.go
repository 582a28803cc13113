package migrations

import (
	"fmt"
	"slices"
	"strings"
)

// pythonParser turns tokens into what a reader of migrations needs.
type pythonParser struct {
	text   string
	tokens []scanned
	at     int
	depth  int
	failed string
}

// parsePython is the file's statements, or why they cannot be told.
func parsePython(text string) ([]*node, string) {
	tokens, failed := scanPython(text)
	if failed != "" {
		return nil, failed
	}
	p := &pythonParser{text: text, tokens: tokens}
	body := p.statements(0)
	return body, p.failed
}

func (p *pythonParser) done() bool { return p.at >= len(p.tokens) }

func (p *pythonParser) peek() scanned {
	if p.done() {
		return scanned{start: len(p.text), end: len(p.text)}
	}
	return p.tokens[p.at]
}

func (p *pythonParser) take() scanned {
	t := p.peek()
	p.at++
	return t
}

func (p *pythonParser) end() int {
	if p.at == 0 || len(p.tokens) == 0 {
		return 0
	}
	return p.tokens[min(p.at, len(p.tokens))-1].end
}

func (p *pythonParser) fail() {
	if p.failed == "" {
		t := p.peek()
		p.failed = fmt.Sprintf("line %d is not understood at %q", 1+strings.Count(p.text[:min(t.start, len(p.text))], "\n"), t.text)
	}
	p.at = len(p.tokens)
}

func (p *pythonParser) mark(text string) bool {
	t := p.peek()
	return t.kind == markToken && t.text == text
}

func (p *pythonParser) word(words ...string) bool {
	t := p.peek()
	return t.kind == nameToken && slices.Contains(words, t.text)
}

func (p *pythonParser) skipMark(text string) bool {
	if p.mark(text) {
		p.at++
		return true
	}
	return false
}

func (p *pythonParser) want(ok bool) {
	if !ok {
		p.fail()
	}
}

// column is how far a token is indented.
func (p *pythonParser) column(t scanned) int {
	return t.start - strings.LastIndexByte(p.text[:t.start], '\n') - 1
}

// statements are those of one indentation.
func (p *pythonParser) statements(indent int) []*node {
	var out []*node
	if p.depth++; p.depth > maxNested {
		p.fail()
	}
	defer func() { p.depth-- }()
	for {
		for p.peek().kind == newlineToken {
			p.at++
		}
		if p.done() || p.column(p.peek()) < indent {
			return out
		}
		out = append(out, p.statement(indent)...)
	}
}

// statement is one statement, or several that a semicolon parts.
func (p *pythonParser) statement(indent int) []*node {
	before := p.at
	n := p.oneStatement(indent)
	if p.at == before {
		p.fail()
	}
	if t := p.peek(); !p.done() && t.kind != newlineToken && (n.form != classForm && n.form != functionForm && n.form != branchForm && n.form != protectForm) {
		p.fail()
	}
	return []*node{n}
}

func (p *pythonParser) oneStatement(indent int) *node {
	t := p.peek()
	n := &node{start: t.start}
	if t.kind == markToken && t.text == "@" {
		p.line()
		return &node{start: t.start, end: p.end()}
	}
	if t.kind != nameToken {
		return p.simple()
	}
	switch t.text {
	case "async":
		p.at++
		return p.oneStatement(indent)
	case "class":
		p.at++
		n.form, n.text = classForm, p.take().text
		if p.skipMark("(") {
			p.arguments(n, ")")
		}
		n.body = p.block(indent)
	case "def":
		p.at++
		n.form, n.text = functionForm, p.take().text
		if p.mark("[") {
			p.balanced()
		}
		n.params = p.parameters()
		if p.skipMark("->") {
			p.expression()
		}
		n.body = p.block(indent)
	case "if", "elif", "else", "while", "for", "with", "try", "except", "finally":
		p.compound(n, indent)
	case "return", "raise", "assert", "del", "global", "nonlocal", "import", "from", "pass", "break", "continue":
		p.at++
		n.form, n.text = callForm, t.text
		if t.text == "return" && p.peek().kind != newlineToken {
			n.items = []*node{p.list()}
		} else {
			p.line()
		}
	default:
		return p.simple()
	}
	n.end = p.end()
	return n
}

// line passes over the rest of a logical line.
func (p *pythonParser) line() {
	for p.peek().kind != newlineToken && !p.done() {
		p.at++
	}
}

func (p *pythonParser) compound(n *node, indent int) {
	n.form, n.text = branchForm, p.take().text
	switch n.text {
	case "for":
		for !p.word("in") && p.peek().kind != newlineToken && !p.done() {
			if t := p.take(); t.kind == nameToken {
				n.params = append(n.params, t.text)
			}
		}
		p.at++
		n.items = []*node{p.list()}
	case "with":
		p.with(n)
	case "except":
		for !p.mark(":") && p.peek().kind != newlineToken && !p.done() {
			p.at++
		}
	case "try", "else", "finally":
	default:
		n.items = []*node{p.expression()}
	}
	if n.text == "try" {
		n.form = protectForm
	}
	n.body = p.block(indent)
	for p.peek().kind == newlineToken {
		p.at++
	}
	if !p.done() && p.column(p.peek()) == indent && (n.text == "if" || n.text == "elif") && p.word("elif", "else") {
		if p.depth++; p.depth > maxNested {
			p.fail()
			return
		}
		next := p.oneStatement(indent)
		p.depth--
		if n.other = []*node{next}; next.text == "else" {
			n.other = next.body
		}
	}
}

// with is "with a as b, c as d:"; brackets around all of them too.
func (p *pythonParser) with(n *node) {
	inner := p.skipMark("(")
	for p.failed == "" {
		n.items = append(n.items, p.expression())
		if p.word("as") {
			p.at++
			n.params = append(n.params, p.take().text)
		} else {
			n.params = append(n.params, "")
		}
		if !p.skipMark(",") {
			break
		}
	}
	if inner {
		p.want(p.skipMark(")"))
	}
}

// block is what follows a colon.
func (p *pythonParser) block(indent int) []*node {
	p.want(p.skipMark(":"))
	if p.peek().kind != newlineToken {
		var out []*node
		for p.peek().kind != newlineToken && !p.done() {
			out = append(out, p.oneStatement(indent))
		}
		return out
	}
	for p.peek().kind == newlineToken {
		p.at++
	}
	if column := p.column(p.peek()); !p.done() && column > indent {
		return p.statements(column)
	}
	return nil
}

// simple is an expression or an assignment.
func (p *pythonParser) simple() *node {
	left := p.list()
	if p.skipMark(":") { // an annotation
		p.expression()
		if !p.mark("=") {
			return left
		}
	}
	t := p.peek()
	if t.kind != markToken || !strings.HasSuffix(t.text, "=") {
		return left
	}
	p.at++
	value := p.list()
	for p.skipMark("=") {
		value = p.list()
	}
	n := &node{form: assignForm, start: left.start, end: value.end, items: []*node{value}}
	if left.form == nameForm {
		n.text = left.text
	} else if left.form == listForm {
		n.keys = left.items
	}
	if t.text != "=" {
		n.items[0] = &node{start: value.start, end: value.end, items: []*node{value}}
	}
	return n
}

// list is an expression, or several with commas.
func (p *pythonParser) list() *node {
	first := p.expression()
	if !p.mark(",") {
		return first
	}
	n := &node{form: listForm, start: first.start, items: []*node{first}}
	for p.skipMark(",") {
		if p.peek().kind == newlineToken || p.mark("=") || p.mark(":") || p.done() {
			break
		}
		n.items = append(n.items, p.expression())
	}
	n.end = p.end()
	return n
}

var pythonOperators = " + - * / // % ** @ & | ^ << >> < > <= >= == != := "

// expression is operands with operators between them.
func (p *pythonParser) expression() *node {
	if p.depth++; p.depth > maxNested {
		p.fail()
	}
	defer func() { p.depth-- }()
	left := p.operand()
	for p.failed == "" {
		t := p.peek()
		switch {
		case t.kind == markToken && strings.Contains(pythonOperators, " "+t.text+" "):
			p.at++
			right := p.operand()
			left = binary(t.text, left, right)
		case t.kind == nameToken && (t.text == "and" || t.text == "or" || t.text == "in" || t.text == "is" || t.text == "not"):
			operator := p.take().text
			for p.word("not", "in") {
				operator += " " + p.take().text
			}
			left = binary(operator, left, p.operand())
		case t.kind == nameToken && t.text == "if":
			p.at++
			condition := p.expression()
			if p.word("else") {
				p.at++
				other := p.expression()
				return &node{text: "if", start: left.start, end: p.end(), items: []*node{left, condition, other}}
			}
			return &node{start: left.start, end: p.end(), items: []*node{left, condition}}
		default:
			return left
		}
	}
	return left
}

func (p *pythonParser) operand() *node {
	t := p.peek()
	if t.kind == markToken && (t.text == "-" || t.text == "+" || t.text == "~" || t.text == "*" || t.text == "**") || p.word("not", "await", "yield") {
		p.at++
		if t.text == "yield" && p.word("from") {
			p.at++
		}
		if t.text == "yield" && (p.peek().kind == newlineToken || p.mark(")")) {
			return &node{start: t.start, end: t.end}
		}
		if p.depth++; p.depth > maxNested {
			p.fail()
		}
		inner := p.operand()
		p.depth--
		if t.text == "-" && inner.form == numberForm {
			return &node{form: numberForm, text: "-" + inner.text, start: t.start, end: inner.end}
		}
		return &node{text: t.text, start: t.start, end: inner.end, items: []*node{inner}}
	}
	return p.trailers(p.atom())
}

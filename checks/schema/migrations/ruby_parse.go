package migrations

import (
	"fmt"
	"strings"
)

// rubyParser turns tokens into what a reader of migrations needs. It knows how Ruby is put
// together and not what it means: whatever is not plainly literal becomes otherForm.
type rubyParser struct {
	text   string
	tokens []scanned
	at     int
	depth  int
	noDo   int // within these a do belongs to the call outside
	failed string
}

// parseRuby is the file's statements, or why they cannot be told.
func parseRuby(text string) ([]*node, string) {
	tokens, failed := scanRuby(text)
	if failed != "" {
		return nil, failed
	}
	p := &rubyParser{text: text, tokens: tokens}
	body := p.statements()
	if p.failed == "" && !p.done() {
		p.fail()
	}
	return body, p.failed
}

func (p *rubyParser) done() bool { return p.at >= len(p.tokens) }

func (p *rubyParser) peek() scanned {
	if p.done() {
		return scanned{start: len(p.text), end: len(p.text)}
	}
	return p.tokens[p.at]
}

func (p *rubyParser) ahead() scanned {
	if p.at+1 >= len(p.tokens) {
		return scanned{start: len(p.text), end: len(p.text)}
	}
	return p.tokens[p.at+1]
}

func (p *rubyParser) take() scanned {
	t := p.peek()
	p.at++
	return t
}

// end is where the last token taken ends.
func (p *rubyParser) end() int {
	if p.at == 0 || len(p.tokens) == 0 {
		return 0
	}
	return p.tokens[min(p.at, len(p.tokens))-1].end
}

func (p *rubyParser) fail() {
	if p.failed == "" {
		t := p.peek()
		p.failed = fmt.Sprintf("line %d is not understood at %q", 1+strings.Count(p.text[:min(t.start, len(p.text))], "\n"), t.text)
	}
	p.at = len(p.tokens)
}

func (p *rubyParser) mark(text string) bool {
	t := p.peek()
	return t.kind == markToken && t.text == text
}
func (p *rubyParser) word(words ...string) bool {
	t := p.peek()
	if t.kind != nameToken {
		return false
	}
	for _, w := range words {
		if t.text == w {
			return true
		}
	}
	return false
}

func (p *rubyParser) skipMark(text string) bool {
	if p.mark(text) {
		p.at++
		return true
	}
	return false
}

func (p *rubyParser) skipWord(text string) bool {
	if p.word(text) {
		p.at++
		return true
	}
	return false
}

func (p *rubyParser) newlines() {
	for p.peek().kind == newlineToken {
		p.at++
	}
}

func (p *rubyParser) want(ok bool) {
	if !ok {
		p.fail()
	}
}

// statements are those up to a word or bracket that ends them.
func (p *rubyParser) statements() []*node {
	var out []*node
	for {
		p.newlines()
		if p.done() || p.mark("}") || p.mark(")") || p.word("end", "else", "elsif", "when", "in", "rescue", "ensure") {
			return out
		}
		before := p.at
		out = append(out, p.statement())
		if p.at == before {
			p.fail()
		}
		if t := p.peek(); !p.done() && t.kind != newlineToken && !p.mark("}") && !p.mark(")") && !p.word("end", "else", "elsif", "when", "rescue", "ensure") {
			p.fail()
		}
	}
}

// statement is an expression with what may stand behind it.
func (p *rubyParser) statement() *node {
	n := p.expression()
	for {
		switch {
		case p.word("if", "unless", "while", "until"):
			keyword := p.take().text
			condition := p.expression()
			n = &node{form: branchForm, text: keyword, start: n.start, end: p.end(), items: []*node{condition}, body: []*node{n}}
		case p.word("rescue"):
			p.at++
			p.expression()
			n = &node{form: protectForm, start: n.start, end: p.end(), body: []*node{n}}
		case p.word("and", "or"):
			p.at++
			p.newlines()
			other := p.expression()
			n = &node{form: branchForm, text: "and", start: n.start, end: p.end(), items: []*node{n}, body: []*node{other}}
		case p.mark(","): // a, b = c
			p.at++
			p.newlines()
			p.skipMark("*")
			p.expression()
			n = &node{form: otherForm, start: n.start, end: p.end(), items: []*node{n}}
		default:
			return n
		}
	}
}

var rubyOperators = " + - * / % ** == != > < >= <= <=> === && || =~ !~ .. ... << >> | & ^ ? = += -= *= /= ||= &&= |= <<= **= "

// expression is operands with operators between them.
func (p *rubyParser) expression() *node {
	if p.depth++; p.depth > maxNested {
		p.fail()
	}
	defer func() { p.depth-- }()
	left := p.operand()
	for t := p.peek(); t.kind == markToken && strings.Contains(rubyOperators, " "+t.text+" "); t = p.peek() {
		p.at++
		p.newlines()
		switch {
		case t.text == "?":
			left = p.ternary(left)
		case t.text == "=" || strings.HasSuffix(t.text, "=") && !strings.Contains(" == != >= <= === ", " "+t.text+" "):
			left = p.assignment(left, t.text)
		case p.openEnded(t.text):
			left = &node{form: otherForm, start: left.start, end: p.end(), items: []*node{left}}
		default:
			right := p.operand()
			left = binary(t.text, left, right)
		}
		if p.failed != "" {
			return left
		}
	}
	return left
}

func (p *rubyParser) openEnded(mark string) bool {
	return strings.HasPrefix(mark, "..") && (p.mark(")") || p.mark("]") || p.mark(",") || p.peek().kind == newlineToken)
}

// binary joins two operands; strings that are added are one string.
func binary(operator string, left, right *node) *node {
	if operator == "+" && left.form == textForm && right.form == textForm {
		return &node{form: textForm, start: left.start, end: right.end, pieces: concatenated(left.pieces, right.pieces)}
	}
	if operator == "+" && (left.form == textForm && right.form == nameForm || left.form == nameForm && right.form == textForm) {
		return &node{form: textForm, start: left.start, end: right.end, pieces: concatenated(asPieces(left), asPieces(right))}
	}
	return &node{form: otherForm, text: operator, start: left.start, end: right.end, items: []*node{left, right}}
}

// concatenated are the pieces of two strings. What is written to has room of its own, so that a
// token's pieces stay; beyond what is read nothing is added.
func concatenated(a, b []piece) []piece {
	if len(a) > maxParts {
		return a
	}
	return append(a[:len(a):cap(a)], b...)
}

// asPieces are a string's, or the one that a name's value makes.
func asPieces(n *node) []piece {
	if n.form == nameForm {
		return []piece{{text: n.text, code: true, start: n.start, end: n.end}}
	}
	return n.pieces
}

func (p *rubyParser) ternary(condition *node) *node {
	first := p.expression()
	p.newlines()
	if t := p.peek(); t.kind == symbolToken { // a ?b :c
		p.at++
		return &node{form: otherForm, start: condition.start, end: p.end(), items: []*node{condition, first}}
	}
	p.want(p.skipMark(":") || p.peek().kind == labelToken)
	p.newlines()
	second := p.expression()
	return &node{form: otherForm, start: condition.start, end: second.end, items: []*node{condition, first, second}}
}

func (p *rubyParser) assignment(left *node, operator string) *node {
	value := p.expression()
	if p.mark(",") && value.form != assignForm && operator == "=" && p.noDo == 0 && p.depth < 3 {
		for p.skipMark(",") {
			p.newlines()
			p.skipMark("*")
			p.expression()
		}
		value = &node{form: otherForm, start: value.start, end: p.end()}
	}
	if p.word("rescue") {
		p.at++
		p.expression()
		value = &node{form: otherForm, start: value.start, end: p.end(), items: []*node{value}}
	}
	n := &node{form: assignForm, start: left.start, end: value.end, items: []*node{value}}
	if left.form == nameForm {
		n.text = left.text
	}
	if operator != "=" {
		n.items[0] = &node{form: otherForm, start: value.start, end: value.end, items: []*node{value}}
	}
	return n
}

// operand is a value with the marks that may stand before it.
func (p *rubyParser) operand() *node {
	t := p.peek()
	if t.kind == markToken && strings.Contains(" ! - + * & ** ~ :: .. ... ", " "+t.text+" ") {
		p.at++
		inner := p.operand()
		if t.text == "-" && inner.form == numberForm {
			return &node{form: numberForm, text: "-" + inner.text, start: t.start, end: inner.end}
		}
		if t.text == "::" {
			return inner
		}
		return &node{form: otherForm, text: t.text, start: t.start, end: inner.end, items: []*node{inner}}
	}
	if p.word("not", "defined?") {
		p.at++
		inner := p.operand()
		return &node{form: otherForm, text: map[bool]string{true: "!"}[t.text == "not"], start: t.start, end: inner.end, items: []*node{inner}}
	}
	return p.postfix(p.primary())
}

// primary is a value without what follows it.
func (p *rubyParser) primary() *node {
	t := p.peek()
	n := &node{start: t.start, end: t.end}
	switch t.kind {
	case stringToken, symbolToken:
		return p.strings()
	case numberToken:
		p.at++
		n.form, n.text = numberForm, strings.ReplaceAll(t.text, "_", "")
	case wordsToken:
		p.at++
		n.form, n.items = listForm, wordItems(t)
	case nameToken:
		return p.named(t)
	case labelToken: // in a pattern or a ternary
		p.fail()
	default:
		return p.bracketed(t)
	}
	return n
}

// strings are string literals that stand beside each other.
func (p *rubyParser) strings() *node {
	t := p.take()
	n := &node{form: textForm, start: t.start, end: t.end, pieces: t.pieces, symbol: t.kind == symbolToken}
	for p.peek().kind == stringToken && t.kind == stringToken {
		next := p.take()
		n.pieces, n.end = concatenated(n.pieces, next.pieces), next.end
	}
	return n
}

// wordItems are the items of %w[a b].
func wordItems(t scanned) []*node {
	var out []*node
	for _, p := range t.pieces {
		at := 0
		for _, w := range strings.Fields(p.text) {
			at += strings.Index(p.text[at:], w)
			start := p.start + at
			out = append(out, &node{form: textForm, start: start, end: start + len(w), pieces: []piece{{text: w, start: start, end: start + len(w)}}})
			at += len(w)
		}
	}
	return out
}

func (p *rubyParser) bracketed(t scanned) *node {
	n := &node{start: t.start}
	p.at++
	switch t.text {
	case "(":
		saved := p.noDo
		p.noDo = 0
		body := p.statements()
		p.noDo = saved
		p.want(p.skipMark(")"))
		if len(body) == 1 {
			return body[0]
		}
		n.body = body
	case "[":
		n.form = listForm
		p.arguments(n, "]")
	case "{":
		hash := &node{}
		p.arguments(hash, "}")
		n.form = dictForm
		for _, arg := range hash.named {
			n.keys = append(n.keys, &node{form: textForm, start: arg.value.start, end: arg.value.start, pieces: []piece{{text: arg.name}}})
			n.items = append(n.items, arg.value)
		}
	case "->":
		n.form = functionForm
		if p.mark("(") {
			n.params = p.parameters()
		}
		for p.peek().kind == nameToken && !p.word("do") {
			n.params = append(n.params, p.take().text)
			p.skipMark(",")
		}
		saved := p.noDo
		p.noDo = 0
		p.block(n)
		p.noDo = saved
	default:
		p.at--
		p.fail()
	}
	n.end = p.end()
	return n
}

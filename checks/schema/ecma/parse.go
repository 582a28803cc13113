package ecma

import "strings"

// File is a source that was read.
type File struct {
	Source string
	Body   []*Node
	// Unread says why a part is missing; "" when none is.
	Unread string
}

// maxDepth is how deep expressions and statements may stand in each other.
const maxDepth = 250

// Parse reads a module. It never fails: see File.Unread.
func Parse(source string) *File {
	l := &lexer{src: source}
	tokens := l.lex(false)
	f := &File{Source: source}
	if l.failed != "" {
		f.Unread = l.failed
		return f
	}
	p := &parser{src: source, tokens: tokens.tokens, shared: &shared{}}
	f.Body = p.statements()
	f.Unread = p.shared.unread
	return f
}

// shared is what the parsers of a file and of its templates' holes have together.
type shared struct {
	unread string
	depth  int
	ahead  int // tokens that were looked at to tell types from comparisons
}

type parser struct {
	src    string
	tokens []token
	at     int
	*shared
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) peekAt(n int) token { return p.tokens[min(p.at+n, len(p.tokens)-1)] }

func (p *parser) text(t token) string { return p.src[t.start:t.end] }

// is reports whether the next token is that word or mark.
func (p *parser) is(text string) bool { return p.isAt(0, text) }

func (p *parser) isAt(n int, text string) bool {
	t := p.peekAt(n)
	return (t.kind == word || t.kind == mark) && p.text(t) == text
}

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

func (p *parser) take(text string) bool {
	if p.is(text) {
		p.at++
		return true
	}
	return false
}

// last is the end of the token before.
func (p *parser) last() int {
	if p.at == 0 {
		return p.tokens[0].start
	}
	return p.tokens[p.at-1].end
}

// enter guards against sources that nest without end.
func (p *parser) enter() bool {
	p.depth++
	if p.depth > maxDepth {
		p.miss(p.peek().start, "it nests too deep")
		return false
	}
	return true
}

func (p *parser) leave() { p.depth-- }

// miss notes that something could not be read.
func (p *parser) miss(at int, reason string) {
	if p.unread == "" {
		line := 1 + strings.Count(p.src[:at], "\n")
		p.unread = reason + " (line " + itoa(line) + ")"
	}
}

func itoa(n int) string {
	if n < 10 {
		return string(rune('0' + n))
	}
	return itoa(n/10) + string(rune('0'+n%10))
}

// statements reads up to the end or a closing brace.
func (p *parser) statements() []*Node {
	var list []*Node
	for p.peek().kind != end && !p.is("}") {
		before := p.at
		if s := p.statement(); s != nil {
			list = append(list, s)
		}
		if p.at == before { // nothing reads it
			p.miss(p.peek().start, "unexpected "+p.text(p.peek()))
			p.at++
		}
	}
	return list
}

func (p *parser) block() *Node {
	b := &Node{Op: Block, Start: p.peek().start}
	if !p.take("{") {
		return b
	}
	b.X = p.statements()
	p.take("}")
	b.End = p.last()
	return b
}

package iac

import (
	"bytes"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// plainHCL reads what most HCL files are made of: blocks over lines, attributes that are
// texts, whole numbers, lists, objects, names and calls of functions, all in ASCII. The answer
// is what the library makes of them, but of places it has the offsets in bytes alone, at a fraction
// of the cost. Nil: something is out of the ordinary or malformed, and the library has to read it.
// Blocks that needless tells (nil: none) are read like others, but nothing is made of what is in them.
func plainHCL(src []byte, needless func(kind string, labels []string) bool) *hclsyntax.Body {
	if !isPlainText(src) {
		return nil
	}
	p := &hclReader{src: src, text: string(src), needless: needless}
	body := p.body()
	if p.odd || p.at < len(src) {
		return nil
	}
	return body
}

// hclReader stands at a byte. Once something is odd it stands at the end.
type hclReader struct {
	src  []byte
	text string // the same, for words: they are parts of it
	at   int
	odd  bool

	needless func(kind string, labels []string) bool
	skim     bool // in a block that is needless
}

// giveUp leaves the file to the library.
func (p *hclReader) giveUp() { p.odd, p.at = true, len(p.src) }

// peek is the byte here, 0 at the end.
func (p *hclReader) peek() byte {
	if p.at < len(p.src) {
		return p.src[p.at]
	}
	return 0
}

// take goes over a byte if it stands here.
func (p *hclReader) take(c byte) bool {
	if p.peek() != c || p.odd {
		return false
	}
	p.at++
	return true
}

// must goes over a byte that has to stand here.
func (p *hclReader) must(c byte) {
	if !p.take(c) {
		p.giveUp()
	}
}

func (p *hclReader) skipSpaces() {
	for p.peek() == ' ' {
		p.at++
	}
}

// skipLines goes over blanks, line breaks and comments.
func (p *hclReader) skipLines() {
	for {
		switch p.skipSpaces(); {
		case p.peek() == '\n':
			p.at++
		case p.peek() == '#' || bytes.HasPrefix(p.src[p.at:], []byte("//")):
			p.skipComment()
		default:
			return
		}
	}
}

func (p *hclReader) skipComment() {
	if end := bytes.IndexByte(p.src[p.at:], '\n'); end >= 0 {
		p.at += end
		return
	}
	p.at = len(p.src)
}

// endLine goes over a comment and the line break that has to stand here, or the end.
func (p *hclReader) endLine() {
	p.skipSpaces()
	if p.peek() == '#' || bytes.HasPrefix(p.src[p.at:], []byte("//")) {
		p.skipComment()
	}
	if p.at < len(p.src) {
		p.must('\n')
	}
}

// from is the place of what began at an offset and ends here.
func (p *hclReader) from(at int) hcl.Range {
	return hcl.Range{Start: hcl.Pos{Byte: at}, End: hcl.Pos{Byte: p.at}}
}

// word is the name that stands here; empty, and odd, where there is none.
func (p *hclReader) word() string {
	at := p.at
	for c := p.peek(); isNameStart(c) || p.at > at && (c == '-' || c >= '0' && c <= '9'); c = p.peek() {
		p.at++
	}
	if p.at == at {
		p.giveUp()
		return ""
	}
	return p.text[at:p.at]
}

// body is everything up to the brace that closes it, or the end.
func (p *hclReader) body() *hclsyntax.Body {
	at := p.at
	body := &hclsyntax.Body{Attributes: hclsyntax.Attributes{}}
	for p.skipLines(); !p.odd && p.at < len(p.src) && p.peek() != '}'; p.skipLines() {
		p.entry(body)
		p.endLine()
	}
	body.SrcRange = p.from(at)
	return body
}

// entry is an attribute or a block.
func (p *hclReader) entry(body *hclsyntax.Body) {
	at := p.at
	name := p.word()
	if p.skipSpaces(); p.peek() != '=' {
		body.Blocks = append(body.Blocks, p.block(name))
		return
	}
	p.at++
	p.skipSpaces()
	if _, again := body.Attributes[name]; again {
		p.giveUp()
	}
	value := p.expression()
	if p.skim {
		body.Attributes[name] = nil
		return
	}
	body.Attributes[name] = &hclsyntax.Attribute{Name: name, Expr: value, SrcRange: p.from(at)}
}

// block is the rest of a block, from its labels on: its content stands on lines of its own.
func (p *hclReader) block(kind string) *hclsyntax.Block {
	block := &hclsyntax.Block{Type: kind}
	for !p.take('{') && !p.odd {
		block.Labels = append(block.Labels, p.label())
		p.skipSpaces()
	}
	around := p.skim
	p.skim = p.skim || p.needless != nil && p.needless(kind, block.Labels)
	if block.Body = (&hclsyntax.Body{Attributes: hclsyntax.Attributes{}}); !p.take('}') {
		p.endLine()
		block.Body = p.body()
		p.must('}')
	}
	if p.skim {
		block.Body = &hclsyntax.Body{}
	}
	p.skim = around
	return block
}

func (p *hclReader) label() string {
	if p.take('"') {
		label := p.literal()
		p.must('"')
		return label
	}
	return p.word()
}

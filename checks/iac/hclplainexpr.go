package iac

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
)

// longestPlainNumber bounds the digits of a number.
const longestPlainNumber = 15

// expression is a value without operators: whoever takes it finds what follows odd.
func (p *hclReader) expression() hclsyntax.Expression {
	switch c := p.peek(); {
	case c == '"':
		return p.template()
	case c == '[':
		return p.list()
	case c == '{':
		return p.object()
	case c >= '0' && c <= '9':
		return p.number()
	}
	at := p.at
	name := p.word()
	if p.peek() == '(' {
		return p.call(name, p.from(at))
	}
	return p.name(name, at)
}

// name is a truth value, null, or what follows dots from a name.
func (p *hclReader) name(root string, at int) hclsyntax.Expression {
	whole := p.from(at)
	switch {
	case p.skim:
		return p.skimName(root)
	case p.peek() == '.':
	case root == "true" || root == "false":
		return &hclsyntax.LiteralValueExpr{Val: cty.BoolVal(root == "true"), SrcRange: whole}
	case root == "null":
		return &hclsyntax.LiteralValueExpr{Val: cty.NullVal(cty.DynamicPseudoType), SrcRange: whole}
	}
	steps := hcl.Traversal{hcl.TraverseRoot{Name: root}}
	for p.take('.') {
		steps = append(steps, hcl.TraverseAttr{Name: p.word()})
	}
	if isHCLLiteral(root) {
		p.giveUp()
	}
	return &hclsyntax.ScopeTraversalExpr{Traversal: steps, SrcRange: p.from(at)}
}

// skimName goes over what follows dots from a name.
func (p *hclReader) skimName(root string) hclsyntax.Expression {
	if p.peek() == '.' && isHCLLiteral(root) {
		p.giveUp()
	}
	for p.take('.') {
		p.word()
	}
	return nil
}

func isHCLLiteral(word string) bool { return word == "true" || word == "false" || word == "null" }

func (p *hclReader) number() hclsyntax.Expression {
	at := p.at
	for p.peek() >= '0' && p.peek() <= '9' {
		p.at++
	}
	n, err := strconv.ParseInt(string(p.src[at:p.at]), 10, 64)
	if c := p.peek(); err != nil || p.at-at > longestPlainNumber || c == '.' || isNameStart(c) {
		p.giveUp()
	}
	if p.skim {
		return nil
	}
	return &hclsyntax.LiteralValueExpr{Val: cty.NumberIntVal(n), SrcRange: p.from(at)}
}

// literal goes to the next quote or template and answers what is before it. Escapes are
// odd, and signs that begin no template.
func (p *hclReader) literal() string {
	at := p.at
	for {
		switch c := p.peek(); {
		case c == '"', c == '$' && p.at+1 < len(p.src) && p.src[p.at+1] == '{':
			return p.text[at:p.at]
		case c == 0, c == '\n', c == '\\', c == '$', c == '%':
			p.giveUp()
			return ""
		}
		p.at++
	}
}

// template is a text between quotes with the values in it.
func (p *hclReader) template() hclsyntax.Expression {
	at := p.at
	p.at++
	var parts []hclsyntax.Expression
	texts := 0
	for !p.odd {
		from := p.at
		if text := p.literal(); text != "" && !p.skim {
			// What is kept of a file must not keep all of its text.
			parts = append(parts, &hclsyntax.LiteralValueExpr{Val: cty.StringVal(strings.Clone(text)), SrcRange: p.from(from)})
			texts++
		}
		if p.take('"') {
			break
		}
		p.at = min(p.at+len("${"), len(p.src))
		p.skipSpaces()
		if value := p.expression(); !p.skim {
			parts = append(parts, value)
		}
		p.skipSpaces()
		p.must('}')
	}
	if p.skim {
		return nil
	}
	if len(parts) == 1 && texts == 0 {
		return &hclsyntax.TemplateWrapExpr{Wrapped: parts[0], SrcRange: p.from(at)}
	}
	return &hclsyntax.TemplateExpr{Parts: parts, SrcRange: p.from(at)}
}

// items are values between commas, up to a bracket.
func (p *hclReader) items(end byte) []hclsyntax.Expression {
	var items []hclsyntax.Expression
	for p.skipLines(); !p.take(end) && !p.odd; p.skipLines() {
		if item := p.expression(); !p.skim {
			items = append(items, item)
		}
		if p.skipLines(); p.peek() != end {
			p.must(',')
		}
	}
	return items
}

func (p *hclReader) list() hclsyntax.Expression {
	at := p.at
	p.at++
	if p.skipLines(); p.atFor() {
		p.giveUp()
	}
	items := p.items(']')
	if p.skim {
		return nil
	}
	return &hclsyntax.TupleConsExpr{Exprs: items, SrcRange: p.from(at)}
}

// atFor reports whether a loop may begin here.
func (p *hclReader) atFor() bool {
	return len(p.src)-p.at >= 3 && string(p.src[p.at:p.at+3]) == "for"
}

func (p *hclReader) call(name string, at hcl.Range) hclsyntax.Expression {
	p.at++
	args := p.items(')')
	if p.skim {
		return nil
	}
	return &hclsyntax.FunctionCallExpr{Name: name, Args: args, NameRange: at, CloseParenRange: p.from(p.at)}
}

func (p *hclReader) object() hclsyntax.Expression {
	at := p.at
	p.at++
	var items []hclsyntax.ObjectConsItem
	if p.skipLines(); p.atFor() {
		p.giveUp()
	}
	for p.skipLines(); !p.take('}') && !p.odd; p.skipLines() {
		if item := p.pair(); !p.skim {
			items = append(items, item)
		}
		if p.skipSpaces(); p.peek() != '}' && !p.take(',') {
			p.endLine()
		}
	}
	if p.skim {
		return nil
	}
	return &hclsyntax.ObjectConsExpr{Items: items, SrcRange: p.from(at)}
}

// pair is an entry whose key is a bare word or a text.
func (p *hclReader) pair() hclsyntax.ObjectConsItem {
	var key hclsyntax.Expression
	if p.peek() == '"' {
		key = p.template()
	} else {
		key = p.bareKey()
	}
	p.skipSpaces()
	if !p.take(':') {
		p.must('=')
	}
	p.skipSpaces()
	value := p.expression()
	if p.skim {
		return hclsyntax.ObjectConsItem{}
	}
	return hclsyntax.ObjectConsItem{KeyExpr: &hclsyntax.ObjectConsKeyExpr{Wrapped: key}, ValueExpr: value}
}

func (p *hclReader) bareKey() hclsyntax.Expression {
	at := p.at
	word := p.word()
	if isHCLLiteral(word) {
		p.giveUp()
	}
	if p.skim {
		return nil
	}
	return &hclsyntax.ScopeTraversalExpr{Traversal: hcl.Traversal{hcl.TraverseRoot{Name: word}}, SrcRange: p.from(at)}
}

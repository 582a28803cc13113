package iac

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// inline reads a Dockerfile that stands inside of a Compose file. Only a literal
// block keeps the lines as they are, and a dollar sign would be Compose's, not the
// Dockerfile's; anything else is told.
func (c *compose) inline(address string, n *yaml.Node) {
	target := yamlTarget(n)
	if target.Style&yaml.LiteralStyle == 0 || strings.Contains(target.Value, "$") {
		c.Unread = append(c.Unread, Unread{Line: c.span(n).Line, Kind: checks.Unsupported,
			Reason: address + ": only a literal block without names is read"})
		return
	}
	file := readDockerfile("Dockerfile", []byte(target.Value))
	block := c.block(target)
	for _, site := range file.Sites {
		site.Address = address + " " + site.Address
		site.Span = block.span(site.Span)
		site.Line = c.lineOf(site.Span.Line)
		site.Expr = block.expr(site.Expr, c.lineOf)
		c.Sites = append(c.Sites, site)
	}
	for _, u := range file.Unread {
		u.Line = block.line + max(u.Line, 1)
		u.Reason = address + ": " + u.Reason
		c.Unread = append(c.Unread, u)
	}
}

// yamlBlock is where the text of a literal block stands: the line before its
// first, and by how many bytes it is indented.
type yamlBlock struct{ line, indent int }

func (d *yamlDoc) block(n *yaml.Node) yamlBlock {
	start := d.span(n) // at the first byte that is no blank
	blank := n.Value[:len(n.Value)-len(strings.TrimLeft(n.Value, " \t\n"))]
	spaces := len(blank) - 1 - strings.LastIndexByte(blank, '\n')
	return yamlBlock{line: start.Line - strings.Count(blank, "\n") - 1, indent: start.Column - 1 - spaces}
}

func (b yamlBlock) span(s checks.Span) checks.Span {
	return checks.Span{Line: s.Line + b.line, Column: s.Column + b.indent, EndLine: s.EndLine + b.line, EndColumn: s.EndColumn + b.indent}
}

// expr moves an expression from the block's text to the file.
func (b yamlBlock) expr(e Expr, line func(int) string) Expr { return moved(e, b.span, line) }

// moved is an expression that was read from a text inside of a file, with its places in the file.
func moved(e Expr, span func(checks.Span) checks.Span, line func(int) string) Expr {
	e.Span = span(e.Span)
	e.Line = line(e.Span.Line)
	args := e.Args
	e.Args = nil
	for _, arg := range args {
		e.Args = append(e.Args, moved(arg, span, line))
	}
	if e.Else != nil {
		standard := moved(*e.Else, span, line)
		e.Else = &standard
	}
	return e
}

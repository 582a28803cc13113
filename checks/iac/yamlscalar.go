package iac

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// at is the offset in the file where a node begins, after its tag and its anchor.
func (d *yamlDoc) at(n *yaml.Node) int {
	at := d.offset(n)
	for at < d.to && (d.data[at] == '!' || d.data[at] == '&') {
		at += tokenLength(d.data[at:d.to])
		at = d.skipBlank(at)
	}
	return at
}

// tokenLength is the length of a tag, an anchor or an alias.
func tokenLength(text []byte) int {
	if i := bytes.IndexAny(text, " \t\r\n,[]{}"); i >= 0 {
		return i
	}
	return len(text)
}

// skipBlank is the next offset that is neither white space nor comment.
func (d *yamlDoc) skipBlank(at int) int {
	for at < d.to {
		switch d.data[at] {
		case ' ', '\t', '\r', '\n':
			at++
		case '#':
			end := bytes.IndexByte(d.data[at:d.to], '\n')
			if end < 0 {
				return d.to
			}
			at += end
		default:
			return at
		}
	}
	return at
}

// extent is where the value of a scalar, or an alias, stands as it is written:
// without quotes, tag and anchor. A collection reaches to its last value, or its bracket.
func (d *yamlDoc) extent(n *yaml.Node) (from, to int) {
	from = d.at(n)
	switch n.Kind {
	case yaml.AliasNode:
		return from, from + tokenLength(d.data[from:d.to])
	case yaml.ScalarNode:
		c := d.cursor(n)
		return c.from, c.end()
	}
	return from, d.collectionEnd(n, from)
}

func (d *yamlDoc) collectionEnd(n *yaml.Node, from int) int {
	to := min(from+1, d.to)
	if len(n.Content) > 0 {
		last := n.Content[len(n.Content)-1]
		_, end := d.extent(last)
		if last.Kind == yaml.ScalarNode && last.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
			end++
		}
		to = min(max(to, end), d.to)
	}
	if n.Style&yaml.FlowStyle == 0 {
		return to
	}
	at := d.skipBlank(to)
	for at < d.to && d.data[at] == ',' {
		at = d.skipBlank(at + 1)
	}
	if at < d.to && (d.data[at] == ']' || d.data[at] == '}') {
		return at + 1
	}
	return to
}

// span is the place of a scalar's value, or of an alias, without quotes, tag and anchor.
func (d *yamlDoc) span(n *yaml.Node) checks.Span {
	return d.SpanOf(d.extent(n))
}

// raw is a scalar's value, or an alias, as it is written.
func (d *yamlDoc) raw(n *yaml.Node) string {
	from, to := d.extent(n)
	return string(d.data[from:to])
}

// pieces gives the places of parts of a scalar's decoded value.
func (d *yamlDoc) pieces(n *yaml.Node) *yamlPieces {
	n = yamlTarget(n)
	return &yamlPieces{doc: d, node: n, cursor: d.cursor(n)}
}

// yamlPieces finds the places of parts of a scalar.
type yamlPieces struct {
	doc    *yamlDoc
	node   *yaml.Node
	cursor yamlCursor
}

// span is the place of the decoded bytes [from, to); the whole value's where
// escapes hide it. Asking from left to right walks the value only once.
func (p *yamlPieces) span(from, to int) checks.Span {
	if from < p.cursor.decoded {
		p.cursor = p.doc.cursor(p.node)
	}
	start := p.cursor.seek(from)
	if start >= 0 {
		start = p.cursor.settle()
	}
	end := p.cursor.seek(to)
	if start < 0 || end < 0 {
		return p.doc.span(p.node)
	}
	return p.doc.SpanOf(start, end)
}

// cursor stands at the first byte of a scalar's value.
func (d *yamlDoc) cursor(n *yaml.Node) yamlCursor {
	at := d.at(n)
	c := yamlCursor{text: d.data[:d.to], value: n.Value, style: n.Style, to: at}
	switch {
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		c.value = strings.TrimRight(n.Value, " \t\n")
		if header := bytes.IndexByte(c.text[at:], '\n'); header >= 0 && c.value != "" {
			c.to = at + header + 1
			c.skipSpace()
		}
		lead := len(c.value) - len(strings.TrimLeft(c.value, " \t\n"))
		c.decoded = lead
	case n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 && at < d.to:
		c.to++
	}
	c.from = c.to
	return c
}

// yamlCursor walks a scalar's decoded value and its source side by side.
type yamlCursor struct {
	text    []byte
	value   string
	style   yaml.Style
	from    int // offset of the first byte of the value
	decoded int // how much of the value is behind
	to      int // the offset that belongs to it
	lost    bool
}

// seek is the offset of the decoded byte k, or -1 where an escape stands in between.
func (c *yamlCursor) seek(k int) int {
	for c.decoded < k && c.decoded < len(c.value) && !c.lost {
		c.step()
	}
	if c.lost {
		return -1
	}
	return c.to
}

// plainEscape reports whether the next source bytes are an escape of the byte it shows: \" \/ \\.
func (c *yamlCursor) plainEscape() bool {
	return c.style&yaml.DoubleQuotedStyle != 0 && c.to+1 < len(c.text) && c.text[c.to] == '\\' &&
		c.text[c.to+1] == c.value[c.decoded] && bytes.IndexByte([]byte(`"/\`), c.text[c.to+1]) >= 0
}

// step goes one decoded byte on. Folding turns line breaks with the blanks
// around them into a space or fewer breaks; between single quotes a doubled one is one.
func (c *yamlCursor) step() {
	switch {
	case c.plainEscape():
		c.to += 2
		c.decoded++
	case c.to >= len(c.text) || c.style&yaml.DoubleQuotedStyle != 0 && c.text[c.to] == '\\':
		c.lost = true
	case c.text[c.to] == c.value[c.decoded]:
		if c.style&yaml.SingleQuotedStyle != 0 && c.text[c.to] == '\'' {
			c.to++
		}
		c.to++
		c.decoded++
	case c.value[c.decoded] == ' ' || c.value[c.decoded] == '\n':
		c.skipSpace()
		c.decoded++
	case isSpace(c.text[c.to]):
		c.skipSpace()
	default:
		c.lost = true
	}
}

// settle moves over indentation to the source of the next decoded byte.
func (c *yamlCursor) settle() int {
	if c.decoded < len(c.value) && !isSpace(c.value[c.decoded]) {
		c.skipSpace()
	}
	return c.to
}

func (c *yamlCursor) skipSpace() {
	for c.to < len(c.text) && isSpace(c.text[c.to]) {
		c.to++
	}
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

// end is the offset after the value's last byte.
func (c *yamlCursor) end() int {
	if at := c.seek(len(c.value)); at >= 0 {
		return at
	}
	if c.style&yaml.DoubleQuotedStyle == 0 {
		return c.to
	}
	at := c.from
	for at < len(c.text) && c.text[at] != '"' {
		if c.text[at] == '\\' {
			at++
		}
		at++
	}
	return min(at, len(c.text))
}

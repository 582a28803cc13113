package pipeline

import (
	"bytes"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

const (
	blockStyle  = yaml.LiteralStyle | yaml.FoldedStyle
	quotedStyle = yaml.DoubleQuotedStyle | yaml.SingleQuotedStyle
)

// offset is where in the file a value begins, its tag and its anchor included.
func (d *document) offset(n *yaml.Node) int {
	if d.marks != nil {
		return d.marks.Offset(n.Line, n.Column)
	}
	return min(d.Start(n.Line)+n.Column-1, len(d.data))
}

// at is where a value begins, after its tag and its anchor.
func (d *document) at(n *yaml.Node) int {
	at := d.offset(n)
	for at < len(d.data) && (d.data[at] == '!' || d.data[at] == '&') {
		at = d.skipBlank(at + tokenLength(d.data[at:]))
	}
	return at
}

// tokenLength is the length of a tag, an anchor or an alias.
func tokenLength(text []byte) int {
	if i := bytes.IndexAny(text, " \t\r\n,[]{}"); i >= 0 {
		return max(i, 1)
	}
	return len(text)
}

// skipBlank is the next offset that is neither white space nor comment.
func (d *document) skipBlank(at int) int {
	for at < len(d.data) {
		switch {
		case isSpace(d.data[at]):
			at++
		case d.data[at] == '#':
			end := bytes.IndexByte(d.data[at:], '\n')
			if end < 0 {
				return len(d.data)
			}
			at += end
		default:
			return at
		}
	}
	return at
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

// value is a scalar with its place; nil for null and for what is no scalar.
func (d *document) value(n *yaml.Node) *Value {
	n = target(n)
	if !isText(n) || !d.visit(1) {
		return nil
	}
	return &Value{Span: d.valueSpan(n), Text: n.Value}
}

// valueSpan is the place of a scalar, without quotes, tag and anchor.
func (d *document) valueSpan(n *yaml.Node) checks.Span {
	if n.Style&blockStyle != 0 {
		return d.blockSpan(n)
	}
	w := d.walker(n)
	from := w.at
	w.seek(len(n.Value))
	return d.SpanOf(from, w.at)
}

// blockSpan is the place of a block scalar's text, from its first word to its last.
func (d *document) blockSpan(n *yaml.Node) checks.Span {
	t := d.bodyOf(n)
	body := strings.TrimRight(t.Body, " \t\n")
	lead := len(body) - len(strings.TrimLeft(body, " \t\n"))
	first := t.Lines[strings.Count(body[:lead], "\n")]
	last := t.Lines[strings.Count(body, "\n")]
	if line := d.Line(last.Line); n.Style&yaml.FoldedStyle == 0 {
		return checks.Span{Line: first.Line, Column: first.Column, EndLine: last.Line, EndColumn: len(line) + 1}
	}
	w := d.walker(n)
	w.seek(len(body))
	end := d.position(w.at)
	return checks.Span{Line: first.Line, Column: first.Column, EndLine: end.Line, EndColumn: end.Column}
}

// commands is a scalar as text that a shell reads; every use of it counts.
func (d *document) commands(n *yaml.Node) *shell.Text {
	n = target(n)
	if d.text += len(n.Value); d.text > maxText {
		return &shell.Text{Lines: []shell.Position{d.position(d.at(n))}}
	}
	return d.bodyOf(n)
}

// commandsIn is commands in a dialect: where it allows that, a command that does not stand
// where its line says is put on a line of its own.
func (d *document) commandsIn(dialect shell.Dialect, n *yaml.Node) *shell.Text {
	n = target(n)
	t := d.commands(n)
	if dialect != shell.Sh || n.Style&yaml.LiteralStyle != 0 || t.Body == "" {
		return t
	}
	if shifted, ok := d.shifted[n]; ok {
		return shifted
	}
	var b textBuilder
	w := d.walker(n)
	from := 0
	for i, line := range strings.Split(t.Body, "\n") {
		at := t.Lines[i]
		b.addShifted(line, func(k int) shell.Position {
			if w.seek(from + k); k == 0 || w.lost {
				return at
			}
			w.settle()
			return d.position(w.at)
		})
		from += len(line) + 1
	}
	text := b.text()
	d.shifted[n] = &text
	return &text
}

func (d *document) bodyOf(n *yaml.Node) *shell.Text {
	t, ok := d.texts[n]
	if !ok {
		t = &shell.Text{Body: n.Value, Lines: d.bodyLines(n)}
		d.texts[n] = t
	}
	return t
}

// bodyLines tells where in the file each line of a scalar begins.
func (d *document) bodyLines(n *yaml.Node) []shell.Position {
	if n.Style&yaml.LiteralStyle != 0 {
		return d.literalLines(n)
	}
	w := d.walker(n)
	here := d.position(w.at)
	var lines []shell.Position
	for from := 0; ; {
		line, _, more := strings.Cut(n.Value[from:], "\n")
		lead := len(line) - len(strings.TrimLeft(line, " \t"))
		w.seek(from + lead)
		at := here
		if !w.lost {
			w.settle()
			at = d.position(w.at)
			at.Column = max(at.Column-lead, 1)
		}
		lines = append(lines, at)
		if !more {
			return lines
		}
		from += len(line) + 1
	}
}

// literalLines: the lines of a literal block are lines of the file without their indentation.
func (d *document) literalLines(n *yaml.Node) []shell.Position {
	at := d.at(n)
	header := d.LineAt(at)
	here := d.position(at)
	lines := make([]shell.Position, 0, 1+strings.Count(n.Value, "\n"))
	indent := 0
	for i, rest, more := 1, n.Value, true; more; i++ {
		var body string
		body, rest, more = strings.Cut(rest, "\n")
		line := d.Line(header + i)
		switch {
		case !more && body == "":
			lines = append(lines, shell.Position{Line: min(header+i, d.LineCount()), Column: 1})
		case !strings.HasSuffix(string(line), body):
			lines = append(lines, here)
		default:
			if body != "" {
				indent = len(line) - len(body)
			}
			lines = append(lines, shell.Position{Line: header + i, Column: min(indent, len(line)) + 1})
		}
	}
	return lines
}

// end is the offset after a value, without a closing bracket or quote.
func (d *document) end(n *yaml.Node) int {
	switch {
	case n.Kind == yaml.AliasNode:
		at := d.offset(n)
		return at + tokenLength(d.data[at:])
	case n.Kind == yaml.ScalarNode && n.Style&blockStyle == 0:
		w := d.walker(n)
		w.seek(len(n.Value))
		return w.at
	case n.Kind == yaml.ScalarNode:
		s := d.blockSpan(n)
		return min(d.Start(s.EndLine)+s.EndColumn-1, len(d.data))
	case len(n.Content) > 0:
		return d.end(n.Content[len(n.Content)-1])
	}
	return d.at(n)
}

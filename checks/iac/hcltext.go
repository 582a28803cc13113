package iac

import (
	"bytes"
	"sort"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// A text of JSON or YAML inside of HCL is decoded with what is interpolated in it as
// stand-ins, a number between these two, which no text has.
const (
	standInOpen  = '\uE000'
	standInClose = '\uE001'
	// longestText bounds a text that is decoded, in bytes.
	longestText = 256 << 10
)

// hclDecoder is a text that is decoded, with the way back to where it is written.
type hclDecoder struct {
	*hclEval
	doc   *yamlDoc
	marks []hclMark
	parts []hclValue
}

// hclMark says where a part of the text begins in the file.
type hclMark struct {
	text, file int
	standIn    bool
	// end, where escapes hide what is where, is the end of the whole part.
	end int
}

// decode is the value that a text of JSON or YAML stands for; what it was where it is
// no such text. JSON is YAML for this.
func (e *hclEval) decode(v hclValue) hclValue {
	switch v.kind {
	case hclChoice:
		return v.each(e.decode)
	case hclText:
	case hclName:
		if len(v.parts) == 1 {
			if decoded := e.decode(v.parts[0]); decoded.structured() {
				return decoded
			}
		}
		return v
	default:
		return v
	}
	d := &hclDecoder{hclEval: e}
	text := d.text(v)
	if len(text) > longestText || !strings.ContainsAny(text, ":[{") {
		return v
	}
	docs := yamlDocs([]byte(text))
	if len(docs) != 1 || docs[0].parse() != nil || docs[0].root == nil {
		return e.open(v.from, v.to, "text that could not be read")
	}
	d.doc = docs[0]
	decoded := d.node(d.doc.root)
	if decoded.kind == hclText {
		return v
	}
	return decoded
}

// text is the template with its literal parts and stand-ins for the others.
func (d *hclDecoder) text(v hclValue) string {
	parts := v.parts
	if len(parts) == 0 {
		parts = []hclValue{v}
	}
	var b strings.Builder
	for _, part := range parts {
		if part.kind == hclText && part.expr.Op == Lit {
			d.literalMarks(part, b.Len())
			b.WriteString(part.expr.Text)
			continue
		}
		from, to := d.braces(part)
		d.marks = append(d.marks, hclMark{text: b.Len(), file: from, standIn: true})
		d.parts = append(d.parts, part)
		b.WriteString(string(standInOpen) + strconv.Itoa(len(d.parts)-1) + string(standInClose))
		d.marks = append(d.marks, hclMark{text: b.Len(), file: to})
	}
	return b.String()
}

// braces are where an interpolated part begins and ends with "${" and "}" around it.
func (d *hclDecoder) braces(part hclValue) (from, to int) {
	const blank = " \t\r\n~\""
	from = len(bytes.TrimRight(d.data[:part.from], blank))
	if !bytes.HasSuffix(d.data[:from], []byte("${")) {
		return part.from, part.to
	}
	rest := bytes.TrimLeft(d.data[part.to:], blank)
	if bytes.HasPrefix(rest, []byte("}")) {
		return from - 2, len(d.data) - len(rest) + 1
	}
	return from - 2, part.to
}

// literalMarks marks every line of a literal: a heredoc's are indented in the file.
func (d *hclDecoder) literalMarks(part hclValue, at int) {
	src, from := d.data[part.from:part.to], part.from
	for line := range strings.Lines(part.expr.Text) {
		end := bytes.IndexByte(src, '\n') + 1
		if end == 0 {
			end = len(src)
		}
		mark := hclMark{text: at, file: from}
		if indent := bytes.Index(src[:end], []byte(line)); indent >= 0 {
			mark.file += indent
		} else {
			mark.end = from + end
		}
		d.marks = append(d.marks, mark)
		at, src, from = at+len(line), src[end:], from+end
	}
}

// node is the value of a node.
func (d *hclDecoder) node(n *yaml.Node) hclValue {
	if d.steps++; d.steps > hclSteps {
		return hclValue{}
	}
	from, to := d.doc.extent(n)
	v := hclValue{from: d.place(from, false), to: d.place(to, true)}
	switch n = yamlTarget(n); n.Kind {
	case yaml.MappingNode:
		v.kind = hclObject
		for _, p := range d.doc.pairs(n) {
			v.fields = append(v.fields, hclField{name: p.name(), value: d.node(p.value)})
		}
	case yaml.SequenceNode:
		v.kind = hclList
		for _, item := range d.doc.items(n) {
			v.items = append(v.items, d.node(item))
		}
	case yaml.ScalarNode:
		if n.Tag != "!!null" {
			return d.scalarNode(n, v)
		}
	}
	return v
}

// place is the offset in the file of an offset in the text; the end of a part is told
// from the beginning of the next.
func (d *hclDecoder) place(at int, end bool) int {
	i := sort.Search(len(d.marks), func(i int) bool { return d.marks[i].text > at }) - 1
	for end && i > 0 && d.marks[i].text == at && !d.marks[i-1].standIn {
		i--
	}
	if i < 0 {
		return len(d.data)
	}
	switch mark := d.marks[i]; {
	case mark.standIn, mark.end > 0 && !end:
		return mark.file
	case mark.end > 0:
		return mark.end
	}
	return min(d.marks[i].file+at-d.marks[i].text, len(d.data))
}

// scalarNode is a text with the values of the stand-ins in it.
func (d *hclDecoder) scalarNode(n *yaml.Node, v hclValue) hclValue {
	pieces := d.doc.pieces(n)
	v.to = max(v.from, v.to)
	var parts []hclValue
	rest, at := n.Value, 0
	for rest != "" {
		open := strings.IndexRune(rest, standInOpen)
		end := strings.IndexRune(rest, standInClose)
		if open < 0 || end < open {
			parts = append(parts, d.piece(pieces, rest, at))
			break
		}
		if open > 0 {
			parts = append(parts, d.piece(pieces, rest[:open], at))
		}
		i, err := strconv.Atoi(rest[open+len(string(standInOpen)) : end])
		if err != nil || i < 0 || i >= len(d.parts) {
			return d.open(v.from, v.to, "text")
		}
		parts = append(parts, d.parts[i])
		end += len(string(standInClose))
		rest, at = rest[end:], at+end
	}
	switch len(parts) {
	case 0:
		return d.hclEval.text("", v.from, v.to)
	case 1:
		parts[0].from, parts[0].to = v.from, v.to
		return parts[0]
	}
	whole := d.joined(parts, v)
	whole.from, whole.to = v.from, v.to
	return whole
}

func (d *hclDecoder) piece(pieces *yamlPieces, text string, at int) hclValue {
	span := pieces.span(at, at+len(text))
	start := d.place(d.doc.Start(span.Line)+span.Column-1, false)
	end := d.place(d.doc.Start(span.EndLine)+span.EndColumn-1, true)
	return d.hclEval.text(text, start, max(start, end))
}

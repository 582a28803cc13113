package iac

import (
	"bytes"

	"go.yaml.in/yaml/v3"
)

// plainDepth bounds how deep plain YAML nests; what nests deeper is the library's.
const plainDepth = 100

// plainYAML reads what nearly every YAML file is made of: block mappings and lists, texts on
// one line, literal blocks, short tags, flow collections on one line, all in ASCII. The answer
// is the very tree that the library makes, but for comments, at a tenth of its cost. Nil:
// something is out of the ordinary or malformed, and the library has to read it. Who is done
// with the tree may release what it is made of.
func plainYAML(body []byte) (*yaml.Node, *yamlSlab) {
	if !isPlainText(body) {
		return nil, nil
	}
	p := &plainReader{body: body, yamlSlab: yamlSlabs.Get().(*yamlSlab)}
	p.next()
	if p.indent >= 0 {
		if root := p.block(); !p.odd && p.indent < 0 {
			return root, p.yamlSlab
		}
	}
	p.release()
	return nil, nil
}

// isPlainText reports whether every byte is printable ASCII or a line feed: columns are
// bytes then, and no character is a line break of its own.
func isPlainText(body []byte) bool {
	for _, c := range body {
		if (c < ' ' || c > '~') && c != '\n' {
			return false
		}
	}
	return true
}

// plainReader stands at a byte of a line. Once something is odd it stands at the end.
type plainReader struct {
	body  []byte
	at    int
	start int // of the line
	line  int // 1-based
	// indent is where the line's text begins, counted from 0; -1 at the end.
	indent int
	begun  bool // the document has: "---" would end it
	odd    bool
	depth  int
	*yamlSlab
}

// giveUp leaves the document to the library.
func (p *plainReader) giveUp() *yaml.Node {
	p.odd, p.at, p.indent = true, len(p.body), -1
	return nil
}

// next goes to the text of the next line that has any.
func (p *plainReader) next() {
	for !p.odd {
		if p.line > 0 {
			end := bytes.IndexByte(p.body[p.at:], '\n')
			if end < 0 {
				p.at, p.indent = len(p.body), -1
				return
			}
			p.at += end + 1
		}
		p.start = p.at
		p.line++
		p.skipSpaces()
		if p.atEnd() {
			continue
		}
		p.indent = p.at - p.start
		if p.indent > 0 || !p.atMarker() {
			p.begun = true
			return
		}
		line, _, _ := bytes.Cut(p.body[p.at:], []byte("\n"))
		if p.begun || string(line) != "---" {
			p.giveUp()
		}
		p.begun = true
	}
}

// atMarker reports whether a document may begin or end here.
func (p *plainReader) atMarker() bool {
	return bytes.HasPrefix(p.body[p.at:], []byte("---")) || bytes.HasPrefix(p.body[p.at:], []byte("..."))
}

func (p *plainReader) skipSpaces() {
	for p.at < len(p.body) && p.body[p.at] == ' ' {
		p.at++
	}
}

// peek is the byte here, a line feed at the end.
func (p *plainReader) peek() byte { return p.byteAt(p.at) }

func (p *plainReader) byteAt(at int) byte {
	if at < len(p.body) {
		return p.body[at]
	}
	return '\n'
}

// atEnd: nothing is left of the line but a comment.
func (p *plainReader) atEnd() bool { return p.peek() == '\n' || p.peek() == '#' }

// endsWord reports whether a byte ends an indicator that stands before it.
func endsWord(c byte) bool { return c == ' ' || c == '\n' }

// atDash: an item of a list begins here.
func (p *plainReader) atDash() bool { return p.peek() == '-' && endsWord(p.byteAt(p.at+1)) }

// node is a new node that begins at an offset of this line.
func (p *plainReader) node(kind yaml.Kind, tag string, at int) *yaml.Node {
	n := p.yamlSlab.node()
	n.Kind, n.Tag, n.Line, n.Column = kind, tag, p.line, at-p.start+1
	return n
}

// close takes the children of a collection, which are those above a mark.
func (p *plainReader) close(n *yaml.Node, mark int) *yaml.Node {
	if p.odd {
		return nil
	}
	n.Content = p.children(p.open[mark:])
	p.open = p.open[:mark]
	return n
}

// block is the collection that begins with this line.
func (p *plainReader) block() *yaml.Node {
	if p.atDash() {
		return p.sequence(p.indent, false)
	}
	return p.mapping()
}

// nest counts how deep the collection stands that is being read.
func (p *plainReader) nest() bool {
	if p.depth++; p.depth > plainDepth {
		p.giveUp()
	}
	return !p.odd
}

// mapping is the block mapping whose first key stands here.
func (p *plainReader) mapping() *yaml.Node {
	if !p.nest() {
		return nil
	}
	indent, mark := p.at-p.start, len(p.open)
	n := p.node(yaml.MappingNode, "!!map", p.at)
	for more := true; more; more = p.indent == indent {
		key := p.key()
		if p.odd {
			return nil
		}
		p.open = append(p.open, key, p.value(indent))
	}
	p.depth--
	return p.close(n, mark)
}

// value is what stands after a key's colon, or on the lines below. A list may be
// indented no further than its key.
func (p *plainReader) value(indent int) *yaml.Node {
	line, column := p.line, p.at-p.start+1
	p.skipSpaces()
	if !p.atEnd() {
		return p.inline(indent)
	}
	p.next()
	switch {
	case p.indent > indent:
		return p.block()
	case p.indent == indent && p.atDash():
		return p.sequence(indent, true)
	}
	return p.null(line, column)
}

// null is a value that is not there.
func (p *plainReader) null(line, column int) *yaml.Node {
	n := p.node(yaml.ScalarNode, "!!null", p.at)
	n.Line, n.Column = line, column
	return n
}

// sequence is the block list whose first dash stands here. Of one that is level with
// its key another key is the end.
func (p *plainReader) sequence(indent int, level bool) *yaml.Node {
	if !p.nest() {
		return nil
	}
	mark := len(p.open)
	n := p.node(yaml.SequenceNode, "!!seq", p.at)
	for p.indent == indent && p.atDash() {
		p.at++
		p.open = append(p.open, p.item(indent))
	}
	if p.indent > indent || p.indent == indent && !level {
		return p.giveUp()
	}
	p.depth--
	return p.close(n, mark)
}

// item is what stands after a dash, or on the lines below.
func (p *plainReader) item(indent int) *yaml.Node {
	line, column := p.line, p.at-p.start+1
	p.skipSpaces()
	switch {
	case p.atEnd():
		if p.next(); p.indent > indent {
			return p.block()
		}
		return p.null(line, column)
	case p.atKey():
		return p.mapping()
	}
	return p.inline(indent)
}

// inline is a value that begins on this line, after which another line comes that is not
// indented any further: else it would go on there.
func (p *plainReader) inline(indent int) *yaml.Node {
	n := p.tagged(indent, false)
	if p.endLine(); p.indent > indent {
		return p.giveUp()
	}
	return n
}

// endLine goes on to the next line; only a comment may stand before it.
func (p *plainReader) endLine() {
	end := p.at
	p.skipSpaces()
	if p.peek() != '\n' && (p.peek() != '#' || p.at == end) {
		p.giveUp()
		return
	}
	p.next()
}

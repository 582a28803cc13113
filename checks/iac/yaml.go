package iac

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/checks/yamltext"
)

const (
	// yamlNodes bounds the nodes of one document; a node costs the library about
	// 300 bytes, and no object that a cluster or a stack accepts comes near it.
	yamlNodes = 100_000
	// yamlDepth bounds how deep a document nests, so that every walk may recurse.
	yamlDepth = 200
	// yamlVisits bounds how many nodes are looked at, aliases counted each time they are used.
	yamlVisits = 1_000_000
	// yamlSites bounds the images of one file, yamlDocuments its documents.
	yamlSites     = 5_000
	yamlDocuments = 10_000
	// yamlParts bounds the pieces of one expression.
	yamlParts = 256
)

// yamlDoc is one document of a YAML or JSON file. Aliases are never expanded: a
// walk goes through target, and every look into a node is counted against yamlVisits.
type yamlDoc struct {
	*lineText
	// root is the document's content; nil before parse and where the document is empty.
	root *yaml.Node
	slab *yamlSlab // what the nodes are made of; nil where the library made them

	from, to int             // the document's bytes in the file
	marks    *yamltext.Marks // nil where columns are bytes
	visits   int
}

// yamlDocs cuts a file into its documents without parsing them. A line of "---"
// or "..." ends a document wherever it stands, inside a block or quoted scalar
// too, so the cut needs no parser.
func yamlDocs(data []byte) []*yamlDoc {
	text := newLineText(data)
	var docs []*yamlDoc
	start, content := 0, false
	add := func(end int) {
		if content {
			docs = append(docs, &yamlDoc{lineText: text, from: start, to: end})
		}
		start, content = end, false
	}
	for n := 1; n <= text.LineCount(); n++ {
		at, end := text.Start(n), text.Start(n+1)
		line := data[at:end]
		switch {
		case isMarker(line, "---"):
			add(at)
			content = true
		case isMarker(line, "..."):
			add(end)
		case !content:
			content = !isPrologue(line)
		}
	}
	add(len(data))
	return docs
}

// boundedDocs are the documents of a file, and what is told when it has too many.
func boundedDocs(data []byte) ([]*yamlDoc, []Unread) {
	docs := yamlDocs(data)
	if len(docs) <= yamlDocuments {
		return docs, nil
	}
	reason := fmt.Sprintf("more than %d documents in one file", yamlDocuments)
	return docs[:yamlDocuments], []Unread{*docs[yamlDocuments].defeated(0, reason)}
}

// isMarker reports whether a line is the document marker, alone or before content.
func isMarker(line []byte, marker string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(marker))
	return ok && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0)
}

// isPrologue reports whether a line may stand before a document begins: a
// comment, a directive, nothing.
func isPrologue(line []byte) bool {
	line = bytes.TrimSpace(bytes.TrimPrefix(line, []byte("\ufeff")))
	return len(line) == 0 || line[0] == '#' || line[0] == '%'
}

// body is the document's bytes.
func (d *yamlDoc) body() []byte { return d.data[d.from:d.to] }

// mentions reports whether one of the words may occur in the document's decoded text.
func (d *yamlDoc) mentions(words ...string) bool { return mentions(d.body(), words...) }

// mentions reports whether one of the words may occur in the decoded text of some
// YAML. An escape can spell any word, so text with escapes may mention everything.
func mentions(data []byte, words ...string) bool {
	for _, word := range words {
		if bytes.Contains(data, []byte(word)) {
			return true
		}
	}
	return hasEscapes(data)
}

// hasEscapes reports whether the bytes hold an escape that can stand for a letter, or join lines.
func hasEscapes(data []byte) bool {
	for {
		i := bytes.IndexByte(data, '\\')
		if i < 0 || i+1 >= len(data) {
			return false
		}
		switch data[i+1] {
		case 'x', 'u', 'U', '\r', '\n':
			return true
		}
		data = data[i+2:]
	}
}

// parse reads the document into root; the answer says why it could not.
func (d *yamlDoc) parse() *Unread {
	body := d.body()
	switch {
	case len(body) > tree.MaxFile:
		return d.defeated(0, tree.ErrTooLarge.Error())
	case !utf8.Valid(body):
		return d.defeated(d.LineAt(d.from+yamltext.InvalidUTF8(body)), "not valid UTF-8")
	case 2*len(body) > yamlNodes && yamltext.EstimateNodes(body) > yamlNodes:
		return d.defeated(0, fmt.Sprintf("a YAML document of more than about %d values", yamlNodes))
	}
	if d.root, d.slab = plainYAML(body); d.root != nil {
		return nil
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(body, &doc); err != nil {
		// What JSON allows and YAML does not is made harmless for a second try.
		plain := jsonAsYAML(body)
		if plain == nil || yaml.Unmarshal(plain, &doc) != nil {
			return d.malformed(err)
		}
		body = plain
	}
	if len(doc.Content) == 0 {
		return nil
	}
	root := doc.Content[0]
	if reason := yamltext.Unsafe(root, yamlDepth); reason != "" {
		return d.defeated(0, reason)
	}
	restoreSlashes(root)
	d.root, d.marks = root, yamltext.NewMarks(body)
	return nil
}

// forget lets go of what parse made: a file may have thousands of documents. Nobody may
// hold a node of the document any longer, as a key neither.
func (d *yamlDoc) forget() {
	if d.slab != nil {
		d.slab.release()
	}
	d.root, d.slab, d.marks = nil, nil, nil
}

// forgetAll forgets the documents of a file that is read.
func forgetAll(docs []*yamlDoc) {
	for _, doc := range docs {
		doc.forget()
	}
}

// malformed turns the library's error into an entry with the line in the file. A
// template is told apart: it was never meant to be YAML before it is filled in.
func (d *yamlDoc) malformed(err error) *Unread {
	line, reason := yamltext.Malformed(err)
	if line > 0 { // an error at the end stands after the last line
		line = min(d.LineAt(d.from)+line-1, d.LineAt(max(d.from, d.to-1)))
	}
	if bytes.Contains(d.body(), []byte("{{")) || bytes.Contains(d.body(), []byte("{%")) {
		return &Unread{Line: line, Kind: checks.Unsupported, Reason: "a template, not plain YAML"}
	}
	return d.defeated(line, "malformed YAML: "+reason)
}

func (d *yamlDoc) defeated(line int, reason string) *Unread {
	if line == 0 && d.from > 0 {
		line = d.LineAt(d.from)
	}
	return &Unread{Line: line, Kind: checks.Defeated, Reason: reason}
}

// overrun tells that a walk was cut short: aliases made the document too large,
// or it names too many images.
func (d *yamlDoc) overrun() *Unread {
	if d.visits <= yamlVisits {
		return nil
	}
	return d.defeated(0, "too many values, counting what aliases expand to, or too many images")
}

// offset is where in the file a node begins.
func (d *yamlDoc) offset(n *yaml.Node) int {
	if d.marks == nil {
		return d.Start(d.LineAt(d.from)+n.Line-1) + n.Column - 1
	}
	return d.from + d.marks.Offset(n.Line, n.Column)
}

package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
	"github.com/checkrein/checkrein/checks/yamltext"
)

const (
	// maxNodes bounds the values of a file; one costs the library about 300 bytes.
	maxNodes = 120_000
	// maxDepth bounds how deep a file nests, so that every walk may recurse.
	maxDepth = 100
	// maxVisits bounds how many values are looked at, aliases counted each time they are used.
	maxVisits = 1_000_000
	// maxText bounds the text of all commands of a file, in bytes, aliases counted each time.
	maxText = 4 << 20
	// maxDocuments bounds the documents of one file.
	maxDocuments = 100
)

// document is a YAML file. Aliases are never expanded: walks go through what they stand
// for, and every look into a value is counted.
type document struct {
	*source
	roots []*yaml.Node    // of its documents
	marks *yamltext.Marks // nil where the library's positions are ours

	visits, text int
	// texts are commands by their scalars, shifted those that stand on more lines.
	texts, shifted map[*yaml.Node]*shell.Text

	unread []Unread
}

// readDocument parses a file; what it cannot read it tells in unread.
func readDocument(data []byte) *document {
	d := &document{source: newSource(data), texts: map[*yaml.Node]*shell.Text{}, shifted: map[*yaml.Node]*shell.Text{}}
	switch {
	case !utf8.Valid(data):
		d.defeat(d.LineAt(yamltext.InvalidUTF8(data)), "not valid UTF-8")
	case 2*len(data) > maxNodes && yamltext.EstimateNodes(data) > maxNodes:
		d.defeat(0, fmt.Sprintf("a YAML file of more than about %d values", maxNodes))
	default:
		d.parse()
	}
	return d
}

func (d *document) parse() {
	decoder := yaml.NewDecoder(bytes.NewReader(d.data))
	for len(d.roots) < maxDocuments {
		var doc yaml.Node
		err := decoder.Decode(&doc)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			d.malformed(err)
			break
		}
		if len(doc.Content) == 0 {
			continue
		}
		if reason := yamltext.Unsafe(doc.Content[0], maxDepth); reason != "" {
			d.defeat(doc.Content[0].Line, reason)
			continue
		}
		d.roots = append(d.roots, doc.Content[0])
	}
	if !yamltext.IsPlain(d.data) {
		d.marks = yamltext.NewMarks(d.data)
	}
}

// root is the file's first document; nil where there is none.
func (d *document) root() *yaml.Node {
	if len(d.roots) == 0 {
		return nil
	}
	return d.roots[0]
}

func (d *document) malformed(err error) {
	line, reason := yamltext.Malformed(err)
	last := d.LineAt(max(len(d.data)-1, 0)) // an error at the end stands after it
	d.defeat(min(line, last), "malformed YAML: "+reason)
}

// defeat tells of a place that cannot be read.
func (d *document) defeat(line int, reason string) {
	d.unread = append(d.unread, Unread{Line: line, Kind: checks.Defeated, Reason: reason})
}

// expected tells that a value is not what its key wants.
func (d *document) expected(n *yaml.Node, of, want string) {
	d.defeat(d.LineAt(d.offset(n)), fmt.Sprintf("%s: expected %s, found %s", of, want, kindName(n)))
}

// lacks tells that a mapping has not what it needs.
func (d *document) lacks(n *yaml.Node, of, what string) {
	d.defeat(d.LineAt(d.offset(n)), of+": has no "+what)
}

func kindName(n *yaml.Node) string {
	switch {
	case n.Kind == yaml.MappingNode:
		return "a mapping"
	case n.Kind == yaml.SequenceNode:
		return "a list"
	case n.Tag == "!!null" || n.Value == "":
		return "nothing"
	}
	return "a text"
}

// exhausted reports whether so much was looked at that walks are cut short.
func (d *document) exhausted() bool { return d.visits > maxVisits || d.text > maxText }

// overrun tells, once all is read, that walks were cut short.
func (d *document) overrun() {
	if d.visits > maxVisits {
		d.defeat(0, "too many values, counting what aliases stand for each time")
	}
	if d.text > maxText {
		d.defeat(0, "too many commands, counting what aliases stand for each time")
	}
}

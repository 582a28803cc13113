package pipeline

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
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
	roots []*yaml.Node // of its documents
	marks *marks       // nil where the library's positions are ours

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
		d.defeat(d.lineAt(invalidUTF8(data)), "not valid UTF-8")
	case 2*len(data) > maxNodes && estimateNodes(data) > maxNodes:
		d.defeat(0, fmt.Sprintf("a YAML file of more than about %d values", maxNodes))
	default:
		d.parse()
	}
	return d
}

func invalidUTF8(data []byte) int {
	at := 0
	for at < len(data) {
		r, size := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && size < 2 {
			break
		}
		at += size
	}
	return at
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
		if reason := checkShape(doc.Content[0]); reason != "" {
			d.defeat(doc.Content[0].Line, reason)
			continue
		}
		d.roots = append(d.roots, doc.Content[0])
	}
	d.marks = newMarks(d.data)
}

// root is the file's first document; nil where there is none.
func (d *document) root() *yaml.Node {
	if len(d.roots) == 0 {
		return nil
	}
	return d.roots[0]
}

var (
	yamlErrorLine = regexp.MustCompile(`^yaml: (?:line (\d+): )?`)
	// yamlParserError are the messages whose line the library counts from 0, the others from 1.
	yamlParserError = regexp.MustCompile(`^did not find expected (?:<document start>|node content|',' or|'-' indicator|key)`)
)

func (d *document) malformed(err error) {
	line, reason := 0, err.Error()
	if m := yamlErrorLine.FindStringSubmatch(reason); m != nil {
		reason = reason[len(m[0]):]
		if n, convErr := strconv.Atoi(m[1]); convErr == nil {
			if yamlParserError.MatchString(reason) {
				n++
			}
			line = min(n, d.lineAt(max(len(d.data)-1, 0))) // an error at the end stands after the last line
		}
	}
	d.defeat(line, "malformed YAML: "+reason)
}

// defeat tells of a place that cannot be read.
func (d *document) defeat(line int, reason string) {
	d.unread = append(d.unread, Unread{Line: line, Kind: checks.Defeated, Reason: reason})
}

// expected tells that a value is not what its key wants.
func (d *document) expected(n *yaml.Node, of, want string) {
	d.defeat(d.lineAt(d.offset(n)), fmt.Sprintf("%s: expected %s, found %s", of, want, kindName(n)))
}

// lacks tells that a mapping has not what it needs.
func (d *document) lacks(n *yaml.Node, of, what string) {
	d.defeat(d.lineAt(d.offset(n)), of+": has no "+what)
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

// estimateNodes is an upper bound of the values a file holds, by its indicators; far from
// it only for prose full of commas.
func estimateNodes(data []byte) int {
	nodes := 1
	for i, c := range data {
		switch c {
		case ':', '?', '-':
			if i+1 == len(data) || bytes.IndexByte([]byte(" \t\r\n\"'{[,]}"), data[i+1]) >= 0 || i > 0 && data[i-1] == '"' {
				nodes += 2
			}
		case ',', '{':
			nodes += 2
		case '[':
			nodes++
		}
	}
	return nodes
}

// checkShape says what makes a document unsafe to walk: its depth, or an alias inside
// what it stands for. Empty when nothing does.
func checkShape(root *yaml.Node) string {
	open := map[*yaml.Node]bool{}
	var check func(n *yaml.Node, depth int) string
	check = func(n *yaml.Node, depth int) string {
		if depth > maxDepth {
			return fmt.Sprintf("nested more than %d deep", maxDepth)
		}
		if n.Kind == yaml.AliasNode && open[n.Alias] {
			return "an alias inside the value that it stands for"
		}
		if n.Anchor != "" && n.Kind != yaml.AliasNode {
			open[n] = true
			defer delete(open, n)
		}
		for _, child := range n.Content {
			if reason := check(child, depth+1); reason != "" {
				return reason
			}
		}
		return ""
	}
	return check(root, 1)
}

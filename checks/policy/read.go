package policy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// MaxSize is the largest policy file that is read, in bytes.
const MaxSize = 256 << 10

// maxProblems bounds what is told about one file.
const maxProblems = 50

// yamlLine finds the line in an error of the YAML parser, which has no field for it.
var yamlLine = regexp.MustCompile(`^line (\d+): `)

// Read reads a repository's policy file. The source is its name in messages, rules
// are the ids of all known rules. An empty file sets nothing. The document is nil
// when there are problems; an exception that cannot count is none (see Exception.Problem).
func Read(source string, data []byte, rules []string) (*Document, []Problem) {
	r := &reader{rules: rules, doc: &Document{source: source}}
	return r.read(data)
}

// ReadOrganisation is Read for the organisation's defaults, which may lock keys.
func ReadOrganisation(source string, data []byte, rules []string) (*Document, []Problem) {
	r := &reader{rules: rules, doc: &Document{source: source}, organisation: true}
	return r.read(data)
}

// reader turns the nodes of one file into a document.
type reader struct {
	rules        []string
	organisation bool
	doc          *Document
	problems     []Problem
}

func (r *reader) read(data []byte) (*Document, []Problem) {
	root := r.parse(data)
	if root != nil {
		file().read(r, "", root)
		r.requireVersion(root)
	}
	if len(r.problems) == 0 {
		return r.doc, nil
	}
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return a.Line - b.Line })
	return nil, r.problems
}

// parse is the root node; nil when nothing is set or the bytes are no YAML.
func (r *reader) parse(data []byte) *yaml.Node {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if len(data) > MaxSize {
		r.failAt(1, 1, "%s", tooLarge())
		return nil
	}
	if line := invalidLine(data); line > 0 {
		r.failAt(line, 1, "the line is not UTF-8")
		return nil
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, more yaml.Node
	if err := decoder.Decode(&doc); err != nil {
		r.failParse(err)
		return nil
	}
	if err := decoder.Decode(&more); err == nil {
		r.failAt(more.Line, 1, "a second document begins: one file holds one policy")
	} else {
		r.failParse(err)
	}
	if len(doc.Content) == 0 {
		return nil
	}
	return doc.Content[0]
}

func tooLarge() string { return fmt.Sprintf("the file is larger than %d KiB", MaxSize>>10) }

// requireVersion demands "version: 1" of a file that sets anything.
func (r *reader) requireVersion(root *yaml.Node) {
	if root.Kind != yaml.MappingNode || len(root.Content) == 0 || value(root, "version") != nil {
		return
	}
	r.fail(root, "version is missing: begin with \"version: 1\"")
}

// set records that the file sets key.
func (r *reader) set(key string, n *yaml.Node, apply func(*Policy)) {
	r.setList(key, n, nil, apply)
}

// setList records that the file sets a list, with the lines of its entries.
func (r *reader) setList(key string, n *yaml.Node, entries places, apply func(*Policy)) {
	r.doc.settings = append(r.doc.settings, setting{key: key, line: n.Line, apply: apply, entries: entries})
}

// places are the lines of a list's entries; of one that stands twice the first.
type places map[string]int

func (p places) add(entry string, n *yaml.Node) {
	if p[entry] == 0 {
		p[entry] = n.Line
	}
}

func (r *reader) fail(n *yaml.Node, format string, args ...any) {
	r.failAt(n.Line, n.Column, format, args...)
}

func (r *reader) failAt(line, column int, format string, args ...any) {
	if len(r.problems) < maxProblems {
		r.problems = append(r.problems, Problem{line, column, fmt.Sprintf(format, args...)})
	}
}

// guess is didYouMean while problems are still told: guessing takes time.
func (r *reader) guess(word string, candidates []string) string {
	if len(r.problems) >= maxProblems {
		return ""
	}
	return didYouMean(word, candidates)
}

// failParse tells an error of the YAML parser; the end of the input is none.
func (r *reader) failParse(err error) {
	if errors.Is(err, io.EOF) {
		return
	}
	line, message := 1, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = message[len(m[0]):]
	}
	r.failAt(line, 1, "not YAML: %s", message)
}

// knownRule tells of a rule id that cannot stand here.
func (r *reader) knownRule(n *yaml.Node, id string) bool {
	switch {
	case isPolicyRule(id):
		r.fail(n, "%s guards the policy itself and always blocks", id)
	case !slices.Contains(r.rules, id):
		r.fail(n, "unknown rule %q%s", id, r.guess(id, r.rules))
	default:
		return true
	}
	return false
}

// isPolicyRule reports whether a rule guards the policy itself: it has no level and
// no exceptions.
func isPolicyRule(id string) bool { return strings.HasPrefix(id, "policy/") }

// value is the value of key in a mapping, or nil.
func value(mapping *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(mapping.Content); i += 2 {
		if mapping.Content[i].Value == key {
			return mapping.Content[i+1]
		}
	}
	return nil
}

// invalidLine is the first line that is not UTF-8, or 0.
func invalidLine(data []byte) int {
	if utf8.Valid(data) {
		return 0
	}
	for i, line := range bytes.Split(data, []byte("\n")) {
		if !utf8.Valid(line) {
			return i + 1
		}
	}
	return 0
}

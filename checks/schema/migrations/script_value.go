package migrations

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/ecma"
)

// value is what an expression of a script is known to be: a *text, *list, *object, *closure,
// flag, nothing, handle, *foreignName or unknown.
type value any

type (
	yesNo   bool
	nothing struct{} // null, undefined
	unknown struct{}
	// handle is the database, or something got from it.
	handle struct{ name string }
	list   struct{ items []value }
	// object keeps the order of its keys.
	object struct {
		keys   []string
		fields map[string]value
	}
	// closure is a function with what it can see.
	closure struct {
		node  *ecma.Node
		scope *scope
		code  *code
	}
	// foreignName is something imported from a module that was not read.
	foreignName struct{ module, name string }
)

// text is a string, or with sql set a fragment of SQL that a tag or helper made.
type text struct {
	frags []frag
	sql   bool
	at    int // where the literal begins
}

// frag is a piece of a text.
type frag struct {
	text       string
	start, end int // what it stands for in its code
	same       bool
	code       *code
	hole       hole
}

// hole is what stands in a text without being known.
type hole byte

const (
	whole hole = iota
	mask       // anything
	param      // a value that is sent beside the SQL
)

// known is the text, if all of it is.
func (t *text) known() (string, bool) {
	var b strings.Builder
	for _, f := range t.frags {
		if f.hole != whole {
			return "", false
		}
		b.WriteString(f.text)
	}
	return b.String(), true
}

func (t *text) len() int {
	if t == nil {
		return 0
	}
	return len(t.frags)
}

// put is the text as it is seen where a hole of another takes it in.
func (t *text) put(n *ecma.Node, c *code) []frag {
	out := make([]frag, 0, len(t.frags))
	for _, f := range t.frags {
		f.start, f.end, f.same, f.code = n.Start, n.End, false, c
		out = append(out, f)
	}
	return out
}

// plainText is a text that stands for a node.
func plainText(s string, n *ecma.Node, c *code) *text {
	return &text{frags: []frag{{text: s, start: n.Start, end: n.End, code: c}}, at: n.Start}
}

func (o *object) set(key string, v value) {
	if _, ok := o.fields[key]; !ok {
		o.keys = append(o.keys, key)
	}
	o.fields[key] = v
}

func newObject() *object { return &object{fields: map[string]value{}} }

// scope are the names that code can see.
type scope struct {
	parent *scope
	names  map[string]value
	// depth of unknown conditions in which it was made.
	depth int
}

func (s *scope) inner(depth int) *scope {
	return &scope{parent: s, names: map[string]value{}, depth: depth}
}

func (s *scope) get(name string) (value, bool) {
	for ; s != nil; s = s.parent {
		if v, ok := s.names[name]; ok {
			return v, true
		}
	}
	return unknown{}, false
}

// assign changes a name where it was declared. Within a condition that is not known it is
// one or the other afterwards.
func (s *scope) assign(name string, v value, depth int) {
	for ; s != nil; s = s.parent {
		if _, ok := s.names[name]; !ok {
			continue
		}
		if depth > s.depth {
			v = unknown{}
		}
		s.names[name] = v
		return
	}
}

// code is one module.
type code struct {
	path string
	file *ecma.File
	top  *scope
	// exports are what other modules see; classes those that it makes.
	exports map[string]value
	classes []*object
}

func (c *code) raw(start, end int) string { return c.file.Source[start:end] }

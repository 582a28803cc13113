package migrations

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// form is what a piece of Ruby or Python is.
type form uint8

const (
	otherForm    form = iota // anything that is not plainly literal
	textForm                 // a string or symbol
	numberForm               // text as written
	nameForm                 // a name, or nil, None, true, False
	listForm                 // items
	dictForm                 // keys and items
	callForm                 // recv.text(items, named) block
	functionForm             // def, lambda
	classForm                // text < items[0]
	assignForm               // text = items[0]
	branchForm               // what runs under a condition, or never, or many times
	protectForm              // begin ... rescue: body runs
)

// node is an expression or statement of a script, as far as a reader of migrations needs it.
type node struct {
	form       form
	text       string
	start, end int // bytes of the file
	pieces     []piece
	recv       *node
	items      []*node
	keys       []*node
	named      []keyword
	params     []string // of a function or of the call's block
	body       []*node  // of a function, class or branch, or of the call's block
	other      []*node  // what runs instead: else, rescue
	block      bool
	symbol     bool
}

// keyword is a keyword argument.
type keyword struct {
	name  string
	value *node
}

// piece is a part of a string: as it stands in the file, an escape, or code that puts a value in.
type piece struct {
	text  string
	start int
	code  bool // text is code: a name, or something else
	end   int
}

// environment are the names whose values are known.
type environment struct {
	outer  *environment
	values map[string]*node
}

func (s *environment) inner() *environment { return &environment{outer: s, values: map[string]*node{}} }

func (s *environment) find(name string) *node {
	for ; s != nil; s = s.outer {
		if n, ok := s.values[name]; ok {
			return n
		}
	}
	return nil
}

// value follows names to what they are bound to.
func (s *environment) value(n *node) *node {
	for range 8 {
		if n == nil || n.form != nameForm {
			break
		}
		bound := s.find(n.text)
		if bound == nil {
			break
		}
		n = bound
	}
	return n
}

// string is the text of a string or symbol whose every part is known.
func (s *environment) string(n *node) (string, bool) {
	n = s.value(n)
	if n == nil || n.form != textForm {
		return "", false
	}
	if len(n.pieces) == 0 {
		return n.text, true
	}
	var b strings.Builder
	for _, p := range s.fill(n.pieces) {
		if p.code {
			return "", false
		}
		b.WriteString(p.text)
	}
	return b.String(), true
}

// fill puts the values of known names into a string's pieces.
func (s *environment) fill(pieces []piece) []piece {
	out := make([]piece, len(pieces))
	for i, p := range pieces {
		if p.code {
			if bound := s.value(&node{form: nameForm, text: p.text}); bound.form == numberForm {
				p.text, p.code = bound.text, false
			} else if value, ok := s.plain(bound); ok {
				p.text, p.code = value, false
			}
		}
		out[i] = p
	}
	return out
}

// plain is the text of a string without code in it: code within code is not followed.
func (s *environment) plain(n *node) (string, bool) {
	if n.form != textForm {
		return "", false
	}
	var b strings.Builder
	for _, p := range n.pieces {
		if p.code {
			return "", false
		}
		b.WriteString(p.text)
	}
	return n.text + b.String(), true
}

// script is a file of a language that migrations are written in.
type source struct {
	path, text string
	file       *catalog.File
	dialect    catalog.Dialect
	queries    int // statements of SQL read so far
}

func newSource(in input) *source {
	return &source{path: in.path, text: in.text, file: catalog.NewFile(in.path, in.text), dialect: in.dialect}
}

func (s *source) place(n *node) catalog.Place { return s.file.Place(n.start, n.end) }

const (
	maxTokens   = 170_000 // of a script
	maxNested   = 100
	maxTold     = 400
	maxParts    = 3_000  // of a string
	maxQueries  = 2_500  // statements of SQL within a script's strings
	maxUnrolled = 20_000 // statements that loops and helpers may make
)

// excerpt is a statement's text, cut to a few lines.
func (s *source) told(n *node) string { return excerpt(s.text[n.start:n.end]) }

func excerpt(text string) string {
	lines := strings.SplitN(text, "\n", 7)
	if len(lines) > 6 {
		lines[6] = "…"
	}
	text = strings.Join(lines, "\n")
	if len(text) > maxTold {
		text = strings.ToValidUTF8(text[:maxTold], "") + "…"
	}
	return text
}

// option is the value of a keyword argument, nil when it is not given.
func (n *node) option(name string) *node {
	for _, arg := range n.named {
		if arg.name == name {
			return arg.value
		}
	}
	return nil
}

// arg is a positional argument, or where it is given so the keyword's.
func (n *node) arg(i int, name string) *node {
	if value := n.option(name); value != nil {
		return value
	}
	if i >= 0 && i < len(n.items) {
		return n.items[i]
	}
	return nil
}

func (n *node) is(names ...string) bool {
	if n == nil || n.form != nameForm {
		return false
	}
	for _, name := range names {
		if n.text == name {
			return true
		}
	}
	return false
}

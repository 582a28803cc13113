package iac

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// ciPlace is a node with the way to it.
type ciPlace struct {
	doc   *yamlDoc
	node  *yaml.Node
	up    *ciPlace
	key   string // of the mapping above; empty for an element of a list
	index int
	depth int
	// inner: what a condition holds, which is no step of the address.
	inner bool
}

func (p *ciPlace) entry(key string, value *yaml.Node) *ciPlace {
	return &ciPlace{doc: p.doc, node: value, up: p, key: key, depth: p.depth + 1}
}

func (p *ciPlace) element(index int, item *yaml.Node) *ciPlace {
	return &ciPlace{doc: p.doc, node: item, up: p, index: index, depth: p.depth + 1}
}

// address is "jobs.build.docker[0].image"; an element goes by its name where that
// is not the image itself.
func (p *ciPlace) address() string {
	var steps []string
	below, size := "", 0
	for at := p; at.up != nil && at.depth > 0 && size <= longestAddress; at = at.up {
		if at.inner {
			continue
		}
		step := "." + at.key
		if isKind(at.up.node, yaml.SequenceNode) {
			step = fmt.Sprintf("[%d]", at.index)
			if below != "name" {
				step = "[" + elementName(at.doc, at.node, at.index) + "]"
			}
		}
		steps, below, size = append(steps, step), at.key, size+len(step)
	}
	slices.Reverse(steps)
	return cut(strings.TrimPrefix(strings.Join(steps, ""), "."), longestAddress)
}

// owner is the job that a place belongs to: an entry of "jobs", or of the top level.
func (p *ciPlace) owner() string {
	var first, second string
	for at := p; at.up != nil && at.depth > 0; at = at.up {
		first, second = at.key, first
	}
	if first == "jobs" {
		return second
	}
	return first
}

// each calls fn for what a path leads to. A path is made of
//
//	key     an entry of a mapping
//	key?    the same, or the value itself where it is a text
//	*       every entry, but for the reserved ones of the top level
//	**      any number of entries and elements, none too
//	[]      every element of a list
//	$       the entry called name
//	[$]     the elements whose "name" is name
//	@       the entry called owner, the job that the value is looked up for
//	*@key   the entries whose key is owner, or a list with it
//
// An empty path leads nowhere.
func (f *ciFile) each(at *ciPlace, path, name string, fn func(*ciPlace)) {
	if path == "" {
		return
	}
	w := ciWalk{ciSystem: f.ciSystem, name: name, owner: f.owner, fn: fn}
	w.walk(at, strings.Split(strings.ReplaceAll(path, "[", ".["), "."))
}

// ciWalk follows one path.
type ciWalk struct {
	ciSystem
	name, owner string
	fn          func(*ciPlace)
}

func (w *ciWalk) walk(at *ciPlace, steps []string) {
	if !at.doc.within(at.depth) {
		return
	}
	if len(steps) == 0 {
		w.fn(at)
		return
	}
	w.conditions(at, steps)
	step, rest := steps[0], steps[1:]
	switch step {
	case "*":
		w.entries(at, rest)
	case "**":
		w.walk(at, rest)
		w.entries(at, steps)
		w.elements(at, steps, false)
	case "[]", "[$]":
		w.elements(at, rest, step == "[$]")
	case "$":
		w.entry(at, w.name, rest)
	case "@":
		w.entry(at, w.owner, rest)
	default:
		if key, ok := strings.CutPrefix(step, "*@"); ok {
			w.owned(at, key, rest)
			return
		}
		key, optional := strings.CutSuffix(step, "?")
		if optional && isKind(at.node, yaml.ScalarNode) {
			w.walk(at, rest)
			return
		}
		w.entry(at, key, rest)
	}
}

func (w *ciWalk) entry(at *ciPlace, key string, rest []string) {
	if value := at.doc.field(at.node, key); value != nil {
		w.walk(at.entry(key, value), rest)
	}
}

func (w *ciWalk) entries(at *ciPlace, steps []string) {
	for _, p := range at.doc.pairs(at.node) {
		if at.depth > 0 || !slices.Contains(w.reserved, p.name()) {
			w.walk(at.entry(p.name(), p.value), steps)
		}
	}
}

// owned goes on in the entries that name the owner under a key.
func (w *ciWalk) owned(at *ciPlace, key string, rest []string) {
	for _, p := range at.doc.pairs(at.node) {
		named := at.doc.field(p.value, key)
		for _, n := range append(at.doc.items(named), named) {
			if w.owner != "" && yamlValue(n) == w.owner {
				w.walk(at.entry(p.name(), p.value), rest)
				break
			}
		}
	}
}

func (w *ciWalk) elements(at *ciPlace, steps []string, named bool) {
	for i, item := range at.doc.items(at.node) {
		if !named || yamlValue(at.doc.field(item, "name")) == w.name {
			w.walk(at.element(i, item), steps)
		}
	}
}

// conditions goes on inside the conditions that stand between a place and the
// next step: entries of a mapping, or elements that hold more elements.
func (w *ciWalk) conditions(at *ciPlace, steps []string) {
	if w.through == nil {
		return
	}
	inside := func(place *ciPlace) {
		for _, p := range at.doc.pairs(place.node) {
			if w.through.MatchString(p.name()) {
				held := place.entry("", p.value)
				held.inner = true
				w.walk(held, steps)
			}
		}
	}
	if !strings.HasPrefix(steps[0], "[") {
		inside(at)
		return
	}
	for i, item := range at.doc.items(at.node) {
		inside(at.element(i, item))
	}
}

// expr is the expression of the text at a place, from a byte on.
func (f *ciFile) expr(at *ciPlace, from int) Expr {
	f.parts, f.open, f.owner = 0, map[*yaml.Node]bool{}, at.owner()
	return f.text(at, from, at)
}

// text is the expression of the text at a place; its names mean what they mean in scope.
func (f *ciFile) text(at *ciPlace, from int, scope *ciPlace) Expr {
	value, pieces := yamlTarget(at.node).Value, at.doc.pieces(at.node)
	piece := func(op Op, from, to int) Expr {
		f.parts++
		e := Expr{Op: op, Text: value[from:to], Span: pieces.span(from, to)}
		e.Line = at.doc.lineOf(e.Span.Line)
		return e
	}
	if len(value) > longestLiteral || f.parts > yamlParts {
		e := piece(Unknown, from, len(value))
		e.Text = cut(e.Text, 100)
		return e
	}
	var args []Expr
	end := from
	for _, r := range f.references(value, from) {
		if end < r.from {
			args = append(args, piece(Lit, end, r.from))
		}
		e := f.named(r, piece(Unknown, r.from, r.to), scope)
		if r.fallback != nil && e.Else == nil {
			value := piece(Lit, r.fallback.from, r.fallback.to)
			e.Op, e.Text, e.Else = Name, r.name, &value
		}
		args = append(args, e)
		end = r.to
	}
	if end < len(value) || len(args) == 0 {
		args = append(args, piece(Lit, end, len(value)))
	}
	if len(args) == 1 {
		return args[0]
	}
	whole := piece(Cat, from, len(value))
	whole.Text, whole.Args = "", args
	return whole
}

// ciReference is a part of a text that something fills in; way is nil where nobody knows what.
type ciReference struct {
	from, to int
	way      *ciName
	name     string
	fallback *word // a default that stands beside the name
}

// references are the parts of a text that are filled in, in order. What an
// earlier way matches is hidden from the later ones.
func (f *ciFile) references(value string, from int) []ciReference {
	masked := []byte(value)
	for i := range from {
		masked[i] = 'x'
	}
	var found []ciReference
	for i := range f.names {
		way := &f.names[i]
		for _, m := range way.ref.FindAllSubmatchIndex(slices.Clone(masked), yamlParts) {
			r := ciReference{from: m[0], to: m[1], way: way}
			for g := 1; 2*g < len(m); g++ {
				switch at := m[2*g : 2*g+2]; {
				case at[0] < 0:
				case way.ref.SubexpNames()[g] == "else":
					r.fallback = &word{at[0], at[1]}
				case r.name == "":
					r.name = value[at[0]:at[1]]
				}
			}
			found = append(found, r)
			for i := m[0]; i < m[1]; i++ {
				masked[i] = 'x'
			}
		}
	}
	for _, p := range placeholders(string(masked[from:])) {
		found = append(found, ciReference{from: from + p[0], to: from + p[1]})
	}
	slices.SortFunc(found, func(a, b ciReference) int { return a.from - b.from })
	return found
}

// named is the expression of a reference; e is the unknown piece that it is without a value.
func (f *ciFile) named(r ciReference, e Expr, scope *ciPlace) Expr {
	if r.way == nil {
		return e
	}
	e.What = r.way.what
	values, fixed := f.values(r, scope)
	var ways []Expr
	for i, at := range values {
		if i == maxValues { // the rest is not passed off as one of these
			ways = append(ways, e)
			break
		}
		target := yamlTarget(at.node)
		if f.open[target] {
			return e
		}
		f.open[target] = true
		ways = append(ways, f.text(at, 0, scope))
		delete(f.open, target)
	}
	var value Expr
	switch len(ways) {
	case 0:
		if f.includes != nil && r.name != "" { // a file that includes this one may say it
			e.Op, e.Text = Name, r.name
		}
		return e
	case 1:
		value = ways[0]
	default:
		value = Expr{Op: Any, Args: ways, Span: e.Span, Line: e.Line}
	}
	if fixed {
		return value
	}
	e.Op, e.Text, e.Else = Name, r.name, &value
	return e
}

// values are the places of what a name may be, from the nearest part of the file
// around scope that says it.
func (f *ciFile) values(r ciReference, scope *ciPlace) (found []*ciPlace, fixed bool) {
	for at := scope; at != nil; at = at.up {
		for _, source := range r.way.from {
			if source.top && at.up != nil || fixed && !source.fixed {
				continue
			}
			f.each(at, source.path, r.name, func(v *ciPlace) {
				if n := yamlTarget(v.node); n.Kind == yaml.ScalarNode && n.Tag != "!!null" {
					found = append(found, v)
				}
			})
			fixed = source.fixed && len(found) > 0
			if len(found) > 0 && !fixed {
				return found, false
			}
		}
		if fixed {
			return found, true
		}
	}
	return nil, false
}

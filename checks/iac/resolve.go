package iac

import (
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// Bounds on what one site may come out as and on the steps to get there (names may lead
// in circles through the files of a unit); beyond them the rest is unknown.
const (
	maxValues = 64
	maxDepth  = 64
	maxSteps  = 10_000    // for one site
	allSteps  = 1_000_000 // for all that one Resolver resolves; then
	fewSteps  = 100       // is what a site still gets
)

// Value is one way a reference may come out, piece by piece.
type Value []Piece

// Piece is a run of text with the place it comes from.
type Piece struct {
	Text  string // of an unknown piece: as written
	Known bool
	// missing: the unit has no such value, so it counts as empty where that is asked.
	missing bool
	// From is where the text stands: the field itself, or the default's value.
	From Place
	// Name is set when a name brought the text: which one, and what kind it is.
	Name, What string
	// Default: nothing but a default gave the name its value. Without it a named piece
	// was set in the repository, at From.
	Default bool
}

// Called is the piece's name as its format's users know it: Terraform's variables and a
// chart's values are set without the word before them.
func (p *Piece) Called() string {
	for _, before := range []string{"var.", "Values."} {
		if name, ok := strings.CutPrefix(p.Name, before); ok {
			return name
		}
	}
	return p.Name
}

// Place is a quoted place in a file.
type Place struct {
	Path string
	checks.Span
	Line string // the text of the span's first line
}

// Text is the value with unknown pieces as written.
func (v Value) Text() string {
	if len(v) == 1 {
		return v[0].Text
	}
	var b strings.Builder
	for _, p := range v {
		b.WriteString(p.Text)
	}
	return b.String()
}

// Scope is where names get their values: the file's own defaults stand in its
// expressions; a scope adds what other files give.
type Scope struct {
	Path  string // the file whose expressions are evaluated
	Given map[string]Given
	// Find, where it is set, is asked for what Given does not have.
	Find func(name string) (Given, bool)
	dot  *dot
}

func (s *Scope) value(name string) (Given, bool) {
	given, ok := s.Given[name]
	if !ok && s.Find != nil {
		return s.Find(name)
	}
	return given, ok
}

// Given is a value from another file.
type Given struct {
	Expr  Expr
	Scope *Scope
	// Set: whoever uses the file says so (an input of a module), so it is no default.
	Set bool
	// Or are further values that the name may have.
	Or []Given
}

// Resolver follows expressions; together they take no more steps than it has left. The
// zero value has none taken.
type Resolver struct{ taken int }

// Resolve follows an expression through names and defaults to every value it may
// have; at most 64, the rest is one unknown value.
func (r *Resolver) Resolve(e Expr, s *Scope) []Value {
	most := max(fewSteps, min(maxSteps, allSteps-r.taken))
	one := resolver{left: most}
	values := one.resolve(e, s, 0)
	r.taken += most - one.left
	return values
}

// FreeSteps is how many steps may have been taken while what came before still makes no
// difference to an expression.
const FreeSteps = allSteps - maxSteps

// Taken is how many steps were taken so far.
func (r *Resolver) Taken() int { return r.taken }

// resolver counts the steps of one resolution.
type resolver struct{ left int }

func (r *resolver) resolve(e Expr, s *Scope, depth int) []Value {
	if r.left--; depth > maxDepth || r.left < 0 {
		return unknown(e, s)
	}
	switch e.Op {
	case Lit:
		return []Value{{{Text: e.Text, Known: true, From: place(e, s)}}}
	case Cat:
		return r.cat(e, s, depth)
	case Any:
		return r.any(e, s, depth)
	case Name:
		return r.name(e, s, depth)
	case First:
		return r.first(e, s, depth)
	case If:
		return r.choose(e, s, depth)
	case Apply:
		return r.apply(e, s, depth)
	case Index:
		return r.index(e, s, depth)
	case Call:
		return r.call(e, s, depth)
	}
	return unknown(e, s)
}

func (r *resolver) cat(e Expr, s *Scope, depth int) []Value {
	values := []Value{nil}
	for _, arg := range e.Args {
		next := r.resolve(arg, s, depth+1)
		if len(values)*len(next) > maxValues {
			return unknown(Expr{Op: Unknown, Text: written(e), Span: e.Span, Line: e.Line}, s)
		}
		var joined []Value
		for _, left := range values {
			for _, right := range next {
				joined = append(joined, append(left[:len(left):len(left)], right...))
			}
		}
		values = joined
	}
	return values
}

func (r *resolver) any(e Expr, s *Scope, depth int) []Value {
	var values []Value
	for _, arg := range e.Args {
		values = append(values, r.resolve(arg, s, depth+1)...)
	}
	return atMost(values, e, s)
}

func atMost(values []Value, e Expr, s *Scope) []Value {
	if len(values) > maxValues {
		return append(values[:maxValues-1], unknown(e, s)...)
	}
	return values
}

// name prefers what another file gives over the default that stands beside the name.
func (r *resolver) name(e Expr, s *Scope, depth int) []Value {
	if strings.HasPrefix(e.Text, dotName) {
		return r.ofDot(e, s, depth)
	}
	var values []Value
	if given, ok := s.value(e.Text); ok {
		values = atMost(r.given(given, e, depth), e, s)
		if !e.Empty || !hasEmpty(values) {
			return values
		}
	}
	if e.Else == nil {
		if len(values) > 0 {
			return values
		}
		return unknown(e, s)
	}
	return mark(r.resolve(*e.Else, s, depth+1), e, !e.Fixed)
}

// given are the values of a name that another file gives.
func (r *resolver) given(g Given, e Expr, depth int) []Value {
	values := mark(r.resolve(g.Expr, g.Scope, depth+1), e, !e.Fixed && !g.Set)
	for _, or := range g.Or {
		values = append(values, r.given(or, e, depth+1)...)
	}
	return values
}

func hasEmpty(values []Value) bool {
	for _, v := range values {
		if v.Text() == "" {
			return true
		}
	}
	return false
}

// mark notes which name brought the pieces; the outermost name keeps an inner one's note.
func mark(values []Value, e Expr, byDefault bool) []Value {
	for _, v := range values {
		for i := range v {
			if v[i].Known && v[i].Name == "" {
				v[i].Name, v[i].What, v[i].Default = e.Text, e.What, byDefault
			}
		}
	}
	return values
}

func unknown(e Expr, s *Scope) []Value {
	missing := e.Op == Name && strings.HasPrefix(e.Text, helmValues)
	return []Value{{{Text: written(e), From: place(e, s), Name: e.Text, What: e.What, missing: missing}}}
}

// equal reports whether two expressions stand at the same place and come about alike.
func (e Expr) equal(o Expr) bool {
	if e.Op != o.Op || e.Text != o.Text || e.Span != o.Span || e.What != o.What || e.Line != o.Line ||
		e.Empty != o.Empty || e.Fixed != o.Fixed || (e.Else == nil) != (o.Else == nil) {
		return false
	}
	return (e.Else == nil || e.Else.equal(*o.Else)) && slices.EqualFunc(e.Args, o.Args, Expr.equal)
}

// written is how an expression that has no value is shown.
func written(e Expr) string {
	switch e.Op {
	case Name:
		return "${" + e.Text + "}"
	case Cat, Any, First, Apply:
		var b strings.Builder
		for _, arg := range e.Args {
			b.WriteString(written(arg))
		}
		return b.String()
	case If:
		return written(e.Args[1])
	case Call:
		return "{{" + e.Text + "}}"
	}
	return e.Text
}

func place(e Expr, s *Scope) Place {
	return Place{Path: s.Path, Span: e.Span, Line: e.Line}
}

// Read reads a file with the first reader that recognises it; nil when none does.
// What a reader answers depends on the bytes and the last element of the path only;
// which readers are asked, on the path: see Kinds.
func Read(path string, data []byte) *File {
	for _, r := range readers() {
		if !r.Path(path) {
			continue
		}
		if f := r.Read(path, data); f != nil {
			if withCommands(f.Format) {
				f.Makes = append(stepMakes(data), commandMakes(data)...)
			}
			return f
		}
	}
	return nil
}

// Kinds names the readers that are asked about a path, in their order: with the base name
// and the blob id it stands for what Read answers.
func Kinds(path string) string {
	var names []string
	for _, r := range readers() {
		if r.Path(path) {
			names = append(names, r.Name)
		}
	}
	return strings.Join(names, ",")
}

// Reads reports whether some reader may read a file at this path.
func Reads(path string) bool {
	for _, r := range readers() {
		if r.Path(path) {
			return true
		}
	}
	return false
}

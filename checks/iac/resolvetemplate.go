package iac

import (
	"slices"
	"strings"
)

// dotName begins the names of a template's own argument: ".image.tag", "." for all of it.
const dotName = "."

// dot is what the template around is called with: an expression of the caller's.
type dot struct {
	expr  Expr
	scope *Scope
}

// call follows a template of the unit, with its dot.
func (r *resolver) call(e Expr, s *Scope, depth int) []Value {
	given, ok := s.value(outputs + e.Text)
	switch {
	case !ok && e.Else != nil:
		return r.resolve(*e.Else, s, depth+1)
	case !ok || len(e.Args) == 0:
		return unknown(e, s)
	}
	var values []Value
	for _, g := range append([]Given{given}, given.Or...) {
		body := &Scope{Path: g.Scope.Path, Given: s.Given, Find: s.Find, dot: &dot{e.Args[0], s}}
		values = append(values, r.resolve(g.Expr, body, depth+1)...)
	}
	return atMost(values, e, s)
}

// ofDot is a name below the dot. Where nobody is seen to call the template, the dot is
// taken for the chart's own: that is what most are called with.
func (r *resolver) ofDot(e Expr, s *Scope, depth int) []Value {
	path := strings.TrimPrefix(e.Text, dotName)
	if s.dot != nil {
		return r.resolve(fieldOf(s.dot.expr, path), s.dot.scope, depth+1)
	}
	for _, root := range []string{helmValues, helmChart} {
		if i := strings.Index(dotName+path, dotName+root); i >= 0 {
			return r.resolve(Expr{Op: Name, Text: path[i:], What: e.What, Span: e.Span, Line: e.Line}, s, depth+1)
		}
	}
	return unknown(e, s)
}

// first takes of each argument the values that say something; where one may be empty
// the next counts too. A value that comes in for an empty name is its default.
func (r *resolver) first(e Expr, s *Scope, depth int) []Value {
	var values, last []Value
	for i, arg := range e.Args {
		last = r.resolve(arg, s, depth+1)
		if i > 0 && e.Args[0].Op == Name {
			last = mark(last, e.Args[0], true)
		}
		said := slices.DeleteFunc(slices.Clone(last), Value.blank)
		values = append(values, said...)
		if len(said) == len(last) {
			return atMost(values, e, s)
		}
	}
	if len(values) == 0 {
		return last
	}
	return atMost(values, e, s)
}

// blank: empty text, or a value that nobody gives.
func (v Value) blank() bool { return v.Text() == "" || len(v) == 1 && v[0].missing }

// truth is what a condition may be.
type truth struct{ yes, no, open bool }

// holds tells what a condition's values make of it. Whoever installs a chart turns a
// switch, so "true" and "false" leave both ways open.
func holds(values []Value) truth {
	var t truth
	for _, v := range values {
		switch text := v.Text(); {
		case v.blank() || text == "0":
			t.no = true
		case text == "false":
			t.no, t.open = true, true
		case text == "true":
			t.yes, t.open = true, true
		case len(v) == 1 && !v[0].Known && v[0].What != mapping:
			t.yes, t.no = true, true
		default:
			t.yes = true
		}
	}
	return t
}

// choose follows what a condition decides, else both ways. A way that a switch only
// opens counts as far as it can be followed.
func (r *resolver) choose(e Expr, s *Scope, depth int) []Value {
	t := holds(r.resolve(e.Args[0], s, depth+1))
	var values, opened []Value
	take := func(taken bool, way Expr) {
		switch {
		case taken:
			values = append(values, r.resolve(way, s, depth+1)...)
		case t.open:
			opened = r.resolve(way, s, depth+1)
		}
	}
	take(t.yes, e.Args[1])
	take(t.no, e.Args[2])
	if len(values) > 0 {
		opened = slices.DeleteFunc(opened, unfinished)
	}
	return atMost(append(values, opened...), e, s)
}

// index is a field whose name is a value.
func (r *resolver) index(e Expr, s *Scope, depth int) []Value {
	var values []Value
	for _, key := range r.resolve(e.Args[1], s, depth+1) {
		if slices.ContainsFunc(key, func(p Piece) bool { return !p.Known }) || key.blank() {
			values = append(values, unknown(e, s)...)
			continue
		}
		path := strings.Trim(key.Text()+"."+e.Text, ".")
		values = append(values, r.resolve(fieldOf(e.Args[0], path), s, depth+1)...)
	}
	return atMost(values, e, s)
}

func unfinished(v Value) bool {
	return v.blank() || slices.ContainsFunc(v, func(p Piece) bool { return !p.Known }) ||
		strings.HasSuffix(v.Text(), "@") || strings.HasSuffix(v.Text(), ":")
}

// functions are those of texts that a template may name. A text that one leaves as it
// is keeps its place.
func functions() map[string]func(args []string) string {
	yes := map[bool]string{true: "yes"}
	return map[string]func([]string) string{
		"lower":      func(a []string) string { return strings.ToLower(a[0]) },
		"upper":      func(a []string) string { return strings.ToUpper(a[0]) },
		"camelcase":  func(a []string) string { return camelCase(a[0]) },
		"untitle":    func(a []string) string { return strings.ToLower(a[0][:min(1, len(a[0]))]) + a[0][min(1, len(a[0])):] },
		"trim":       func(a []string) string { return strings.TrimSpace(a[0]) },
		"trimPrefix": func(a []string) string { return strings.TrimPrefix(a[1], a[0]) },
		"trimSuffix": func(a []string) string { return strings.TrimSuffix(a[1], a[0]) },
		"trimAll":    func(a []string) string { return strings.Trim(a[1], a[0]) },
		"replace":    func(a []string) string { return strings.ReplaceAll(a[2], a[0], a[1]) },
		"hasPrefix":  func(a []string) string { return yes[strings.HasPrefix(a[1], a[0])] },
		"hasSuffix":  func(a []string) string { return yes[strings.HasSuffix(a[1], a[0])] },
		"contains":   func(a []string) string { return yes[strings.Contains(a[1], a[0])] },
		"eq":         func(a []string) string { return yes[slices.Contains(a[1:], a[0])] },
		"ne":         func(a []string) string { return yes[a[0] != a[1]] },
	}
}

// camelCase is Sprig's: query_frontend becomes QueryFrontend.
func camelCase(text string) string {
	var b strings.Builder
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == '_' || r == '-' || r == '.' || r == ' ' }) {
		b.WriteString(strings.ToUpper(word[:1]) + word[1:])
	}
	return b.String()
}

// takes is how many arguments a function of texts has at least; 0: it is none.
func takes(function string) int {
	switch function {
	case "lower", "upper", "trim", "camelcase", "untitle":
		return 1
	case "trimPrefix", "trimSuffix", "trimAll", "hasPrefix", "hasSuffix", "contains", "eq", "ne":
		return 2
	case "replace":
		return 3
	}
	return 0
}

// longestApplied bounds the text that functions make, in bytes.
const longestApplied = 4096

// apply is a function of the argument's text; the last argument is the text itself.
func (r *resolver) apply(e Expr, s *Scope, depth int) []Value {
	if e.Text == "kindIs" {
		return r.kindIs(e, s, depth)
	}
	function, least := functions()[e.Text], takes(e.Text)
	if least == 0 || len(e.Args) < least {
		return unknown(e, s)
	}
	texts, subject := make([]string, len(e.Args)), Value(nil)
	combinations := [][]string{texts}
	var subjects []Value
	for i, arg := range e.Args {
		values := r.resolve(arg, s, depth+1)
		if len(combinations)*len(values) > maxValues {
			return unknown(e, s)
		}
		var next [][]string
		subjects = subjects[:0]
		for _, so := range combinations {
			for _, v := range values {
				if slices.ContainsFunc(v, func(p Piece) bool { return !p.Known && !p.missing }) {
					return unknown(Expr{Op: Unknown, Text: written(e), Span: e.Span, Line: e.Line}, s)
				}
				text := v.Text()
				if v.blank() {
					text = ""
				}
				filled := slices.Clone(so)
				filled[i] = text
				next, subjects = append(next, filled), append(subjects, v)
			}
		}
		combinations = next
	}
	var values []Value
	for i, so := range combinations {
		subject = subjects[i]
		out := cut(function(so), longestApplied)
		if out == subject.Text() && !subject.blank() {
			values = append(values, subject)
			continue
		}
		piece := Piece{Text: out, Known: true, From: place(e, s)}
		if len(subject) > 0 && subject[len(subject)-1].Known {
			piece = subject[len(subject)-1]
			piece.Text = out
		}
		values = append(values, Value{piece})
	}
	return values
}

// kindIs tells a mapping from a text: kindIs "map" X.
func (r *resolver) kindIs(e Expr, s *Scope, depth int) []Value {
	kind, yes := e.Args[0].Text, map[bool]string{true: "yes"}
	var values []Value
	for _, v := range r.resolve(e.Args[1], s, depth+1) {
		switch {
		case len(v) == 1 && v[0].What == mapping && !v[0].Known:
			values = append(values, Value{{Text: yes[strings.HasPrefix(kind, "map")], Known: true, From: place(e, s)}})
		case len(v) == 1 && !v[0].Known && !v[0].missing:
			return unknown(e, s)
		default:
			values = append(values, Value{{Text: yes[kind == "string" && !v.blank()], Known: true, From: place(e, s)}})
		}
	}
	return values
}

// mapping is what an unknown value is when it is known to have fields.
const mapping = "mapping"

// fieldOf is the field at a path ("image.tag") of what an expression stands for.
func fieldOf(e Expr, path string) Expr {
	if path == "" {
		return e
	}
	name, rest, _ := strings.Cut(path, ".")
	switch e.Op {
	case Name:
		return fieldOfName(e, path)
	case Dict:
		for i := len(e.Args) - 2; i >= 0; i -= 2 {
			if e.Args[i].Op == Lit && e.Args[i].Text == name {
				return fieldOf(e.Args[i+1], rest)
			}
		}
		return Expr{Op: Lit, Span: e.Span, Line: e.Line}
	case Index:
		e.Text = strings.Trim(e.Text+"."+path, ".")
		return e
	case First, Any, If:
		from := 0
		if e.Op == If {
			from = 1
		}
		args := slices.Clone(e.Args)
		for i := from; i < len(args); i++ {
			args[i] = fieldOf(args[i], path)
		}
		e.Args = args
		return e
	case Lit:
		if e.Text == "" {
			return e
		}
	}
	return Expr{Op: Unknown, Text: written(e) + "." + path, Span: e.Span, Line: e.Line}
}

func fieldOfName(e Expr, path string) Expr {
	switch e.Text {
	case rootName:
		e.Text = path
	case dotName:
		e.Text += path
	default:
		e.Text += "." + path
	}
	e.What = whatIs(e.Text)
	return e
}

// rootName is the name of a chart's values, its Chart.yaml and so on together.
const rootName = "$"

// Beginnings of the names of a chart.
const (
	helmValues = "Values."
	helmGlobal = "Values.global."
	helmChart  = "Chart."
)

// whatIs tells a chart's name in words.
func whatIs(name string) string {
	switch {
	case strings.HasSuffix(name, "Chart.AppVersion"):
		return "appVersion"
	case strings.HasPrefix(name, "Release."), strings.HasPrefix(name, "Capabilities."), strings.HasPrefix(name, "Chart."):
		return "built-in value"
	}
	return "chart value"
}

// elementOf is any element of what an expression stands for.
func elementOf(e Expr) Expr {
	switch e.Op {
	case Name:
		e.Text += "[]"
		e.What = whatIs(e.Text)
		return e
	case Dict:
		any := Expr{Op: Any, Span: e.Span, Line: e.Line}
		for i := 1; i < len(e.Args); i += 2 {
			any.Args = append(any.Args, e.Args[i])
		}
		if len(any.Args) > 0 {
			return any
		}
	case First, Any:
		args := slices.Clone(e.Args)
		for i := range args {
			args[i] = elementOf(args[i])
		}
		e.Args = args
		return e
	}
	return Expr{Op: Unknown, Text: written(e), Span: e.Span, Line: e.Line}
}

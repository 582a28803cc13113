package iac

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// actionsScope is where the expressions of a place find their values.
type actionsScope struct {
	env       []*yaml.Node // outer to inner
	inputs    []*yaml.Node // the declarations; an input may have several
	rows      []actionsRow // of the job's matrix; none: it has none
	row       *actionsRow  // the one that counts now
	container bool         // a mapping with an image is a value too
}

// within is the scope of what stands under another env.
func (s actionsScope) within(env *yaml.Node) actionsScope {
	s.env = append(slices.Clip(s.env), env)
	return s
}

// actionsPiece is a run of text, or one "${{ … }}", of a value.
type actionsPiece struct {
	text    string
	span    checks.Span
	context string   // "matrix"; empty for text
	path    []string // the names behind the context; nil for any other expression
	// place is where bytes of the text stand.
	place func(from, to int) checks.Span
}

// choices is the expression of a field, one alternative for each row of the matrix
// that makes a difference; false where none is an image.
func (a *actions) choices(field *yaml.Node, scope actionsScope) (Expr, bool) {
	if len(scope.rows) == 0 || !strings.Contains(yamlValue(field), "${{") {
		return a.trimmed(field, scope)
	}
	var found []Expr
	for i := range scope.rows {
		scope.row = &scope.rows[i]
		e, ok := a.trimmed(field, scope)
		a.visit(2 * len(found)) // what comparing costs
		if ok && !slices.ContainsFunc(found, e.equal) {
			found = append(found, e)
		}
		if len(found) > maxValues {
			return a.whole(field), true
		}
	}
	if len(found) == 0 {
		return Expr{}, false
	}
	if len(found) == 1 {
		return found[0], true
	}
	return Expr{Op: Any, Args: found, Span: a.span(field), Line: found[0].Line}, true
}

// trimmed is a field's expression without "docker://"; false where it comes out empty.
func (a *actions) trimmed(field *yaml.Node, scope actionsScope) (Expr, bool) {
	e, ok := a.value(field, scope, 0)
	first := &e
	if e.Op == Cat {
		first = &e.Args[0]
	}
	if first.Op == Lit && hasDockerURI(first.Text) {
		first.Text = first.Text[len(dockerURI):]
		if first.Span.Line == first.Span.EndLine {
			first.Span.Column = min(first.Span.Column+len(dockerURI), first.Span.EndColumn)
		}
	}
	if e.Op == Cat && first.Op == Lit && first.Text == "" {
		e.Args = e.Args[1:]
		if len(e.Args) == 1 {
			e = e.Args[0]
		}
	}
	return e, ok && !(e.Op == Lit && e.Text == "")
}

// value is the expression of a scalar, or of what "${{ … }}" led to; false where
// there is no value. Depth counts the values that values lead to.
func (a *actions) value(n *yaml.Node, scope actionsScope, depth int) (Expr, bool) {
	if isKind(n, yaml.MappingNode) && scope.container && depth > 0 {
		n = a.field(n, "image")
	}
	target := yamlTarget(n)
	switch {
	case target == nil || target.Kind == yaml.ScalarNode && !isText(target):
		return Expr{}, false
	case target.Kind != yaml.ScalarNode:
		return a.unknown(target, "matrix"), true
	}
	pieces := a.cut(target)
	if pieces == nil || !a.visit(2*len(pieces)) || depth > maxActionsDepth {
		return a.whole(target), true
	}
	var args []Expr
	for _, p := range pieces {
		e, ok := a.piece(p, scope, depth)
		if !ok && len(pieces) == 1 {
			return Expr{}, false
		}
		if !ok {
			e = a.made(Unknown, p, contextWords[p.context])
		}
		if args = append(args, flat(e)...); len(args) > maxWeight {
			return a.whole(target), true
		}
	}
	if len(args) == 1 {
		return args[0], true
	}
	span := a.span(target)
	return Expr{Op: Cat, Args: args, Span: span, Line: a.lineOf(span.Line)}, true
}

// maxActionsDepth bounds how values lead to values: a step's env to the job's, to the
// workflow's, to an input's default.
const maxActionsDepth = 8

// flat are the parts of a joined expression, so that no level stands in another.
func flat(e Expr) []Expr {
	if e.Op == Cat {
		return e.Args
	}
	return []Expr{e}
}

func (a *actions) made(op Op, p actionsPiece, what string) Expr {
	return Expr{Op: op, Text: p.text, What: what, Span: p.span, Line: a.lineOf(p.span.Line)}
}

func (a *actions) unknown(n *yaml.Node, what string) Expr {
	e := Expr{Op: Unknown, What: what, Span: a.span(n)}
	e.Line, e.Text = a.lineOf(e.Span.Line), cut(a.raw(n), longestLine)
	return e
}

// whole is a value that is too much to follow.
func (a *actions) whole(n *yaml.Node) Expr {
	return a.unknown(yamlTarget(n), "expression")
}

// maxCuts bounds the values that are kept taken apart.
const maxCuts = 256

// cut takes a value apart; nil when it has too many pieces to be a reference. Every row
// of a matrix asks for the same values again.
func (a *actions) cut(n *yaml.Node) []actionsPiece {
	if known, ok := a.cuts[n]; ok {
		return known
	}
	if a.cuts == nil || len(a.cuts) >= maxCuts {
		a.cuts = map[*yaml.Node][]actionsPiece{}
	}
	a.cuts[n] = a.cutAnew(n)
	return a.cuts[n]
}

func (a *actions) cutAnew(n *yaml.Node) []actionsPiece {
	text := strings.TrimRight(n.Value, " \t\n")
	if len(text) > maxPassage || strings.Count(text, "${{") > maxWeight {
		return nil
	}
	at := a.pieces(n)
	var pieces []actionsPiece
	for from := 0; from < len(text); {
		p := actionsPiece{}
		to := strings.Index(text[from:], "${{")
		switch {
		case to < 0:
			to = len(text)
		case to > 0:
			to += from
		default:
			to = from + closing(text[from:])
			p.context, p.path = reference(text[from:to])
		}
		start := from
		p.text, p.span = text[from:to], at.span(from, to)
		p.place = func(a, b int) checks.Span { return at.span(start+a, start+b) }
		pieces = append(pieces, p)
		from = to
	}
	return pieces
}

// closing is the length of the expression that a text begins with; all of it when
// it has no end. A string inside may hold braces.
func closing(text string) int {
	quoted := false
	for i := range len(text) {
		if text[i] == '\'' {
			quoted = !quoted
		}
		if !quoted && strings.HasPrefix(text[i:], "}}") {
			return i + len("}}")
		}
	}
	return len(text)
}

var (
	actionsReference = regexp.MustCompile(`^\$\{\{\s*([A-Za-z_][\w-]*)((?:\.[A-Za-z_][\w-]*|\[\s*'[^']+'\s*\])+)\s*\}\}$`)
	actionsName      = regexp.MustCompile(`[^.\[\]'\s]+|'[^']+'`)
)

// reference is what an expression names when it is nothing but a name.
func reference(text string) (context string, names []string) {
	m := actionsReference.FindStringSubmatch(text)
	if m == nil {
		return "expression", nil
	}
	for _, name := range actionsName.FindAllString(m[2], -1) {
		names = append(names, strings.Trim(name, "'"))
	}
	return strings.ToLower(m[1]), names
}

// contextWords say what a context holds, in the words of GitHub's documentation.
var contextWords = map[string]string{
	"matrix": "matrix", "env": "variable", "inputs": "input", "vars": "configuration variable", "secrets": "secret",
	"needs": "output of a job", "steps": "output of a step", "github": "context", "expression": "expression",
}

// piece is the expression of one piece; false where it has no value.
func (a *actions) piece(p actionsPiece, scope actionsScope, depth int) (Expr, bool) {
	switch {
	case p.context == "" && strings.ContainsFunc(p.text, outsideReference):
		return a.made(Unknown, p, ""), true
	case p.context == "":
		return a.made(Lit, p, ""), true
	case p.context == "matrix":
		return a.fromMatrix(p, scope, depth)
	case p.context == "env" && len(p.path) == 1:
		return a.fromEnv(p, scope, depth)
	case p.context == "inputs" && len(p.path) == 1:
		return a.fromInputs(p, scope, depth), true
	case isChoice(p):
		return a.firstOf(p, scope, depth)
	}
	if inputs, name := dispatched(p, scope); inputs != nil {
		scope.inputs, p.path = inputs, name
		return a.fromInputs(p, scope, depth), true
	}
	return a.made(Unknown, p, contextWords[p.context]), true
}

// fromEnv is the innermost value of a variable. It can name variables of outer levels only.
func (a *actions) fromEnv(p actionsPiece, scope actionsScope, depth int) (Expr, bool) {
	for i, env := range slices.Backward(scope.env) {
		n := a.folded(env, p.path[0])
		if n == nil && !isText(env) {
			continue
		}
		if n == nil {
			break
		}
		scope.env, scope.container = scope.env[:i], false
		return a.value(n, scope, depth+1)
	}
	return a.made(Unknown, p, contextWords[p.context]), true
}

// fromInputs is an input with its default. One that is declared for two triggers may have two.
func (a *actions) fromInputs(p actionsPiece, scope actionsScope, depth int) Expr {
	e := a.made(Unknown, p, contextWords[p.context])
	var defaults []Expr
	for _, inputs := range scope.inputs {
		declared := a.entry(inputs, p.path[0])
		if declared == nil {
			continue
		}
		e.Op, e.Text = Name, declared.name()
		if d, ok := a.value(a.field(declared.value, "default"), actionsScope{}, depth+1); ok {
			defaults = append(defaults, d)
		}
	}
	switch len(defaults) {
	case 0:
	case 1:
		e.Else = &defaults[0]
	default:
		e.Else = &Expr{Op: Any, Args: defaults, Span: defaults[0].Span, Line: defaults[0].Line}
	}
	return e
}

// entry is the entry of a mapping whose name differs in case at most, as GitHub compares names.
func (a *actions) entry(n *yaml.Node, name string) *yamlPair {
	for _, p := range a.pairs(n) {
		if strings.EqualFold(p.name(), name) {
			return &p
		}
	}
	return nil
}

func (a *actions) folded(n *yaml.Node, name string) *yaml.Node {
	if p := a.entry(n, name); p != nil {
		return p.value
	}
	return nil
}

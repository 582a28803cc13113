package iac

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/zclconf/go-cty/cty"
	"github.com/zclconf/go-cty/cty/convert"
)

const (
	// hclSteps bounds how many expressions of one file are evaluated, those in loops
	// counted each time.
	hclSteps = 100_000
	// hclNesting bounds how deep expressions lead into each other.
	hclNesting = 100
)

// hclEval evaluates the expressions of one file: what stands in it is followed, what
// comes from elsewhere in the module stays a name.
type hclEval struct {
	*lineText
	steps  int
	depth  int // how deep what is being evaluated stands in other expressions
	locals map[string]hclsyntax.Expression
	// known are the local values that were evaluated; one that is under way is nothing.
	known map[string]hclValue
	// names makes the name that a traversal begins with; nothing for one that means nothing.
	names func(t hcl.Traversal) (name, what string, fixed bool)
	// files is told of every file whose content is taken, with the values of a template.
	files func(path string, vars hclValue, from, to int)
	// contents are names with a value that stands in the file and that nothing else sets.
	contents map[string]hclValue
	// own are values for names where no unit gives them.
	own map[string]Expr
}

// hclEnv are the names that a loop binds, the innermost first.
type hclEnv struct {
	name  string
	value hclValue
	outer *hclEnv
}

func (env *hclEnv) bind(name string, v hclValue) *hclEnv {
	return &hclEnv{name: name, value: v, outer: env}
}

func (env *hclEnv) find(name string) (hclValue, bool) {
	for ; env != nil; env = env.outer {
		if env.name == name {
			return env.value, true
		}
	}
	return hclValue{}, false
}

// value is what an expression may be.
func (e *hclEval) value(x hclsyntax.Expression, env *hclEnv) hclValue {
	from, to := e.bytesOf(x)
	e.depth++
	defer func() { e.depth-- }()
	if e.steps++; e.steps > hclSteps || e.depth > hclNesting {
		return e.open(from, to, "an expression with too many parts")
	}
	v := e.evaluate(x, env, from, to)
	v.from, v.to = from, to
	return v
}

// bytesOf is where an expression stands, without the quotes of a text.
func (e *hclEval) bytesOf(x hclsyntax.Expression) (from, to int) {
	r := x.Range()
	from = min(r.Start.Byte, len(e.data))
	to = min(max(from, r.End.Byte), len(e.data))
	if to-from > 1 && e.data[from] == '"' && e.data[to-1] == '"' {
		return from + 1, to - 1
	}
	return from, to
}

func (e *hclEval) evaluate(x hclsyntax.Expression, env *hclEnv, from, to int) hclValue {
	switch x := x.(type) {
	case *hclsyntax.LiteralValueExpr:
		return e.literal(x.Val, from, to)
	case *hclsyntax.TemplateExpr:
		return e.template(x, env, from, to)
	case *hclsyntax.TemplateWrapExpr:
		return e.value(x.Wrapped, env)
	case *hclsyntax.ParenthesesExpr:
		return e.value(x.Expression, env)
	case *hclsyntax.ObjectConsKeyExpr:
		return e.key(x, env)
	case *hclsyntax.ScopeTraversalExpr:
		return e.traversal(x.Traversal, env, from, to)
	case *hclsyntax.RelativeTraversalExpr:
		return e.along(e.value(x.Source, env), x.Traversal)
	case *hclsyntax.IndexExpr:
		return e.index(e.value(x.Collection, env), e.value(x.Key, env))
	case *hclsyntax.TupleConsExpr:
		v := hclValue{kind: hclList, items: make([]hclValue, 0, len(x.Exprs))}
		for _, item := range x.Exprs {
			v.items = append(v.items, e.value(item, env))
		}
		return v
	case *hclsyntax.ObjectConsExpr:
		return e.object(x, env)
	case *hclsyntax.ConditionalExpr:
		return e.conditional(x, env)
	case *hclsyntax.ForExpr:
		return e.loop(x, env)
	case *hclsyntax.SplatExpr:
		return e.splat(x, env)
	case *hclsyntax.AnonSymbolExpr:
		if v, ok := env.find(splatItem); ok {
			return v
		}
	case *hclsyntax.FunctionCallExpr:
		return e.call(x, env)
	}
	return e.open(from, to, "expression")
}

func (e *hclEval) literal(val cty.Value, from, to int) hclValue {
	if val.IsNull() {
		return hclValue{}
	}
	switch val.Type() {
	case cty.String:
		return e.text(val.AsString(), from, to)
	case cty.Number, cty.Bool:
		return e.text(string(e.data[from:to]), from, to) // 1.10 stays 1.10
	}
	return e.open(from, to, "expression")
}

// template joins the parts of a text.
func (e *hclEval) template(x *hclsyntax.TemplateExpr, env *hclEnv, from, to int) hclValue {
	if len(x.Parts) == 1 {
		return e.onePart(e.value(x.Parts[0], env), from, to)
	}
	args, parts := make([]Expr, 0, len(x.Parts)), make([]hclValue, 0, len(x.Parts))
	for _, part := range x.Parts {
		v := e.value(part, env)
		parts = append(parts, v)
		if arg, ok := e.scalar(v); ok && (arg.Op != Lit || arg.Text != "") {
			args = append(args, arg)
		}
	}
	v := hclValue{kind: hclText, parts: parts}
	switch len(args) {
	case 0:
		return e.text("", from, to)
	case 1:
		v.expr = args[0]
	default:
		v.expr = e.piece(from, to)
		v.expr.Op, v.expr.Args = Cat, args
	}
	return v
}

// onePart is a text with nothing but one part.
func (e *hclEval) onePart(part hclValue, from, to int) hclValue {
	arg, ok := e.scalar(part)
	if !ok || arg.Op == Lit && arg.Text == "" {
		return e.text("", from, to)
	}
	v := hclValue{kind: hclText, expr: arg}
	if len(arg.Text) > longestLiteral {
		v.parts = []hclValue{part}
	}
	return v
}

// key is the name of an object's entry: a bare word, or an expression.
func (e *hclEval) key(x *hclsyntax.ObjectConsKeyExpr, env *hclEnv) hclValue {
	from, to := e.bytesOf(x)
	if word := hcl.ExprAsKeyword(x.Wrapped); word != "" && !x.ForceNonLiteral {
		return e.text(word, from, to)
	}
	return e.value(x.Wrapped, env)
}

// word is the text of a value that is written out.
func (v hclValue) word() string {
	if v.kind == hclText && v.expr.Op == Lit {
		return v.expr.Text
	}
	return ""
}

func (e *hclEval) object(x *hclsyntax.ObjectConsExpr, env *hclEnv) hclValue {
	v := hclValue{kind: hclObject, fields: make([]hclField, 0, len(x.Items))}
	for _, item := range x.Items {
		key := e.value(item.KeyExpr, env)
		v.fields = append(v.fields, hclField{name: key.word(), value: e.value(item.ValueExpr, env)})
	}
	return v
}

// conditional is one of both branches. One that asks only whether its own value was
// given falls back to the other.
func (e *hclEval) conditional(x *hclsyntax.ConditionalExpr, env *hclEnv) hclValue {
	from, to := e.bytesOf(x)
	yes, no := e.value(x.TrueResult, env), e.value(x.FalseResult, env)
	if asked, ok := x.Condition.(*hclsyntax.BinaryOpExpr); ok && isBlank(asked.RHS) {
		given := e.value(asked.LHS, env)
		switch {
		case asked.Op == hclsyntax.OpNotEqual && sameName(given, yes):
			return e.fallback(yes, no, true)
		case asked.Op == hclsyntax.OpEqual && sameName(given, no):
			return e.fallback(no, yes, true)
		}
	}
	return choiceOf([]hclValue{yes, no}, hclValue{from: from, to: to})
}

// isBlank reports whether an expression is null or the empty text.
func isBlank(x hclsyntax.Expression) bool {
	switch x := x.(type) {
	case *hclsyntax.LiteralValueExpr:
		return x.Val.IsNull()
	case *hclsyntax.TemplateExpr:
		return len(x.Parts) == 0 || x.IsStringLiteral() && len(x.Parts) == 1 && isEmptyLiteral(x.Parts[0])
	}
	return false
}

func isEmptyLiteral(x hclsyntax.Expression) bool {
	lit, ok := x.(*hclsyntax.LiteralValueExpr)
	return ok && lit.Val.Type() == cty.String && !lit.Val.IsNull() && lit.Val.AsString() == ""
}

func sameName(a, b hclValue) bool {
	return a.kind == hclName && b.kind == hclName && a.expr.Text == b.expr.Text
}

// fallback is the first value, or the other where the first is not given; with empty
// also where it is empty.
func (e *hclEval) fallback(first, other hclValue, empty bool) hclValue {
	switch {
	case first.kind == hclNothing:
		return other
	case other.kind == hclNothing:
		return first
	case first.kind == hclText && first.expr.Op == Lit && (first.expr.Text != "" || !empty):
		return first
	case first.kind == hclText && first.expr.Op == Lit:
		return other
	case first.kind != hclName || other.structured() && other.kind != hclName:
		return choiceOf([]hclValue{first, other}, first)
	}
	x, ok := e.scalar(other)
	if !ok {
		return first
	}
	name, _ := e.scalar(first)
	if name.Else == nil {
		name.Else = &x
	}
	name.Empty = empty
	return hclValue{kind: hclText, expr: name, from: first.from, to: first.to}
}

// traversal follows a.b[0].c from what the name a means.
func (e *hclEval) traversal(t hcl.Traversal, env *hclEnv, from, to int) hclValue {
	root := t.RootName()
	if v, ok := env.find(root); ok {
		return e.along(v, t[1:])
	}
	var content []hclValue
	if root == "local" && len(t) > 1 {
		if v, ok := e.local(stepName(t[1])); ok && v.structured() {
			return e.along(v, t[2:])
		} else if ok && v.kind == hclText {
			content = []hclValue{v}
		}
	}
	name, what, fixed := e.names(t)
	if name == "" {
		return e.open(from, to, what)
	}
	if content, ok := e.contents[name]; ok {
		return content
	}
	x := e.piece(from, to)
	x.Op, x.Text, x.What, x.Fixed = Name, name, what, fixed
	return hclValue{kind: hclName, expr: x, parts: content}
}

func stepName(step hcl.Traverser) string {
	switch step := step.(type) {
	case hcl.TraverseAttr:
		return step.Name
	case hcl.TraverseIndex:
		if s, err := convert.Convert(step.Key, cty.String); err == nil && !s.IsNull() && s.IsKnown() {
			return s.AsString()
		}
	}
	return "*"
}

// local is a local value that stands in the file.
func (e *hclEval) local(name string) (hclValue, bool) {
	if v, ok := e.known[name]; ok {
		return v, true
	}
	x, ok := e.locals[name]
	if !ok {
		return hclValue{}, false
	}
	e.known[name] = hclValue{} // what a circle comes back to
	around := e.depth
	e.depth = 0
	v := e.value(x, nil)
	e.depth = around
	e.known[name] = v
	return v, true
}

func (e *hclEval) along(v hclValue, t hcl.Traversal) hclValue {
	for _, step := range t {
		if name := stepName(step); name != "*" {
			v = v.field(name)
		} else {
			v = choiceOf(v.elements(), v)
		}
	}
	return v
}

func (e *hclEval) index(collection, key hclValue) hclValue {
	if word := key.word(); word != "" {
		return collection.field(word)
	}
	return choiceOf(collection.elements(), collection)
}

// loop evaluates the result for every element that is known.
func (e *hclEval) loop(x *hclsyntax.ForExpr, env *hclEnv) hclValue {
	v := hclValue{kind: hclList}
	if x.KeyExpr != nil {
		v.kind = hclObject
	}
	for _, entry := range e.value(x.CollExpr, env).entries() {
		inner := env.bind(x.ValVar, entry.value)
		if x.KeyVar != "" {
			inner = inner.bind(x.KeyVar, e.keyOf(entry))
		}
		item := e.value(x.ValExpr, inner)
		if v.kind == hclList {
			v.items = append(v.items, item)
			continue
		}
		v.fields = append(v.fields, hclField{name: e.value(x.KeyExpr, inner).word(), value: item})
	}
	return v
}

// keyOf is the key of an entry as a value, standing where the entry does.
func (e *hclEval) keyOf(entry hclField) hclValue {
	if entry.name == "" {
		return e.open(entry.value.from, entry.value.to, "key")
	}
	return e.text(entry.name, entry.value.from, entry.value.to)
}

// splatItem is what the element of a splat is bound to; no name looks like it.
const splatItem = "*"

func (e *hclEval) splat(x *hclsyntax.SplatExpr, env *hclEnv) hclValue {
	v := hclValue{kind: hclList}
	for _, item := range e.value(x.Source, env).elements() {
		v.items = append(v.items, e.value(x.Each, env.bind(splatItem, item)))
	}
	return v
}

// oneLiner is source text in one line, shortened.
func oneLiner(src []byte) string {
	return cut(strings.Join(strings.Fields(string(src[:min(len(src), 400)])), " "), 100)
}

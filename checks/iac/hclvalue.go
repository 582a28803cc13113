package iac

import "strconv"

// hclKind is what is known of a value's shape.
type hclKind int

const (
	hclNothing hclKind = iota // null, or not there
	hclText                   // a text, a number, a truth value: expr
	hclObject                 // fields
	hclList                   // items
	hclName                   // a name of the module: expr is its Name, with a shape that is not known
	hclChoice                 // one of items
	hclFile                   // the content of another file, which is read for itself
	hclOpen                   // not known: expr as written
)

// hclValue is what an expression may be, as far as its file shows.
type hclValue struct {
	kind   hclKind
	expr   Expr
	fields []hclField
	items  []hclValue
	// parts are the values that a template joins; of a name the text that stands for it, of
	// a file the values that fill it in.
	parts []hclValue
	// from and to are where the value is written, without quotes.
	from, to int
}

// hclField is one entry of an object; without a name its key is not known.
type hclField struct {
	name  string
	value hclValue
	// rest: value is a whole object whose entries belong here.
	rest bool
}

// under is what the entry has for a key; nothing where it is another's.
func (f hclField) under(key string) hclValue {
	switch {
	case f.rest:
		return f.value.field(key)
	case f.name == key || f.name == "":
		return f.value
	}
	return hclValue{}
}

// maxElements bounds how many elements of a collection are followed one by one.
const maxElements = 64

// field is what stands under a key.
func (v hclValue) field(key string) hclValue {
	switch v.kind {
	case hclObject:
		return v.entry(key)
	case hclName:
		v.expr.Text += "." + key
		v.parts = nil
		return v
	case hclChoice:
		return v.each(func(item hclValue) hclValue { return item.field(key) })
	case hclList:
		if i, err := strconv.Atoi(key); err == nil && i >= 0 && i < len(v.items) {
			return v.items[i]
		}
	case hclText:
		v.expr = Expr{Op: Unknown, Text: "${" + written(v.expr) + "." + key + "}", Span: v.expr.Span, Line: v.expr.Line}
		v.kind = hclOpen
		return v
	case hclOpen, hclFile:
		v.kind = hclOpen
		return v
	}
	return hclValue{from: v.from, to: v.to}
}

// entry is an object's value under a key: the last one, or what keys that are not known hold.
func (v hclValue) entry(key string) hclValue {
	var found []hclValue
	for i := len(v.fields) - 1; i >= 0; i-- {
		f := v.fields[i]
		if item := f.under(key); item.kind != hclNothing {
			found = append(found, item)
		}
		if f.name == key && !f.rest {
			break
		}
	}
	return choiceOf(found, v)
}

// each is one of what fn makes of the alternatives.
func (v hclValue) each(fn func(hclValue) hclValue) hclValue {
	var items []hclValue
	for _, item := range v.items {
		items = append(items, fn(item))
	}
	return choiceOf(items, v)
}

// choiceOf is one of the values that are there; at stands where it is written.
func choiceOf(items []hclValue, at hclValue) hclValue {
	var there []hclValue
	for _, item := range items {
		if item.kind != hclNothing {
			there = append(there, item)
		}
	}
	switch len(there) {
	case 0:
		return hclValue{from: at.from, to: at.to}
	case 1:
		return there[0]
	}
	return hclValue{kind: hclChoice, items: there, from: at.from, to: at.to}
}

// elements are the values of a collection, at most maxElements; of a name, every
// element that it may have.
func (v hclValue) elements() []hclValue {
	var all []hclValue
	switch v.kind {
	case hclList:
		all = v.items
	case hclObject:
		for _, f := range v.entries() {
			all = append(all, f.value)
		}
	case hclChoice:
		for _, item := range v.items {
			all = append(all, item.elements()...)
		}
	case hclName:
		return []hclValue{v.field("*")}
	case hclOpen, hclFile:
		v.kind = hclOpen
		return []hclValue{v}
	}
	return all[:min(len(all), maxElements)]
}

// entries are the keys and values of a collection.
func (v hclValue) entries() []hclField {
	var all []hclField
	switch v.kind {
	case hclObject:
		for _, f := range v.fields {
			if f.rest {
				all = append(all, f.value.entries()...)
			} else {
				all = append(all, f)
			}
		}
	case hclChoice:
		for _, item := range v.items {
			all = append(all, item.entries()...)
		}
	default:
		for _, item := range v.elements() {
			all = append(all, hclField{value: item})
		}
	}
	return all[:min(len(all), maxElements)]
}

// structured reports whether a value has parts that can be followed here.
func (v hclValue) structured() bool {
	switch v.kind {
	case hclObject, hclList, hclFile, hclName:
		return true
	case hclChoice:
		for _, item := range v.items {
			if item.structured() {
				return true
			}
		}
	}
	return false
}

// scalar is the value as an expression; false where there is none.
func (e *hclEval) scalar(v hclValue) (Expr, bool) {
	switch v.kind {
	case hclNothing:
		return Expr{}, false
	case hclText, hclOpen:
		return v.expr, true
	case hclName:
		name := v.expr
		if own, ok := e.own[name.Text]; ok {
			name.Else = &own
		}
		return name, true
	case hclChoice:
		var args []Expr
		for _, item := range v.items {
			if arg, ok := e.scalar(item); ok {
				args = append(args, arg)
			}
		}
		return e.anyOf(args, v)
	}
	return e.open(v.from, v.to, "").expr, true
}

// anyOf is one of the expressions; false where there is none.
func (e *hclEval) anyOf(args []Expr, at hclValue) (Expr, bool) {
	switch len(args) {
	case 0:
		return Expr{}, false
	case 1:
		return args[0], true
	}
	any := e.piece(at.from, at.to)
	any.Op, any.Args = Any, args
	return any, true
}

// piece is an expression that stands at a place, yet to be filled in.
func (e *hclEval) piece(from, to int) Expr {
	span := e.SpanOf(from, to)
	return Expr{Span: span, Line: e.lineOf(span.Line)}
}

// open is a value that is not known, shown as it is written.
func (e *hclEval) open(from, to int, what string) hclValue {
	x := e.piece(from, to)
	x.Op, x.Text, x.What = Unknown, "${"+oneLiner(e.data[from:to])+"}", what
	return hclValue{kind: hclOpen, expr: x, from: from, to: to}
}

// text is a literal.
func (e *hclEval) text(s string, from, to int) hclValue {
	if len(s) > longestLiteral && to-from < len(s) {
		return e.open(from, to, "text that is too long")
	}
	x := e.piece(from, to)
	x.Op, x.Text = Lit, s
	return hclValue{kind: hclText, expr: x, from: from, to: to}
}

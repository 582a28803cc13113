package iac

import (
	"strconv"
	"strings"

	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// call is what a function answers. One that is not known here, or that computes with
// text, answers what nobody can know.
func (e *hclEval) call(x *hclsyntax.FunctionCallExpr, env *hclEnv) hclValue {
	from, to := e.bytesOf(x)
	name := x.Name[strings.LastIndexByte(x.Name, ':')+1:]
	if name == "file" || name == "templatefile" || name == "filebase64" {
		return e.fileContent(x, env)
	}
	args := make([]hclValue, 0, len(x.Args))
	for _, arg := range x.Args {
		args = append(args, e.value(arg, env))
	}
	if x.ExpandFinal || len(args) == 0 {
		args = append(args, e.open(from, to, "function"))
	}
	if v, ok := e.apply(name, args); ok {
		return v
	}
	return e.open(from, to, "function")
}

func (e *hclEval) apply(name string, args []hclValue) (hclValue, bool) {
	switch first := args[0]; name {
	case "jsonencode", "yamlencode", "tostring", "tolist", "toset", "tomap", "nonsensitive", "sensitive",
		"trimspace", "chomp", "distinct", "sort", "reverse", "abspath", "pathexpand", "provider_jsonencode":
		return first, true
	case "jsondecode", "yamldecode":
		return e.decode(first), true
	case "coalesce":
		return e.firstOf(args, true), true
	case "try", "coalescelist":
		return e.firstOf(args, false), true
	case "lookup":
		return e.lookup(args), true
	case "element", "one":
		return e.element(args), true
	case "values", "compact":
		return hclValue{kind: hclList, items: first.elements()}, true
	case "concat", "flatten", "setunion":
		return concatenated(name, args), true
	case "merge":
		return merged(args), true
	case "object", "map", "list", "set":
		return typeDefaults(name, first), true
	case "optional":
		return optionalDefault(args), true
	case "zipmap":
		return e.zipmap(args), true
	case "format":
		return e.format(args)
	case "join":
		return e.join(args)
	}
	return hclValue{}, false
}

// firstOf is the first value that is given.
func (e *hclEval) firstOf(args []hclValue, empty bool) hclValue {
	v := args[len(args)-1]
	for i := len(args) - 2; i >= 0; i-- {
		v = e.fallback(args[i], v, empty)
	}
	return v
}

func (e *hclEval) lookup(args []hclValue) hclValue {
	if len(args) < 2 {
		return args[0]
	}
	v := e.index(args[0], args[1])
	if len(args) > 2 {
		return e.fallback(v, args[2], false)
	}
	return v
}

func (e *hclEval) element(args []hclValue) hclValue {
	if len(args) > 1 {
		return e.index(args[0], args[1])
	}
	return choiceOf(args[0].elements(), args[0])
}

// concatenated are the elements of several lists; flatten takes those of one list of lists.
func concatenated(name string, args []hclValue) hclValue {
	if name == "flatten" {
		args = args[0].elements()
	}
	v := hclValue{kind: hclList}
	for _, arg := range args {
		if name == "flatten" && arg.kind != hclList {
			v.items = append(v.items, arg)
			continue
		}
		v.items = append(v.items, arg.elements()...)
	}
	return v
}

// merged are the entries of several objects, the last wins. Of an object that is not
// known here every key may come.
func merged(args []hclValue) hclValue {
	v := hclValue{kind: hclObject}
	for _, arg := range args {
		switch arg.kind {
		case hclObject:
			v.fields = append(v.fields, arg.fields...)
		case hclNothing:
		default:
			if len(args) == 1 {
				return arg
			}
			v.fields = append(v.fields, hclField{value: arg, rest: true})
		}
	}
	return v
}

// zipmap has keys that are written out, and values whatever they are.
func (e *hclEval) zipmap(args []hclValue) hclValue {
	keys, values := args[0], args[len(args)-1]
	if keys.kind != hclList {
		return e.open(values.from, values.to, "function")
	}
	v := hclValue{kind: hclObject}
	for i, key := range keys.items {
		value := values.field(strconv.Itoa(i))
		v.fields = append(v.fields, hclField{name: key.word(), value: value})
	}
	return v
}

// format joins what the verbs %s, %d and %v stand for.
func (e *hclEval) format(args []hclValue) (hclValue, bool) {
	layout := args[0]
	if layout.kind != hclText || layout.expr.Op != Lit {
		return hclValue{}, false
	}
	rest := args[1:]
	var parts []hclValue
	for text := layout.expr.Text; text != ""; {
		before, after, found := strings.Cut(text, "%")
		if before != "" {
			parts = append(parts, e.text(before, layout.from, layout.to))
		}
		if !found {
			break
		}
		if after == "" || strings.IndexByte("sdv", after[0]) < 0 || len(rest) == 0 {
			return hclValue{}, false
		}
		parts, rest, text = append(parts, rest[0]), rest[1:], after[1:]
	}
	return e.joined(parts, layout), true
}

// join puts a separator between the elements of a list that is written out.
func (e *hclEval) join(args []hclValue) (hclValue, bool) {
	if len(args) != 2 || args[0].kind != hclText || args[1].kind != hclList {
		return hclValue{}, false
	}
	var parts []hclValue
	for i, item := range args[1].items {
		if i > 0 {
			parts = append(parts, args[0])
		}
		parts = append(parts, item)
	}
	return e.joined(parts, args[1]), true
}

func (e *hclEval) joined(parts []hclValue, at hclValue) hclValue {
	x := e.piece(at.from, at.to)
	x.Op = Cat
	for _, part := range parts {
		if arg, ok := e.scalar(part); ok && (arg.Op != Lit || arg.Text != "") {
			x.Args = append(x.Args, arg)
		}
	}
	switch len(x.Args) {
	case 0:
		return e.text("", at.from, at.to)
	case 1:
		x = x.Args[0]
	}
	return hclValue{kind: hclText, expr: x}
}

// fileContent notes the file whose content is taken.
func (e *hclEval) fileContent(x *hclsyntax.FunctionCallExpr, env *hclEnv) hclValue {
	from, to := e.bytesOf(x)
	v := e.open(from, to, "file")
	if len(x.Args) == 0 {
		return v
	}
	v.kind = hclFile
	var vars hclValue
	if len(x.Args) > 1 {
		vars = e.value(x.Args[1], env)
	}
	v.parts = []hclValue{vars}
	if p := e.filePath(x.Args[0], env); p != "" && e.files != nil {
		e.files(p, vars, from, to)
	}
	return v
}

// filePath is a path as it is written, relative to the module's folder; empty where it
// is computed.
func (e *hclEval) filePath(x hclsyntax.Expression, env *hclEnv) string {
	v := e.value(x, env)
	if v.kind != hclText {
		return ""
	}
	args := []Expr{v.expr}
	if v.expr.Op == Cat {
		args = v.expr.Args
	}
	if args[0].Op == Unknown && (args[0].Text == "${path.module}" || args[0].Text == "${path.root}") && len(args) == 2 {
		args = args[1:]
		args[0].Text = strings.TrimPrefix(args[0].Text, "/")
	}
	if len(args) != 1 || args[0].Op != Lit || len(args[0].Text) > longestAddress {
		return ""
	}
	return args[0].Text
}

// typeDefaults is a type constraint as the value that its optional attributes have.
func typeDefaults(name string, of hclValue) hclValue {
	if name == "object" {
		return of
	}
	return hclValue{kind: hclList, items: []hclValue{of}}
}

// optionalDefault is what an optional attribute is when it is left out.
func optionalDefault(args []hclValue) hclValue {
	switch {
	case len(args) < 2:
		return hclValue{}
	case args[0].kind == hclObject && args[1].kind == hclObject:
		return merged(args[:2])
	}
	return args[1]
}

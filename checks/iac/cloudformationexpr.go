package iac

import (
	"bytes"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

const (
	// cfnDepth bounds how deep functions stand in each other.
	cfnDepth = 32
	// longestLiteral bounds a text that can still be part of a reference, in bytes.
	longestLiteral = 1000
)

// cfnEval turns one field into an expression. Its parts are counted, because
// aliases and Sub's own variables can multiply them.
type cfnEval struct {
	*cfnTemplate
	parts int
}

// over reports whether the expression has too many parts to be worth anything.
func (t *cfnEval) over() bool { return t.parts > yamlParts }

// intrinsic is the function that a node calls, without "Fn::" or "!", and its
// argument: "!Sub x" and {"Fn::Sub": x} alike. Empty for a plain value.
func (t *cfnTemplate) intrinsic(n *yaml.Node) (string, *yaml.Node) {
	n = yamlTarget(n)
	if n == nil {
		return "", nil
	}
	if name, ok := strings.CutPrefix(n.Tag, "!"); ok && !strings.HasPrefix(name, "!") && name != "" {
		return name, n
	}
	if n.Kind != yaml.MappingNode || len(n.Content) != 2 {
		return "", n
	}
	key := yamlValue(n.Content[0])
	if key == "Ref" || key == "Condition" {
		return key, n.Content[1]
	}
	if name, ok := strings.CutPrefix(key, "Fn::"); ok {
		return name, n.Content[1]
	}
	return "", n
}

func (t *cfnTemplate) isNoValue(n *yaml.Node) bool {
	name, arg := t.intrinsic(n)
	return name == "Ref" && yamlValue(arg) == "AWS::NoValue"
}

// written shows a function call in a few words: "!ImportValue shared-image".
func (t *cfnTemplate) written(n *yaml.Node) string {
	name, arg := t.intrinsic(n)
	arg = yamlTarget(arg)
	words := []string{yamlValue(arg)}
	if arg.Kind == yaml.SequenceNode {
		words = nil
		for _, item := range arg.Content[:min(len(arg.Content), 4)] {
			if isText(item) {
				words = append(words, yamlValue(item))
			}
		}
	}
	return cut(strings.TrimSpace("!"+name+" "+strings.Join(words, ".")), 100)
}

// expr is how a node's value comes about; false where it has none (null, AWS::NoValue).
func (t *cfnEval) expr(n *yaml.Node, depth int) (Expr, bool) {
	t.parts++
	if t.over() || depth > cfnDepth {
		t.parts = yamlParts + 1
		return t.unknown(n, "too deep", ""), true
	}
	name, arg := t.intrinsic(n)
	switch name {
	case "":
		return t.literal(n)
	case "Ref":
		return t.ref(yamlValue(arg), t.piece(arg))
	case "Sub":
		return t.sub(n, arg, depth)
	case "Join":
		return t.join(n, arg, depth)
	case "If":
		return t.choice(n, arg, depth)
	case "FindInMap":
		return t.find(n, arg, depth)
	case "Select":
		return t.pick(n, arg, depth)
	case "GetAtt":
		return t.attribute(strings.TrimPrefix(t.written(n), "!GetAtt "), t.unknown(n, t.written(n), "attribute")), true
	case "ImportValue":
		return t.unknown(n, t.written(n), "import"), true
	}
	return t.unknown(n, t.written(n), "function"), true
}

// piece is an expression that stands where a node does, yet to be filled in.
func (t *cfnEval) piece(n *yaml.Node) Expr {
	span := t.span(n)
	return Expr{Span: span, Line: t.lineOf(span.Line)}
}

func (t *cfnEval) unknown(n *yaml.Node, text, what string) Expr {
	e := t.piece(n)
	e.Op, e.Text, e.What = Unknown, text, what
	return e
}

// literal is the value of a plain scalar. "{{resolve:…}}" is looked up at deployment.
func (t *cfnEval) literal(n *yaml.Node) (Expr, bool) {
	target := yamlTarget(n)
	switch {
	case target == nil || target.Kind == yaml.ScalarNode && target.Tag == "!!null":
		return Expr{}, false
	case target.Kind != yaml.ScalarNode:
		return t.unknown(n, "a value that is no text", ""), true
	case len(target.Value) > longestLiteral:
		return t.unknown(n, cut(target.Value, 100)+"…", "text that is too long"), true
	}
	return t.resolved(target.Value, t.pieces(n), 0), true
}

// resolved is a literal with the dynamic references in it unknown; the text
// begins at the decoded byte from.
func (t *cfnEval) resolved(text string, pieces *yamlPieces, from int) Expr {
	add := func(args []Expr, op Op, start, end int) []Expr {
		if start == end && op == Lit && len(text) > 0 {
			return args
		}
		t.parts++
		e := Expr{Op: op, Text: text[start:end], Span: pieces.span(from+start, from+end)}
		if op == Unknown {
			e.What = "dynamic reference"
		}
		e.Line = t.lineOf(e.Span.Line)
		return append(args, e)
	}
	var args []Expr
	end := 0
	for !t.over() {
		start := strings.Index(text[end:], "{{resolve:")
		length := -1
		if start >= 0 {
			length = strings.Index(text[end+start:], "}}")
		}
		if length < 0 {
			break
		}
		args = add(args, Lit, end, end+start)
		args = add(args, Unknown, end+start, end+start+length+2)
		end += start + length + 2
	}
	return joined(add(args, Lit, end, len(text)))
}

// joined is a Cat, or its only part. Without parts it is empty text.
func joined(args []Expr) Expr {
	switch len(args) {
	case 0:
		return Expr{Op: Lit}
	case 1:
		return args[0]
	}
	first, last := args[0], args[len(args)-1]
	e := Expr{Op: Cat, Args: args, Span: first.Span, Line: first.Line}
	if last.Span.EndLine > e.Span.EndLine || last.Span.EndLine == e.Span.EndLine && last.Span.EndColumn > e.Span.EndColumn {
		e.Span.EndLine, e.Span.EndColumn = last.Span.EndLine, last.Span.EndColumn
	}
	return e
}

// ref is the value of a name: a parameter with its default, or what is only
// known at deployment. The piece says where the name stands.
func (t *cfnEval) ref(name string, piece Expr) (Expr, bool) {
	piece.Op, piece.Text = Unknown, "${"+cut(name, 100)+"}"
	parameter, declared := t.parameters[name]
	switch {
	case name == "AWS::NoValue":
		return Expr{}, false
	case strings.HasPrefix(name, "AWS::"):
		piece.What = "pseudo parameter"
	case declared && strings.HasPrefix(parameter.kind, "AWS::SSM::Parameter::Value"):
		// Its default is the name of the SSM parameter, not the value.
		piece.What = "SSM parameter"
	case declared:
		piece.Op, piece.Text, piece.What = Name, name, "parameter"
		if e, ok := t.literal(parameter.standard); ok {
			piece.Else = &e
		}
	case t.field(t.resources, name) != nil:
		piece.What = "resource"
	default:
		piece.What = "name that the template does not declare"
	}
	return piece, true
}

// attribute is an attribute of a resource: what a nested stack gives back, or as unknown says.
func (t *cfnEval) attribute(name string, unknown Expr) Expr {
	resource, output, ok := strings.Cut(name, ".Outputs.")
	kind := yamlValue(t.path(t.resources, resource, "Type"))
	if !ok || output == "" || kind != "AWS::CloudFormation::Stack" && kind != "AWS::Serverless::Application" {
		return unknown
	}
	unknown.Op, unknown.Text, unknown.What, unknown.Fixed = Name, name, "stack output", true
	return unknown
}

// join is Fn::Join: a separator and a list.
func (t *cfnEval) join(n, arg *yaml.Node, depth int) (Expr, bool) {
	args := t.items(arg)
	if len(args) != 2 || !isKind(args[1], yaml.SequenceNode) || !isKind(args[0], yaml.ScalarNode) {
		return t.unknown(n, t.written(n), "function"), true
	}
	if name, _ := t.intrinsic(args[1]); name != "" {
		return t.unknown(n, t.written(n), "function"), true
	}
	separator, hasSeparator := t.literal(args[0])
	var parts []Expr
	for _, item := range t.items(args[1]) {
		e, ok := t.expr(item, depth+1)
		if !ok {
			continue
		}
		if len(parts) > 0 && hasSeparator && separator.Text != "" {
			parts = append(parts, separator)
		}
		parts = append(parts, e)
		if t.over() {
			break
		}
	}
	return t.concatenated(n, parts), true
}

// concatenated is joined, standing where n does when there is nothing to join.
func (t *cfnEval) concatenated(n *yaml.Node, parts []Expr) Expr {
	if len(parts) == 0 {
		e := t.piece(n)
		e.Op = Lit
		return e
	}
	return joined(parts)
}

// choice is Fn::If: either branch, since conditions are decided at deployment.
func (t *cfnEval) choice(n, arg *yaml.Node, depth int) (Expr, bool) {
	args := t.items(arg)
	if len(args) != 3 {
		return t.unknown(n, t.written(n), "function"), true
	}
	var values []Expr
	for _, branch := range args[1:] {
		if e, ok := t.expr(branch, depth+1); ok {
			values = append(values, e)
		}
	}
	return t.anyOf(n, values)
}

// anyOf is one of the values; false where there is none.
func (t *cfnEval) anyOf(n *yaml.Node, values []Expr) (Expr, bool) {
	switch len(values) {
	case 0:
		return Expr{}, false
	case 1:
		return values[0], true
	}
	e := t.piece(n)
	e.Op, e.Args = Any, values
	return e, true
}

// pick is Fn::Select with a written index, over a written list or Fn::Split of a text.
func (t *cfnEval) pick(n, arg *yaml.Node, depth int) (Expr, bool) {
	args := t.items(arg)
	if len(args) != 2 {
		return t.unknown(n, t.written(n), "function"), true
	}
	index, err := strconv.Atoi(yamlValue(args[0]))
	name, list := t.intrinsic(args[1])
	items := t.items(list)
	switch {
	case err != nil || index < 0:
	case name == "" && index < len(items):
		return t.expr(items[index], depth+1)
	case name == "Split" && len(items) == 2:
		return t.split(n, items, index)
	}
	return t.unknown(n, t.written(n), "function"), true
}

// split is one part of a written text that Fn::Split takes apart.
func (t *cfnEval) split(n *yaml.Node, args []*yaml.Node, index int) (Expr, bool) {
	name, _ := t.intrinsic(args[1])
	separator, text := yamlValue(args[0]), yamlValue(args[1])
	if name != "" || separator == "" || len(text) > longestLiteral {
		return t.unknown(n, t.written(n), "function"), true
	}
	from := 0
	for range index {
		next := strings.Index(text[from:], separator)
		if next < 0 {
			return t.unknown(n, t.written(n), "function"), true
		}
		from += next + len(separator)
	}
	part, _, _ := bytes.Cut([]byte(text[from:]), []byte(separator))
	return t.resolved(string(part), t.pieces(args[1]), from), true
}

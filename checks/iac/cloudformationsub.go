package iac

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// sub is Fn::Sub: a text with ${names} in it, or a list of that text and its own variables.
func (t *cfnEval) sub(n, arg *yaml.Node, depth int) (Expr, bool) {
	text, own := arg, (*yaml.Node)(nil)
	if args := t.items(arg); len(args) > 0 {
		text = args[0]
		if len(args) > 1 {
			own = args[1]
		}
	}
	if !isKind(text, yaml.ScalarNode) || len(yamlTarget(text).Value) > longestLiteral {
		return t.unknown(n, t.written(n), "function"), true
	}
	s := cfnSub{cfnEval: t, own: own, text: yamlTarget(text).Value, pieces: t.pieces(text), depth: depth}
	return t.concatenated(text, s.read()), true
}

// cfnSub reads the text of one Fn::Sub from left to right.
type cfnSub struct {
	*cfnEval
	own    *yaml.Node
	text   string
	pieces *yamlPieces
	depth  int
	parts  []Expr
}

func (s *cfnSub) read() []Expr {
	at := 0
	for !s.over() {
		open := strings.Index(s.text[at:], "${")
		length := -1
		if open >= 0 {
			length = strings.IndexByte(s.text[at+open:], '}')
		}
		if length < 0 {
			break
		}
		open += at
		s.literal(at, open)
		at = open + length + 1
		s.name(open, at)
	}
	s.literal(at, len(s.text))
	return s.parts
}

func (s *cfnSub) literal(from, to int) {
	if from < to {
		s.parts = append(s.parts, s.resolved(s.text[from:to], s.pieces, from))
	}
}

// name is the value of "${Name}" at [from, to): "${!Name}" is the text "${Name}",
// a dot asks a resource for an attribute, and own variables come first.
func (s *cfnSub) name(from, to int) {
	name := strings.TrimSpace(s.text[from+2 : to-1])
	piece := Expr{Span: s.pieces.span(from, to)}
	piece.Line = s.lineOf(piece.Span.Line)
	if literal, ok := strings.CutPrefix(name, "!"); ok {
		piece.Op, piece.Text = Lit, "${"+literal+"}"
		s.parts = append(s.parts, piece)
		return
	}
	e, ok := Expr{}, false
	if variable := s.field(s.own, name); variable != nil {
		e, ok = s.expr(variable, s.depth+1)
	} else if strings.Contains(name, ".") {
		piece.Op, piece.Text, piece.What = Unknown, s.text[from:to], "attribute"
		e, ok = s.attribute(name, piece), true
	} else {
		s.cfnEval.parts++
		e, ok = s.ref(name, piece)
	}
	if ok {
		s.parts = append(s.parts, e)
	}
}

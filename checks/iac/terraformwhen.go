package iac

import (
	"strconv"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// Operations of conditions; the rest of an expression is as everywhere.
const (
	opNot = "!"
	opAnd = "&&"
	opOr  = "||"
	opEq  = "=="
	opNe  = "!="
	opGt  = ">"
)

// tfConditions bounds the parts of all conditions of a file, those of local values each
// time; beyond it nothing is known to be off.
const tfConditions = 5000

// when is how many instances of a block there are, as far as that may be none: an
// expression for Resolver.Off. Nil where nothing is said.
func (m *tfModule) when(body *hclsyntax.Body) *Expr {
	if count, ok := body.Attributes["count"]; ok {
		x := m.condition(count.Expr, 0)
		return &x
	}
	if each, ok := body.Attributes["for_each"]; ok {
		choice, ok := unwrapped(each.Expr).(*hclsyntax.ConditionalExpr)
		if !ok {
			return nil
		}
		x := Expr{Op: If, Args: []Expr{m.condition(choice.Condition, 0), elements(choice.TrueResult), elements(choice.FalseResult)}}
		return &x
	}
	return nil
}

func unwrapped(x hclsyntax.Expression) hclsyntax.Expression {
	for range hclNesting {
		in, ok := x.(*hclsyntax.ParenthesesExpr)
		if !ok {
			break
		}
		x = in.Expression
	}
	return x
}

// elements is 0 for a collection that is empty and 1 for any other.
func elements(x hclsyntax.Expression) Expr {
	switch x := unwrapped(x).(type) {
	case *hclsyntax.ObjectConsExpr:
		return truthValue(len(x.Items) > 0)
	case *hclsyntax.TupleConsExpr:
		return truthValue(len(x.Exprs) > 0)
	case *hclsyntax.LiteralValueExpr:
		return truthValue(!x.Val.IsNull())
	case *hclsyntax.FunctionCallExpr:
		if (x.Name == "toset" || x.Name == "tomap" || x.Name == "tolist") && len(x.Args) == 1 {
			return elements(x.Args[0])
		}
	}
	return truthValue(true)
}

func truthValue(yes bool) Expr { return Expr{Op: Lit, Text: strconv.FormatBool(yes)} }

// condition is an expression with its comparisons. Local values of the file are followed.
func (m *tfModule) condition(x hclsyntax.Expression, depth int) Expr {
	if m.asked++; depth > maxDepth || m.asked > tfConditions {
		return Expr{Op: Unknown}
	}
	down := func(x hclsyntax.Expression) Expr { return m.condition(x, depth+1) }
	switch x := x.(type) {
	case *hclsyntax.ParenthesesExpr:
		return down(x.Expression)
	case *hclsyntax.ConditionalExpr:
		return Expr{Op: If, Args: []Expr{down(x.Condition), down(x.TrueResult), down(x.FalseResult)}}
	case *hclsyntax.UnaryOpExpr:
		if x.Op == hclsyntax.OpLogicalNot {
			return Expr{Op: Apply, Text: opNot, Args: []Expr{down(x.Val)}}
		}
	case *hclsyntax.BinaryOpExpr:
		if name := comparisons()[x.Op]; name != "" {
			return Expr{Op: Apply, Text: name, Args: []Expr{down(x.LHS), down(x.RHS)}}
		}
		return Expr{Op: Unknown}
	case *hclsyntax.FunctionCallExpr:
		if x.Name == "tobool" && len(x.Args) == 1 {
			return down(x.Args[0])
		}
	case *hclsyntax.ScopeTraversalExpr:
		name := localName(x.Traversal)
		if local, ok := m.locals[name]; ok && m.inside[name] {
			return Expr{Op: Unknown} // a circle
		} else if ok {
			m.inside[name] = true
			defer delete(m.inside, name)
			return down(local)
		}
	}
	v := m.value(x, nil)
	if e, ok := m.scalar(v); ok && (v.kind == hclText || v.kind == hclName) {
		return e
	}
	return Expr{Op: Unknown}
}

func comparisons() map[*hclsyntax.Operation]string {
	return map[*hclsyntax.Operation]string{
		hclsyntax.OpLogicalAnd: opAnd, hclsyntax.OpLogicalOr: opOr,
		hclsyntax.OpEqual: opEq, hclsyntax.OpNotEqual: opNe, hclsyntax.OpGreaterThan: opGt,
	}
}

// localName is the local value that a traversal is; empty for anything else.
func localName(t hcl.Traversal) string {
	if len(t) != 2 || t.RootName() != "local" {
		return ""
	}
	return stepName(t[1])
}

package iac

import (
	"slices"
	"strings"
	"text/template/parse"

	"github.com/checkrein/checkrein/checks"
)

// assign keeps the value of an action that sets variables; true when it is one.
func (t *templates) assign(n *parse.ActionNode, env *templateEnv) bool {
	if len(n.Pipe.Decl) == 0 {
		return false
	}
	value := t.bounded(t.pipe(n.Pipe, env))
	env.set(n.Pipe.Decl[len(n.Pipe.Decl)-1].Ident[0], value, n.Pipe.IsAssign)
	return true
}

// pipe is the value of a pipeline: each command gets the one before as its last argument.
func (t *templates) pipe(n *parse.PipeNode, env *templateEnv) Expr {
	var value *Expr
	if n == nil {
		return Expr{Op: Lit}
	}
	for _, c := range n.Cmds {
		e := t.command(c, env, value)
		value = &e
	}
	if value == nil {
		return t.expr(Lit, "", t.place(n.Pos))
	}
	return *value
}

func (t *templates) command(n *parse.CommandNode, env *templateEnv, last *Expr) Expr {
	at := t.place(n.Pos)
	if !t.step(len(n.Args)) {
		return t.expr(Unknown, "(too many steps)", at)
	}
	function, ok := n.Args[0].(*parse.IdentifierNode)
	if !ok {
		if len(n.Args) == 1 && last == nil {
			return t.operand(n.Args[0], env)
		}
		return t.expr(Unknown, cut(n.String(), longestAddress), at) // a method
	}
	args := make([]Expr, 0, len(n.Args))
	for _, arg := range n.Args[1:] {
		args = append(args, t.operand(arg, env))
	}
	if last != nil {
		args = append(args, *last)
	}
	return t.function(function.Ident, args, at)
}

// operand is the value of one argument.
func (t *templates) operand(n parse.Node, env *templateEnv) Expr {
	at := t.place(n.Position())
	named := func(e Expr, idents []string) Expr {
		e = t.located(fieldOf(e, strings.Join(idents, ".")), at)
		return outside(e)
	}
	switch n := n.(type) {
	case *parse.DotNode:
		return t.located(env.dot, at)
	case *parse.FieldNode:
		return named(env.dot, n.Ident)
	case *parse.VariableNode:
		if n.Ident[0] == "$" {
			return named(env.root, n.Ident[1:])
		}
		if value, ok := env.vars[n.Ident[0]]; ok {
			return outside(fieldOf(value, strings.Join(n.Ident[1:], ".")))
		}
	case *parse.ChainNode:
		return named(t.operand(n.Node, env), n.Field)
	case *parse.PipeNode:
		return t.pipe(n, env)
	case *parse.StringNode:
		return t.expr(Lit, n.Text, at)
	case *parse.NumberNode:
		return t.expr(Lit, n.Text, at)
	case *parse.BoolNode:
		return t.expr(Lit, n.String(), at)
	case *parse.NilNode:
		return t.expr(Lit, "", at)
	case *parse.IdentifierNode:
		return t.function(n.Ident, nil, at)
	}
	return t.expr(Unknown, cut(n.String(), longestAddress), at)
}

// located puts a name where it is used.
func (t *templates) located(e Expr, at checks.Span) Expr {
	if e.Op == Name {
		e.Span, e.Line = at, t.lineOf(at.Line)
	}
	return e
}

// outside are values that only an installation knows; that they are missing here says nothing.
func outside(e Expr) Expr {
	if e.Op != Name {
		return e
	}
	name := strings.TrimPrefix(e.Text, dotName)
	for _, builtin := range []string{"Release", "Capabilities", "Files", "Template", "Subcharts"} {
		if name == builtin || strings.HasPrefix(name, builtin+".") {
			return Expr{Op: Unknown, Text: name, What: "", Span: e.Span, Line: e.Line}
		}
	}
	return e
}

// text is what a list of nodes writes, as one value; the white space that only lays the
// template out is left out.
func (t *templates) text(list *parse.ListNode, env *templateEnv) Expr {
	at := t.place(list.Pos)
	var parts []Expr
	if list == nil || !t.step(1) {
		return t.expr(Lit, "", at)
	}
	for _, n := range list.Nodes {
		switch n := n.(type) {
		case *parse.TextNode:
			if e, ok := t.literal(n); ok {
				parts = append(parts, e)
			}
		case *parse.ActionNode:
			if !t.assign(n, env) {
				parts = append(parts, t.pipe(n.Pipe, env))
			}
		case *parse.TemplateNode:
			parts = append(parts, t.template(n, env))
		case *parse.IfNode:
			parts = append(parts, t.either(&n.BranchNode, env))
		case *parse.WithNode:
			parts = append(parts, t.either(&n.BranchNode, env))
		case *parse.RangeNode:
			parts = append(parts, t.either(&n.BranchNode, env))
		}
	}
	return t.joined(parts, at)
}

func (t *templates) joined(parts []Expr, at checks.Span) Expr {
	switch len(parts) {
	case 0:
		return t.expr(Lit, "", at)
	case 1:
		return parts[0]
	}
	return t.expr(Cat, "", at, parts...)
}

// literal is a text between actions, without the lines and indentation around it.
func (t *templates) literal(n *parse.TextNode) (Expr, bool) {
	text := string(n.Text)
	if strings.Contains(text, "\n") {
		text = strings.TrimSpace(text)
	}
	if text == "" {
		return Expr{}, false
	}
	if t.at != nil {
		return t.expr(Lit, text, *t.at), true
	}
	from := int(n.Pos) + strings.Index(string(n.Text), text)
	return t.expr(Lit, text, t.SpanOf(from, from+len(text))), true
}

// either is what a branch writes, one way or the other.
func (t *templates) either(n *parse.BranchNode, env *templateEnv) Expr {
	at := t.place(n.Pos)
	ways := make([]Expr, 0, 2)
	cond := t.branches(n, env, func(list *parse.ListNode, env *templateEnv) {
		ways = append(ways, t.text(list, env))
	})
	if len(ways) == 0 {
		return t.expr(Lit, "", at)
	}
	if len(ways) == 1 {
		ways = append(ways, t.expr(Lit, "", at))
	}
	switch {
	case n.NodeType == parse.NodeRange || fails(ways[1]):
		return ways[0]
	case fails(ways[0]):
		return ways[1]
	}
	return t.bounded(t.expr(If, "", at, cond, ways[0], ways[1]))
}

// fails reports whether a template gives up here: then there is no value.
func fails(e Expr) bool {
	return e.Op == Unknown && e.Text == "fail" || e.Op == Cat && slices.ContainsFunc(e.Args, fails)
}

func (t *templates) template(n *parse.TemplateNode, env *templateEnv) Expr {
	at := t.place(n.Pos)
	dot := t.expr(Lit, "", at)
	if n.Pipe != nil {
		dot = t.pipe(n.Pipe, env)
	}
	return t.called(n.Name, dot, at)
}

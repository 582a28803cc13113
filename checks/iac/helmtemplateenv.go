package iac

import (
	"maps"
	"text/template/parse"
)

// templateEnv is what names mean at a place in a template.
type templateEnv struct {
	dot, root Expr
	vars      map[string]Expr
	declared  map[string]bool // in the branch itself, so not seen after it
	assigned  map[string]bool // in the branch, but declared around it
}

func newTemplateEnv(dot string) *templateEnv {
	e := Expr{Op: Name, Text: dot, What: "chart value"}
	return &templateEnv{dot: e, root: e, vars: map[string]Expr{}, declared: map[string]bool{}, assigned: map[string]bool{}}
}

func (e *templateEnv) branch() *templateEnv {
	return &templateEnv{dot: e.dot, root: e.root, vars: maps.Clone(e.vars), declared: map[string]bool{}, assigned: map[string]bool{}}
}

func (e *templateEnv) set(name string, value Expr, assign bool) {
	switch {
	case !assign:
		e.declared[name] = true
	case !e.declared[name]:
		e.assigned[name] = true
	}
	e.vars[name] = value
}

// branches runs both ways of a condition, a block with another dot, or a loop's body
// once for any element; then a variable that one of them set may have either value.
func (t *templates) branches(n *parse.BranchNode, env *templateEnv, run func(*parse.ListNode, *templateEnv)) Expr {
	cond := t.bounded(t.pipe(n.Pipe, env))
	yes, no := env.branch(), env.branch()
	if !t.step(1 + 2*len(env.vars)) {
		return cond
	}
	value := cond
	switch n.NodeType {
	case parse.NodeRange:
		value = elementOf(cond)
		yes.dot = value
	case parse.NodeWith:
		yes.dot = value
	}
	for i, v := range n.Pipe.Decl {
		if i < len(n.Pipe.Decl)-1 {
			yes.set(v.Ident[0], t.expr(Unknown, v.Ident[0], t.place(n.Pos)), false)
			continue
		}
		yes.set(v.Ident[0], value, false)
	}
	run(n.List, yes)
	if n.ElseList != nil {
		run(n.ElseList, no)
	}
	for _, way := range []*templateEnv{yes, no} {
		for name := range way.assigned {
			joined := t.expr(If, "", t.place(n.Pos), cond, yes.vars[name], no.vars[name])
			if n.NodeType == parse.NodeRange {
				joined = t.expr(Any, "", joined.Span, yes.vars[name], no.vars[name])
			}
			env.set(name, t.bounded(joined), true)
		}
	}
	return cond
}

package migrations

import (
	"regexp"
	"strings"
)

// python is what readers of Python's migrations share: names, helpers, conditions.
type python struct {
	*source
	top  *environment
	defs map[string]*node
}

func newPython(s *source, body []*node) *python {
	p := &python{source: s, top: &environment{values: map[string]*node{}}, defs: map[string]*node{}}
	p.declare(body)
	return p
}

// declare notes a module's functions and what its names are bound to.
func (p *python) declare(body []*node) {
	for _, n := range body {
		switch {
		case n.form == functionForm:
			p.defs[n.text] = n
		case n.form == assignForm && n.text != "":
			p.top.values[n.text] = n.items[0]
		}
	}
}

// literal takes off calls that do not change a value: op.f("x"), sa.text("x"), dedent("x").
func (p *python) literal(names *environment, n *node) *node {
	n = names.value(n)
	for range 8 {
		if n != nil && n.form == otherForm && n.text == "%" {
			return p.percent(names, n)
		}
		if n != nil && n.form == callForm && n.text == "format" {
			return p.formatted(names, n)
		}
		if n == nil || n.form != callForm || len(n.items) != 1 && n.text != "strip" {
			return n
		}
		switch n.text {
		case "f", "text", "dedent", "literal_column", "DDL", "quoted_name", "cleandoc":
			n = names.value(n.items[0])
		case "strip":
			n = names.value(n.recv)
		default:
			return n
		}
	}
	return n
}

func (p *python) string(names *environment, n *node) (string, bool) {
	return names.string(p.literal(names, n))
}

// strings are those of a list, or one alone.
func (p *python) strings(names *environment, n *node) ([]string, bool) {
	if n = p.literal(names, n); n == nil {
		return nil, false
	}
	if n.form != listForm {
		s, ok := names.string(n)
		return []string{s}, ok
	}
	var out []string
	for _, item := range n.items {
		s, ok := p.string(names, item)
		if !ok {
			return nil, false
		}
		out = append(out, s)
	}
	return out, true
}

// truth decides a condition that asks which database this is.
func (p *python) truth(names *environment, n *node, depth int) (value, known bool) {
	n = names.value(n)
	switch {
	case n == nil || depth > 8:
		return false, false
	case n.is("True"):
		return true, true
	case n.is("False"):
		return false, true
	case n.form == callForm && n.recv == nil && p.defs[n.text] != nil:
		body := p.defs[n.text].body
		if len(body) > 0 && body[len(body)-1].form == callForm && body[len(body)-1].text == "return" && len(body[len(body)-1].items) == 1 {
			return p.truth(p.bindings(body[:len(body)-1]), body[len(body)-1].items[0], depth+1)
		}
	case n.form == otherForm && n.text == "not" && len(n.items) == 1:
		value, known = p.truth(names, n.items[0], depth+1)
		return !value, known
	case n.form == otherForm && len(n.items) == 2:
		return p.compared(names, n, depth)
	}
	return false, false
}

// bindings are the names that a function's first statements bind.
func (p *python) bindings(body []*node) *environment {
	names := p.top.inner()
	for _, n := range body {
		if n.form == assignForm && n.text != "" {
			names.values[n.text] = n.items[0]
		}
	}
	return names
}

func (p *python) compared(names *environment, n *node, depth int) (value, known bool) {
	left, right := n.items[0], n.items[1]
	switch n.text {
	case "and", "or":
		a, known1 := p.truth(names, left, depth+1)
		b, known2 := p.truth(names, right, depth+1)
		switch {
		case known1 && a == (n.text == "or"), known2 && b == (n.text == "or"):
			return n.text == "or", true
		}
		return n.text == "and", known1 && known2
	case "==", "!=", "in", "not in":
		if !p.asksDialect(names, left) {
			return false, false
		}
		list, ok := p.strings(names, right)
		if !ok {
			return false, false
		}
		is := false
		for _, name := range list {
			is = is || p.isDialect(name)
		}
		return is == (n.text == "==" || n.text == "in"), true
	}
	return false, false
}

// asksDialect reports whether a value is the name of the dialect: bind.dialect.name.
func (p *python) asksDialect(names *environment, n *node) bool {
	if n = names.value(n); n == nil {
		return false
	}
	text := p.text[n.start:n.end]
	return len(text) < 200 && (strings.HasSuffix(text, "dialect.name") || strings.HasSuffix(text, ".vendor") || strings.HasSuffix(text, "dialect_name"))
}

func (p *python) isDialect(name string) bool {
	switch strings.ToLower(name) {
	case "postgresql", "postgres", "psycopg2":
		return p.dialect == "postgres"
	case "mysql", "mariadb":
		return p.dialect == "mysql"
	case "sqlite":
		return p.dialect == "sqlite"
	}
	return false
}

// asksPresence is a question for what is there already.
var asksPresence = regexp.MustCompile(`(?i)has_(table|column|index|constraint|foreign)|(table|column|index|constraint|key)s?_exists?|_exists?\(|get_table_names|get_columns|get_indexes|get_foreign_keys|get_unique_constraints|existing_|\b(in|not in) (\w+_)?(columns|tables|indexes|constraints)\b`)

// called binds a function's parameters to what it is called with.
func (p *python) called(names *environment, n, def *node) *environment {
	inner := p.top.inner()
	for i, param := range def.params {
		if strings.HasPrefix(param, "*") {
			continue
		}
		if value := n.arg(i, param); value != nil {
			inner.values[param] = names.value(value)
		} else {
			inner.values[param] = &node{start: n.start, end: n.start}
		}
	}
	return inner
}

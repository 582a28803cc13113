package migrations

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/ecma"
)

// builtin calls a function of the language or of a library for SQL.
func (r *runner) builtin(on, name string, n *ecma.Node, s *scope, c *code) (value, bool) {
	switch on {
	case "sql", "SQL", "Prisma":
		return r.sqlFunction(name, r.items(n.X[1:], s, c), n, c), true
	case "Promise":
		args := r.items(n.X[1:], s, c)
		if len(args) > 0 {
			return args[0], true
		}
		return unknown{}, true
	case "Object", "Array":
		args := r.items(n.X[1:], s, c)
		if len(args) > 0 {
			return r.objectFunction(name, args[0], n, c), true
		}
		return unknown{}, true
	case "JSON", "String", "Number", "Math", "Date", "Buffer", "crypto", "process":
		r.items(n.X[1:], s, c)
		return &text{frags: []frag{{hole: mask, start: n.Start, end: n.End, code: c}}, at: n.Start}, true
	case "console", "consoleLog", "logger":
		return unknown{}, true
	}
	return nil, false
}

// sqlFunction makes a fragment: sql.identifier(['a', 'b']), sql.raw('...'), sql.join(list, glue).
func (r *runner) sqlFunction(name string, args []value, n *ecma.Node, c *code) value {
	switch name {
	case "identifier", "ref", "id", "table", "column":
		return r.identifier(args, n, c)
	case "raw", "unsafe", "fragment", "lit", "literal":
		if len(args) > 0 {
			if t, ok := args[0].(*text); ok {
				return &text{frags: t.frags, sql: true, at: t.at}
			}
		}
		return maskText(n, c)
	case "join":
		if len(args) == 0 {
			return maskText(n, c)
		}
		items, ok := args[0].(*list)
		if !ok {
			return maskText(n, c)
		}
		glue := ", "
		if len(args) > 1 {
			t, ok := args[1].(*text)
			if !ok {
				return maskText(n, c)
			}
			if glue, ok = t.known(); !ok {
				return maskText(n, c)
			}
		}
		if !r.cost(len(items.items)) {
			return maskText(n, c)
		}
		return joined(items, glue, n, c)
	case "type", "typeAlias":
		return &foreignName{"sql", "sql"}
	}
	return &text{frags: []frag{{hole: param, start: n.Start, end: n.End, code: c}}, sql: true, at: n.Start}
}

func maskText(n *ecma.Node, c *code) *text {
	return &text{frags: []frag{{hole: mask, start: n.Start, end: n.End, code: c}}, sql: true, at: n.Start}
}

// joined is a list put together: fragments as they are, other values sent beside the SQL.
func joined(items *list, glue string, n *ecma.Node, c *code) *text {
	out := &text{sql: true, at: n.Start}
	for i, item := range items.items {
		if i > 0 {
			out.frags = append(out.frags, frag{text: glue, start: n.Start, end: n.End, code: c})
		}
		if t, ok := item.(*text); ok {
			out.frags = append(out.frags, t.put(n, c)...)
			continue
		}
		out.frags = append(out.frags, frag{hole: mask, start: n.Start, end: n.End, code: c})
	}
	return out
}

// identifier is a quoted name, of several parts where a list is given.
func (r *runner) identifier(args []value, n *ecma.Node, c *code) value {
	var parts []value
	for _, arg := range args {
		if l, ok := arg.(*list); ok {
			parts = append(parts, l.items...)
		} else {
			parts = append(parts, arg)
		}
	}
	out := &text{sql: true, at: n.Start}
	for i, part := range parts {
		t, ok := part.(*text)
		name, known := "", false
		if ok && r.cost(t.len()) {
			name, known = t.known()
		}
		if i > 0 {
			out.frags = append(out.frags, frag{text: ".", start: n.Start, end: n.End, code: c})
		}
		if !known {
			out.frags = append(out.frags, frag{hole: mask, start: n.Start, end: n.End, code: c})
			continue
		}
		quoted := `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
		out.frags = append(out.frags, frag{text: quoted, start: n.Start, end: n.End, code: c})
	}
	if len(parts) == 0 {
		return maskText(n, c)
	}
	return out
}

// objectFunction: Object.entries, .keys, .values, .freeze; Array.from.
func (r *runner) objectFunction(name string, arg value, n *ecma.Node, c *code) value {
	o, ok := arg.(*object)
	switch {
	case name == "freeze" || name == "from" && isList(arg):
		return arg
	case !ok:
		return unknown{}
	}
	out := &list{}
	for _, key := range o.keys {
		k := plainText(key, n, c)
		switch name {
		case "keys":
			out.items = append(out.items, k)
		case "values":
			out.items = append(out.items, o.fields[key])
		case "entries":
			out.items = append(out.items, &list{[]value{k, o.fields[key]}})
		default:
			return unknown{}
		}
	}
	return out
}

func isList(v value) bool {
	_, ok := v.(*list)
	return ok
}

// listMethod calls a method of a list.
func (r *runner) listMethod(l *list, name string, args []value, n *ecma.Node, c *code) value {
	switch name {
	case "map", "flatMap", "forEach", "filter":
		if len(args) > 0 {
			return r.each(l, name, args[0], n, c)
		}
	case "join":
		glue := ","
		if len(args) > 0 {
			t, ok := args[0].(*text)
			if !ok {
				return unknown{}
			}
			glue, _ = t.known()
		}
		if !r.cost(len(l.items)) {
			return unknown{}
		}
		t := joined(l, glue, n, c)
		t.sql = false
		return t
	case "concat":
		if !r.cost(len(l.items) + 1) {
			return l
		}
		out := &list{append([]value{}, l.items...)}
		for _, arg := range args {
			if more, ok := arg.(*list); ok {
				out.items = append(out.items, more.items...)
			} else {
				out.items = append(out.items, arg)
			}
		}
		r.cost(len(out.items))
		return out
	case "push":
		if r.unsure > 0 {
			args = []value{unknown{}}
		}
		if r.cost(len(args)) {
			l.items = append(l.items, args...)
		}
	case "includes":
		return includes(l, args)
	case "reverse", "toReversed", "sort", "toSorted", "slice":
		if name == "slice" && len(args) > 0 {
			return unknown{}
		}
		return l
	}
	return unknown{}
}

func includes(l *list, args []value) value {
	if len(args) == 0 {
		return unknown{}
	}
	sure := true
	for _, item := range l.items {
		same, ok := equal(item, args[0])
		if same && ok {
			return yesNo(true)
		}
		sure = sure && ok
	}
	if sure {
		return yesNo(false)
	}
	return unknown{}
}

// each calls a function with every item.
func (r *runner) each(l *list, name string, f value, n *ecma.Node, c *code) value {
	fn, ok := f.(*closure)
	if !ok {
		return r.apply(f, []value{unknown{}}, n, c, name)
	}
	out := &list{}
	for i, item := range l.items {
		if r.failed != "" {
			break
		}
		v := r.enter(fn, []value{item, plainNumber(i, n, c), l})
		switch name {
		case "map":
			out.items = append(out.items, v)
		case "flatMap":
			if inner, ok := v.(*list); ok {
				out.items = append(out.items, inner.items...)
			} else {
				out.items = append(out.items, v)
			}
		case "filter":
			if yes, ok := truth(v); yes || !ok {
				out.items = append(out.items, item)
			}
		}
	}
	return out
}

func plainNumber(i int, n *ecma.Node, c *code) *text {
	s, _, _ := strings.Cut(plural(i, ""), " ")
	return plainText(s, n, c)
}

// textMethod calls a method of a text.
func (r *runner) textMethod(t *text, name string, args []value, n *ecma.Node, c *code) value {
	switch name {
	case "execute": // sql`...`.execute(db)
		if len(args) > 0 && isHandle(args[0]) {
			r.send(t, n, c)
		}
		return unknown{}
	case "trim", "toString", "compile", "as":
		return t
	case "concat":
		if !r.cost(len(t.frags) + len(args)) {
			return t
		}
		out := &text{frags: append([]frag{}, t.frags...), sql: t.sql, at: t.at}
		for _, arg := range args {
			out.frags = append(out.frags, fillHole(arg, n, c, false)...)
		}
		return out
	case "toLowerCase", "toUpperCase":
		s, ok := t.known()
		if !ok {
			break
		}
		if name == "toLowerCase" {
			return plainText(strings.ToLower(s), n, c)
		}
		return plainText(strings.ToUpper(s), n, c)
	case "split":
		s, ok := t.known()
		if ok && len(args) == 1 {
			if sep, ok := args[0].(*text); ok {
				out := &list{}
				by, _ := sep.known()
				for _, part := range strings.Split(s, by) {
					out.items = append(out.items, plainText(part, n, c))
				}
				return out
			}
		}
		return unknown{}
	}
	return &text{frags: []frag{{hole: mask, start: n.Start, end: n.End, code: c}}, at: n.Start}
}

// tagged is a template with a tag: a fragment where the tag is one for SQL.
func (r *runner) tagged(n *ecma.Node, s *scope, c *code) value {
	tag := n.X[0]
	raw := tag.Op == ecma.Member && tag.Text == "raw" && tag.X[0].Text == "String"
	switch {
	case raw:
		return &text{frags: r.template(n.X[1], s, c, false), at: n.Start}
	case r.isSQL(tag, s, c):
		return &text{frags: r.template(n.X[1], s, c, true), sql: true, at: n.Start}
	}
	for _, x := range n.X[1].X {
		r.eval(x, s, c)
	}
	return unknown{}
}

// isSQL reports whether a tag makes SQL: sql, sql.fragment, Prisma.sql, sql.type(...), or the
// database itself.
func (r *runner) isSQL(tag *ecma.Node, s *scope, c *code) bool {
	switch tag.Op {
	case ecma.Name:
		if tag.Text == "sql" || tag.Text == "SQL" {
			return true
		}
		v, _ := s.get(tag.Text)
		return isHandle(v)
	case ecma.Member:
		return tag.Text == "sql" || r.isSQL(tag.X[0], s, c)
	case ecma.Call:
		return r.isSQL(tag.X[0], s, c)
	}
	return false
}

package migrations

import (
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/ecma"
)

func (r *runner) call(n *ecma.Node, s *scope, c *code) value {
	callee := n.X[0]
	if callee.Op == ecma.Member {
		return r.method(n, callee, s, c)
	}
	f := r.eval(callee, s, c)
	if callee.Op == ecma.Name && callee.Text == "sql" && (isUnknown(f) || isForeign(f)) {
		return r.identifier(r.items(n.X[1:], s, c), n, c)
	}
	return r.apply(f, r.items(n.X[1:], s, c), n, c, callee.Text)
}

func isForeign(v value) bool {
	_, ok := v.(*foreignName)
	return ok
}

// apply calls a function. One that is not known and gets the database may do anything.
func (r *runner) apply(f value, args []value, n *ecma.Node, c *code, name string) value {
	switch x := f.(type) {
	case *closure:
		return r.enter(x, args)
	case handle:
		return x // knex('users')
	case *foreignName:
		if x.name == "raw" && strings.Contains(x.module, "sql") {
			return r.sqlFunction("raw", args, n, c) // slonik-sql-tag-raw
		}
	}
	if slices.ContainsFunc(args, isHandle) {
		from := ""
		if x, ok := f.(*foreignName); ok {
			from = " of " + x.module
		}
		r.miss(n, c, firstName(args), "what %s%s does to the database is not known", name, from)
	}
	for _, arg := range args { // a callback may run
		if fn, ok := arg.(*closure); ok {
			r.unsure++
			r.enter(fn, []value{unknown{}, unknown{}})
			r.unsure--
		}
	}
	return unknown{}
}

func isHandle(v value) bool {
	_, ok := v.(handle)
	return ok
}

// firstName is the one text among arguments, which then is taken for a table.
func firstName(args []value) string {
	found := ""
	for _, arg := range args {
		if t, ok := arg.(*text); ok {
			s, known := t.known()
			if !known || found != "" {
				return ""
			}
			found = s
		} else if !isHandle(arg) {
			return ""
		}
	}
	return found
}

// enter runs a function's body.
func (r *runner) enter(f *closure, args []value) value {
	if r.calls++; r.calls > maxCalls {
		r.calls--
		r.failed = "the script's functions call each other too deep"
		return unknown{}
	}
	unsure, base, maybe := r.unsure, r.base, r.maybe
	r.base, r.maybe = r.unsure, false
	defer func() { r.calls--; r.unsure, r.base, r.maybe = unsure, base, maybe }()
	s := f.scope.inner(r.unsure)
	for i, p := range f.node.Params {
		switch {
		case p.Op == ecma.Spread:
			r.bind(p.X[0], &list{args[min(i, len(args)):]}, s, f.code)
		case i < len(args):
			r.bind(p, args[i], s, f.code)
		default:
			r.bind(p, nothing{}, s, f.code)
		}
	}
	if f.node.Body.Op != ecma.Block {
		return r.top(f.node.Body, s, f.code)
	}
	v := r.block(f.node.Body.X, s, f.code).value
	if r.maybe {
		return unknown{}
	}
	return v
}

// method calls a member of something.
func (r *runner) method(n, callee *ecma.Node, s *scope, c *code) value {
	name, on := callee.Text, callee.X[0]
	if on.Op == ecma.Name {
		if v, ok := s.get(on.Text); !ok || isForeign(v) {
			if v, ok := r.builtin(on.Text, name, n, s, c); ok {
				return v
			}
		}
	}
	receiver := r.eval(on, s, c)
	if h, ok := receiver.(handle); ok {
		return r.database(h, name, n, s, c)
	}
	args := r.items(n.X[1:], s, c)
	switch x := receiver.(type) {
	case *list:
		return r.listMethod(x, name, args, n, c)
	case *text:
		return r.textMethod(x, name, args, n, c)
	case *object:
		if f, ok := x.fields[name]; ok {
			return r.apply(f, args, n, c, name)
		}
	case *closure:
		if name == "call" && len(args) > 0 {
			return r.enter(x, args[1:])
		}
	case *foreignName:
		return r.apply(&foreignName{x.module, x.name + "." + name}, args, n, c, name)
	}
	if f, ok := firstClosure(args); ok && (name == "map" || name == "flatMap") {
		r.unsure++ // of a list that is not known: once, for all that may be in it
		defer func() { r.unsure-- }()
		return &list{[]value{r.enter(f, []value{unknown{}, unknown{}})}}
	}
	return r.apply(unknown{}, args, n, c, name)
}

func firstClosure(args []value) (*closure, bool) {
	if len(args) == 0 {
		return nil, false
	}
	f, ok := args[0].(*closure)
	return f, ok
}

// Methods that send SQL, and those that change the schema by their own words.
var (
	sends      = regexp.MustCompile(`^\$?(query|execute|exec|raw|unsafe|run|any|one|many|none|maybeOne|oneFirst|anyFirst|manyFirst|maybeOneFirst|exists|executeRaw|executeRawUnsafe|queryRaw|queryRawUnsafe|executeSql|runSql|sql|all|get)$`)
	readsOnly  = regexp.MustCompile(`^(any|one|many|none|maybeOne|all|get|exists|run)`)
	rebuilds   = regexp.MustCompile(`^(drop|rename|change|alter|modify|truncate|clear|remove)([A-Z]|$)|^(create|add)[A-Z]`)
	transacts  = regexp.MustCompile(`^\$?(transaction|connect|begin|withTransaction|savepoint)$`)
	looksLike  = regexp.MustCompile(`(?i)^\s*(--[^\n]*\n\s*|/\*.*?\*/\s*)*(alter|create|drop|insert|update|delete|with|select|grant|revoke|truncate|comment|do|set|begin|commit|pragma|rename|replace|merge|lock|vacuum|reindex|refresh|call|copy|analyze)\b`)
	connection = regexp.MustCompile(`(?i)^(connect|create|get|acquire|reserve)\w*(connection|client|runner|session|transaction)?$`)
)

// database calls a method of the database handle.
func (r *runner) database(h handle, name string, n *ecma.Node, s *scope, c *code) value {
	args := r.items(n.X[1:], s, c)
	if transacts.MatchString(name) {
		for _, arg := range args {
			if f, ok := arg.(*closure); ok {
				return r.enter(f, []value{h, h})
			}
		}
		return h
	}
	var first value = nothing{}
	if len(args) > 0 {
		first = args[0]
	}
	if o, ok := first.(*object); ok { // {text: "..."}
		for _, key := range []string{"text", "sql", "query"} {
			if t, ok := o.fields[key].(*text); ok {
				first = t
			}
		}
	}
	if t, ok := first.(*text); ok && (t.sql || sends.MatchString(name) && t.looksLikeSQL(name)) {
		r.send(t, n, c)
		return unknown{}
	}
	if sends.MatchString(name) && (isUnknown(first) || isForeign(first)) && !readsOnly.MatchString(name) {
		r.miss(n, c, "", "the SQL that %s.%s sends is put together when it runs", h.name, name)
		return unknown{}
	}
	if rebuilds.MatchString(name) {
		table := ""
		if t, ok := first.(*text); ok {
			table, _ = t.known()
		}
		r.miss(n, c, table, "what %s.%s does is not read", h.name, name)
		return h
	}
	for _, arg := range args {
		if f, ok := arg.(*closure); ok {
			r.unsure++
			r.enter(f, []value{h})
			r.unsure--
		}
	}
	if connection.MatchString(name) || strings.HasPrefix(name, "with") {
		return h
	}
	return unknown{}
}

// looksLikeSQL: a query whose text is known in part only may be anything.
func (t *text) looksLikeSQL(method string) bool {
	if len(t.frags) == 0 || t.frags[0].hole != whole {
		return !readsOnly.MatchString(method)
	}
	return looksLike.MatchString(t.frags[0].text) || strings.HasPrefix(method, "query") || len(t.frags) > 1
}

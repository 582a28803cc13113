package migrations

import (
	"fmt"
	"path"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/ecma"
)

// Bounds of following a script.
const (
	maxRun   = 300_000 // nodes
	maxCalls = 40      // that stand in each other
	maxSQL   = 1 << 20 // bytes of SQL
)

// runner follows a script as far as it can be known, and notes the SQL that it sends. Of a
// condition that is not known both sides run; a loop over what is not known runs once.
type runner struct {
	modules map[string]*code // by path, those that were read
	queries []query
	work    int
	calls   int
	bytes   int
	unsure  int  // conditions that are not known, around the current place
	base    int  // of these, those around the call of the current function
	maybe   bool // the current function may have returned before
	failed  string
	needs   []string // modules of the repository that were not given
}

// query is SQL that a script sends, or why it is not known.
type query struct {
	text   *text
	code   *code
	node   *ecma.Node
	group  int
	unread string
	table  string // that it touches, where only one is
}

// returned is what a function gave back.
type returned struct {
	value value
	done  bool
}

// load runs a module's top level.
func (r *runner) load(file, source string) *code {
	if c, ok := r.modules[file]; ok && c.file != nil {
		return c
	}
	c := &code{path: file, file: ecma.Parse(source), exports: map[string]value{}}
	c.top = (*scope)(nil).inner(0)
	r.modules[file] = c
	r.block(c.file.Body, c.top, c)
	return c
}

// spend counts work, and tells whether there may be more.
func (r *runner) spend() bool { return r.cost(1) }

func (r *runner) cost(work int) bool {
	r.work += work
	if r.work > maxRun && r.failed == "" {
		r.failed = "the script does more than any migration: from there on it is not read"
	}
	return r.failed == ""
}

// block runs statements. Functions and imports are there before all of them.
func (r *runner) block(body []*ecma.Node, s *scope, c *code) returned {
	for _, n := range body {
		r.hoist(n, s, c)
	}
	for _, n := range body {
		if out := r.statement(n, s, c); out.done {
			return out
		}
	}
	return returned{value: nothing{}}
}

func (r *runner) hoist(n *ecma.Node, s *scope, c *code) {
	switch n.Op {
	case ecma.Export:
		r.hoist(n.X[0], s, c)
	case ecma.Function:
		if n.Text != "" {
			s.names[n.Text] = &closure{node: n, scope: s, code: c}
		}
	case ecma.Import:
		for _, x := range n.X {
			s.names[x.Text] = r.imported(c, n.Text, x.X[0].Text)
		}
	}
}

// imported is what a module gives under a name.
func (r *runner) imported(c *code, module, name string) value {
	if file := moduleFile(path.Join(path.Dir(c.path), module), func(p string) bool { return r.modules[p] != nil }); file != "" && strings.HasPrefix(module, ".") {
		if v, ok := r.modules[file].exports[name]; ok {
			return v
		}
	}
	return &foreignName{module, name}
}

// moduleFile is the path of an imported module among those that are there: a.js is a.ts as
// well. "": there is none.
func moduleFile(file string, there func(string) bool) string {
	base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(file, ".js"), ".mjs"), ".cjs")
	for _, p := range []string{file, base + ".ts", base + ".js", base + ".mts", base + ".mjs", base + ".cjs", file + ".ts", file + ".js", file + "/index.ts", file + "/index.js"} {
		if there(p) {
			return p
		}
	}
	return ""
}

func (r *runner) statement(n *ecma.Node, s *scope, c *code) returned {
	if n == nil || !r.spend() {
		return returned{done: n != nil}
	}
	switch n.Op {
	case ecma.Block:
		return r.block(n.X, s.inner(r.unsure), c)
	case ecma.Declare:
		for _, a := range n.X {
			v := value(nothing{})
			if a.X[1] != nil {
				v = r.top(a.X[1], s, c)
			}
			r.bind(a.X[0], v, s, c)
		}
	case ecma.Return:
		v := value(nothing{})
		if len(n.X) > 0 {
			v = r.top(n.X[0], s, c)
		}
		r.maybe = r.maybe || r.unsure > r.base
		return returned{v, r.unsure == r.base}
	case ecma.Throw:
		return returned{unknown{}, r.unsure == r.base}
	case ecma.If:
		return r.branch(n, s, c)
	case ecma.ForOf:
		r.forOf(n, s, c)
	case ecma.Loop:
		r.unsure++
		r.statement(n.X[len(n.X)-1], s, c)
		r.unsure--
	case ecma.Try:
		inner := s.inner(r.unsure)
		for _, x := range n.X {
			if out := r.statement(x, inner, c); out.done {
				return out
			}
		}
	case ecma.Export:
		r.export(n, s, c)
	case ecma.Function, ecma.Import, ecma.Jump:
		if n.Op == ecma.Jump {
			return returned{nothing{}, r.unsure == r.base}
		}
	case ecma.Class:
		s.names[n.Text] = r.class(n, s, c)
	default:
		r.top(n, s, c)
	}
	return returned{value: nothing{}}
}

func isUnknown(v value) bool {
	_, ok := v.(unknown)
	return ok
}

func (r *runner) branch(n *ecma.Node, s *scope, c *code) returned {
	if yes, ok := truth(r.eval(n.X[0], s, c)); ok {
		if yes {
			return r.statement(n.X[1], s, c)
		}
		return r.statement(n.X[2], s, c)
	}
	r.unsure++
	defer func() { r.unsure-- }()
	r.statement(n.X[1], s, c)
	r.statement(n.X[2], s, c)
	return returned{value: nothing{}}
}

// truth is what a value is as a condition, where that is known.
func truth(v value) (yes, ok bool) {
	switch x := v.(type) {
	case yesNo:
		return bool(x), true
	case nothing:
		return false, true
	case *list, *object, *closure:
		return true, true
	case *text:
		s, known := x.known()
		return s != "", known
	}
	return false, false
}

func (r *runner) forOf(n *ecma.Node, s *scope, c *code) {
	items, ok := r.eval(n.X[1], s, c).(*list)
	if !ok {
		r.unsure++
		inner := s.inner(r.unsure)
		r.bind(n.X[0], unknown{}, inner, c)
		r.statement(n.X[2], inner, c)
		r.unsure--
		return
	}
	for _, item := range items.items {
		inner := s.inner(r.unsure)
		r.bind(n.X[0], item, inner, c)
		r.statement(n.X[2], inner, c)
	}
}

func (r *runner) export(n *ecma.Node, s *scope, c *code) {
	x := n.X[0]
	if x == nil {
		return
	}
	if n.Text == "default" {
		if x.Op == ecma.Function {
			c.exports["default"] = &closure{node: x, scope: s, code: c}
		} else if x.Op == ecma.Class {
			c.exports["default"] = r.class(x, s, c)
		} else {
			c.exports["default"] = r.eval(x, s, c)
		}
		return
	}
	r.statement(x, s, c)
	switch x.Op {
	case ecma.Function, ecma.Class:
		c.exports[x.Text], _ = s.get(x.Text)
	case ecma.Declare:
		for _, a := range x.X {
			if a.X[0].Op == ecma.Name {
				c.exports[a.X[0].Text], _ = s.get(a.X[0].Text)
			}
		}
	}
}

// class is an object of methods and fields, which see it as "this".
func (r *runner) class(n *ecma.Node, s *scope, c *code) *object {
	o := newObject()
	inner := s.inner(r.unsure)
	inner.names["this"] = o
	for _, m := range n.X {
		if f := m.X[0]; f != nil && f.Op == ecma.Function {
			o.set(m.Text, &closure{node: f, scope: inner, code: c})
			continue
		}
		o.set(m.Text, r.eval(m.X[0], inner, c))
	}
	c.classes = append(c.classes, o)
	return o
}

// bind gives a pattern's names their values.
func (r *runner) bind(p *ecma.Node, v value, s *scope, c *code) {
	if p == nil {
		return
	}
	switch p.Op {
	case ecma.Name:
		s.names[p.Text] = v
	case ecma.Default:
		if _, none := v.(nothing); none {
			v = r.eval(p.X[1], s, c)
		}
		r.bind(p.X[0], v, s, c)
	case ecma.Array:
		items, ok := v.(*list)
		for i, x := range p.X {
			switch {
			case x == nil:
			case x.Op == ecma.Spread && ok:
				r.bind(x.X[0], &list{items.items[min(i, len(items.items)):]}, s, c)
			case x.Op == ecma.Spread:
				r.bind(x.X[0], unknown{}, s, c)
			case ok && i < len(items.items):
				r.bind(x, items.items[i], s, c)
			case ok:
				r.bind(x, nothing{}, s, c)
			default:
				r.bind(x, unknown{}, s, c)
			}
		}
	case ecma.Object:
		for _, x := range p.X {
			if x.Op == ecma.Spread {
				r.bind(x.X[0], v, s, c)
				continue
			}
			r.bind(x.X[0], r.member(v, x.Text), s, c)
		}
	}
}

// send notes SQL that is sent to the database.
func (r *runner) send(t *text, n *ecma.Node, c *code) {
	for _, f := range t.frags {
		r.bytes += len(f.text)
	}
	if r.bytes > maxSQL {
		r.failed = fmt.Sprintf("the script sends more than %d bytes of SQL: from there on it is not read", maxSQL)
		return
	}
	r.queries = append(r.queries, query{text: t, code: c, node: n})
}

// miss notes something sent to the database that is not known.
func (r *runner) miss(n *ecma.Node, c *code, table, format string, args ...any) {
	r.queries = append(r.queries, query{code: c, node: n, table: table, unread: fmt.Sprintf(format, args...)})
}

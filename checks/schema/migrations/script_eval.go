package migrations

import (
	"strconv"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/ecma"
)

// top is the value of an expression that nothing else takes in: a template whose tag is the
// database itself is sent.
func (r *runner) top(n *ecma.Node, s *scope, c *code) value {
	v := r.eval(n, s, c)
	if n.Op == ecma.Tagged {
		if _, ok := r.eval(n.X[0], s, c).(handle); ok {
			if t, ok := v.(*text); ok {
				r.send(t, n, c)
				return unknown{}
			}
		}
	}
	return v
}

func (r *runner) eval(n *ecma.Node, s *scope, c *code) value {
	if n == nil || !r.spend() {
		return unknown{}
	}
	switch n.Op {
	case ecma.Name:
		return r.name(n, s, c)
	case ecma.String:
		return &text{frags: literal(c, n.Start+1, max(n.Start+1, n.End-1)), at: n.Start}
	case ecma.Number:
		return plainText(n.Text, n, c)
	case ecma.Template:
		return &text{frags: r.template(n, s, c, false), at: n.Start}
	case ecma.Tagged:
		return r.tagged(n, s, c)
	case ecma.Array:
		return &list{r.items(n.X, s, c)}
	case ecma.Object:
		return r.object(n, s, c)
	case ecma.Function:
		return &closure{node: n, scope: s, code: c}
	case ecma.Class:
		return r.class(n, s, c)
	case ecma.Member:
		return r.member(r.eval(n.X[0], s, c), n.Text)
	case ecma.Index:
		return r.index(n, s, c)
	case ecma.Call:
		return r.call(n, s, c)
	case ecma.New:
		r.items(n.X[1:], s, c)
		return unknown{}
	case ecma.Unary:
		v := r.eval(n.X[0], s, c)
		if yes, ok := truth(v); ok && n.Text == "!" {
			return yesNo(!yes)
		}
		return unknown{}
	case ecma.Binary:
		return r.binary(n, s, c)
	case ecma.Choice:
		return r.choice(n, s, c)
	case ecma.Assign:
		return r.assign(n, s, c)
	}
	return unknown{}
}

func (r *runner) name(n *ecma.Node, s *scope, c *code) value {
	if v, ok := s.get(n.Text); ok {
		if x, ok := v.(*foreignName); ok {
			r.need(x.module, c)
		}
		return v
	}
	switch n.Text {
	case "true", "false":
		return yesNo(n.Text == "true")
	case "null", "undefined":
		return nothing{}
	}
	return unknown{}
}

// items are the values of a list, spread ones taken in.
func (r *runner) items(nodes []*ecma.Node, s *scope, c *code) []value {
	var items []value
	for _, x := range nodes {
		if x != nil && x.Op == ecma.Spread {
			if inner, ok := r.eval(x.X[0], s, c).(*list); ok {
				if r.cost(len(inner.items)) {
					items = append(items, inner.items...)
				}
				continue
			}
			items = append(items, unknown{})
			continue
		}
		if x == nil {
			items = append(items, nothing{})
			continue
		}
		items = append(items, r.top(x, s, c))
	}
	return items
}

func (r *runner) object(n *ecma.Node, s *scope, c *code) value {
	o := newObject()
	inner := s.inner(r.unsure)
	inner.names["this"] = o
	for _, x := range n.X {
		switch {
		case x.Op == ecma.Spread:
			if other, ok := r.eval(x.X[0], s, c).(*object); ok {
				for _, key := range other.keys {
					o.set(key, other.fields[key])
				}
			}
		case x.Text == "" && len(x.X) > 1:
			if t, ok := r.eval(x.X[1], s, c).(*text); ok {
				if key, ok := t.known(); ok {
					o.set(key, r.eval(x.X[0], inner, c))
				}
			}
		default:
			o.set(x.Text, r.eval(x.X[0], inner, c))
		}
	}
	return o
}

// member is a field of a value.
func (r *runner) member(v value, name string) value {
	switch x := v.(type) {
	case *object:
		if f, ok := x.fields[name]; ok {
			return f
		}
		return nothing{}
	case handle:
		return handle{x.name + "." + name}
	case *foreignName:
		return &foreignName{x.module, x.name + "." + name}
	}
	return unknown{}
}

func (r *runner) index(n *ecma.Node, s *scope, c *code) value {
	v, key := r.eval(n.X[0], s, c), r.eval(n.X[1], s, c)
	t, ok := key.(*text)
	if !ok {
		return unknown{}
	}
	name, known := t.known()
	if !known {
		return unknown{}
	}
	if items, ok := v.(*list); ok {
		for i, item := range items.items {
			if name == strconv.Itoa(i) {
				return item
			}
		}
		return unknown{}
	}
	return r.member(v, name)
}

func (r *runner) binary(n *ecma.Node, s *scope, c *code) value {
	left := r.eval(n.X[0], s, c)
	yes, sure := truth(left)
	switch n.Text {
	case "&&", "||", "??":
		if n.Text == "??" {
			_, none := left.(nothing)
			yes, sure = !none, sure || !isUnknown(left)
		}
		if sure && yes != (n.Text == "&&") {
			return left
		}
		if sure {
			return r.eval(n.X[1], s, c)
		}
		r.unsure++
		r.eval(n.X[1], s, c)
		r.unsure--
		return unknown{}
	}
	right := r.eval(n.X[1], s, c)
	switch n.Text {
	case ",":
		return right
	case "+":
		return r.plus(left, right, n, c)
	case "===", "==", "!==", "!=":
		if same, ok := equal(left, right); ok {
			return yesNo(same == strings.HasPrefix(n.Text, "="))
		}
	}
	return unknown{}
}

// equal compares where both are known.
func equal(a, b value) (same, ok bool) {
	switch x := a.(type) {
	case *text:
		y, isText := b.(*text)
		if !isText {
			_, none := b.(nothing)
			return false, none
		}
		s, known := x.known()
		t, also := y.known()
		return s == t, known && also
	case nothing:
		switch b.(type) {
		case nothing:
			return true, true
		case *text, *list, *object, yesNo:
			return false, true
		}
	case yesNo:
		y, isFlag := b.(yesNo)
		return x == y, isFlag
	}
	return false, false
}

// plus joins texts; one that is not known leaves a hole.
func (r *runner) plus(left, right value, n *ecma.Node, c *code) value {
	x, ok := left.(*text)
	y, also := right.(*text)
	if !ok && !also {
		return unknown{}
	}
	if !r.cost(x.len() + y.len()) {
		return unknown{}
	}
	out := &text{at: n.Start}
	for i, t := range []*text{x, y} {
		if t == nil {
			out.frags = append(out.frags, frag{hole: mask, start: n.X[i].Start, end: n.X[i].End, code: c})
			continue
		}
		out.frags = append(out.frags, t.frags...)
		out.sql = out.sql || t.sql
	}
	return out
}

func (r *runner) choice(n *ecma.Node, s *scope, c *code) value {
	if yes, ok := truth(r.eval(n.X[0], s, c)); ok {
		if yes {
			return r.eval(n.X[1], s, c)
		}
		return r.eval(n.X[2], s, c)
	}
	r.unsure++
	r.eval(n.X[1], s, c)
	r.eval(n.X[2], s, c)
	r.unsure--
	return unknown{}
}

func (r *runner) assign(n *ecma.Node, s *scope, c *code) value {
	v := r.eval(n.X[1], s, c)
	target := n.X[0]
	switch target.Op {
	case ecma.Name:
		switch n.Text {
		case "=":
		case "+=":
			v = r.plus(r.eval(target, s, c), v, n, c)
		default:
			v = unknown{}
		}
		s.assign(target.Text, v, r.unsure)
	case ecma.Member:
		if o, ok := r.eval(target.X[0], s, c).(*object); ok && n.Text == "=" {
			o.set(target.Text, v)
		}
		r.exported(target, v, c)
	}
	return v
}

// exported takes "exports.up = ..." and "module.exports = ..." in.
func (r *runner) exported(target *ecma.Node, v value, c *code) {
	from := target.X[0]
	switch {
	case from.Op == ecma.Name && from.Text == "module" && target.Text == "exports":
		c.exports["default"] = v
	case from.Op == ecma.Name && from.Text == "exports",
		from.Op == ecma.Member && from.Text == "exports" && from.X[0].Text == "module":
		c.exports[target.Text] = v
	}
}

// template puts a template's texts and values together. In SQL a value that is no fragment is
// sent beside it.
func (r *runner) template(n *ecma.Node, s *scope, c *code, sql bool) []frag {
	var frags []frag
	for i, p := range n.Parts {
		frags = append(frags, literal(c, p.Start, p.End)...)
		if i < len(n.X) {
			// the hole with its braces
			at := &ecma.Node{Start: p.End, End: max(p.End, p.HoleEnd)}
			if !r.cost(len(frags)) {
				return frags
			}
			frags = append(frags, fillHole(r.eval(n.X[i], s, c), at, c, sql)...)
		}
	}
	r.cost(len(frags))
	return frags
}

func fillHole(v value, at *ecma.Node, c *code, sql bool) []frag {
	switch x := v.(type) {
	case *text:
		switch {
		case sql && !x.sql:
			return []frag{{hole: param, start: at.Start, end: at.End, code: c}}
		case x.sql && len(x.frags) > 0 && x.frags[0].code == c && x.frags[0].same:
			return x.frags // a fragment keeps its own places
		}
		return x.put(at, c)
	case nothing, yesNo:
		if sql {
			return []frag{{hole: param, start: at.Start, end: at.End, code: c}}
		}
	case *list:
		if sql {
			return []frag{{hole: param, start: at.Start, end: at.End, code: c}}
		}
		return joined(x, ",", at, c).put(at, c)
	}
	return []frag{{hole: mask, start: at.Start, end: at.End, code: c}}
}

// literal is source text between quotes, what is escaped put in its place.
func literal(c *code, start, end int) []frag {
	var frags []frag
	for start < end {
		n := strings.IndexByte(c.raw(start, end), '\\')
		if n < 0 {
			return append(frags, frag{text: c.raw(start, end), start: start, end: end, same: true, code: c})
		}
		if n > 0 {
			frags = append(frags, frag{text: c.raw(start, start+n), start: start, end: start + n, same: true, code: c})
		}
		start += n
		stop := escapeEnd(c.raw(start, end)) + start
		frags = append(frags, frag{text: ecma.Unescape(c.raw(start, stop)), start: start, end: stop, code: c})
		start = stop
	}
	return frags
}

// escapeEnd is the length of the escape that a text begins with.
func escapeEnd(raw string) int {
	switch {
	case len(raw) < 2:
		return len(raw)
	case strings.HasPrefix(raw, `\u{`):
		if n := strings.IndexByte(raw, '}'); n > 0 && n < 12 {
			return n + 1
		}
	case raw[1] == 'u':
		return min(6, len(raw))
	case raw[1] == 'x':
		return min(4, len(raw))
	}
	return 2
}

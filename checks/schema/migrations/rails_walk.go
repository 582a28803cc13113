package migrations

import (
	"fmt"
	"strings"
)

// walk reads statements in order.
func (r *railsReader) walk(names *environment, body []*node) {
	saved, savedGuard := r.doubt, r.guard
	for _, n := range body {
		if r.unrolled++; r.unrolled > maxUnrolled {
			r.failed = "its loops and helpers make more statements than are read"
			return
		}
		r.statement(names, n)
		if r.failed != "" {
			return
		}
		if n.form == branchForm && len(n.body) == 1 && n.body[0].form == callForm && n.body[0].text == "return" {
			r.after(names, n)
		}
	}
	r.doubt, r.guard = saved, savedGuard
}

// after is what a conditional return makes of the statements that follow it.
func (r *railsReader) after(names *environment, n *node) {
	guard, ok := r.condition(names, n, map[string]string{"if": "unless", "unless": "if"}[n.text])
	if ok {
		r.guard = guard
		return
	}
	r.doubt = "it runs only under a condition that is not known here: " + r.told(n)
}

func (r *railsReader) statement(names *environment, n *node) {
	switch n.form {
	case assignForm:
		r.assign(names, n)
	case branchForm:
		r.branch(names, n)
	case protectForm:
		r.walk(names, n.body)
	case callForm:
		r.call(names, n)
	case nameForm:
		if def := r.defs[n.text]; def != nil {
			r.helper(names, &node{form: callForm, text: n.text, start: n.start, end: n.end}, def)
		}
	case functionForm, classForm:
	default:
		r.suspect(n, "it is not a plain call")
	}
}

func (r *railsReader) assign(names *environment, n *node) {
	value := r.literal(names, n.items[0])
	if value.form == otherForm || value.form == callForm {
		r.suspect(n, "its result is used")
	}
	if n.text != "" {
		names.values[n.text] = value
	}
}

// branch reads what stands under a condition: where the condition only asks whether
// something is there, the statements say so themselves.
func (r *railsReader) branch(names *environment, n *node) {
	if n.text == "rescue" {
		return // runs when the rest failed
	}
	saved, doubt := r.guard, r.doubt
	if guard, ok := r.condition(names, n, n.text); ok {
		r.guard = guard
		r.walk(names.inner(), n.body)
		r.guard = saved
		if len(n.other) > 0 {
			r.suspectAll(n.other, "it runs only under a condition that is not known here")
		}
		return
	}
	if runs, known := r.byDialect(n); known {
		r.walk(names.inner(), map[bool][]*node{true: n.body, false: n.other}[runs])
		return
	}
	r.doubt = "it runs only under a condition that is not known here"
	if len(n.items) > 0 {
		r.doubt += ": " + strings.Join(strings.Fields(n.text+" "+r.told(n.items[0])), " ")
	}
	r.walk(names.inner(), n.body)
	r.walk(names.inner(), n.other)
	r.doubt = doubt
}

// condition reads a question for what is there: "if column_exists?", "unless !table_exists?".
func (r *railsReader) condition(names *environment, n *node, keyword string) (guard, bool) {
	if len(n.items) == 0 || keyword != "if" && keyword != "unless" {
		return guard{}, false
	}
	missing, asked := keyword == "unless", n.items[0]
	if asked.form == otherForm && asked.text == "!" && len(asked.items) == 0 {
		return guard{}, false
	}
	for asked.form == otherForm && asked.text == "!" {
		missing, asked = !missing, asked.items[0]
	}
	if asked.form != callForm || !strings.HasSuffix(asked.text, "_exists?") && asked.text != "table_exists?" || asked.recv != nil && !isConnection(asked.recv) {
		return guard{}, false
	}
	if missing {
		return guard{ifMissing: true, ifExists: r.guard.ifExists}, true
	}
	return guard{ifExists: true, ifMissing: r.guard.ifMissing}, true
}

// byDialect decides a condition that asks which database this is.
func (r *railsReader) byDialect(n *node) (runs, known bool) {
	if len(n.items) == 0 || n.text != "if" && n.text != "unless" {
		return false, false
	}
	asked := n.items[0]
	if asked.form != otherForm || asked.text != "==" && asked.text != "=~" || asked.items[0].form != callForm && asked.items[0].form != nameForm || asked.items[0].text != "adapter_name" {
		return false, false
	}
	name, ok := r.top.string(asked.items[1])
	if !ok {
		return false, false
	}
	name = strings.ToLower(name)
	is := strings.HasPrefix(name, "postg") && r.dialect == "postgres" || strings.HasPrefix(name, "mysql") && r.dialect == "mysql" || strings.HasPrefix(name, "sqlite") && r.dialect == "sqlite"
	return is == (n.text == "if"), true
}

// isConnection reports whether calls of n are those of the migration itself.
func isConnection(n *node) bool {
	switch {
	case n == nil || n.is("self", "connection", "ActiveRecord::Base", "conn"):
		return true
	case n.form == callForm && (n.text == "connection" || n.text == "lease_connection"):
		return true
	}
	return false
}

// suspect tells a piece that is not understood, where it names what changes a schema.
func (r *railsReader) suspect(n *node, why string) {
	if word := railsWord(r.text[n.start:n.end]); word != "" {
		r.unread(n, fmt.Sprintf("%s is called, and %s", word, why))
	}
}

func (r *railsReader) suspectAll(body []*node, why string) {
	for _, n := range body {
		r.suspect(n, why)
	}
}

// railsWord is the first name in a piece of code that changes a schema.
func railsWord(text string) string {
	for _, word := range identifiers(text) {
		if railsChanges(word) {
			return word
		}
	}
	return ""
}

func railsChanges(word string) bool {
	return railsCallReader(word) != nil || word == "exec_query" || word == "exec_update" || word == "execute_batch" || word == "exec_insert" || word == "exec_delete"
}

// identifiers are the words of a piece of code outside its strings and comments, roughly.
func identifiers(text string) []string {
	return strings.FieldsFunc(text, func(c rune) bool { return c < 0x80 && !isWordByte(byte(c)) })
}

// call reads a call.
func (r *railsReader) call(names *environment, n *node) {
	if n.recv != nil && !isConnection(n.recv) {
		r.method(names, n)
		return
	}
	if def := r.defs[n.text]; def != nil && n.recv == nil {
		r.helper(names, n, def)
		return
	}
	if do := railsCallReader(n.text); do != nil {
		c := &railsCall{railsReader: r, names: names, n: n}
		at := len(r.out)
		do(c)
		if c.bad != "" {
			r.out = r.out[:at]
			if r.doubt != "" {
				c.bad = r.doubt
			}
			r.unread(n, c.bad)
		}
		return
	}
	switch n.text {
	case "safety_assured", "say_with_time", "suppress_messages", "transaction", "up_only", "benchmark", "with_lock_retries", "without_statement_timeout", "no_touching", "record_timestamps":
		r.walk(names.inner(), n.body)
	case "reversible":
		r.reversible(names, n)
	case "return", "say", "puts", "require", "enable_extension", "disable_extension", "reset_column_information", "raise":
		r.suspectAll(n.items, "its result is used")
	default:
		r.unknown(n)
	}
}

// unknown is a call of no known name.
func (r *railsReader) unknown(n *node) {
	verb, _, _ := strings.Cut(n.text, "_")
	if strings.Contains(" add remove drop change rename create execute alter update delete swap ", " "+verb+" ") && strings.Contains(n.text, "_") && !strings.HasPrefix(n.text, "update_all") {
		r.unread(n, n.text+" is defined elsewhere and has no reader")
		return
	}
	r.suspect(n, "it stands within "+n.text+", which is not known")
}

func (r *railsReader) reversible(names *environment, n *node) {
	for _, inner := range n.body {
		switch {
		case inner.form == callForm && inner.text == "up":
			r.walk(names.inner(), inner.body)
		case inner.form == callForm && inner.text == "down":
		default:
			r.statement(names, inner)
		}
	}
}

// method reads a call of something: a loop over a literal, or code of the application.
func (r *railsReader) method(names *environment, n *node) {
	over := r.literal(names, n.recv)
	switch {
	case n.block && (n.text == "each" || n.text == "each_pair" || n.text == "each_with_index" || n.text == "map" || n.text == "each_key") && (over.form == listForm || over.form == dictForm):
		r.loop(names, n, over)
	case n.block && n.text == "transaction":
		r.walk(names.inner(), n.body)
	case n.text == "class_eval" || n.text == "tap":
		r.walk(names.inner(), n.body)
	case n.block:
		r.suspectAll(n.items, "its result is used")
		r.rowByRow(names, n)
	default:
		r.suspect(n, "it stands within a call of "+n.text+" that is not known here")
	}
}

// rowByRow reads a block that runs as often as there are rows: what it does to the schema is
// not known then.
func (r *railsReader) rowByRow(names *environment, n *node) {
	saved := r.doubt
	r.doubt = "it stands within a call of " + n.text + " that is not known here"
	inner := names.inner()
	for _, param := range n.params {
		inner.values[param] = &node{start: n.start, end: n.start}
	}
	r.walk(inner, n.body)
	r.doubt = saved
}

// loop unrolls a block over a literal.
func (r *railsReader) loop(names *environment, n, over *node) {
	for i, item := range over.items {
		inner := names.inner()
		values := []*node{names.value(item), {form: numberForm, text: fmt.Sprint(i)}}
		if over.form == dictForm {
			values = []*node{over.keys[i], names.value(item)}
		} else if values[0].form == listForm && len(n.params) > 1 && n.text != "each_with_index" {
			values = values[0].items
		}
		for j, param := range n.params {
			if j < len(values) {
				inner.values[param] = names.value(values[j])
			}
		}
		r.walk(inner, n.body)
	}
}

// helper reads a method of the same file with what it is called with.
func (r *railsReader) helper(names *environment, n, def *node) {
	if r.within > 8 {
		r.unread(n, "helpers call each other too deep")
		return
	}
	inner := r.top.inner()
	for i, param := range def.params {
		if rest, ok := strings.CutPrefix(param, "**"); ok {
			others := leaving(n.named, def.params...)
			inner.values[rest] = &node{form: dictForm, start: n.start, end: n.end, keys: keysOf(others), items: valuesOf(others)}
			continue
		}
		if value := n.arg(i, param); value != nil {
			inner.values[param] = r.literal(names, value)
		} else {
			inner.values[param] = &node{start: n.start, end: n.start}
		}
	}
	r.within++
	defer func() { r.within-- }()
	if n.block {
		r.suspectAll(n.body, "it stands within "+n.text+", which is not known")
	}
	r.walk(inner, def.body)
}

package migrations

import (
	"path"
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// alembicPath is where Alembic's revisions stand.
var alembicPath = regexp.MustCompile(`^((?:.*/)?)versions/(?:[^/]+/)*([^/]+)\.py$`)

// alembicText tells them from any other Python below such a folder.
var alembicText = regexp.MustCompile(`(?m)^down_revision\b.*=`)

// alembic reads the revisions of Alembic.
func alembic() format {
	return format{name: "alembic", parts: []string{".py"}, path: alembicPlace, text: alembicText.MatchString, read: readAlembic, common: true, chained: true}
}

func alembicPlace(file string) (at, bool) {
	m := alembicPath.FindStringSubmatch(file)
	if m == nil {
		return at{}, false
	}
	return at{kind: Migration, root: path.Dir(m[1] + "x"), id: m[2], name: m[2]}, true
}

func readAlembic(in input, f *File) {
	body, failed := parsePython(in.text)
	if failed != "" {
		f.Unread = failed
		return
	}
	a := &alembicReader{python: newPython(newSource(in), body), batch: map[string]catalog.Name{}}
	id, _ := a.string(a.top, a.top.find("revision"))
	if id == "" {
		f.Unread = "its revision is not plainly written"
		return
	}
	f.ID, f.Name = id, strings.TrimLeft(strings.TrimPrefix(f.Name, id), "_")
	for _, name := range []string{"down_revision", "depends_on"} {
		value := a.top.find(name)
		if value == nil || value.is("None") {
			continue
		}
		list, ok := a.strings(a.top, value)
		if !ok {
			f.Unread = "its " + name + " is not plainly written"
			return
		}
		f.After = append(f.After, list...)
	}
	if upgrade := a.defs["upgrade"]; upgrade != nil {
		a.walk(a.top.inner(), upgrade.body)
	}
	f.Steps, f.Unread = a.steps(), a.failed
}

// alembicReader reads one revision. Sources: Alembic's operations and SQLAlchemy's types.
type alembicReader struct {
	*python
	batch    map[string]catalog.Name // of "with op.batch_alter_table(...) as b"
	out      []Statement
	alone    map[int]bool // the statements that run outside of a transaction
	outside  bool
	failed   string
	unrolled int
	within   int
	guard    bool // what stands here runs only where it fits
	doubt    string
}

// steps: what runs in an autocommit block is a step of its own. MySQL commits at every statement.
func (a *alembicReader) steps() []Step {
	var steps []Step
	from := 0
	for i := range a.out {
		if a.alone[i] {
			steps = append(steps, stepsOf(a.out[from:i], a.dialect != catalog.MySQL)...)
			steps = append(steps, Step{Statements: []Statement{a.out[i]}})
			from = i + 1
		}
	}
	return append(steps, stepsOf(a.out[from:], a.dialect != catalog.MySQL)...)
}

func (a *alembicReader) add(s Statement) {
	if a.outside {
		if a.alone == nil {
			a.alone = map[int]bool{}
		}
		a.alone[len(a.out)] = true
	}
	a.out = append(a.out, s)
}

func (a *alembicReader) emit(n *node, changes ...catalog.Change) {
	if a.doubt != "" {
		a.unread(n, a.doubt)
		return
	}
	a.add(Statement{At: a.place(n), Text: a.told(n), Changes: changes})
}

func (a *alembicReader) unread(n *node, reason string) {
	at := a.place(n)
	a.add(Statement{At: at, Text: a.told(n), Unread: reason, Changes: []catalog.Change{catalog.Unread{Place: at, Reason: reason}}})
}

// walk reads statements in order.
func (a *alembicReader) walk(names *environment, body []*node) {
	doubt, guard := a.doubt, a.guard
	for _, n := range body {
		if a.unrolled++; a.unrolled > maxUnrolled {
			a.failed = "its loops and helpers make more statements than are read"
			return
		}
		a.statement(names, n)
		if n.form == branchForm && n.text == "if" && len(n.other) == 0 && leaves(n.body) {
			if a.afterReturn(names, n) {
				break
			}
		}
		if n.form == callForm && n.recv == nil && n.text == "return" {
			break
		}
	}
	a.doubt, a.guard = doubt, guard
}

func leaves(body []*node) bool {
	return len(body) > 0 && body[len(body)-1].form == callForm && body[len(body)-1].recv == nil && body[len(body)-1].text == "return"
}

// afterReturn is what "if ...: return" makes of the rest; true: it never runs.
func (a *alembicReader) afterReturn(names *environment, n *node) bool {
	if value, known := a.truth(names, n.items[0], 0); known {
		return value
	}
	if a.asks(n.items[0]) {
		a.guard = true
		return false
	}
	a.doubt = "it runs only under a condition that is not known here"
	return false
}

func (a *alembicReader) asks(n *node) bool {
	text := a.text[n.start:n.end]
	return len(text) < 500 && asksPresence.MatchString(text)
}

func (a *alembicReader) statement(names *environment, n *node) {
	switch n.form {
	case assignForm:
		if value := n.items[0]; value.form == callForm && !isType(value) && value.text != "get_bind" {
			a.call(names, value)
		}
		if n.text != "" {
			names.values[n.text] = names.value(n.items[0])
		}
		for _, key := range n.keys {
			if key.form == nameForm {
				names.values[key.text] = &node{start: n.start, end: n.end}
			}
		}
	case branchForm:
		a.branch(names, n)
	case protectForm:
		a.walk(names, n.body)
	case callForm:
		a.call(names, n)
	case functionForm:
		a.defs[n.text] = n
	case classForm, textForm, nameForm:
	default:
		a.suspect(n, "it is not a plain call")
	}
}

func isType(n *node) bool { return n.recv.is("sa", "sqlalchemy", "postgresql", "mysql") }

func (a *alembicReader) branch(names *environment, n *node) {
	switch n.text {
	case "with":
		a.with(names, n)
		return
	case "for":
		a.loop(names, n)
		return
	case "except":
		return
	case "else", "finally":
		a.walk(names, n.body)
		return
	}
	if value, known := a.truth(names, n.items[0], 0); known && n.text != "while" {
		a.walk(names, map[bool][]*node{true: n.body, false: n.other}[value])
		return
	}
	a.suspect(n.items[0], "its result is used")
	doubt, guard := a.doubt, a.guard
	if n.text != "while" && a.asks(n.items[0]) && len(n.other) == 0 {
		a.guard = true
	} else {
		a.doubt = "it runs only under a condition that is not known here: " + strings.Join(strings.Fields(a.told(n.items[0])), " ")
	}
	a.walk(names.inner(), n.body)
	a.walk(names.inner(), n.other)
	a.doubt, a.guard = doubt, guard
}

// with is a batch of changes to one table, a block outside of transactions, or something else.
func (a *alembicReader) with(names *environment, n *node) {
	outside := a.outside
	for i, item := range n.items {
		if item.form != callForm {
			continue
		}
		switch item.text {
		case "batch_alter_table":
			c := &alembicCall{alembicReader: a, names: names, n: item}
			table := c.table(0, "table_name", "schema")
			if c.bad != "" {
				a.unread(n, c.bad)
				return
			}
			a.batch[n.params[i]] = table
		case "autocommit_block":
			a.outside = true
		default:
			a.suspect(item, "its result is used")
		}
	}
	a.walk(names, n.body)
	a.outside = outside
}

// loop unrolls what runs over a literal.
func (a *alembicReader) loop(names *environment, n *node) {
	over := names.value(n.items[0])
	if over.form == callForm && over.text == "items" && over.recv != nil {
		over = names.value(over.recv)
	}
	if over.form != listForm && over.form != dictForm {
		doubt := a.doubt
		a.doubt = "it runs once for each of what is not known here"
		inner := names.inner()
		for _, param := range n.params {
			inner.values[param] = &node{start: n.start, end: n.start}
		}
		a.walk(inner, n.body)
		a.doubt = doubt
		return
	}
	for i, item := range over.items {
		values := []*node{names.value(item)}
		switch {
		case over.form == dictForm && len(n.params) > 1:
			values = []*node{names.value(over.keys[i]), values[0]}
		case over.form == dictForm:
			values = []*node{names.value(over.keys[i])}
		case values[0].form == listForm && len(n.params) > 1:
			values = values[0].items
		}
		inner := names.inner()
		for j, param := range n.params {
			if j < len(values) {
				inner.values[param] = names.value(values[j])
			}
		}
		a.walk(inner, n.body)
	}
}

// touchesSchema finds calls of operations in a piece of code.
var touchesSchema = regexp.MustCompile(`\bop\.(\w+)|\b(batch_op|batch)\.\w+|\.(execute|create_all|drop_all|exec_driver_sql)\(`)

// suspect tells a piece that is not understood, where it holds an operation.
func (a *alembicReader) suspect(n *node, why string) {
	for _, m := range touchesSchema.FindAllStringSubmatch(a.text[n.start:n.end], 20) {
		switch m[1] {
		case "get_bind", "get_context", "f", "inline_literal":
			continue
		}
		if strings.Contains(m[0], "execute") && onlyRows.MatchString(a.text[n.start:n.end]) {
			continue
		}
		a.unread(n, strings.TrimSuffix(strings.TrimPrefix(m[0], "."), "(")+" is called, and "+why)
		return
	}
}

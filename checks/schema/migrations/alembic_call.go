package migrations

import (
	"regexp"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// alembicCall is one call in a revision.
type alembicCall struct {
	*alembicReader
	names *environment
	n     *node
	// inBatch: the table stands in the block that the call is in, not among its arguments.
	inBatch *catalog.Name
	bad     string
}

func (c *alembicCall) fail(reason string) {
	if c.bad == "" {
		c.bad = reason
	}
}

func (c *alembicCall) at() catalog.Place { return c.place(c.n) }

// pos is the i-th argument, counted as outside of a batch.
func (c *alembicCall) pos(i int, name string) *node {
	if c.inBatch != nil && c.n.text != "create_table" {
		i--
	}
	value := c.n.arg(i, name)
	if value != nil {
		value = c.literal(c.names, value)
	}
	if value.is("None") {
		return nil
	}
	return value
}

func (c *alembicCall) plain(n *node, what string) string {
	if n == nil {
		c.fail(c.n.text + " gives no " + what)
		return ""
	}
	s, ok := c.string(c.names, n)
	if !ok {
		c.fail("the " + what + " of " + c.n.text + " is not plainly written: " + c.told(n))
	}
	return s
}

// say is a string that may be left out.
func (c *alembicCall) say(name string) string {
	value := c.pos(-1, name)
	if value == nil {
		return ""
	}
	return c.plain(value, name)
}

func (c *alembicCall) list(n *node, what string) []string {
	if n == nil {
		c.fail(c.n.text + " gives no " + what)
		return nil
	}
	list, ok := c.strings(c.names, n)
	if !ok {
		c.fail("the " + what + " of " + c.n.text + " are not plainly written: " + c.told(n))
	}
	return list
}

func (c *alembicCall) flag(name string, otherwise bool) bool {
	value := c.pos(-1, name)
	switch {
	case value == nil:
		return otherwise
	case value.is("True"):
		return true
	case value.is("False"):
		return false
	}
	c.fail("the option " + name + " of " + c.n.text + " is not plainly true or false: " + c.told(value))
	return otherwise
}

func (c *alembicCall) table(i int, name, schema string) catalog.Name {
	if c.inBatch != nil {
		return *c.inBatch
	}
	table := catalog.Name{Object: c.plain(c.pos(i, name), "table")}
	if value := c.pos(-1, schema); value != nil {
		if s, ok := c.string(c.names, value); ok {
			table.Schema = s
		} else {
			c.fail("the schema of " + c.n.text + " is not plainly written: " + c.told(value))
		}
	}
	return table
}

func (c *alembicCall) change(changes ...catalog.Change) {
	for _, arg := range c.n.named {
		if arg.name == "**" || arg.name == "*" && c.n.text != "create_table" {
			c.fail("arguments of " + c.n.text + " are not plainly written")
		}
	}
	if c.bad == "" {
		c.emit(c.n, changes...)
	}
}

func (c *alembicCall) ifMissing() bool { return c.flag("if_not_exists", c.guard) }
func (c *alembicCall) ifExists() bool  { return c.flag("if_exists", c.guard) }

// onlyRows is a statement of SQLAlchemy's that reads or writes rows.
var onlyRows = regexp.MustCompile(`(\.|\b)(update|insert|delete|select|values|where|query|filter|pg_insert)\(`)

// call reads a call.
func (a *alembicReader) call(names *environment, n *node) {
	recv := names.value(n.recv)
	switch {
	case n.recv == nil:
		a.plainCall(names, n)
	case n.recv.is("op", "alembic.op"):
		a.operation(names, n, nil)
	case n.recv.form == nameForm && a.isBatch(n.recv.text):
		table := a.batch[n.recv.text]
		a.operation(names, n, &table)
	case n.text == "execute" || n.text == "exec_driver_sql":
		a.execute(names, n)
	case (n.text == "create" || n.text == "drop") && recv != nil && recv.form == callForm && isEnum(recv):
		a.enum(names, n, recv)
	case n.recv.form == callForm:
		for _, item := range n.items {
			a.suspect(item, "its result is used")
		}
		a.call(names, n.recv)
	default:
		a.suspect(n, "it stands within a call of "+n.text+" that is not known here")
	}
}

func (a *alembicReader) isBatch(name string) bool { _, ok := a.batch[name]; return ok }

// plainCall is a helper of the same file, or one from elsewhere.
func (a *alembicReader) plainCall(names *environment, n *node) {
	def := a.defs[n.text]
	switch {
	case def != nil && a.within > 8:
		a.unread(n, "helpers call each other too deep")
	case def != nil:
		a.within++
		a.walk(a.called(names, n, def), def.body)
		a.within--
	case n.text == "print" || n.text == "return" || n.text == "isinstance" || n.text == "len" || n.text == "getattr":
		for _, item := range n.items {
			a.suspect(item, "its result is used")
		}
	case changing.MatchString(n.text):
		a.unread(n, n.text+" is defined elsewhere and has no reader")
	default:
		a.suspect(n, "it stands within a call of "+n.text+" that is not known here")
	}
}

// changing is the name of a helper that changes a schema, by the look of it.
var changing = regexp.MustCompile(`(?i)^_*(add|drop|remove|create|alter|rename|change|modify|execute|run_sql|replace|cast)_`)

// execute runs SQL, or a statement that SQLAlchemy makes.
func (a *alembicReader) execute(names *environment, n *node) {
	if len(n.items) == 0 {
		a.unread(n, "execute is given no SQL")
		return
	}
	value := a.literal(names, n.items[0])
	for value != nil && value.form == callForm && value.recv != nil && (value.text == "bindparams" || value.text == "execution_options") {
		value = a.literal(names, value.recv)
	}
	if value == nil || value.form != textForm {
		if value != nil && onlyRows.MatchString(a.text[value.start:value.end]) {
			return
		}
		a.unread(n, "the SQL that execute runs is not plainly written: "+a.told(n.items[0]))
		return
	}
	for _, s := range a.sql(names, value) {
		if a.doubt != "" && !onlyData(s) {
			a.unread(n, a.doubt)
			return
		}
		a.add(s)
	}
}

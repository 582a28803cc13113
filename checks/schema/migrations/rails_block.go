package migrations

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// railsBlock reads the block of create_table or change_table.
type railsBlock struct {
	call  *railsCall
	table *catalog.Table
	// alter: of change_table. Each line is then a change of its own.
	alter bool
	after []catalog.Change // indexes and keys, made once the table is there
	param string
}

func (b *railsBlock) read(names *environment, n *node) {
	if !n.block {
		return
	}
	if len(n.params) > 0 {
		b.param = n.params[0]
	}
	b.lines(names, n.body)
}

func (b *railsBlock) lines(names *environment, body []*node) {
	for _, line := range body {
		if b.call.unrolled++; b.call.unrolled > maxUnrolled {
			b.call.failed = "its loops and helpers make more statements than are read"
			return
		}
		b.line(names, line)
	}
}

func (b *railsBlock) line(names *environment, line *node) {
	switch {
	case line.form == callForm && line.recv.is(b.param) && b.param != "":
		c := &railsCall{railsReader: b.call.railsReader, names: names, n: line}
		if b.alter {
			b.alterLine(c)
		} else {
			b.createLine(c)
		}
		if c.bad != "" {
			b.call.fail(c.bad)
		}
	case line.form == callForm && line.block && line.text == "each" && line.recv != nil:
		b.loop(names, line)
	case line.form == assignForm && line.text != "":
		names.values[line.text] = b.call.literal(names, line.items[0])
	case line.form == protectForm:
		b.lines(names, line.body)
	case line.form == branchForm && len(line.items) > 0 && (line.items[0].form == callForm || line.items[0].form == nameForm) && line.items[0].text == "supports_datetime_with_precision?":
		b.lines(names, line.body)
	case line.form == branchForm && len(line.items) > 0 && line.items[0].form == callForm && line.items[0].text == "respond_to?" && line.items[0].recv.is(b.param):
		// Only PostgreSQL's tables know jsonb, uuid and the like.
		b.lines(names, map[bool][]*node{true: line.body, false: line.other}[b.call.dialect == catalog.Postgres])
	case line.form == branchForm, line.form == callForm && (len(line.items) > 0 || line.block):
		if b.mentions(line) {
			b.call.fail("a part of it is not plainly written: " + strings.Join(strings.Fields(b.call.told(line)), " "))
		}
	}
}

// mentions reports whether a piece of code uses the block's parameter.
func (b *railsBlock) mentions(n *node) bool {
	for _, word := range identifiers(b.call.text[n.start:n.end]) {
		if word == b.param {
			return true
		}
	}
	return false
}

func (b *railsBlock) loop(names *environment, n *node) {
	over := b.call.literal(names, n.recv)
	if over.form != listForm {
		b.call.fail("it loops over what is not plainly written")
		return
	}
	for _, item := range over.items {
		inner := names.inner()
		values := []*node{names.value(item)}
		if values[0].form == listForm && len(n.params) > 1 {
			values = values[0].items
		}
		for i, param := range n.params {
			if i < len(values) {
				inner.values[param] = names.value(values[i])
			}
		}
		b.lines(inner, n.body)
	}
}

// createLine is one line of create_table.
func (b *railsBlock) createLine(c *railsCall) {
	t := b.table
	c.splats()
	switch c.n.text {
	case "timestamps":
		t.Columns = append(t.Columns, c.timestamps()...)
	case "references", "belongs_to":
		for i := range c.n.items {
			ref := c.reference(t.Name, c.name(i, "reference"))
			t.Columns = append(t.Columns, ref.columns...)
			b.later(c, ref.index, ref.foreign)
		}
	case "index":
		b.later(c, c.indexFrom(t.Name, 0), nil)
	case "foreign_key":
		to := c.name(0, "table")
		b.later(c, nil, c.foreignKey(t.Name, "", to, &node{form: dictForm, keys: keysOf(c.n.named), items: valuesOf(c.n.named)}))
	case "check_constraint":
		t.Constraints = append(t.Constraints, c.check(t.Name, 0))
	case "unique_constraint":
		t.Constraints = append(t.Constraints, c.unique(t.Name, 0))
	case "exclusion_constraint":
		t.Constraints = append(t.Constraints, c.exclusion(t.Name, 0))
	case "primary_key":
		b.primaryKey(c)
	case "attachment", "has_attached_file":
		b.attachment(c)
	default:
		b.columns(c)
	}
}

func (b *railsBlock) primaryKey(c *railsCall) {
	kind := "primary_key"
	if len(c.n.items) > 1 {
		kind = c.name(1, "type")
	}
	column := c.column(c.name(0, "column"), kind)
	column.NotNull = true
	b.table.Columns = append(b.table.Columns, column)
	b.table.Constraints = append(b.table.Constraints, &catalog.Constraint{Kind: catalog.Primary, Columns: []string{column.Name}, Valid: true, At: c.at()})
}

// columns is "t.string :a, :b, null: false" or "t.column :a, :string".
func (b *railsBlock) columns(c *railsCall) {
	kind, last := c.n.text, len(c.n.items)
	if kind == "column" {
		if last < 2 {
			c.fail("t.column gives no type")
			return
		}
		kind, last = c.name(1, "type"), 1
	}
	if last == 0 {
		c.fail("t." + kind + " names no column")
	}
	for i := range last {
		column := c.column(c.name(i, "column"), kind)
		b.table.Columns = append(b.table.Columns, column)
		if c.flag("primary_key", false) {
			b.table.Constraints = append(b.table.Constraints, &catalog.Constraint{Kind: catalog.Primary, Columns: []string{column.Name}, Valid: true, At: c.at()})
		}
		b.after = append(b.after, c.indexOf(b.table.Name, []string{column.Name})...)
	}
}

// attachment is paperclip's: four columns.
func (b *railsBlock) attachment(c *railsCall) {
	for i := range c.n.items {
		b.table.Columns = append(b.table.Columns, c.attachment(c.name(i, "attachment"))...)
	}
}

func (c *railsCall) attachment(name string) []*catalog.Column {
	return []*catalog.Column{c.column(name+"_file_name", "string"), c.column(name+"_content_type", "string"),
		c.column(name+"_file_size", "integer"), c.column(name+"_updated_at", "datetime")}
}

func (b *railsBlock) later(c *railsCall, index, foreign *catalog.Constraint) {
	if index != nil {
		b.after = append(b.after, catalog.CreateIndex{Place: c.at(), Table: b.table.Name, Index: index, IfNotExists: b.call.ifMissing()})
	}
	if foreign != nil {
		b.after = append(b.after, catalog.AddConstraint{Place: c.at(), Table: b.table.Name, Constraint: foreign, IfNotExists: b.call.ifMissing()})
	}
}

func keysOf(list []keyword) []*node {
	var out []*node
	for _, arg := range list {
		out = append(out, &node{form: textForm, pieces: []piece{{text: arg.name}}})
	}
	return out
}

func valuesOf(list []keyword) []*node {
	var out []*node
	for _, arg := range list {
		out = append(out, arg.value)
	}
	return out
}

// changeTable makes each line of its block a statement of its own.
func (c *railsCall) changeTable() {
	table := c.table(0)
	if c.bad == "" {
		b := &railsBlock{call: c, table: &catalog.Table{Name: table}, alter: true}
		b.read(c.names, c.n)
	}
}

// changeTableCalls are the lines that are called otherwise outside of the block.
var changeTableCalls = map[string]string{"remove": "remove_columns", "rename": "rename_column", "change": "change_column", "change_default": "change_column_default",
	"change_null": "change_column_null", "index": "add_index", "remove_index": "remove_index", "rename_index": "rename_index", "references": "add_reference",
	"belongs_to": "add_reference", "remove_references": "remove_reference", "remove_belongs_to": "remove_reference", "timestamps": "add_timestamps",
	"remove_timestamps": "remove_timestamps", "foreign_key": "add_foreign_key", "remove_foreign_key": "remove_foreign_key", "check_constraint": "add_check_constraint",
	"remove_check_constraint": "remove_check_constraint", "column": "add_column", "unique_constraint": "add_unique_constraint", "remove_unique_constraint": "remove_unique_constraint",
	"exclusion_constraint": "add_exclusion_constraint", "remove_exclusion_constraint": "remove_exclusion_constraint"}

// alterLine reads "t.rename :a, :b" as "rename_column table, :a, :b".
func (b *railsBlock) alterLine(c *railsCall) {
	table := &node{form: textForm, start: c.n.start, end: c.n.end, pieces: []piece{{text: b.table.Name.String()}}}
	with := *c.n
	with.recv = nil
	name, ok := changeTableCalls[c.n.text]
	if ok {
		with.text, with.items = name, append([]*node{table}, c.n.items...)
		b.call.call(c.names, &with)
		return
	}
	for _, item := range c.n.items {
		column := with
		column.text = "add_column"
		column.items = []*node{table, item, {form: textForm, pieces: []piece{{text: c.n.text}}, start: c.n.start, end: c.n.end}}
		b.call.call(c.names, &column)
	}
}

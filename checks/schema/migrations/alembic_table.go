package migrations

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

func (c *alembicCall) createTable() {
	name := c.table(0, "table_name", "schema")
	t := &catalog.Table{Name: name, At: c.at()}
	change := catalog.CreateTable{Place: c.at(), Table: t, IfNotExists: c.ifMissing()}
	items := c.tableItems()
	var enums []catalog.Change
	for _, item := range items {
		if item.form == callForm && item.text == "Column" {
			enums = append(enums, c.enumOf(item)...)
		}
		c.tableItem(item, t)
	}
	countsUp(t, items)
	if said := c.n.option("postgresql_partition_by"); said != nil {
		t.Partitioned = true
	}
	c.change(append(enums, change)...)
}

// tableItems are the columns and constraints; *list is looked up.
func (c *alembicCall) tableItems() []*node {
	var out []*node
	if len(c.n.items) > 0 {
		for _, item := range c.n.items[1:] {
			out = append(out, c.names.value(item))
		}
	}
	for _, arg := range c.n.named {
		if arg.name != "*" {
			continue
		}
		if list := c.names.value(arg.value); list.form == listForm {
			for _, item := range list.items {
				out = append(out, c.names.value(item))
			}
		} else {
			c.fail("columns of create_table are not plainly written: " + c.told(arg.value))
		}
	}
	return out
}

func (c *alembicCall) tableItem(item *node, t *catalog.Table) {
	inner := &alembicCall{alembicReader: c.alembicReader, names: c.names, n: item}
	switch {
	case item.form != callForm:
		c.fail("a part of create_table is not plainly written: " + c.told(item))
	case item.text == "Column":
		if column := c.column(item, t, true); column != nil {
			t.Columns = append(t.Columns, column)
		}
	case item.text == "PrimaryKeyConstraint":
		t.Constraints = append(t.Constraints, inner.tableConstraint(catalog.Primary))
	case item.text == "UniqueConstraint":
		t.Constraints = append(t.Constraints, inner.tableConstraint(catalog.Unique))
	case item.text == "ForeignKeyConstraint":
		t.Constraints = append(t.Constraints, inner.tableForeign(t.Name))
	case item.text == "CheckConstraint":
		x := inner.tableConstraint(catalog.Check)
		inner.checkOf(x, inner.pos(0, "sqltext"))
		t.Constraints = append(t.Constraints, x)
	case item.text == "ExcludeConstraint":
		x := &catalog.Constraint{Kind: catalog.Exclusion, Name: inner.say("name"), Expr: c.told(item), Valid: true, At: c.place(item)}
		t.Constraints = append(t.Constraints, x)
	case item.text == "Index":
		x := &catalog.Constraint{Kind: catalog.Index, ByIndex: true, Valid: true, At: c.place(item), Name: inner.plain(inner.pos(0, "name"), "name")}
		inner.indexOptions(x)
		inner.indexColumns(x, &node{form: listForm, items: item.items[min(1, len(item.items)):]})
		t.Constraints = append(t.Constraints, x)
	default:
		c.fail("a part of create_table has no reader: " + c.told(item))
	}
	if inner.bad != "" {
		c.fail(inner.bad)
	}
}

func (c *alembicCall) tableConstraint(kind catalog.ConstraintKind) *catalog.Constraint {
	x := &catalog.Constraint{Kind: kind, Name: c.say("name"), Valid: true, At: c.at()}
	if kind == catalog.Check {
		return x
	}
	for _, item := range c.n.items {
		x.Columns = append(x.Columns, c.plain(item, "column"))
	}
	return x
}

func (c *alembicCall) tableForeign(self catalog.Name) *catalog.Constraint {
	x := &catalog.Constraint{Kind: catalog.Foreign, Name: c.say("name"), Valid: true, At: c.at(), Columns: c.list(c.pos(0, "columns"), "columns")}
	for _, target := range c.list(c.pos(1, "refcolumns"), "columns") {
		table, column := target, ""
		if at := strings.LastIndexByte(target, '.'); at >= 0 {
			table, column = target[:at], target[at+1:]
		}
		to := splitName(table)
		x.References = &to
		x.RefColumns = append(x.RefColumns, column)
	}
	c.foreignOptions(x)
	return x
}

// countsUp makes an integer that is the only key count up, as SQLAlchemy does.
func countsUp(t *catalog.Table, items []*node) {
	var key []string
	foreign := map[string]bool{}
	for _, x := range t.Constraints {
		switch x.Kind {
		case catalog.Primary:
			key = append(key, x.Columns...)
		case catalog.Foreign:
			for _, column := range x.Columns {
				foreign[column] = true
			}
		}
	}
	for _, column := range t.Columns {
		base := column.Type.Base
		integer := base == "int2" || base == "int4" || base == "int8" || base == "int" || base == "bigint" || base == "smallint" || base == "integer"
		if len(key) == 1 && key[0] == column.Name && integer && column.Default == nil && column.Identity == "" && !foreign[column.Name] && !noCount(items, column.Name) {
			column.Identity = "default"
		}
	}
}

// noCount: autoincrement=False.
func noCount(items []*node, name string) bool {
	for _, item := range items {
		if s, _ := (*environment)(nil).string(item.arg(0, "name")); item.text == "Column" && s == name {
			return item.option("autoincrement").is("False")
		}
	}
	return false
}

// column reads sa.Column; constraints that it carries become the table's.
func (c *alembicCall) column(n *node, t *catalog.Table, create bool) *catalog.Column {
	inner := &alembicCall{alembicReader: c.alembicReader, names: c.names, n: n}
	column := &catalog.Column{Name: inner.plain(inner.pos(0, "name"), "column"), At: c.place(n)}
	key := inner.flag("primary_key", false)
	column.NotNull = !inner.flag("nullable", !key)
	if said := n.option("server_default"); said != nil {
		inner.serverDefault(column, said)
	}
	rest := n.items[min(1, len(n.items)):]
	typed := false
	for _, item := range rest {
		item = c.names.value(item)
		if inner.columnItem(item, column, t) {
			continue
		}
		if !typed {
			column.Type, typed = inner.columnType(item), true
		}
	}
	if said := n.option("type_"); said != nil && !typed {
		column.Type = inner.columnType(said)
	}
	add := func(kind catalog.ConstraintKind, byIndex bool, name string) {
		t.Constraints = append(t.Constraints, &catalog.Constraint{Kind: kind, ByIndex: byIndex, Name: name, Columns: []string{column.Name}, Valid: true, At: column.At})
	}
	if key && create {
		add(catalog.Primary, false, "")
	}
	unique, index := inner.flag("unique", false), inner.flag("index", false)
	switch {
	case index && unique && create:
		add(catalog.Unique, true, "ix_"+t.Name.Object+"_"+column.Name)
	case unique:
		add(catalog.Unique, false, "")
	case index:
		add(catalog.Index, true, "ix_"+t.Name.Object+"_"+column.Name)
	}
	if inner.bad != "" {
		c.fail(inner.bad)
		return nil
	}
	return column
}

// columnItem is what stands in a column beside its type.
func (c *alembicCall) columnItem(item *node, column *catalog.Column, t *catalog.Table) bool {
	if item.form != callForm {
		return false
	}
	inner := &alembicCall{alembicReader: c.alembicReader, names: c.names, n: item}
	switch item.text {
	case "ForeignKey":
		target := inner.plain(inner.pos(0, "column"), "target")
		at := max(0, strings.LastIndexByte(target, '.'))
		to := splitName(target[:at])
		x := &catalog.Constraint{Kind: catalog.Foreign, Name: inner.say("name"), Columns: []string{column.Name}, References: &to, RefColumns: []string{strings.TrimPrefix(target[at:], ".")}, Valid: true, At: c.place(item)}
		inner.foreignOptions(x)
		t.Constraints = append(t.Constraints, x)
	case "Identity":
		column.Identity, column.NotNull = "default", true
		if inner.flag("always", false) {
			column.Identity = "always"
		}
	case "Computed":
		expr := inner.plain(inner.pos(0, "sqltext"), "expression")
		column.Generated, column.From, column.Stored = &expr, identifiers(expr), inner.flag("persisted", true)
	case "Sequence", "FetchedValue":
		column.Identity = "default"
	case "CheckConstraint", "UniqueConstraint", "PrimaryKeyConstraint", "ForeignKeyConstraint":
		c.fail("a constraint within a column has no reader")
	default:
		return false
	}
	if inner.bad != "" {
		c.fail(inner.bad)
	}
	return true
}

func (c *alembicCall) serverDefault(column *catalog.Column, said *node) {
	if value := c.names.value(said); value.form == callForm && value.text == "Computed" || value.form == callForm && value.text == "Identity" {
		c.columnItem(value, column, nil)
		return
	}
	column.Default = c.defaultOf(said)
}

// defaultOf is a default's expression: a plain string is a literal, sa.text() is SQL.
func (c *alembicCall) defaultOf(said *node) *string {
	value := c.names.value(said)
	var expr string
	switch s, ok := c.string(c.names, value); {
	case value.is("None"):
		return nil
	case ok && value.form == textForm:
		expr = quoted(s)
	case ok:
		expr = s
	default:
		expr = c.told(value)
		for _, prefix := range []string{"sa.", "sqlalchemy.", "sql.", "func.", "expression.", "text("} {
			expr = strings.TrimPrefix(expr, prefix)
		}
		switch expr {
		case "true()", "false()":
			expr = strings.TrimSuffix(expr, "()")
		}
	}
	return &expr
}

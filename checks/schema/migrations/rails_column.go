package migrations

import (
	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// column is what a call's type and options make of a name.
func (c *railsCall) column(name, kind string) *catalog.Column {
	column := &catalog.Column{Name: name, At: c.at()}
	if kind == "virtual" {
		kind = c.say("type")
		if as := c.say("as"); as != "" {
			column.Generated, column.Stored = &as, c.flag("stored", false)
			column.From = identifiers(as)
		}
	}
	serial := false
	column.Type, serial = c.columnType(kind)
	if serial {
		column.NotNull, column.Identity = true, "default"
	}
	if as := c.say("as"); as != "" && column.Generated == nil {
		column.Generated, column.From = &as, identifiers(as)
	}
	if c.given("null") {
		column.NotNull = !c.flag("null", true)
	}
	if value := c.option("default"); value != nil {
		column.Default = c.defaultOf(value, column.Type)
	}
	if c.flag("auto_increment", false) {
		column.Identity = "default"
	}
	return column
}

func (c *railsCall) addColumn() {
	table := c.table(0)
	first, last := 1, len(c.n.items)-1
	if c.n.text == "add_column" {
		last = 2
	}
	c.splats()
	kind := c.option("type")
	if c.n.text == "add_column" {
		if len(c.n.items) < 3 {
			c.fail("add_column gives no type")
			return
		}
		kind = c.n.items[2]
	} else {
		last++
	}
	if kind == nil {
		c.fail(c.n.text + " gives no type")
		return
	}
	var changes []catalog.Change
	for i := first; i < last; i++ {
		column := c.column(c.name(i, "column"), c.plain(kind, "type"))
		changes = append(changes, catalog.AddColumn{Place: c.at(), Table: table, Column: column, IfNotExists: c.ifMissing(), First: c.flag("first", false), After: c.say("after")})
		changes = append(changes, c.keyOf(table, column)...)
		changes = append(changes, c.indexOf(table, []string{column.Name})...)
	}
	c.change(changes...)
}

// keyOf makes a column of type primary_key the table's key.
func (c *railsCall) keyOf(table catalog.Name, column *catalog.Column) []catalog.Change {
	if c.flag("primary_key", false) || len(c.n.items) > 2 && c.n.text == "add_column" && c.plain(c.n.items[2], "type") == "primary_key" {
		return []catalog.Change{catalog.AddConstraint{Place: c.at(), Table: table, Constraint: &catalog.Constraint{Kind: catalog.Primary, Columns: []string{column.Name}, Valid: true, At: c.at()}}}
	}
	return nil
}

func (c *railsCall) removeColumn() {
	table := c.table(0)
	last := len(c.n.items)
	if c.n.text == "remove_column" {
		last = min(last, 2)
	}
	c.splats()
	var changes []catalog.Change
	for i := 1; i < last; i++ {
		for _, name := range c.list(c.n.items[i], "column") {
			changes = append(changes, catalog.DropColumn{Place: c.at(), Table: table, Column: name, IfExists: c.ifExists()})
		}
	}
	c.change(changes...)
}

// renameColumn renames the index of the column's own name with it.
func (c *railsCall) renameColumn() {
	table, from, to := c.table(0), c.name(1, "column"), c.name(2, "new name")
	c.change(catalog.RenameColumn{Place: c.at(), Table: table, From: from, To: to, IfExists: c.guard.ifExists},
		catalog.RenameIndex{Place: c.at(), Name: catalog.Name{Schema: table.Schema, Object: c.indexName(table, []string{from})}, Table: &table, To: c.indexName(table, []string{to}), IfExists: true})
}

// changeColumn keeps what it does not name, but for MySQL, which says the column anew.
func (c *railsCall) changeColumn() {
	table, name, kind := c.table(0), c.name(1, "column"), c.name(2, "type")
	c.splats()
	column := c.column(name, kind)
	change := catalog.AlterColumn{Place: c.at(), Table: table, Column: name, IfExists: c.guard.ifExists}
	if c.dialect == catalog.MySQL {
		change.Redefine = column
		c.change(change)
		return
	}
	change.Type, change.Using = &column.Type, c.given("using")
	if c.given("null") {
		change.NotNull = &column.NotNull
	}
	if c.given("default") {
		change.Default, change.DropDefault = column.Default, column.Default == nil
	}
	c.change(change)
}

func (c *railsCall) changeDefault() {
	table, name := c.table(0), c.name(1, "column")
	value := c.n.option("to")
	if value == nil && len(c.n.items) > 2 {
		value = c.n.items[2]
	}
	if value == nil {
		c.fail("change_column_default gives no default")
		return
	}
	def := c.defaultOf(value, catalog.Type{})
	c.change(catalog.AlterColumn{Place: c.at(), Table: table, Column: name, Default: def, DropDefault: def == nil, IfExists: c.guard.ifExists})
}

func (c *railsCall) changeNull() {
	table, name := c.table(0), c.name(1, "column")
	if len(c.n.items) < 3 {
		c.fail("change_column_null does not say whether NULL is allowed")
		return
	}
	value := c.literal(c.names, c.n.items[2])
	if !value.is("true", "false") {
		c.fail("whether change_column_null allows NULL is not plainly written")
	}
	notNull := value.is("false")
	c.change(catalog.AlterColumn{Place: c.at(), Table: table, Column: name, NotNull: &notNull, IfExists: c.guard.ifExists})
}

// timestamps are created_at and updated_at.
func (c *railsCall) timestamps() []*catalog.Column {
	with := *c.n
	if !c.given("null") && c.version >= 5 {
		with.named = append(with.named[:len(with.named):len(with.named)], keyword{"null", &node{form: nameForm, text: "false"}})
	}
	if !c.given("precision") && c.version >= 6 {
		with.named = append(with.named[:len(with.named):len(with.named)], keyword{"precision", &node{form: numberForm, text: "6"}})
	}
	inner := &railsCall{railsReader: c.railsReader, names: c.names, n: &with}
	out := []*catalog.Column{inner.column("created_at", "datetime"), inner.column("updated_at", "datetime")}
	if inner.bad != "" {
		c.fail(inner.bad)
	}
	return out
}

func (c *railsCall) addTimestamps() {
	table := c.table(0)
	var changes []catalog.Change
	for _, column := range c.timestamps() {
		changes = append(changes, catalog.AddColumn{Place: c.at(), Table: table, Column: column, IfNotExists: c.ifMissing()})
	}
	c.change(changes...)
}

func (c *railsCall) removeTimestamps() {
	table := c.table(0)
	c.change(catalog.DropColumn{Place: c.at(), Table: table, Column: "created_at", IfExists: c.ifExists()},
		catalog.DropColumn{Place: c.at(), Table: table, Column: "updated_at", IfExists: c.ifExists()})
}

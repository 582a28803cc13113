package migrations

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// operation reads a call of op, or of a batch.
func (a *alembicReader) operation(names *environment, n *node, batch *catalog.Name) {
	c := &alembicCall{alembicReader: a, names: names, n: n, inBatch: batch}
	do := alembicOperation(n.text)
	switch {
	case n.text == "execute":
		a.execute(names, n)
		return
	case n.text == "get_bind" || n.text == "get_context" || n.text == "f" || n.text == "bulk_insert" || strings.HasSuffix(n.text, "_comment"):
		return
	case do == nil:
		a.unread(n, "op."+n.text+" has no reader")
		return
	}
	at := len(a.out)
	do(c)
	if c.bad != "" {
		a.out = a.out[:at]
		if a.doubt != "" {
			c.bad = a.doubt
		}
		a.unread(n, c.bad)
	}
}

func alembicOperation(name string) func(*alembicCall) {
	switch name {
	case "create_table":
		return (*alembicCall).createTable
	case "drop_table":
		return (*alembicCall).dropTable
	case "rename_table":
		return (*alembicCall).renameTable
	case "add_column":
		return (*alembicCall).addColumn
	case "drop_column":
		return (*alembicCall).dropColumn
	case "alter_column":
		return (*alembicCall).alterColumn
	case "create_index":
		return (*alembicCall).createIndex
	case "drop_index":
		return (*alembicCall).dropIndex
	case "create_unique_constraint":
		return (*alembicCall).createUnique
	case "create_primary_key":
		return (*alembicCall).createKey
	case "create_foreign_key":
		return (*alembicCall).createForeign
	case "create_check_constraint":
		return (*alembicCall).createCheck
	case "create_exclude_constraint":
		return (*alembicCall).createExclude
	case "drop_constraint":
		return (*alembicCall).dropConstraint
	}
	return nil
}

func (c *alembicCall) dropTable() {
	c.change(catalog.DropTable{Place: c.at(), Name: c.table(0, "table_name", "schema"), IfExists: c.ifExists()})
}

func (c *alembicCall) renameTable() {
	from := c.table(0, "old_table_name", "schema")
	c.change(catalog.RenameTable{Place: c.at(), From: from, To: catalog.Name{Schema: from.Schema, Object: c.plain(c.pos(1, "new_table_name"), "new name")}, IfExists: c.guard})
}

func (c *alembicCall) addColumn() {
	table := c.table(0, "table_name", "schema")
	column := c.pos(1, "column")
	if column == nil || column.form != callForm || column.text != "Column" {
		c.fail("the column is not plainly written")
		return
	}
	t := &catalog.Table{Name: table}
	made := c.column(column, t, false)
	if made == nil {
		return
	}
	changes := []catalog.Change{catalog.AddColumn{Place: c.at(), Table: table, Column: made, IfNotExists: c.ifMissing()}}
	for _, x := range t.Constraints {
		changes = append(changes, c.constraintChange(table, x))
	}
	c.change(changes...)
}

func (c *alembicCall) constraintChange(table catalog.Name, x *catalog.Constraint) catalog.Change {
	if x.ByIndex {
		return catalog.CreateIndex{Place: c.at(), Table: table, Index: x, IfNotExists: c.ifMissing()}
	}
	return catalog.AddConstraint{Place: c.at(), Table: table, Constraint: x, IfNotExists: c.ifMissing()}
}

func (c *alembicCall) dropColumn() {
	c.change(catalog.DropColumn{Place: c.at(), Table: c.table(0, "table_name", "schema"), Column: c.plain(c.pos(1, "column_name"), "column"), IfExists: c.ifExists()})
}

// alterColumn changes what is named; existing_* say what was.
func (c *alembicCall) alterColumn() {
	table, name := c.table(0, "table_name", "schema"), c.plain(c.pos(1, "column_name"), "column")
	change := catalog.AlterColumn{Place: c.at(), Table: table, Column: name, IfExists: c.guard}
	if c.n.option("nullable") != nil {
		notNull := !c.flag("nullable", true)
		change.NotNull = &notNull
	}
	if said := c.n.option("server_default"); said != nil && !said.is("False") {
		change.Default = c.defaultOf(said)
		change.DropDefault = change.Default == nil
	}
	if said := c.pos(-1, "type_"); said != nil {
		t := c.columnType(said)
		change.Type, change.Using = &t, c.n.option("postgresql_using") != nil
	}
	changes := []catalog.Change{change}
	if to := c.n.option("new_column_name"); to != nil {
		rename := catalog.RenameColumn{Place: c.at(), Table: table, From: name, To: c.plain(to, "new name"), IfExists: c.guard}
		if changes = append(changes, rename); change.NotNull == nil && change.Default == nil && !change.DropDefault && change.Type == nil {
			changes = changes[1:]
		}
	}
	c.change(changes...)
}

func (c *alembicCall) createIndex() {
	table := catalog.Name{}
	if c.inBatch != nil {
		table = *c.inBatch
	} else {
		table = c.table(1, "table_name", "schema")
	}
	columns := c.pos(2, "columns")
	x := &catalog.Constraint{Kind: catalog.Index, ByIndex: true, Valid: true, At: c.at()}
	if name := c.indexArg(); name != nil {
		x.Name = c.plain(name, "name")
	}
	c.indexOptions(x)
	c.indexColumns(x, columns)
	if x.Name == "" && len(x.Columns) > 0 {
		x.Name = "ix_" + table.Object + "_" + x.Columns[0]
	}
	c.change(catalog.CreateIndex{Place: c.at(), Table: table, Index: x, IfNotExists: c.ifMissing()})
}

// indexArg is the name of an index or constraint, which stands first in a batch too.
func (c *alembicCall) indexArg() *node {
	for _, name := range []string{"index_name", "constraint_name"} {
		if value := c.n.option(name); value != nil {
			return c.literal(c.names, value)
		}
	}
	if len(c.n.items) == 0 || c.n.items[0].is("None") {
		return nil
	}
	return c.literal(c.names, c.n.items[0])
}

func (c *alembicCall) indexOptions(x *catalog.Constraint) {
	if c.flag("unique", false) {
		x.Kind = catalog.Unique
	}
	x.Method = c.say("postgresql_using")
	for _, name := range []string{"postgresql_where", "sqlite_where"} {
		value := c.pos(-1, name)
		if value == nil || name == "sqlite_where" && c.dialect != catalog.SQLite || name == "postgresql_where" && c.dialect != catalog.Postgres {
			continue
		}
		if x.Where, _ = c.string(c.names, value); x.Where == "" {
			x.Where = c.told(value)
		}
	}
	if value := c.pos(-1, "postgresql_include"); value != nil {
		x.Also = append(x.Also, c.list(value, "include")...)
	}
}

// indexColumns are names, and expressions in sa.text().
func (c *alembicCall) indexColumns(x *catalog.Constraint, n *node) {
	if n == nil || n.form != listForm {
		c.fail("the columns of " + c.n.text + " are not plainly written")
		return
	}
	for _, item := range n.items {
		item = c.names.value(item)
		s, ok := c.string(c.names, item)
		switch {
		case ok && item.form == textForm:
			x.Columns = append(x.Columns, s)
		case ok && plainColumn.MatchString(firstWord(s)) && (s == firstWord(s) || strings.HasSuffix(strings.ToUpper(s), " DESC") || strings.HasSuffix(strings.ToUpper(s), " ASC")):
			x.Columns = append(x.Columns, firstWord(s))
		default:
			text := c.told(item)
			if ok {
				text = s
			}
			x.Columns, x.Expr = append(x.Columns, ""), text
			x.Also = append(x.Also, identifiers(text)...)
		}
	}
}

func firstWord(s string) string {
	word, _, _ := strings.Cut(strings.TrimSpace(s), " ")
	return word
}

func (c *alembicCall) dropIndex() {
	name := c.indexArg()
	change := catalog.DropIndex{Place: c.at(), Name: catalog.Name{Object: c.plain(name, "name")}, IfExists: c.ifExists()}
	if c.inBatch != nil {
		change.Table = c.inBatch
	} else if c.n.arg(1, "table_name") != nil && !c.n.arg(1, "table_name").is("None") {
		table := c.table(1, "table_name", "schema")
		change.Table = &table
	} else if schema := c.say("schema"); schema != "" {
		change.Name.Schema = schema
	}
	c.change(change)
}

package migrations

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// named is the constraint's name, "" where the database names it.
func (c *alembicCall) constraint(kind catalog.ConstraintKind) *catalog.Constraint {
	x := &catalog.Constraint{Kind: kind, Valid: true, At: c.at()}
	if name := c.indexArg(); name != nil {
		x.Name = c.plain(name, "name")
	}
	return x
}

// on is the table of a constraint: the second argument, or the batch's.
func (c *alembicCall) on(name, schema string) catalog.Name {
	if c.inBatch != nil {
		return *c.inBatch
	}
	return c.table(1, name, schema)
}

func (c *alembicCall) createUnique() {
	x, table := c.constraint(catalog.Unique), c.on("table_name", "schema")
	x.Columns = c.list(c.pos(2, "columns"), "columns")
	c.change(catalog.AddConstraint{Place: c.at(), Table: table, Constraint: x, IfNotExists: c.guard})
}

func (c *alembicCall) createKey() {
	x, table := c.constraint(catalog.Primary), c.on("table_name", "schema")
	x.Columns = c.list(c.pos(2, "columns"), "columns")
	c.change(catalog.AddConstraint{Place: c.at(), Table: table, Constraint: x, IfNotExists: c.guard})
}

func (c *alembicCall) createForeign() {
	x, table := c.constraint(catalog.Foreign), c.on("source_table", "source_schema")
	to := catalog.Name{Object: c.plain(c.pos(2, "referent_table"), "referent table"), Schema: c.say("referent_schema")}
	x.References = &to
	x.Columns = c.list(c.pos(3, "local_cols"), "columns")
	x.RefColumns = c.list(c.pos(4, "remote_cols"), "columns")
	c.foreignOptions(x)
	c.change(catalog.AddConstraint{Place: c.at(), Table: table, Constraint: x, IfNotExists: c.guard})
}

func (c *alembicCall) foreignOptions(x *catalog.Constraint) {
	x.OnDelete, x.OnUpdate = sqlAction(c.say("ondelete")), sqlAction(c.say("onupdate"))
	x.Deferrable = c.flag("deferrable", false)
	x.Valid = !c.flag("postgresql_not_valid", false)
}

func sqlAction(said string) string {
	if said = strings.ToLower(said); said == "no action" {
		return ""
	}
	return said
}

func (c *alembicCall) createCheck() {
	x, table := c.constraint(catalog.Check), c.on("table_name", "schema")
	c.checkOf(x, c.pos(2, "condition"))
	x.Valid = !c.flag("postgresql_not_valid", false)
	c.change(catalog.AddConstraint{Place: c.at(), Table: table, Constraint: x, IfNotExists: c.guard})
}

func (c *alembicCall) checkOf(x *catalog.Constraint, n *node) {
	if n == nil {
		c.fail("the check has no condition")
		return
	}
	s, ok := c.string(c.names, n)
	if !ok {
		s = c.told(n)
	}
	x.Expr, x.Columns = s, checked(s)
}

func (c *alembicCall) createExclude() {
	x, table := c.constraint(catalog.Exclusion), c.on("table_name", "schema")
	x.Expr = c.told(c.n)
	c.change(catalog.AddConstraint{Place: c.at(), Table: table, Constraint: x, IfNotExists: c.guard})
}

func (c *alembicCall) dropConstraint() {
	table := c.on("table_name", "schema")
	change := catalog.DropConstraint{Place: c.at(), Table: table, Name: c.plain(c.indexArg(), "name"), IfExists: c.ifExists()}
	switch value := c.n.option("type_"); {
	case value != nil:
		s, _ := c.string(c.names, value)
		change.Kind = map[string]catalog.ConstraintKind{"foreignkey": catalog.Foreign, "primary": catalog.Primary, "unique": catalog.Unique, "check": catalog.Check}[s]
	}
	c.change(change)
}

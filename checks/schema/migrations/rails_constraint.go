package migrations

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// foreignKey makes a foreign key of options; column "" is derived from the table's name.
func (c *railsCall) foreignKey(table catalog.Name, column, to string, options *node) *catalog.Constraint {
	with := *c
	with.n = &node{form: callForm, text: "foreign_key", start: c.n.start, end: c.n.end}
	if options.form == dictForm {
		with.n.named = pairs(options)
	}
	if said := with.say("to_table"); said != "" {
		to = said
	}
	columns := []string{column}
	if said := with.option("column"); said != nil {
		columns = with.list(said, "column")
	} else if column == "" {
		columns = []string{inSingular(splitName(to).Object) + "_id"}
	}
	key := []string{"id"}
	if said := with.option("primary_key"); said != nil {
		key = with.list(said, "primary_key")
	}
	target := splitName(to)
	x := &catalog.Constraint{Name: with.say("name"), Kind: catalog.Foreign, Columns: columns, References: &target, RefColumns: key,
		OnDelete: action(with.say("on_delete")), OnUpdate: action(with.say("on_update")), Valid: with.flag("validate", true), Deferrable: with.option("deferrable") != nil, At: c.at()}
	if x.Name == "" {
		x.Name = "fk_rails_" + digest(table.String()+"_"+strings.Join(columns, "_")+"_fk")
	}
	c.bad = with.bad
	return x
}

func action(said string) string {
	switch said {
	case "nullify":
		return "set null"
	case "no_action":
		return ""
	}
	return strings.ReplaceAll(said, "_", " ")
}

func (c *railsCall) addForeignKey() {
	table, to := c.table(0), c.name(1, "table")
	c.splats()
	x := c.foreignKey(table, "", to, &node{form: dictForm, keys: keysOf(c.n.named), items: valuesOf(c.n.named)})
	c.change(catalog.AddConstraint{Place: c.at(), Table: table, Constraint: x, IfNotExists: c.ifMissing() || c.dump})
}

func (c *railsCall) removeForeignKey() {
	table := c.table(0)
	c.splats()
	change := catalog.DropConstraint{Place: c.at(), Table: table, Kind: catalog.Foreign, Name: c.say("name"), IfExists: c.ifExists()}
	to := c.say("to_table")
	if to == "" && len(c.n.items) > 1 {
		to = c.name(1, "table")
	}
	switch {
	case change.Name != "":
	case c.option("column") != nil:
		change.Columns = c.list(c.option("column"), "column")
	case to != "":
		change.Columns = []string{inSingular(splitName(to).Object) + "_id"}
		target := splitName(to)
		change.References = &target
	default:
		c.fail("remove_foreign_key names no key")
	}
	if change.Columns != nil {
		change.Name = "fk_rails_" + digest(table.String()+"_"+strings.Join(change.Columns, "_")+"_fk")
	}
	c.change(change)
}

// validate finds a foreign key by its name, or the check.
func (c *railsCall) validate() {
	table, valid := c.table(0), true
	change := catalog.AlterConstraint{Place: c.at(), Table: table, Name: c.say("name"), Valid: &valid}
	switch {
	case change.Name != "":
	case c.n.text != "validate_foreign_key":
		change.Name = c.name(1, "constraint")
	case c.option("column") != nil:
		change.Columns = []string{c.say("column")}
	default:
		to := splitName(c.name(1, "table"))
		change.Columns, change.References = []string{inSingular(to.Object) + "_id"}, &to
	}
	if change.Name == "" {
		change.Name = "fk_rails_" + digest(table.String()+"_"+strings.Join(change.Columns, "_")+"_fk")
	}
	c.change(change)
}

func (c *railsCall) check(table catalog.Name, i int) *catalog.Constraint {
	expr := c.name(i, "expression")
	x := &catalog.Constraint{Name: c.say("name"), Kind: catalog.Check, Expr: expr, Columns: checked(expr), Valid: c.flag("validate", true), At: c.at()}
	if x.Name == "" {
		x.Name = "chk_rails_" + digest(table.String()+"_"+expr+"_chk")
	}
	return x
}

// checked are the words of an expression that may be columns.
func checked(expr string) []string {
	var out []string
	inString := false
	for i, part := range strings.Split(expr, "'") {
		if inString = i%2 == 1; inString {
			continue
		}
		for _, word := range identifiers(part) {
			if !isDigit(word[0]) && !strings.Contains(" and or not is null in between like true false any array length char_length text ", " "+strings.ToLower(word)+" ") {
				out = append(out, word)
			}
		}
	}
	return out
}

func (c *railsCall) addCheck() {
	table := c.table(0)
	c.splats()
	c.change(catalog.AddConstraint{Place: c.at(), Table: table, Constraint: c.check(table, 1), IfNotExists: c.ifMissing()})
}

func (c *railsCall) removeCheck() {
	table := c.table(0)
	c.splats()
	name := c.say("name")
	if name == "" {
		name = "chk_rails_" + digest(table.String()+"_"+c.name(1, "expression")+"_chk")
	}
	c.change(catalog.DropConstraint{Place: c.at(), Table: table, Kind: catalog.Check, Name: name, IfExists: c.ifExists()})
}

func (c *railsCall) unique(table catalog.Name, i int) *catalog.Constraint {
	x := &catalog.Constraint{Name: c.say("name"), Kind: catalog.Unique, Valid: true, NullsNotDistinct: c.flag("nulls_not_distinct", false), At: c.at()}
	if i < len(c.n.items) {
		x.Columns = c.list(c.n.items[i], "column")
	} else if c.say("using_index") == "" {
		c.fail("the unique constraint names no column")
	}
	if x.Name == "" {
		x.Name = "uniq_rails_" + digest(table.String()+"_"+strings.Join(x.Columns, "_and_")+"_unique")
	}
	return x
}

func (c *railsCall) addUnique() {
	table := c.table(0)
	c.splats()
	c.change(catalog.AddConstraint{Place: c.at(), Table: table, Constraint: c.unique(table, 1), UsingIndex: c.say("using_index")})
}

func (c *railsCall) exclusion(table catalog.Name, i int) *catalog.Constraint {
	expr := c.name(i, "expression")
	return &catalog.Constraint{Name: c.say("name"), Kind: catalog.Exclusion, Expr: expr, Where: c.say("where"), Method: c.say("using"), Also: checked(expr), Valid: true, At: c.at()}
}

func (c *railsCall) addExclusion() {
	table := c.table(0)
	c.splats()
	c.change(catalog.AddConstraint{Place: c.at(), Table: table, Constraint: c.exclusion(table, 1)})
}

// removeNamed drops a constraint by name, or a unique one by its columns.
func (c *railsCall) removeNamed() {
	table := c.table(0)
	c.splats()
	change := catalog.DropConstraint{Place: c.at(), Table: table, Kind: catalog.Unique, Name: c.say("name"), IfExists: c.ifExists()}
	if c.n.text == "remove_exclusion_constraint" {
		change.Kind = catalog.Exclusion
	}
	if change.Name == "" && len(c.n.items) > 1 {
		change.Columns = c.list(c.n.items[1], "column")
	}
	if change.Name == "" && change.Columns == nil {
		c.fail(c.n.text + " names no constraint")
	}
	c.change(change)
}

func (c *railsCall) createEnum() {
	name := c.name(0, "type")
	c.splats()
	values := c.option("values")
	if values == nil && len(c.n.items) > 1 {
		values = c.n.items[1]
	}
	if values == nil {
		c.fail("create_enum lists no values")
		return
	}
	c.change(catalog.CreateEnum{Place: c.at(), Enum: &catalog.Enum{Name: splitName(name), Values: c.list(values, "value"), At: c.at()}})
}

func (c *railsCall) dropEnum() {
	c.change(catalog.DropType{Place: c.at(), Name: splitName(c.name(0, "type")), IfExists: c.ifExists()})
}

func (c *railsCall) renameEnum() {
	to := c.say("to")
	if to == "" {
		to = c.name(1, "new name")
	}
	c.change(catalog.RenameType{Place: c.at(), From: splitName(c.name(0, "type")), To: splitName(to)})
}

func (c *railsCall) addEnumValue() {
	c.change(catalog.AddEnumValue{Place: c.at(), Enum: splitName(c.name(0, "type")), Value: c.name(1, "value"), Before: c.say("before"), After: c.say("after"), IfNotExists: c.ifMissing()})
}

func (c *railsCall) renameEnumValue() {
	c.change(catalog.RenameEnumValue{Place: c.at(), Enum: splitName(c.name(0, "type")), From: c.say("from"), To: c.say("to")})
}

package migrations

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// railsCall is one call that changes the schema.
type railsCall struct {
	*railsReader
	names *environment
	n     *node
	bad   string // why it could not be read; the first reason
}

// railsCallReader reads the calls of that name; nil: there is none.
func railsCallReader(name string) func(*railsCall) {
	switch name {
	case "create_table":
		return (*railsCall).createTable
	case "create_join_table":
		return (*railsCall).createJoinTable
	case "drop_table":
		return (*railsCall).dropTable
	case "drop_join_table":
		return (*railsCall).dropJoinTable
	case "rename_table":
		return (*railsCall).renameTable
	case "change_table":
		return (*railsCall).changeTable
	case "add_column", "add_columns":
		return (*railsCall).addColumn
	case "remove_column", "remove_columns":
		return (*railsCall).removeColumn
	case "rename_column":
		return (*railsCall).renameColumn
	case "change_column":
		return (*railsCall).changeColumn
	case "change_column_default":
		return (*railsCall).changeDefault
	case "change_column_null":
		return (*railsCall).changeNull
	case "add_timestamps":
		return (*railsCall).addTimestamps
	case "remove_timestamps":
		return (*railsCall).removeTimestamps
	case "add_reference", "add_belongs_to":
		return (*railsCall).addReference
	case "remove_reference", "remove_belongs_to":
		return (*railsCall).removeReference
	}
	return railsConstraintReader(name)
}

func railsConstraintReader(name string) func(*railsCall) {
	switch name {
	case "add_index", "add_concurrent_index":
		return (*railsCall).addIndex
	case "remove_index":
		return (*railsCall).removeIndex
	case "rename_index":
		return (*railsCall).renameIndex
	case "add_foreign_key":
		return (*railsCall).addForeignKey
	case "remove_foreign_key":
		return (*railsCall).removeForeignKey
	case "validate_foreign_key", "validate_check_constraint", "validate_constraint":
		return (*railsCall).validate
	case "add_check_constraint":
		return (*railsCall).addCheck
	case "remove_check_constraint":
		return (*railsCall).removeCheck
	case "add_unique_constraint":
		return (*railsCall).addUnique
	case "remove_unique_constraint", "remove_exclusion_constraint":
		return (*railsCall).removeNamed
	case "add_exclusion_constraint":
		return (*railsCall).addExclusion
	case "create_enum":
		return (*railsCall).createEnum
	case "drop_enum":
		return (*railsCall).dropEnum
	case "rename_enum":
		return (*railsCall).renameEnum
	case "add_enum_value":
		return (*railsCall).addEnumValue
	case "rename_enum_value":
		return (*railsCall).renameEnumValue
	case "create_virtual_table":
		return (*railsCall).createVirtual
	case "create_schema", "drop_schema":
		return (*railsCall).schema
	case "execute":
		return (*railsCall).execute
	case "change_table_comment", "change_column_comment":
		return func(*railsCall) {}
	}
	return nil
}

func (c *railsCall) fail(reason string) {
	if c.bad == "" {
		c.bad = reason
	}
}

// name is a positional argument that must be plain.
func (c *railsCall) name(i int, what string) string {
	if i >= len(c.n.items) {
		c.fail(c.n.text + " names no " + what)
		return ""
	}
	return c.plain(c.n.items[i], what)
}

func (c *railsCall) plain(n *node, what string) string {
	s, ok := c.names.string(c.literal(c.names, n))
	if !ok {
		c.fail("the " + what + " of " + c.n.text + " is not plainly written: " + c.told(n))
	}
	return s
}

// list is an argument that is one name or several.
func (c *railsCall) list(n *node, what string) []string {
	n = c.literal(c.names, n)
	if n.form != listForm {
		return []string{c.plain(n, what)}
	}
	var out []string
	for _, item := range n.items {
		out = append(out, c.plain(item, what))
	}
	return out
}

// table is the table that the i-th argument names.
func (c *railsCall) table(i int) catalog.Name { return splitName(c.name(i, "table")) }

func splitName(name string) catalog.Name {
	if schema, object, ok := strings.Cut(name, "."); ok {
		return catalog.Name{Schema: strings.Trim(schema, `"`), Object: strings.Trim(object, `"`)}
	}
	return catalog.Name{Object: name}
}

// option is a keyword argument with names followed; nil when it is not given or nil.
func (c *railsCall) option(name string) *node {
	value := c.n.option(name)
	if value == nil {
		return nil
	}
	if value = c.literal(c.names, value); value.is("nil") {
		return nil
	}
	return value
}

func (c *railsCall) given(name string) bool { return c.n.option(name) != nil }

// flag is a keyword argument that is true or false.
func (c *railsCall) flag(name string, otherwise bool) bool {
	value := c.n.option(name)
	if value == nil {
		return otherwise
	}
	switch value = c.literal(c.names, value); {
	case value.is("true"):
		return true
	case value.is("false", "nil"):
		return false
	}
	c.fail("the option " + name + " of " + c.n.text + " is not plainly true or false: " + c.told(value))
	return otherwise
}

// say is a keyword argument that is a string.
func (c *railsCall) say(name string) string {
	value := c.option(name)
	if value == nil {
		return ""
	}
	return c.plain(value, name)
}

// splats fails a call whose options come from elsewhere.
func (c *railsCall) splats() {
	var all []keyword
	for _, arg := range c.n.named {
		if value := c.literal(c.names, arg.value); arg.name == "**" && value.form == dictForm {
			all = append(all, pairs(value)...)
			continue
		}
		if arg.name == "**" || arg.name == "=>" {
			c.fail("options of " + c.n.text + " are not plainly written")
		}
		all = append(all, arg)
	}
	if len(all) != len(c.n.named) {
		with := *c.n
		with.named = all
		c.n = &with
	}
	for _, arg := range c.n.items {
		if arg.form == otherForm && arg.text == "*" {
			c.fail("arguments of " + c.n.text + " are not plainly written")
		}
	}
}

func (c *railsCall) at() catalog.Place { return c.place(c.n) }

func (c *railsCall) ifMissing() bool { return c.flag("if_not_exists", c.guard.ifMissing) }
func (c *railsCall) ifExists() bool  { return c.flag("if_exists", c.guard.ifExists) }

// change adds what the call does, unless something could not be read.
func (c *railsCall) change(changes ...catalog.Change) {
	if c.bad == "" {
		c.emit(c.n, changes...)
	}
}

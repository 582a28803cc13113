package migrations

import (
	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// reference is what one reference makes: columns, an index, a foreign key.
type reference struct {
	columns []*catalog.Column
	index   *catalog.Constraint
	foreign *catalog.Constraint
}

func (c *railsCall) reference(table catalog.Name, name string) reference {
	kind := "bigint"
	if c.version < 5.1 {
		kind = "integer"
	}
	if said := c.option("type"); said != nil {
		kind = c.kind(said)
	}
	var ref reference
	names := []string{name + "_id"}
	if poly := c.option("polymorphic"); poly != nil && !poly.is("false") {
		plain := railsCall{railsReader: c.railsReader, names: c.names, n: &node{form: callForm, text: c.n.text, start: c.n.start, end: c.n.end, named: leaving(c.n.named, "default", "limit")}}
		if poly.form == dictForm {
			plain.n.named = pairs(poly)
		}
		names = []string{name + "_type", name + "_id"}
		ref.columns = append(ref.columns, plain.column(names[0], "string"))
	}
	ref.columns = append(ref.columns, c.column(name+"_id", kind))
	c.referenceIndex(&ref, table, name, names)
	if key := c.option("foreign_key"); key != nil && !key.is("false") {
		ref.foreign = c.foreignKey(table, name+"_id", inPlural(name), key)
	}
	return ref
}

func (c *railsCall) referenceIndex(ref *reference, table catalog.Name, name string, names []string) {
	index := c.option("index")
	if c.given("index") && (index == nil || index.is("false")) || !c.given("index") && c.version < 5 {
		return
	}
	ref.index = c.index(table, names, index)
	if ref.index.Name == "" {
		ref.index.Name = c.indexName(table, names)
		if len(names) > 1 && c.version >= 6.1 {
			ref.index.Name = c.indexName(table, []string{name})
		}
	}
}

func leaving(list []keyword, names ...string) []keyword {
	var out []keyword
	for _, arg := range list {
		skip := false
		for _, name := range names {
			skip = skip || arg.name == name
		}
		if !skip {
			out = append(out, arg)
		}
	}
	return out
}

// pairs are a hash's entries as keyword arguments.
func pairs(n *node) []keyword {
	var out []keyword
	for i, key := range n.keys {
		name, _ := (*environment)(nil).string(key)
		out = append(out, keyword{name, n.items[i]})
	}
	return out
}

func (ref reference) changes(c *railsCall, table catalog.Name) []catalog.Change {
	var out []catalog.Change
	for _, column := range ref.columns {
		out = append(out, catalog.AddColumn{Place: c.at(), Table: table, Column: column, IfNotExists: c.ifMissing()})
	}
	if ref.index != nil {
		out = append(out, catalog.CreateIndex{Place: c.at(), Table: table, Index: ref.index, IfNotExists: c.ifMissing()})
	}
	if ref.foreign != nil {
		out = append(out, catalog.AddConstraint{Place: c.at(), Table: table, Constraint: ref.foreign, IfNotExists: c.ifMissing()})
	}
	return out
}

func (c *railsCall) addReference() {
	table, name := c.table(0), c.name(1, "reference")
	c.splats()
	c.change(c.reference(table, name).changes(c, table)...)
}

func (c *railsCall) removeReference() {
	table, name := c.table(0), c.name(1, "reference")
	c.splats()
	changes := []catalog.Change{catalog.DropColumn{Place: c.at(), Table: table, Column: name + "_id", IfExists: c.ifExists()}}
	if poly := c.option("polymorphic"); poly != nil && !poly.is("false") {
		changes = append(changes, catalog.DropColumn{Place: c.at(), Table: table, Column: name + "_type", IfExists: c.ifExists()})
	}
	c.change(changes...)
}

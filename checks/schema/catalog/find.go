package catalog

// paths are the keys that a name may stand for, the likeliest first.
func (c *Catalog) paths(n Name) []Name {
	if n.Schema != "" || len(c.SearchPath) == 0 {
		return []Name{c.key(n)}
	}
	keys := make([]Name, len(c.SearchPath))
	for i, schema := range c.SearchPath {
		keys[i] = c.key(Name{schema, n.Object})
	}
	return keys
}

// made is the name of a new object: in the first schema of the search path unless qualified.
func (c *Catalog) made(n Name) Name {
	return Name{c.paths(n)[0].Schema, n.Object}
}

func lookup[T any](c *Catalog, in map[Name]T, n Name) (T, bool) {
	for _, key := range c.paths(n) {
		if found, ok := in[key]; ok {
			return found, true
		}
	}
	var none T
	return none, false
}

// Table is the table of that name, or nil.
func (c *Catalog) Table(n Name) *Table { t, _ := lookup(c, c.Tables, n); return t }

// View is the view of that name, or nil.
func (c *Catalog) View(n Name) *View { v, _ := lookup(c, c.Views, n); return v }

// Enum is the enum of that name, or nil.
func (c *Catalog) Enum(n Name) *Enum { e, _ := lookup(c, c.Enums, n); return e }

// Domain is the domain of that name, or nil.
func (c *Catalog) Domain(n Name) *Domain { d, _ := lookup(c, c.Domains, n); return d }

// Sequence is the sequence of that name, or nil.
func (c *Catalog) Sequence(n Name) *Sequence { s, _ := lookup(c, c.Sequences, n); return s }

// Overloads are the functions and procedures of that name.
func (c *Catalog) Overloads(n Name) []*Function { f, _ := lookup(c, c.Functions, n); return f }

// Column is the table's column of that name, or nil. Case counts as the dialect has it.
func (c *Catalog) Column(t *Table, name string) *Column {
	if i := c.column(t, name); i >= 0 {
		return t.Columns[i]
	}
	return nil
}

func (c *Catalog) column(t *Table, name string) int {
	c.spend(len(t.Columns))
	for i, column := range t.Columns {
		if c.Dialect.same(column.Name, name) {
			return i
		}
	}
	return -1
}

func (c *Catalog) constraint(t *Table, name string) int {
	c.spend(len(t.Constraints))
	for i, constraint := range t.Constraints {
		if c.Dialect.same(constraint.Name, name) {
			return i
		}
	}
	return -1
}

// constraintOf is constraint among those whose names may not be the same: MySQL's foreign
// keys, checks and indexes each have names of their own. With kind "" all are meant.
func (c *Catalog) constraintOf(t *Table, name string, kind ConstraintKind) int {
	if c.Dialect != MySQL || kind == "" {
		return c.constraint(t, name)
	}
	c.spend(len(t.Constraints))
	space := (&Constraint{Kind: kind}).space()
	for i, x := range t.Constraints {
		if x.space() == space && c.Dialect.same(x.Name, name) {
			return i
		}
	}
	return -1
}

// space is what a constraint's name is told apart from in MySQL.
func (x *Constraint) space() ConstraintKind {
	if x.Kind == Foreign || x.Kind == Check {
		return x.Kind
	}
	return Index
}

// Locate is the table that code means by a name: as Table finds it; else, since the
// code's search path is not known, the only one so called in any schema; or nil.
func (c *Catalog) Locate(n Name) *Table {
	if t := c.Table(n); t != nil {
		return t
	}
	if n.Schema != "" && c.hasSchema(n.Schema) {
		return nil
	}
	object := c.Dialect.fold(n.Object)
	var only *Table
	for key, t := range c.Tables {
		if key.Object != object {
			continue
		}
		if only != nil {
			return nil
		}
		only = t
	}
	return only
}

func (c *Catalog) hasSchema(name string) bool {
	name = c.Dialect.schema(name)
	if name == "" || c.Schemas[name] != nil {
		return true
	}
	for key := range c.Tables {
		if key.Schema == name {
			return true
		}
	}
	return false
}

// Resolve says whose column a mention is: of the first of its tables that has it. "*"
// gives every column of each. A table that is not known gives the mention as it stands,
// if no other can be meant.
func (c *Catalog) Resolve(m Mention) []ColumnOf {
	if m.Column == "*" || m.Column == "" {
		var all []ColumnOf
		for _, name := range m.Tables {
			all = append(all, c.expand(name, m.Column)...)
		}
		return all
	}
	for _, name := range m.Tables {
		if t := c.Locate(name); t != nil && c.column(t, m.Column) >= 0 {
			return []ColumnOf{{t.Name, m.Column}}
		}
		if v := c.View(name); v != nil && c.contains(v.Columns, m.Column) {
			return []ColumnOf{{v.Name, m.Column}}
		}
	}
	if len(m.Tables) == 1 && !m.Maybe {
		return []ColumnOf{{m.Tables[0], m.Column}}
	}
	return nil
}

func (c *Catalog) expand(name Name, column string) []ColumnOf {
	var columns []ColumnOf
	if t := c.Locate(name); t != nil {
		if column == "" {
			return []ColumnOf{{t.Name, ""}}
		}
		c.spend(len(t.Columns))
		for _, column := range t.Columns {
			columns = append(columns, ColumnOf{t.Name, column.Name})
		}
		return columns
	}
	if v := c.View(name); v != nil && column == "*" {
		for _, column := range v.Columns {
			columns = append(columns, ColumnOf{v.Name, column})
		}
	}
	if len(columns) == 0 {
		return []ColumnOf{{name, ""}}
	}
	return columns
}

func (c *Catalog) contains(names []string, name string) bool {
	for _, n := range names {
		if c.Dialect.same(n, name) {
			return true
		}
	}
	return false
}

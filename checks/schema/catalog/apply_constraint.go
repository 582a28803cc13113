package catalog

import "slices"

// putConstraint adds a constraint or index, named as the database does when it is not. A
// primary key makes its columns NOT NULL.
func (c *Catalog) putConstraint(t *Table, x *Constraint) *Constraint {
	n := *x
	if n.Name == "" {
		n.Name = c.constraintName(t, &n)
	}
	n.ID = c.birth(KindConstraint, n.Name, t.ID.within())
	t.Constraints = append(t.Constraints, &n)
	if n.Kind == Primary && c.Dialect != SQLite {
		for _, name := range n.Columns {
			if i := c.column(t, name); i >= 0 && !t.Columns[i].NotNull {
				column := *t.Columns[i]
				column.NotNull = true
				column.Touched = touched(column.Touched, AspectNull, n.At)
				t.Columns[i] = &column
			}
		}
	}
	return &n
}

func (x AddConstraint) Apply(c *Catalog) error {
	t := c.Table(x.Table)
	if t == nil {
		return c.missing(x.Place, x.IfExists, KindTable, x.Table)
	}
	var problem error
	if i := c.constraintOf(t, x.Constraint.Name, x.Constraint.Kind); x.Constraint.Name != "" && i >= 0 && x.Constraint.Name != x.UsingIndex {
		if x.IfNotExists {
			return nil
		}
		problem = c.problem(x.Place, t.Name, "constraint %s of %s is there already", x.Constraint.Name, t.Name)
		t = c.takeConstraint(x.Place, t, i, false)
	}
	t = c.edit(t)
	n := *x.Constraint
	if x.UsingIndex != "" {
		i := c.constraint(t, x.UsingIndex)
		if i < 0 {
			return c.problem(x.Place, t.Name, "index %s of %s is not known here", x.UsingIndex, t.Name)
		}
		n.Columns, n.Also, n.Expr = t.Constraints[i].Columns, t.Constraints[i].Also, t.Constraints[i].Expr
		n.Where, n.NullsNotDistinct = t.Constraints[i].Where, t.Constraints[i].NullsNotDistinct
		if n.Name == "" {
			n.Name = x.UsingIndex
		}
		t.Constraints = slices.Delete(t.Constraints, i, i+1)
	}
	for _, name := range n.Columns {
		if name != "" && n.Kind != Check && c.column(t, name) < 0 && t.Partial == "" {
			problem = c.problem(x.Place, t.Name, "column %s.%s is not known here", t.Name, name)
		}
	}
	c.putConstraint(t, &n)
	return problem
}

func (x DropConstraint) Apply(c *Catalog) error {
	t := c.Table(x.Table)
	if t == nil {
		return c.missing(x.Place, x.IfTableExists, KindTable, x.Table)
	}
	i := c.constraintOf(t, x.Name, x.Kind)
	if i < 0 && x.Columns != nil {
		i = c.constraintOver(t, x.Columns, func(k *Constraint) bool { return k.Kind == x.Kind })
	} else if x.Name == "" {
		i = slices.IndexFunc(t.Constraints, func(k *Constraint) bool { return k.Kind == x.Kind })
	}
	if i < 0 && x.References != nil {
		i = slices.IndexFunc(t.Constraints, func(k *Constraint) bool { return k.Kind == x.Kind && c.is(k.References, *x.References) })
	}
	if i < 0 {
		if x.IfExists {
			return nil
		}
		return c.problem(x.Place, t.Name, "constraint %s of %s is not known here", x.Name, t.Name)
	}
	dropped := t.Constraints[i]
	t = c.takeConstraint(x.Place, t, i, false)
	if x.Cascade && (dropped.Kind == Primary || dropped.Kind == Unique) {
		c.removeKeysTo(x.Place, t, dropped)
	}
	return nil
}

// constraintOver finds a constraint by its columns.
func (c *Catalog) constraintOver(t *Table, columns []string, wanted func(*Constraint) bool) int {
	c.spend(len(t.Constraints) * (1 + len(columns)))
	return slices.IndexFunc(t.Constraints, func(k *Constraint) bool {
		return wanted(k) && slices.EqualFunc(k.Columns, columns, c.Dialect.same)
	})
}

// keyLike finds a foreign key by its name, else by its columns, else by the table it refers to.
func (c *Catalog) keyLike(t *Table, name string, columns []string, to *Name) int {
	i := c.constraint(t, name)
	isKey := func(k *Constraint) bool { return k.Kind == Foreign }
	if i < 0 && columns != nil {
		i = c.constraintOver(t, columns, isKey)
	}
	if i < 0 && to != nil {
		i = slices.IndexFunc(t.Constraints, func(k *Constraint) bool { return isKey(k) && c.is(k.References, *to) })
	}
	return i
}

// removeKeysTo takes the foreign keys away that referred to a dropped key.
func (c *Catalog) removeKeysTo(at Place, t *Table, key *Constraint) {
	for _, other := range c.tablesWith(func(o *Table) bool { return c.refers(o, t.Name) }) {
		for i := len(other.Constraints) - 1; i >= 0; i-- {
			x := other.Constraints[i]
			implied := len(x.RefColumns) == 0 && key.Kind == Primary
			if c.is(x.References, t.Name) && (implied || slices.Equal(x.RefColumns, key.Columns)) {
				other = c.takeConstraint(at, other, i, true)
			}
		}
	}
}

// takeConstraint removes the i-th constraint.
func (c *Catalog) takeConstraint(at Place, t *Table, i int, cascade bool) *Table {
	t = c.edit(t)
	x := t.Constraints[i]
	t.Constraints = slices.Delete(t.Constraints, i, i+1)
	c.gone(Removal{At: at, ID: x.ID, Kind: KindConstraint, Name: t.Name, Item: x.Name, Cascade: cascade})
	return t
}

// changeConstraint replaces a constraint by an altered copy.
func (c *Catalog) changeConstraint(at Place, t *Table, name string, change func(*Constraint)) error {
	i := c.constraint(t, name)
	if i < 0 {
		return c.problem(at, t.Name, "constraint %s of %s is not known here", name, t.Name)
	}
	t = c.edit(t)
	n := *t.Constraints[i]
	change(&n)
	t.Constraints[i] = &n
	return nil
}

func (x RenameConstraint) Apply(c *Catalog) error {
	t := c.Table(x.Table)
	if t == nil {
		return c.missing(x.Place, false, KindTable, x.Table)
	}
	return c.changeConstraint(x.Place, t, x.From, func(k *Constraint) {
		k.Name, k.Touched = x.To, touched(k.Touched, AspectName, x.Place)
	})
}

func (x AlterConstraint) Apply(c *Catalog) error {
	t := c.Table(x.Table)
	if t == nil {
		return c.missing(x.Place, false, KindTable, x.Table)
	}
	name := x.Name
	if i := c.keyLike(t, x.Name, x.Columns, x.References); i >= 0 {
		name = t.Constraints[i].Name
	}
	return c.changeConstraint(x.Place, t, name, func(k *Constraint) {
		if x.Valid != nil {
			k.Valid, k.Touched = *x.Valid, touched(k.Touched, AspectValid, x.Place)
		}
		if x.Deferrable != nil {
			k.Deferrable = *x.Deferrable
		}
	})
}

func (x CreateIndex) Apply(c *Catalog) error {
	if v := c.View(x.Table); v != nil && c.Table(x.Table) == nil {
		return nil // of a materialized view: it can be dropped only with it
	}
	return AddConstraint{Place: x.Place, Table: x.Table, Constraint: x.Index, IfNotExists: x.IfNotExists}.Apply(c)
}

// indexed finds an index by its name in its table's schema.
func (c *Catalog) indexed(name Name, table *Name) (*Table, int) {
	if table != nil {
		if t := c.Table(*table); t != nil {
			return t, c.constraintOf(t, name.Object, Index)
		}
		return nil, -1
	}
	for _, key := range c.paths(name) {
		for _, t := range c.Tables {
			if c.key(t.Name).Schema != key.Schema {
				continue
			}
			if i := c.constraint(t, name.Object); i >= 0 && t.Constraints[i].isIndex() {
				return t, i
			}
		}
		c.spend(4 * len(c.Tables))
	}
	return nil, -1
}

func (x *Constraint) isIndex() bool { return x.Kind != Check && x.Kind != Foreign }

func (x DropIndex) Apply(c *Catalog) error {
	t, i := c.indexed(x.Name, x.Table)
	if i < 0 && t != nil && x.Columns != nil {
		i = c.constraintOver(t, x.Columns, (*Constraint).isIndex)
	}
	if i < 0 {
		if x.IfExists || t != nil && c.keysIndex(t, x.Name.Object) {
			return nil
		}
		touches := x.Name
		if x.Table != nil {
			touches = *x.Table
		}
		return c.problem(x.Place, touches, "index %s is not known here", x.Name)
	}
	c.takeConstraint(x.Place, t, i, false)
	return nil
}

// keysIndex reports whether a name is that of an index which MySQL made by itself for a
// foreign key of the table, there still or gone: such an index is not in the catalogue.
func (c *Catalog) keysIndex(t *Table, name string) bool {
	if c.Dialect != MySQL {
		return false
	}
	c.spend(len(t.Constraints) + 4*len(c.Removals))
	return slices.ContainsFunc(t.Constraints, func(x *Constraint) bool {
		return x.Kind == Foreign && (c.Dialect.same(x.Name, name) || len(x.Columns) > 0 && c.Dialect.same(x.Columns[0], name))
	}) || slices.ContainsFunc(c.Removals, func(r Removal) bool {
		return r.Kind == KindConstraint && c.Dialect.same(r.Item, name) && c.key(r.Name) == c.key(t.Name)
	})
}

func (x RenameIndex) Apply(c *Catalog) error {
	t, i := c.indexed(x.Name, x.Table)
	if i < 0 {
		if x.IfExists || t != nil && c.keysIndex(t, x.Name.Object) {
			return nil
		}
		return c.problem(x.Place, x.Name, "index %s is not known here", x.Name)
	}
	t = c.edit(t)
	n := *t.Constraints[i]
	n.Name, n.Touched = x.To, touched(n.Touched, AspectName, x.Place)
	t.Constraints[i] = &n
	return nil
}

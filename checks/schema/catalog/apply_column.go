package catalog

import (
	"slices"
)

// putColumn adds a column that CREATE TABLE names; one that a parent gave already is merged.
func (c *Catalog) putColumn(t *Table, column *Column) {
	n := *column
	if i := c.column(t, n.Name); i >= 0 {
		old := t.Columns[i]
		n.ID, n.NotNull = old.ID, n.NotNull || old.NotNull
		t.Columns[i] = &n
		return
	}
	n.ID = c.birth(KindColumn, n.Name, t.ID.within())
	t.Columns = append(t.Columns, &n)
}

func (x AddColumn) Apply(c *Catalog) error {
	t := c.Table(x.Table)
	if t == nil {
		return c.missing(x.Place, x.IfExists, KindTable, x.Table)
	}
	var problem error
	if i := c.column(t, x.Column.Name); i >= 0 {
		if x.IfNotExists {
			return nil
		}
		problem = c.problem(x.Place, t.Name, "column %s.%s is there already", t.Name, x.Column.Name)
		t = c.edit(t)
		t.Columns = slices.Delete(t.Columns, i, i+1)
	}
	t = c.edit(t)
	c.putColumn(t, x.Column)
	c.moveColumn(t, x.Column.Name, x.First, x.After)
	for _, child := range c.children(t.Name) {
		c.putColumn(c.edit(child), x.Column)
	}
	return problem
}

// moveColumn puts a column first or after another, where that is said.
func (c *Catalog) moveColumn(t *Table, name string, first bool, after string) {
	if !first && after == "" {
		return
	}
	from := c.column(t, name)
	column := t.Columns[from]
	t.Columns = slices.Delete(t.Columns, from, from+1)
	to := 0
	if !first {
		to = c.column(t, after) + 1
		if to == 0 {
			to = len(t.Columns)
		}
	}
	t.Columns = slices.Insert(t.Columns, to, column)
}

func (x DropColumn) Apply(c *Catalog) error {
	t := c.Table(x.Table)
	if t == nil {
		return c.missing(x.Place, x.IfTableExists, KindTable, x.Table)
	}
	i := c.column(t, x.Column)
	if i < 0 {
		if x.IfExists {
			return nil
		}
		return c.problem(x.Place, t.Name, "column %s.%s is not known here", t.Name, x.Column)
	}
	return c.removeColumn(x.Place, t, i, x.Cascade)
}

func (c *Catalog) removeColumn(at Place, t *Table, i int, cascade bool) error {
	t = c.edit(t)
	column := t.Columns[i]
	t.Columns = slices.Delete(t.Columns, i, i+1)
	c.gone(Removal{At: at, ID: column.ID, Kind: KindColumn, Name: t.Name, Item: column.Name})
	t = c.dropConstraintsOn(at, t, column.Name)
	problem := c.removeReaders(at, ColumnOf{t.Name, column.Name}, cascade)
	for j := len(t.Columns) - 1; j >= 0; j-- {
		if !c.contains(t.Columns[j].From, column.Name) {
			continue
		}
		if !cascade {
			problem = c.problem(at, t.Name, "column %s.%s is dropped without CASCADE while %s is generated from it", t.Name, column.Name, t.Columns[j].Name)
		}
		c.gone(Removal{At: at, ID: t.Columns[j].ID, Kind: KindColumn, Name: t.Name, Item: t.Columns[j].Name, Cascade: true})
		t.Columns = slices.Delete(t.Columns, j, j+1)
	}
	for _, child := range c.children(t.Name) {
		if j := c.column(child, column.Name); j >= 0 {
			problem = c.removeColumn(at, child, j, cascade)
		}
	}
	return problem
}

// dropConstraintsOn takes those constraints and indexes away that go with a column. MySQL
// only takes the column out of an index, unless it is the last one.
func (c *Catalog) dropConstraintsOn(at Place, t *Table, column string) *Table {
	for i := len(t.Constraints) - 1; i >= 0; i-- {
		x := t.Constraints[i]
		if !c.contains(x.Columns, column) && !c.contains(x.Also, column) {
			continue
		}
		left := slices.DeleteFunc(slices.Clone(x.Columns), func(s string) bool { return c.Dialect.same(s, column) })
		if c.Dialect == MySQL && len(left) > 0 && x.Kind != Foreign && x.Kind != Check {
			n := *x
			n.Columns = left
			n.Touched = touched(x.Touched, AspectColumns, at)
			t.Constraints[i] = &n
			continue
		}
		t = c.takeConstraint(at, t, i, true)
	}
	return t
}

// removeReaders takes the views that read what is dropped away with it, and theirs.
// Without CASCADE PostgreSQL refuses; the other dialects leave a view that fails.
func (c *Catalog) removeReaders(at Place, gone ColumnOf, cascade bool) error {
	var problem error
	for _, v := range c.readers(gone) {
		if c.Dialect != Postgres {
			problem = c.problem(at, v.Name, "view %s still reads %s, which is dropped", v.Name, gone)
			continue
		}
		if !cascade {
			problem = c.problem(at, gone.Table, "%s is dropped without CASCADE while view %s reads it", gone, v.Name)
			continue
		}
		c.removeView(at, v, true)
	}
	return problem
}

func (u ColumnOf) String() string {
	if u.Column == "" {
		return u.Table.String()
	}
	return u.Table.String() + "." + u.Column
}

func (x RenameColumn) Apply(c *Catalog) error {
	t := c.Table(x.Table)
	if t == nil {
		if v := c.View(x.Table); v != nil {
			return c.renameViewColumn(x, v)
		}
		return c.missing(x.Place, x.IfTableExists, KindTable, x.Table)
	}
	i := c.column(t, x.From)
	if i < 0 {
		if x.IfExists {
			return nil
		}
		return c.problem(x.Place, t.Name, "column %s.%s is not known here", t.Name, x.From)
	}
	if taken := c.column(t, x.To); taken >= 0 && taken != i {
		return c.problem(x.Place, t.Name, "column %s.%s is to be called %s, which is there already", t.Name, x.From, x.To)
	}
	c.renameColumn(x.Place, t, i, x.To)
	return nil
}

func (c *Catalog) renameColumn(at Place, t *Table, i int, to string) {
	t = c.edit(t)
	from := t.Columns[i].Name
	n := *t.Columns[i]
	n.Name = to
	n.Touched = touched(n.Touched, AspectName, at)
	t.Columns[i] = &n
	rename := func(names []string) []string { return c.renamed(names, from, to) }
	for j, column := range t.Columns {
		if c.contains(column.From, from) {
			n := *column
			n.From = rename(n.From)
			t.Columns[j] = &n
		}
	}
	for j, x := range t.Constraints {
		if c.contains(x.Columns, from) || c.contains(x.Also, from) {
			n := *x
			n.Columns, n.Also = rename(x.Columns), rename(x.Also)
			t.Constraints[j] = &n
		}
	}
	for j, p := range t.Policies {
		n := *p
		n.Columns = rename(p.Columns)
		t.Policies[j] = &n
	}
	for _, other := range c.tablesWith(func(o *Table) bool { return c.refers(o, t.Name) }) {
		other = c.edit(other)
		for j, x := range other.Constraints {
			if c.is(x.References, t.Name) && c.contains(x.RefColumns, from) {
				n := *x
				n.RefColumns = rename(x.RefColumns)
				other.Constraints[j] = &n
			}
		}
	}
	c.followViews(t.Name, func(u ColumnOf) ColumnOf {
		if c.Dialect.same(u.Column, from) {
			u.Column = to
		}
		return u
	})
	for _, child := range c.children(t.Name) {
		if j := c.column(child, from); j >= 0 {
			c.renameColumn(at, child, j, to)
		}
	}
}

func (c *Catalog) renamed(names []string, from, to string) []string {
	if !c.contains(names, from) {
		return names
	}
	names = slices.Clone(names)
	for i := range names {
		if c.Dialect.same(names[i], from) {
			names[i] = to
		}
	}
	return names
}

func (x AlterColumn) Apply(c *Catalog) error {
	t := c.Table(x.Table)
	if t == nil {
		if c.View(x.Table) != nil {
			return nil // a view's column has a default only
		}
		return c.missing(x.Place, x.IfTableExists, KindTable, x.Table)
	}
	i := c.column(t, x.Column)
	if i < 0 {
		if x.IfExists {
			return nil
		}
		return c.problem(x.Place, t.Name, "column %s.%s is not known here", t.Name, x.Column)
	}
	if x.Redefine != nil {
		return x.redefine(c, t, i)
	}
	x.alter(c, t, i)
	for _, child := range c.children(t.Name) {
		if j := c.column(child, x.Column); j >= 0 {
			x.alter(c, child, j)
		}
	}
	return nil
}

func (x AlterColumn) alter(c *Catalog, t *Table, i int) {
	t = c.edit(t)
	n := *t.Columns[i]
	mark := func(a Aspect) { n.Touched = touched(n.Touched, a, x.Place) }
	if x.Type != nil {
		n.Type = *x.Type
		mark(AspectType)
	}
	if x.NotNull != nil {
		n.NotNull = *x.NotNull
		mark(AspectNull)
	}
	if x.Default != nil || x.DropDefault {
		n.Default = x.Default
		mark(AspectDefault)
	}
	if x.Generated != nil || x.DropGenerated {
		n.Generated = x.Generated
		mark(AspectGenerated)
	}
	if x.Identity != nil {
		n.Identity = *x.Identity
		mark(AspectIdentity)
	}
	t.Columns[i] = &n
}

// redefine puts a whole definition in the column's place.
func (x AlterColumn) redefine(c *Catalog, t *Table, i int) error {
	t = c.edit(t)
	old := t.Columns[i]
	n := *x.Redefine
	n.Name, n.ID, n.At, n.Touched = old.Name, old.ID, old.At, old.Touched
	n.NotNull = n.NotNull || c.inPrimary(t, old.Name)
	for _, aspect := range columnAspects(old, &n) {
		n.Touched = touched(n.Touched, aspect, x.Place)
	}
	t.Columns[i] = &n
	c.moveColumn(t, n.Name, x.First, x.After)
	if c.Dialect.same(x.Redefine.Name, old.Name) {
		return nil
	}
	return RenameColumn{Place: x.Place, Table: t.Name, From: old.Name, To: x.Redefine.Name}.Apply(c)
}

// inPrimary reports whether a column is part of the primary key, and so NOT NULL whatever
// its definition says.
func (c *Catalog) inPrimary(t *Table, column string) bool {
	c.spend(len(t.Constraints))
	return slices.ContainsFunc(t.Constraints, func(x *Constraint) bool {
		if x.Kind != Primary {
			return false
		}
		c.spend(len(x.Columns))
		return c.contains(x.Columns, column)
	})
}

// touched notes the last statement that changed an aspect.
func touched(list []Touch, aspect Aspect, at Place) []Touch {
	others := slices.DeleteFunc(slices.Clone(list), func(t Touch) bool { return t.Aspect == aspect })
	return append(others, Touch{aspect, at})
}

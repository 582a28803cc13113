package catalog

import (
	"slices"
	"strings"
)

func (x CreateTable) Apply(c *Catalog) error {
	t := *x.Table
	t.Name = c.made(t.Name)
	key := c.key(t.Name)
	var problem error
	if old := c.Tables[key]; old != nil && !(t.Temporary && !old.Temporary) {
		if x.IfNotExists {
			return nil
		}
		problem = c.problem(x.Place, t.Name, "table %s is there already", t.Name)
	}
	t.owner = c.owner
	t.ID = c.birth(KindTable, t.Name.String(), "")
	said := t.Columns
	t.Columns, t.Constraints = nil, nil
	for _, parent := range t.Inherits {
		c.inherit(&t, parent)
	}
	if t.PartitionOf != nil {
		c.inherit(&t, *t.PartitionOf)
	}
	for _, like := range x.Like {
		c.copyLike(&t, like)
	}
	c.Tables[key] = &t
	for _, column := range said {
		c.putColumn(&t, column)
	}
	for _, constraint := range x.Table.Constraints {
		c.putConstraint(&t, constraint)
	}
	return problem
}

// inherit copies a parent's columns.
func (c *Catalog) inherit(t *Table, parent Name) {
	p := c.Table(parent)
	if p == nil {
		t.Partial = "its parent " + parent.String() + " is not known"
		return
	}
	if p.Partial != "" {
		t.Partial = p.Partial
	}
	for _, column := range p.Columns {
		c.putColumn(t, column)
	}
}

func (c *Catalog) copyLike(t *Table, like Like) {
	from := c.Table(like.Table)
	if from == nil {
		t.Partial = "it is made like " + like.Table.String() + ", which is not known"
		return
	}
	for _, column := range from.Columns {
		n := *column
		n.At, n.Touched = t.At, nil
		if !like.Defaults {
			n.Default = nil
		}
		if !like.Generated {
			n.Generated, n.From = nil, nil
		}
		if !like.Identity {
			n.Identity = ""
		}
		c.putColumn(t, &n)
	}
	for _, constraint := range from.Constraints {
		if like.copies(constraint) {
			n := *constraint
			n.At, n.Touched = t.At, nil
			if c.Dialect != MySQL || n.Kind == Check {
				n.Name = ""
			}
			c.putConstraint(t, &n)
		}
	}
}

func (l Like) copies(constraint *Constraint) bool {
	switch constraint.Kind {
	case Check:
		return l.Checks
	case Foreign:
		return false
	}
	return l.Indexes
}

func (x DropTable) Apply(c *Catalog) error {
	t := c.Table(x.Name)
	if t == nil {
		return c.missing(x.Place, x.IfExists, KindTable, x.Name)
	}
	return c.removeTable(x.Place, t, x.Cascade, false)
}

func (c *Catalog) removeTable(at Place, t *Table, cascade, cascaded bool) error {
	delete(c.Tables, c.key(t.Name))
	c.gone(Removal{At: at, ID: t.ID, Kind: KindTable, Name: t.Name, Cascade: cascaded})
	problem := c.removeForeign(at, t.Name, cascade)
	if err := c.removeReaders(at, ColumnOf{t.Name, ""}, cascade); problem == nil {
		problem = err
	}
	for _, child := range c.children(t.Name) {
		problem = c.removeTable(at, child, cascade, true)
	}
	for key, s := range c.Sequences {
		if s.OwnedBy != nil && c.is(&s.OwnedBy.Table, t.Name) {
			delete(c.Sequences, key)
			c.gone(Removal{At: at, ID: s.ID, Kind: KindSequence, Name: s.Name, Cascade: true})
		}
	}
	c.spend(len(c.Sequences))
	return problem
}

// removeForeign takes the foreign keys to a table away with it. The other dialects let
// them dangle; PostgreSQL refuses without CASCADE.
func (c *Catalog) removeForeign(at Place, gone Name, cascade bool) error {
	if c.Dialect != Postgres {
		return nil
	}
	var problem error
	for _, t := range c.tablesWith(func(t *Table) bool { return c.refers(t, gone) }) {
		for i := len(t.Constraints) - 1; i >= 0; i-- {
			constraint := t.Constraints[i]
			if !c.is(constraint.References, gone) {
				continue
			}
			if !cascade {
				problem = c.problem(at, gone, "%s is dropped without CASCADE while constraint %s of %s refers to it", gone, constraint.Name, t.Name)
			}
			t = c.takeConstraint(at, t, i, true)
		}
	}
	return problem
}

// children are the partitions of a table, by name.
func (c *Catalog) children(parent Name) []*Table {
	return c.tablesWith(func(t *Table) bool { return c.is(t.PartitionOf, parent) })
}

// is reports whether n is set and means the object called name.
func (c *Catalog) is(n *Name, name Name) bool { return n != nil && c.key(*n) == c.key(name) }

// refers reports whether a foreign key of t refers to the table.
func (c *Catalog) refers(t *Table, to Name) bool {
	c.spend(len(t.Constraints))
	return slices.ContainsFunc(t.Constraints, func(x *Constraint) bool { return c.is(x.References, to) })
}

// tablesWith are the tables of which wanted is true, by name.
func (c *Catalog) tablesWith(wanted func(*Table) bool) []*Table {
	c.spend(4 * len(c.Tables))
	var list []*Table
	for _, t := range c.Tables {
		if wanted(t) {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b *Table) int { return a.Name.compare(b.Name) })
	return list
}

func (x RenameTable) Apply(c *Catalog) error {
	t := c.Table(x.From)
	if t == nil {
		return c.renameOther(x)
	}
	to := Name{t.Name.Schema, x.To.Object}
	if x.To.Schema != "" {
		to.Schema = c.key(x.To).Schema
	}
	old := t.Name.Object
	problem := c.moveTable(x.Place, t, to)
	if t = c.Table(to); x.Indexes && t != nil {
		c.renameIndexes(c.edit(t), old)
	}
	return problem
}

// renameOther is ALTER TABLE of what PostgreSQL takes for one too: a sequence, a view, an
// index. The sequences of serial columns are not among the catalogue's.
func (c *Catalog) renameOther(x RenameTable) error {
	if c.Dialect != Postgres {
		return c.missing(x.Place, x.IfExists, KindTable, x.From)
	}
	if s := c.Sequence(x.From); s != nil {
		c.moveSequence(x.Place, s, Name{s.Name.Schema, x.To.Object})
		return nil
	}
	if v := c.View(x.From); v != nil {
		c.moveView(v, Name{v.Name.Schema, x.To.Object})
		return nil
	}
	if t, i := c.indexed(x.From, nil); i >= 0 {
		return RenameConstraint{Place: x.Place, Table: t.Name, From: x.From.Object, To: x.To.Object}.Apply(c)
	}
	return c.missing(x.Place, x.IfExists || strings.HasSuffix(x.From.Object, "_seq"), KindTable, x.From)
}

// renameIndexes has the indexes follow that are called after the table.
func (c *Catalog) renameIndexes(t *Table, old string) {
	c.spend(len(t.Constraints))
	for i, x := range t.Constraints {
		for _, around := range [][2]string{{"index_", "_on_"}, {"", "_pkey"}} {
			if rest, ok := strings.CutPrefix(x.Name, around[0]+old+around[1]); ok && x.isIndex() {
				n := *x
				n.Name = around[0] + t.Name.Object + around[1] + rest
				t.Constraints[i] = &n
			}
		}
	}
}

// moveTable files a table under another name and has those that refer to it follow.
func (c *Catalog) moveTable(at Place, t *Table, to Name) error {
	from := t.Name
	var problem error
	if old := c.Tables[c.key(to)]; old != nil && old != t {
		problem = c.problem(at, to, "table %s is to be called %s, which is there already", from, to)
	}
	t = c.edit(t)
	delete(c.Tables, c.key(from))
	t.Name, t.Touched = to, touched(t.Touched, AspectName, at)
	c.renameGenerated(t, from.Object)
	c.Tables[c.key(to)] = t
	c.follow(from, to)
	return problem
}

// renameGenerated has the names that MySQL made of the table's follow it.
func (c *Catalog) renameGenerated(t *Table, from string) {
	if c.Dialect != MySQL {
		return
	}
	c.spend(len(t.Constraints))
	for i, x := range t.Constraints {
		for _, word := range []string{"_ibfk_", "_chk_"} {
			if number, ok := strings.CutPrefix(x.Name, from+word); ok {
				n := *x
				n.Name = t.Name.Object + word + number
				t.Constraints[i] = &n
			}
		}
	}
}

// follow changes the name of a table wherever another object refers to it.
func (c *Catalog) follow(from, to Name) {
	for _, t := range c.tablesWith(func(t *Table) bool {
		return c.refers(t, from) || c.is(t.PartitionOf, from) || c.inherits(t, from)
	}) {
		t = c.edit(t)
		for i, constraint := range t.Constraints {
			if c.is(constraint.References, from) {
				n := *constraint
				n.References = &to
				t.Constraints[i] = &n
			}
		}
		if c.is(t.PartitionOf, from) {
			t.PartitionOf = &to
		}
		for i := range t.Inherits {
			if c.is(&t.Inherits[i], from) {
				t.Inherits[i] = to
			}
		}
	}
	c.spend(len(c.Sequences))
	for key, s := range c.Sequences {
		if s.OwnedBy != nil && c.is(&s.OwnedBy.Table, from) {
			n := *s
			n.OwnedBy = &ColumnOf{to, s.OwnedBy.Column}
			c.Sequences[key] = &n
		}
	}
	c.followViews(from, func(u ColumnOf) ColumnOf { return ColumnOf{to, u.Column} })
}

func (c *Catalog) inherits(t *Table, parent Name) bool {
	return slices.ContainsFunc(t.Inherits, func(n Name) bool { return c.is(&n, parent) })
}

// followViews changes what views read of a table. MySQL keeps a view's text: there the
// view breaks, and still reads what is gone.
func (c *Catalog) followViews(table Name, change func(ColumnOf) ColumnOf) {
	if c.Dialect == MySQL {
		return
	}
	for key, v := range c.Views {
		c.spend(1 + len(v.Uses))
		var uses []ColumnOf
		for i, u := range v.Uses {
			if c.key(u.Table) != c.key(table) || change(u) == u {
				continue
			}
			if uses == nil {
				uses = slices.Clone(v.Uses)
			}
			uses[i] = change(u)
		}
		if uses != nil {
			n := *v
			n.Uses = uses
			c.Views[key] = &n
		}
	}
}

func (x SetCharset) Apply(c *Catalog) error {
	t := c.Table(x.Table)
	if t == nil {
		return c.missing(x.Place, x.IfExists, KindTable, x.Table)
	}
	t = c.edit(t)
	c.spend(8 * len(t.Columns))
	for i, column := range t.Columns {
		n := *column
		switch {
		case x.Convert:
			n.Type.Charset, n.Type.Collation = "", ""
		case n.Type.Charset == "" && n.Type.hasCharset():
			n.Type.Charset, n.Type.Collation = t.Charset, either(n.Type.Collation, t.Collation)
		}
		if !n.Type.Equal(column.Type) {
			t.Columns[i] = &n
		}
	}
	t.Charset, t.Collation = x.Charset, x.Collation
	t.Touched = touched(t.Touched, AspectCharset, x.Place)
	return nil
}

// hasCharset reports whether a type of MySQL is text.
func (t Type) hasCharset() bool {
	return strings.HasSuffix(t.Base, "char") || strings.HasSuffix(t.Base, "text") || len(t.Values) > 0
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (x AttachPartition) Apply(c *Catalog) error {
	t := c.Table(x.Partition)
	if t == nil {
		return c.missing(x.Place, false, KindTable, x.Partition)
	}
	parent := c.Table(x.Table)
	if parent == nil {
		return c.missing(x.Place, false, KindTable, x.Table)
	}
	t = c.edit(t)
	name := parent.Name
	t.PartitionOf = &name
	return nil
}

func (x DetachPartition) Apply(c *Catalog) error {
	t := c.Table(x.Partition)
	if t == nil || t.PartitionOf == nil {
		return c.missing(x.Place, false, KindTable, x.Partition)
	}
	c.edit(t).PartitionOf = nil
	return nil
}

package catalog

import (
	"slices"
	"strings"
)

func (x CreateView) Apply(c *Catalog) error {
	v := *x.View
	v.Name = c.made(v.Name)
	key := c.key(v.Name)
	old := c.Views[key]
	if old != nil && x.IfNotExists {
		return nil
	}
	var problem error
	if old != nil && !x.Replace || c.Tables[key] != nil {
		problem = c.problem(x.Place, v.Name, "%s is there already", v.Name)
	}
	v.Uses = c.resolveAll(x.Mentions)
	if old != nil && x.Replace {
		v.ID, v.Triggers = old.ID, old.Triggers
	} else {
		v.ID = c.birth(KindView, v.Name.String(), "")
	}
	c.Views[key] = &v
	return problem
}

func (c *Catalog) resolveAll(mentions []Mention) []ColumnOf {
	var uses []ColumnOf
	for _, m := range mentions {
		uses = append(uses, c.Resolve(m)...)
	}
	slices.SortFunc(uses, func(a, b ColumnOf) int {
		if n := a.Table.compare(b.Table); n != 0 {
			return n
		}
		return strings.Compare(a.Column, b.Column)
	})
	return slices.Compact(uses)
}

func (x DropView) Apply(c *Catalog) error {
	v := c.View(x.Name)
	if v == nil {
		return c.missing(x.Place, x.IfExists, KindView, x.Name)
	}
	if !x.Cascade && c.Dialect == Postgres {
		for _, reader := range c.readers(ColumnOf{v.Name, ""}) {
			delete(c.Views, c.key(v.Name))
			c.gone(Removal{At: x.Place, ID: v.ID, Kind: KindView, Name: v.Name})
			return c.problem(x.Place, v.Name, "view %s is dropped without CASCADE while view %s reads it", v.Name, reader.Name)
		}
	}
	c.removeView(x.Place, v, false)
	return nil
}

// removeView removes a view with those that read it.
func (c *Catalog) removeView(at Place, v *View, cascaded bool) {
	if c.Views[c.key(v.Name)] != v {
		return // gone with another
	}
	delete(c.Views, c.key(v.Name))
	c.gone(Removal{At: at, ID: v.ID, Kind: KindView, Name: v.Name, Cascade: cascaded})
	if c.Dialect != Postgres {
		return
	}
	for _, reader := range c.readers(ColumnOf{v.Name, ""}) {
		c.removeView(at, reader, true)
	}
}

// readers are the views that read a column, or with Column "" anything of a table.
func (c *Catalog) readers(of ColumnOf) []*View {
	key := c.key(of.Table)
	var list []*View
	for _, v := range c.Views {
		c.spend(1 + len(v.Uses))
		if slices.ContainsFunc(v.Uses, func(u ColumnOf) bool {
			return c.key(u.Table) == key && (of.Column == "" || c.Dialect.same(u.Column, of.Column))
		}) {
			list = append(list, v)
		}
	}
	slices.SortFunc(list, func(a, b *View) int { return a.Name.compare(b.Name) })
	return list
}

func (x RenameView) Apply(c *Catalog) error {
	v := c.View(x.From)
	if v == nil {
		return c.missing(x.Place, x.IfExists, KindView, x.From)
	}
	to := Name{v.Name.Schema, x.To.Object}
	if x.To.Schema != "" {
		to.Schema = c.key(x.To).Schema
	}
	c.moveView(v, to)
	return nil
}

func (c *Catalog) moveView(v *View, to Name) {
	n := *v
	n.Name = to
	delete(c.Views, c.key(v.Name))
	c.Views[c.key(to)] = &n
	c.followViews(v.Name, func(u ColumnOf) ColumnOf { return ColumnOf{to, u.Column} })
}

func (c *Catalog) renameViewColumn(x RenameColumn, v *View) error {
	if !c.contains(v.Columns, x.From) {
		return c.problem(x.Place, v.Name, "column %s.%s is not known here", v.Name, x.From)
	}
	n := *v
	n.Columns = c.renamed(v.Columns, x.From, x.To)
	c.Views[c.key(v.Name)] = &n
	c.followViews(v.Name, func(u ColumnOf) ColumnOf {
		if c.Dialect.same(u.Column, x.From) {
			u.Column = x.To
		}
		return u
	})
	return nil
}

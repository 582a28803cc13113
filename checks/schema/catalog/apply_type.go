package catalog

import "slices"

// types: an enum's or domain's name is free when neither has it.
func (c *Catalog) takenType(at Place, name Name) error {
	key := c.key(name)
	if c.Enums[key] == nil && c.Domains[key] == nil {
		return nil
	}
	delete(c.Enums, key)
	delete(c.Domains, key)
	return c.problem(at, name, "type %s is there already", name)
}

func (x CreateEnum) Apply(c *Catalog) error {
	e := *x.Enum
	e.Name = c.made(e.Name)
	if x.IfNotExists && c.Enum(x.Enum.Name) != nil {
		return nil
	}
	problem := c.takenType(x.Place, e.Name)
	e.ID = c.birth(KindEnum, e.Name.String(), "")
	c.Enums[c.key(e.Name)] = &e
	return problem
}

func (x CreateDomain) Apply(c *Catalog) error {
	d := *x.Domain
	d.Name = c.made(d.Name)
	problem := c.takenType(x.Place, d.Name)
	d.ID = c.birth(KindDomain, d.Name.String(), "")
	c.Domains[c.key(d.Name)] = &d
	return problem
}

func (x DropType) Apply(c *Catalog) error {
	e, d := c.Enum(x.Name), c.Domain(x.Name)
	var name Name
	switch {
	case e != nil:
		name = e.Name
		delete(c.Enums, c.key(name))
		c.gone(Removal{At: x.Place, ID: e.ID, Kind: KindEnum, Name: name})
	case d != nil:
		name = d.Name
		delete(c.Domains, c.key(name))
		c.gone(Removal{At: x.Place, ID: d.ID, Kind: KindDomain, Name: name})
	default:
		return c.missing(x.Place, x.IfExists, "type", x.Name)
	}
	return c.removeTyped(x.Place, name, x.Cascade)
}

// removeTyped takes the columns of a dropped type away with it.
func (c *Catalog) removeTyped(at Place, gone Name, cascade bool) error {
	of := func(column *Column) bool { return c.typed(column.Type, gone) }
	var problem error
	for _, t := range c.tablesWith(func(t *Table) bool {
		c.spend(len(t.Columns))
		return slices.ContainsFunc(t.Columns, of)
	}) {
		name := t.Name
		for t != nil {
			i := slices.IndexFunc(t.Columns, of)
			if i < 0 {
				break
			}
			if !cascade {
				problem = c.problem(at, name, "type %s is dropped without CASCADE while %s.%s has it", gone, name, t.Columns[i].Name)
				break
			}
			c.removeColumn(at, t, i, true)
			t = c.Table(name)
		}
	}
	return problem
}

// typed reports whether a column's type is the user's own type called name.
func (c *Catalog) typed(t Type, name Name) bool {
	if c.Dialect.fold(t.Base) != c.Dialect.fold(name.Object) {
		return false
	}
	return slices.Contains(c.paths(t.Named()), c.key(name))
}

func (x RenameType) Apply(c *Catalog) error {
	e, d := c.Enum(x.From), c.Domain(x.From)
	var from, to Name
	switch {
	case e != nil:
		from, to = e.Name, Name{e.Name.Schema, x.To.Object}
		n := *e
		n.Name, n.Touched = to, touched(e.Touched, AspectName, x.Place)
		delete(c.Enums, c.key(from))
		c.Enums[c.key(to)] = &n
	case d != nil:
		from, to = d.Name, Name{d.Name.Schema, x.To.Object}
		n := *d
		n.Name, n.Touched = to, touched(d.Touched, AspectName, x.Place)
		delete(c.Domains, c.key(from))
		c.Domains[c.key(to)] = &n
	default:
		return c.missing(x.Place, false, "type", x.From)
	}
	c.followType(from, to)
	return nil
}

// followType changes the name of a type in the columns that have it.
func (c *Catalog) followType(from, to Name) {
	of := func(column *Column) bool { return c.typed(column.Type, from) }
	for _, t := range c.tablesWith(func(t *Table) bool {
		c.spend(len(t.Columns))
		return slices.ContainsFunc(t.Columns, of)
	}) {
		t = c.edit(t)
		for i, column := range t.Columns {
			if of(column) {
				n := *column
				n.Type.Schema, n.Type.Base = to.Schema, to.Object
				t.Columns[i] = &n
			}
		}
	}
}

func (x AddEnumValue) Apply(c *Catalog) error {
	e := c.Enum(x.Enum)
	if e == nil {
		return c.missing(x.Place, false, KindEnum, x.Enum)
	}
	if slices.Contains(e.Values, x.Value) {
		if x.IfNotExists {
			return nil
		}
		return c.problem(x.Place, e.Name, "value %q of %s is there already", x.Value, e.Name)
	}
	at := len(e.Values)
	if i := slices.Index(e.Values, x.Before); x.Before != "" && i >= 0 {
		at = i
	}
	if i := slices.Index(e.Values, x.After); x.After != "" && i >= 0 {
		at = i + 1
	}
	c.spend(len(e.Values))
	n := *e
	n.Values = slices.Insert(slices.Clone(e.Values), at, x.Value)
	n.Touched = touched(e.Touched, AspectValues, x.Place)
	c.Enums[c.key(e.Name)] = &n
	return nil
}

func (x RenameEnumValue) Apply(c *Catalog) error {
	e := c.Enum(x.Enum)
	if e == nil {
		return c.missing(x.Place, false, KindEnum, x.Enum)
	}
	i := slices.Index(e.Values, x.From)
	if i < 0 {
		return c.problem(x.Place, e.Name, "value %q of %s is not known here", x.From, e.Name)
	}
	n := *e
	n.Values = slices.Clone(e.Values)
	n.Values[i] = x.To
	n.Touched = touched(e.Touched, AspectValues, x.Place)
	c.Enums[c.key(e.Name)] = &n
	return nil
}

func (x AlterDomain) Apply(c *Catalog) error {
	d := c.Domain(x.Domain)
	if d == nil {
		return c.missing(x.Place, false, KindDomain, x.Domain)
	}
	n := *d
	if x.NotNull != nil {
		n.NotNull, n.Touched = *x.NotNull, touched(n.Touched, AspectNull, x.Place)
	}
	if x.Default != nil || x.DropDefault {
		n.Default, n.Touched = x.Default, touched(n.Touched, AspectDefault, x.Place)
	}
	if x.Add != nil {
		n.Constraints = append(slices.Clip(n.Constraints), x.Add)
		n.Touched = touched(n.Touched, AspectExpr, x.Place)
	}
	if x.DropConstraint != "" {
		n.Constraints = slices.DeleteFunc(slices.Clone(n.Constraints), func(k *Constraint) bool { return k.Name == x.DropConstraint })
		if len(n.Constraints) == len(d.Constraints) && !x.IfExists {
			return c.problem(x.Place, d.Name, "constraint %s of %s is not known here", x.DropConstraint, d.Name)
		}
		n.Touched = touched(n.Touched, AspectExpr, x.Place)
	}
	c.Domains[c.key(d.Name)] = &n
	return nil
}

package catalog

import "slices"

func (x CreateSchema) Apply(c *Catalog) error {
	name := c.Dialect.schema(x.Name)
	if name == "" || c.Schemas[name] != nil {
		return nil
	}
	c.Schemas[name] = &Schema{Name: name, At: x.Place}
	return nil
}

// Apply removes a schema with everything in it.
func (x DropSchema) Apply(c *Catalog) error {
	name := c.Dialect.schema(x.Name)
	if !x.IfExists && !c.hasSchema(x.Name) {
		return c.missing(x.Place, false, KindSchema, Name{Object: x.Name})
	}
	delete(c.Schemas, name)
	c.gone(Removal{At: x.Place, Kind: KindSchema, Name: Name{Object: x.Name}, ID: ID{"schema " + name, 1}})
	inside := func(n Name) bool { return c.key(n).Schema == name }
	var problem error
	for _, t := range c.tablesWith(func(t *Table) bool { return inside(t.Name) }) {
		if err := c.removeTable(x.Place, t, x.Cascade, true); err != nil {
			problem = err
		}
	}
	for _, v := range c.Views {
		if inside(v.Name) {
			c.removeView(x.Place, v, true)
		}
	}
	for key, e := range c.Enums {
		if inside(e.Name) {
			delete(c.Enums, key)
			c.gone(Removal{At: x.Place, ID: e.ID, Kind: KindEnum, Name: e.Name, Cascade: true})
		}
	}
	for key, d := range c.Domains {
		if inside(d.Name) {
			delete(c.Domains, key)
			c.gone(Removal{At: x.Place, ID: d.ID, Kind: KindDomain, Name: d.Name, Cascade: true})
		}
	}
	for key, list := range c.Functions {
		if key.Schema == name {
			delete(c.Functions, key)
			for _, f := range list {
				c.gone(Removal{At: x.Place, ID: f.ID, Kind: KindFunction, Name: f.Name, Cascade: true})
			}
		}
	}
	for key, s := range c.Sequences {
		if inside(s.Name) {
			delete(c.Sequences, key)
			c.gone(Removal{At: x.Place, ID: s.ID, Kind: KindSequence, Name: s.Name, Cascade: true})
		}
	}
	c.spend(len(c.Views) + len(c.Enums) + len(c.Domains) + len(c.Functions) + len(c.Sequences))
	return problem
}

func (x RenameSchema) Apply(c *Catalog) error {
	if !c.hasSchema(x.From) {
		return c.missing(x.Place, false, KindSchema, Name{Object: x.From})
	}
	from, to := c.Dialect.schema(x.From), c.Dialect.schema(x.To)
	delete(c.Schemas, from)
	c.Schemas[to] = &Schema{Name: to, At: x.Place}
	inside := func(n Name) bool { return c.key(n).Schema == from }
	for _, t := range c.tablesWith(func(t *Table) bool { return inside(t.Name) }) {
		c.moveTable(x.Place, t, Name{to, t.Name.Object})
	}
	for _, v := range c.Views {
		if inside(v.Name) {
			c.moveView(v, Name{to, v.Name.Object})
		}
	}
	for _, s := range c.Sequences {
		if inside(s.Name) {
			c.moveSequence(x.Place, s, Name{to, s.Name.Object})
		}
	}
	for key, e := range c.Enums {
		if inside(e.Name) {
			n := *e
			n.Name.Schema = to
			delete(c.Enums, key)
			c.Enums[c.key(n.Name)] = &n
			c.followType(e.Name, n.Name)
		}
	}
	for key, d := range c.Domains {
		if inside(d.Name) {
			n := *d
			n.Name.Schema = to
			delete(c.Domains, key)
			c.Domains[c.key(n.Name)] = &n
			c.followType(d.Name, n.Name)
		}
	}
	for key, list := range c.Functions {
		if key.Schema != from {
			continue
		}
		delete(c.Functions, key)
		moved := make([]*Function, len(list))
		for i, f := range list {
			n := *f
			n.Name.Schema = to
			moved[i] = &n
		}
		c.Functions[Name{to, key.Object}] = moved
	}
	c.spend(len(c.Views) + len(c.Enums) + len(c.Domains) + len(c.Functions) + len(c.Sequences))
	return nil
}

func (x MoveSchema) Apply(c *Catalog) error {
	to := c.Dialect.schema(x.To)
	switch x.Kind {
	case KindTable, KindView, KindSequence:
		if t := c.Table(x.Name); t != nil {
			return c.moveTable(x.Place, t, Name{to, t.Name.Object})
		}
		if v := c.View(x.Name); v != nil {
			c.moveView(v, Name{to, v.Name.Object})
			return nil
		}
		if s := c.Sequence(x.Name); s != nil {
			c.moveSequence(x.Place, s, Name{to, s.Name.Object})
			return nil
		}
	case KindFunction:
		f, i := c.overload(x.Name, nil, false)
		if f != nil {
			c.takeFunction(f, i)
			n := *f
			n.Name.Schema = to
			c.Functions[c.key(n.Name)] = append(slices.Clip(c.Functions[c.key(n.Name)]), &n)
			return nil
		}
	default:
		if e := c.Enum(x.Name); e != nil {
			n := *e
			n.Name.Schema = to
			delete(c.Enums, c.key(e.Name))
			c.Enums[c.key(n.Name)] = &n
			c.followType(e.Name, n.Name)
			return nil
		}
		if d := c.Domain(x.Name); d != nil {
			n := *d
			n.Name.Schema = to
			delete(c.Domains, c.key(d.Name))
			c.Domains[c.key(n.Name)] = &n
			c.followType(d.Name, n.Name)
			return nil
		}
	}
	return c.missing(x.Place, x.IfExists, x.Kind, x.Name)
}

func (x SetSearchPath) Apply(c *Catalog) error {
	if x.For == "" {
		c.SearchPath = x.Schemas
	}
	return nil
}

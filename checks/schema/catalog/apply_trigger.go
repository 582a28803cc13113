package catalog

import "slices"

func (c *Catalog) trigger(list []*Trigger, name string) int {
	c.spend(len(list))
	return slices.IndexFunc(list, func(t *Trigger) bool { return c.Dialect.same(t.Name, name) })
}

func (x CreateTrigger) Apply(c *Catalog) error {
	n := *x.Trigger
	if t := c.Table(x.Table); t != nil {
		i := c.trigger(t.Triggers, n.Name)
		if i >= 0 && x.IfNotExists {
			return nil
		}
		var problem error
		if i >= 0 && !x.Replace {
			problem = c.problem(x.Place, t.Name, "trigger %s of %s is there already", n.Name, t.Name)
		}
		t = c.edit(t)
		if i >= 0 {
			n.ID = t.Triggers[i].ID
			t.Triggers[i] = &n
			return problem
		}
		n.ID = c.birth(KindTrigger, n.Name, t.ID.within())
		t.Triggers = append(t.Triggers, &n)
		return nil
	}
	v := c.View(x.Table)
	if v == nil {
		return c.missing(x.Place, false, KindTable, x.Table)
	}
	view := *v
	n.ID = c.birth(KindTrigger, n.Name, v.ID.within())
	view.Triggers = append(slices.Clip(v.Triggers), &n)
	c.Views[c.key(v.Name)] = &view
	return nil
}

func (c *Catalog) takeTrigger(at Place, t *Table, i int, cascade bool) *Table {
	t = c.edit(t)
	c.gone(Removal{At: at, ID: t.Triggers[i].ID, Kind: KindTrigger, Name: t.Name, Item: t.Triggers[i].Name, Cascade: cascade})
	t.Triggers = slices.Delete(t.Triggers, i, i+1)
	return t
}

func (x DropTrigger) Apply(c *Catalog) error {
	if x.Table == nil {
		for _, t := range c.tablesWith(func(t *Table) bool { return c.trigger(t.Triggers, x.Name) >= 0 }) {
			c.takeTrigger(x.Place, t, c.trigger(t.Triggers, x.Name), false)
			return nil
		}
		for _, v := range c.Views {
			if i := c.trigger(v.Triggers, x.Name); i >= 0 {
				c.takeViewTrigger(x.Place, v, i)
				return nil
			}
		}
		return c.missing(x.Place, x.IfExists, KindTrigger, Name{Object: x.Name})
	}
	if v := c.View(*x.Table); v != nil {
		if i := c.trigger(v.Triggers, x.Name); i >= 0 {
			c.takeViewTrigger(x.Place, v, i)
			return nil
		}
	}
	t := c.Table(*x.Table)
	if t == nil {
		return c.missing(x.Place, x.IfExists, KindTable, *x.Table)
	}
	i := c.trigger(t.Triggers, x.Name)
	if i < 0 {
		if x.IfExists {
			return nil
		}
		return c.problem(x.Place, t.Name, "trigger %s of %s is not known here", x.Name, t.Name)
	}
	c.takeTrigger(x.Place, t, i, false)
	return nil
}

func (c *Catalog) takeViewTrigger(at Place, v *View, i int) {
	n := *v
	c.gone(Removal{At: at, ID: v.Triggers[i].ID, Kind: KindTrigger, Name: v.Name, Item: v.Triggers[i].Name})
	n.Triggers = slices.Delete(slices.Clone(v.Triggers), i, i+1)
	c.Views[c.key(v.Name)] = &n
}

// changeTriggers replaces those triggers that are meant by altered copies.
func (c *Catalog) changeTriggers(at Place, table Name, name string, change func(*Trigger)) error {
	t := c.Table(table)
	if t == nil {
		return c.missing(at, false, KindTable, table)
	}
	if name != "" && c.trigger(t.Triggers, name) < 0 {
		return c.problem(at, t.Name, "trigger %s of %s is not known here", name, t.Name)
	}
	t = c.edit(t)
	for i, trigger := range t.Triggers {
		if name == "" || c.Dialect.same(trigger.Name, name) {
			n := *trigger
			change(&n)
			t.Triggers[i] = &n
		}
	}
	return nil
}

func (x RenameTrigger) Apply(c *Catalog) error {
	return c.changeTriggers(x.Place, x.Table, x.From, func(t *Trigger) { t.Name = x.To })
}

func (x SwitchTrigger) Apply(c *Catalog) error {
	return c.changeTriggers(x.Place, x.Table, x.Name, func(t *Trigger) { t.Disabled = x.Disabled })
}

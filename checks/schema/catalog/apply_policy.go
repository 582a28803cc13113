package catalog

import "slices"

func (x RowSecurity) Apply(c *Catalog) error {
	t := c.Table(x.Table)
	if t == nil {
		return c.missing(x.Place, x.IfExists, KindTable, x.Table)
	}
	t = c.edit(t)
	if x.Enable != nil {
		t.RowSecurity = *x.Enable
	}
	if x.Force != nil {
		t.ForceRowSecurity = *x.Force
	}
	t.Touched = touched(t.Touched, AspectRowSecurity, x.Place)
	return nil
}

// policy finds a policy; the error tells what is missing.
func (c *Catalog) policy(at Place, table Name, name string) (*Table, int, error) {
	t := c.Table(table)
	if t == nil {
		return nil, -1, c.missing(at, false, KindTable, table)
	}
	c.spend(len(t.Policies))
	i := slices.IndexFunc(t.Policies, func(p *Policy) bool { return p.Name == name })
	if i < 0 {
		return t, -1, c.problem(at, t.Name, "policy %q of %s is not known here", name, t.Name)
	}
	return t, i, nil
}

func (x CreatePolicy) Apply(c *Catalog) error {
	t := c.Table(x.Table)
	if t == nil {
		return c.missing(x.Place, false, KindTable, x.Table)
	}
	var problem error
	n := *x.Policy
	t = c.edit(t)
	c.spend(len(t.Policies))
	if i := slices.IndexFunc(t.Policies, func(p *Policy) bool { return p.Name == n.Name }); i >= 0 {
		problem = c.problem(x.Place, t.Name, "policy %q of %s is there already", n.Name, t.Name)
		t.Policies = slices.Delete(t.Policies, i, i+1)
	}
	n.ID = c.birth(KindPolicy, n.Name, t.ID.within())
	t.Policies = append(t.Policies, &n)
	return problem
}

func (x AlterPolicy) Apply(c *Catalog) error {
	return c.changePolicy(x.Place, x.Table, x.Name, AspectExpr, func(p *Policy) {
		if len(x.Roles) > 0 {
			p.Roles = x.Roles
		}
		if x.Using != nil {
			p.Using = *x.Using
		}
		if x.WithCheck != nil {
			p.WithCheck = *x.WithCheck
		}
	})
}

func (c *Catalog) changePolicy(at Place, table Name, name string, aspect Aspect, change func(*Policy)) error {
	t, i, err := c.policy(at, table, name)
	if err != nil {
		return err
	}
	t = c.edit(t)
	n := *t.Policies[i]
	change(&n)
	n.Touched = touched(n.Touched, aspect, at)
	t.Policies[i] = &n
	return nil
}

func (x DropPolicy) Apply(c *Catalog) error {
	if t := c.Table(x.Table); x.IfExists && (t == nil ||
		!slices.ContainsFunc(t.Policies, func(p *Policy) bool { return p.Name == x.Name })) {
		return nil
	}
	t, i, err := c.policy(x.Place, x.Table, x.Name)
	if err != nil {
		return err
	}
	t = c.edit(t)
	c.gone(Removal{At: x.Place, ID: t.Policies[i].ID, Kind: KindPolicy, Name: t.Name, Item: x.Name})
	t.Policies = slices.Delete(t.Policies, i, i+1)
	return nil
}

func (x RenamePolicy) Apply(c *Catalog) error {
	return c.changePolicy(x.Place, x.Table, x.From, AspectName, func(p *Policy) { p.Name = x.To })
}

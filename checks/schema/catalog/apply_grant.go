package catalog

import "slices"

func (x GrantPrivileges) Apply(c *Catalog) error {
	c.spend(len(c.Grants))
	c.Grants = append(c.Grants, x.Grants...)
	return nil
}

// Apply takes away what the grants cover. That a privilege was never granted is no
// problem: owners and defaults give some that no statement names.
func (x RevokePrivileges) Apply(c *Catalog) error {
	c.spend(len(c.Grants) * len(x.Grants))
	left := slices.DeleteFunc(slices.Clone(c.Grants), func(g *Grant) bool {
		return slices.ContainsFunc(x.Grants, func(r *Grant) bool { return r.covers(c, g) })
	})
	c.Grants = left
	for _, r := range x.Grants {
		c.gone(Removal{At: x.Place, Kind: KindGrant, Name: r.On, Item: r.Privilege + " " + r.Role, ID: r.id(c)})
	}
	return nil
}

// covers reports whether revoking r takes g away.
func (r *Grant) covers(c *Catalog, g *Grant) bool {
	if r.Role != g.Role || r.Kind != g.Kind || c.key(r.On) != c.key(g.On) {
		return false
	}
	if r.Privilege != "all" && r.Privilege != g.Privilege {
		return false
	}
	return len(r.Columns) == 0 || slices.Equal(r.Columns, g.Columns)
}

// id is what a grant says: two that say the same are one.
func (r *Grant) id(c *Catalog) ID {
	born := "grant " + r.Privilege + " " + r.Kind + " " + c.key(r.On).String() + " " + r.Role
	for _, column := range r.Columns {
		born += " " + column
	}
	return ID{Born: born, Nth: 1}
}

func (x SetOwner) Apply(*Catalog) error { return nil }

func (x DropRole) Apply(c *Catalog) error {
	c.spend(len(c.Grants))
	c.Grants = slices.DeleteFunc(slices.Clone(c.Grants), func(g *Grant) bool { return g.Role == x.Role })
	return nil
}

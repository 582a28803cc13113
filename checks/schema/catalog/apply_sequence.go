package catalog

func (x CreateSequence) Apply(c *Catalog) error {
	s := *x.Sequence
	s.Name = c.made(s.Name)
	key := c.key(s.Name)
	var problem error
	if c.Sequences[key] != nil {
		if x.IfNotExists {
			return nil
		}
		problem = c.problem(x.Place, s.Name, "sequence %s is there already", s.Name)
	}
	s.ID = c.birth(KindSequence, s.Name.String(), "")
	c.Sequences[key] = &s
	return problem
}

func (x AlterSequence) Apply(c *Catalog) error {
	s := c.Sequence(x.Name)
	if s == nil {
		return c.missing(x.Place, x.IfExists || c.impliedSequence(x.Name), KindSequence, x.Name)
	}
	n := *s
	if x.Increment != nil {
		n.Increment, n.Touched = *x.Increment, touched(n.Touched, AspectIncrement, x.Place)
	}
	if x.Restart {
		n.Touched = touched(n.Touched, AspectRestart, x.Place)
	}
	if x.OwnedBy != nil {
		n.OwnedBy = x.OwnedBy
	}
	c.Sequences[c.key(s.Name)] = &n
	return nil
}

// impliedSequence reports whether a serial or identity column brought the sequence along:
// PostgreSQL calls it table_column_seq.
func (c *Catalog) impliedSequence(name Name) bool {
	for _, t := range c.Tables {
		c.spend(1 + len(t.Columns))
		for _, column := range t.Columns {
			if column.Identity != "" && t.Name.Object+"_"+column.Name+"_seq" == name.Object {
				return true
			}
		}
	}
	return false
}

func (x DropSequence) Apply(c *Catalog) error {
	s := c.Sequence(x.Name)
	if s == nil {
		return c.missing(x.Place, x.IfExists || c.impliedSequence(x.Name), KindSequence, x.Name)
	}
	delete(c.Sequences, c.key(s.Name))
	c.gone(Removal{At: x.Place, ID: s.ID, Kind: KindSequence, Name: s.Name})
	return nil
}

func (x RenameSequence) Apply(c *Catalog) error {
	s := c.Sequence(x.From)
	if s == nil {
		return c.missing(x.Place, c.impliedSequence(x.From), KindSequence, x.From)
	}
	c.moveSequence(x.Place, s, Name{s.Name.Schema, x.To.Object})
	return nil
}

func (c *Catalog) moveSequence(at Place, s *Sequence, to Name) {
	n := *s
	n.Name, n.Touched = to, touched(s.Touched, AspectName, at)
	delete(c.Sequences, c.key(s.Name))
	c.Sequences[c.key(to)] = &n
}

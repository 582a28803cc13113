package catalog

// Truncating and writing change rows, not the schema. Only that rows were copied from
// one table to another is kept: see Table.FilledFrom.
func (x Truncate) Apply(*Catalog) error { return nil }

func (x WriteData) Apply(c *Catalog) error {
	t := c.Table(x.Table)
	if t == nil || x.Kind != "insert" || len(x.From) == 0 {
		return nil
	}
	t = c.edit(t)
	for _, from := range x.From {
		if len(t.FilledFrom) < 16 {
			t.FilledFrom = append(t.FilledFrom, c.key(from))
		}
	}
	return nil
}

package catalog

import "slices"

// birth gives a new object its identity: the how manieth of this kind and name it is.
// The owner is the identity of the table that a column or constraint is made on.
func (c *Catalog) birth(kind Kind, name, owner string) ID {
	born := string(kind) + " " + c.Dialect.fold(name)
	if owner != "" {
		born = owner + " " + born
	}
	c.born[born]++
	return ID{Born: born, Nth: c.born[born]}
}

// born is what the objects of a table are born under.
func (id ID) within() string {
	if id.Nth == 1 {
		return id.Born
	}
	return id.Born + "#" + string(rune('0'+min(id.Nth, 9)))
}

func (c *Catalog) gone(r Removal) { c.Removals = append(c.Removals, r) }

// Removal is the statement that removed the object, or nil.
func (c *Catalog) Removal(id ID) *Removal {
	i := slices.IndexFunc(c.Removals, func(r Removal) bool { return r.ID == id })
	if i < 0 {
		return nil
	}
	return &c.Removals[i]
}

package catalog

import (
	"maps"
	"slices"
)

// Clone is a copy that goes its own way from here. It copies maps, not what they hold:
// whichever of the two changes a table first copies that table. Neither may be used from
// two goroutines at once.
func (c *Catalog) Clone() *Catalog {
	n := *c
	n.Tables, n.Views = maps.Clone(c.Tables), maps.Clone(c.Views)
	n.Enums, n.Domains = maps.Clone(c.Enums), maps.Clone(c.Domains)
	n.Functions, n.Sequences = maps.Clone(c.Functions), maps.Clone(c.Sequences)
	n.Schemas, n.born = maps.Clone(c.Schemas), maps.Clone(c.born)
	// Clipped, so that neither appends into the other's room.
	n.Grants, n.Opaque, n.Removals = slices.Clip(c.Grants), slices.Clip(c.Opaque), slices.Clip(c.Removals)
	c.Grants, c.Opaque, c.Removals = n.Grants, n.Opaque, n.Removals
	n.owner, c.owner = new(owner), new(owner)
	return &n
}

// edit is the table to write to: itself, or a copy put in its place when a clone has it too.
// Columns, constraints and the rest are never written to, only replaced.
func (c *Catalog) edit(t *Table) *Table {
	if t.owner == c.owner {
		return t
	}
	c.spend(len(t.Columns) + len(t.Constraints))
	n := *t
	n.Columns, n.Constraints = slices.Clone(t.Columns), slices.Clone(t.Constraints)
	n.Triggers, n.Policies = slices.Clone(t.Triggers), slices.Clone(t.Policies)
	n.Inherits, n.FilledFrom = slices.Clone(t.Inherits), slices.Clone(t.FilledFrom)
	n.owner = c.owner
	c.Tables[c.key(t.Name)] = &n
	return &n
}

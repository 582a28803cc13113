package catalog

import "slices"

// most is the work that one history may make, in elements looked at: a hundred times what
// 10,000 real migrations need, and well under a second.
const most = 50_000_000

// spend counts work.
func (c *Catalog) spend(elements int) { c.work += elements }

// Exhausted reports whether a history has made more work than any real one does. From
// then on Fold applies nothing, and Opaque says so.
func (c *Catalog) Exhausted() bool { return c.work > most }

func (c *Catalog) exhausted(at Place) error {
	p := &Problem{At: at, Reason: "the history up to here makes more work than any real one: the rest is not read"}
	told := func(o Opaque) bool { return o.Reason == p.Reason }
	if !slices.ContainsFunc(c.Opaque, told) {
		c.Opaque = append(c.Opaque, Opaque{At: at, Reason: p.Reason})
	}
	return p
}

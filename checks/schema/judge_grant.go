package schema

import (
	"fmt"
	"slices"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// grant judges row 56: as which role the code comes is never known.
func (s *scene) grant(d catalog.Delta) []outcome {
	if d.Action != catalog.Removed {
		return nil
	}
	g := d.Was.(*catalog.Grant)
	if s.after.Table(g.On) == nil && s.after.View(g.On) == nil {
		return nil // told of what it was on, which is gone
	}
	if s.delta(catalog.KindView, catalog.Recreated, g.On, "") != nil {
		return nil
	}
	needing := s.those(g.On, func(u usage.Use) bool { return needs(u, g.Privilege) })
	if len(needing) == 0 {
		return nil
	}
	of := d
	of.Table, of.Item = g.On, ""
	return []outcome{depends(of, fmt.Sprintf("%s on %s is taken from %s", g.Privilege, g.On, g.Role),
		"If the code at "+s.ref+" comes as that role, it is refused.", s.shows(needing, "", g.On.String()))}
}

// needs reports whether a use needs a privilege.
func needs(u usage.Use, privilege string) bool {
	verbs := map[string][]usage.Verb{
		"select": {usage.Select, usage.Enumerate}, "insert": {usage.InsertInto, usage.Enumerate, usage.Merge},
		"update": {usage.Update, usage.Enumerate, usage.Merge}, "delete": {usage.Delete, usage.Merge}, "truncate": {usage.Truncate},
	}[privilege]
	return privilege == "all" || slices.Contains(verbs, u.Verb)
}

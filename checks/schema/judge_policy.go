package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// rowSecurity judges row 54.
func (s *scene) rowSecurity(d catalog.Delta) []outcome {
	was, now := d.Was.(*catalog.Table), d.Is.(*catalog.Table)
	forced := now.ForceRowSecurity && !was.ForceRowSecurity
	if !now.RowSecurity || was.RowSecurity && !forced {
		return nil
	}
	return s.rowsHidden(d, now, forced)
}

// rowsHidden is a table whose policies may hide every row from who is held to them.
func (s *scene) rowsHidden(d catalog.Delta, t *catalog.Table, forced bool) []outcome {
	uses := s.strong(d.Table)
	if len(uses) == 0 {
		return nil
	}
	shown := s.shows(uses, "", "table "+d.Table.String())
	open, limited := permits(t)
	switch {
	case open:
		return nil
	case limited:
		return []outcome{depends(d, fmt.Sprintf("row security on %s shows the code at %s only what its policies let through", d.Table, s.ref),
			"If what runs now does not come as they expect (a role, a setting of the session), it reads nothing and writes fail.", shown)}
	case forced || s.otherRoles(d.Table):
		return []outcome{breaks(d, fmt.Sprintf("row security on %s has no policy, and the code at %s uses the table", d.Table, s.ref),
			"Whoever is held to it reads no row, and writes fail.", shown)}
	}
	return []outcome{depends(d, fmt.Sprintf("row security on %s has no policy, and the code at %s uses the table", d.Table, s.ref),
		"The owner of the table is not held to it; every other role reads no row, and its writes fail. As which role the code comes cannot be told.", shown)}
}

// permits reports whether a policy lets everything through, and whether any lets some.
func permits(t *catalog.Table) (open, limited bool) {
	for _, p := range t.Policies {
		if p.Restrictive {
			return false, true
		}
		everything := func(expr string) bool { e := strings.Trim(strings.ToLower(expr), "() "); return e == "" || e == "true" }
		if p.Command == "all" && everything(p.Using) && everything(p.WithCheck) {
			open = true
		}
		limited = true
	}
	return open, limited
}

// otherRoles reports whether the repository grants the table to a role: then the code comes
// as another than the owner.
func (s *scene) otherRoles(table catalog.Name) bool {
	return slices.ContainsFunc(s.before.Grants, func(g *catalog.Grant) bool {
		return g.On == table && g.Role != "service_role" && g.Role != "postgres"
	})
}

// policy judges row 55.
func (s *scene) policy(d catalog.Delta) []outcome {
	t := s.after.Table(d.Table)
	old := s.before.Table(d.Table)
	if t == nil || old == nil || !t.RowSecurity || !old.RowSecurity {
		return nil // switching it on is told of the table
	}
	uses := s.strong(d.Table)
	if len(uses) == 0 {
		return nil
	}
	var what string
	switch d.Action {
	case catalog.Added:
		if !d.Is.(*catalog.Policy).Restrictive {
			return nil
		}
		what = "takes rows away"
	case catalog.Removed:
		if d.Was.(*catalog.Policy).Restrictive {
			return nil
		}
		if len(t.Policies) == 0 {
			of := d
			of.Item = ""
			return s.rowsHidden(of, t, t.ForceRowSecurity)
		}
		what = "does not let rows through any more"
	case catalog.Changed:
		what = "lets other rows through"
	default:
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("policy %s %s", told(d), what),
		"Whether the code at "+s.ref+" meets those rows cannot be told; who is not let through reads less and fails to write.", s.shows(uses, "", "table "+d.Table.String()))}
}

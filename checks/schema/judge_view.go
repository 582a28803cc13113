package schema

import (
	"fmt"
	"slices"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// view judges rows 44 to 47.
func (s *scene) view(d catalog.Delta) []outcome {
	switch d.Action {
	case catalog.Removed, catalog.Renamed:
		return s.viewGone(d)
	case catalog.Recreated:
		return s.grantsLost(d)
	case catalog.Changed:
		if is(d, catalog.AspectColumns) {
			return s.viewColumns(d, d.Was.(*catalog.View), d.Is.(*catalog.View))
		}
	}
	return nil
}

func (s *scene) viewGone(d catalog.Delta) []outcome {
	l := loss{delta: d, what: "view " + d.Table.String(), word: d.Table.Object, table: d.Table}
	l.broken = s.those(d.Table, func(u usage.Use) bool { return s.fails(u, "", noTable, noColumn) })
	l.broke, l.hangs = s.hanging(d.Table, "")
	if s.after.Table(d.Table) != nil && len(l.broken) == 0 {
		return nil // a table bears its name, and the code's columns are there
	}
	return s.gone(l)
}

// viewColumns is a view with other columns: those behind the old ones are no matter.
func (s *scene) viewColumns(d catalog.Delta, was, now *catalog.View) []outcome {
	if now.Columns != nil && was.Columns != nil && len(now.Columns) >= len(was.Columns) && slices.Equal(was.Columns, now.Columns[:len(was.Columns)]) {
		return nil
	}
	failing := s.those(d.Table, func(u usage.Use) bool { return s.fails(u, "", noColumn) })
	if len(failing) > 0 {
		return []outcome{breaks(d, fmt.Sprintf("view %s does not offer what the code at %s reads", d.Table, s.ref),
			"Queries that name a column which is not there fail.", s.shows(failing, "", "view "+d.Table.String()))}
	}
	open := s.those(d.Table, func(u usage.Use) bool { return u.Star || now.Columns == nil || u.Partial })
	if len(open) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("view %s offers other columns", d.Table), "Which of them the code needs cannot be told.", s.shows(open, "", "view "+d.Table.String()))}
}

// grantsLost is a view made anew: what roles were granted on the old one is gone.
func (s *scene) grantsLost(d catalog.Delta) []outcome {
	held := slices.ContainsFunc(s.before.Grants, func(g *catalog.Grant) bool { return g.On == d.Table })
	if uses := s.strong(d.Table); len(uses) > 0 && held && !s.grantedAgain(d.Table) {
		return []outcome{depends(d, fmt.Sprintf("view %s is made anew, without the grants that it had", d.Table),
			"If the code comes as one of those roles, it may not read the view any more.", s.shows(uses, "", "view "+d.Table.String()))}
	}
	return nil
}

func (s *scene) grantedAgain(on catalog.Name) bool {
	return slices.ContainsFunc(s.pending, func(p statement) bool {
		return slices.ContainsFunc(p.changes, func(c catalog.Change) bool {
			x, ok := c.(catalog.GrantPrivileges)
			return ok && slices.ContainsFunc(x.Grants, func(g *catalog.Grant) bool { return g.On.Object == on.Object })
		})
	})
}

package schema

import (
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// orders judges the order of columns (row 61): it counts for what goes by position.
func (s *scene) orders() []outcome {
	var list []outcome
	for _, was := range s.before.Tables {
		now := s.became(was)
		if now == nil || s.after.Snapshot || !s.used(was.Name) {
			continue
		}
		moved := s.moved(was, now)
		if moved == nil {
			continue
		}
		d := catalog.Delta{Kind: catalog.KindColumn, Table: was.Name, Item: moved.Name, At: s.movedAt(was.Name, moved)}
		positional := s.those(was.Name, func(u usage.Use) bool { return u.Insert != nil && u.Insert.Positional })
		stars := s.those(was.Name, func(u usage.Use) bool { return u.Star })
		if len(positional) > 0 {
			list = append(list, breaks(d, fmt.Sprintf("the columns of %s get another order, and the code at %s inserts by position", was.Name, s.ref),
				"Values land in other columns than they are meant for.", s.shows(positional, "", "values by position")))
		} else if len(stars) > 0 {
			list = append(list, depends(d, fmt.Sprintf("the columns of %s get another order, and the code at %s asks for *", was.Name, s.ref),
				"Code that reads the row by position reads other columns.", s.shows(stars, "", "every column")))
		}
	}
	slices.SortFunc(list, func(a, b outcome) int { return strings.Compare(a.subject, b.subject) })
	return list
}

// moved is the first column that stands before one which was before it, or that is new and
// stands before an old one; nil: the order is as it was.
func (s *scene) moved(was, now *catalog.Table) *catalog.Column {
	last, added := -1, (*catalog.Column)(nil)
	for _, x := range now.Columns {
		i := slices.IndexFunc(was.Columns, func(o *catalog.Column) bool { return o.ID == x.ID || s.like(o.Name, x.Name) })
		switch {
		case i < 0 && added == nil:
			added = x
		case i < 0:
		case added != nil:
			return added
		case i < last:
			return movedBy(was, now, last)
		default:
			last = i
		}
	}
	return nil
}

// movedBy is the column of now that was at a place before.
func movedBy(was, now *catalog.Table, i int) *catalog.Column {
	for _, x := range now.Columns {
		if x.ID == was.Columns[i].ID {
			return x
		}
	}
	return was.Columns[i]
}

// movedAt is the statement that moved the column, or made it.
func (s *scene) movedAt(table catalog.Name, x *catalog.Column) catalog.Place {
	for _, p := range s.pending {
		for _, change := range p.changes {
			if a, ok := change.(catalog.AlterColumn); ok && (a.First || a.After != "") && s.like(a.Column, x.Name) && a.Table.Object == table.Object {
				return a.Place
			}
		}
	}
	return x.At
}

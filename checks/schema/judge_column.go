package schema

import (
	"fmt"
	"slices"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// column judges rows 4 to 25 and 59 to 64.
func (s *scene) column(d catalog.Delta) []outcome {
	switch d.Action {
	case catalog.Added:
		return s.columnAdded(d, d.Is.(*catalog.Column))
	case catalog.Removed, catalog.Renamed:
		return s.columnGone(d)
	case catalog.Recreated:
		return s.columnAgain(d)
	}
	var list []outcome
	for _, aspect := range d.Aspects {
		switch aspect {
		case catalog.AspectType:
			list = append(list, s.columnType(d)...)
		case catalog.AspectNull:
			list = append(list, s.columnNull(d)...)
		case catalog.AspectDefault, catalog.AspectIdentity:
			list = append(list, s.columnDefault(d)...)
		case catalog.AspectGenerated:
			list = append(list, s.columnGenerated(d)...)
		}
	}
	return once(list)
}

// columnGone is for a column that is not there under its name any more (rows 10 to 14).
func (s *scene) columnGone(d catalog.Delta) []outcome {
	l := loss{delta: d, what: "column " + told(d), word: d.Item, table: d.Table, column: d.Item}
	for _, u := range s.strong(d.Table) {
		switch {
		case s.touches(u, d.Item) && s.fails(u, d.Item, noTable, noColumn, noWrite):
			l.broken = append(l.broken, u)
		case u.Insert != nil && u.Insert.Positional && s.fails(u, "", noCount):
			l.broken = append(l.broken, u)
		case s.touches(u, d.Item) && s.fails(u, "", mayFail), u.Star && s.starLoses(d):
			l.open = append(l.open, u)
		}
	}
	if d.Action == catalog.Renamed && s.standsIn(d) && len(l.broken)+len(l.open) == 0 {
		return nil
	}
	l.broke, l.hangs = s.hanging(d.Table, d.Item)
	return s.gone(l)
}

// starLoses reports whether a literal * gives less than it did.
func (s *scene) starLoses(d catalog.Delta) bool {
	t := s.before.Table(d.Table)
	now := s.became(t)
	return now != nil && s.after.Column(now, d.Item) == nil
}

// standsIn reports whether something else bears the old name: a generated column, or a view.
func (s *scene) standsIn(d catalog.Delta) bool {
	if t := s.after.Table(d.Table); t != nil {
		return s.after.Column(t, d.Item) != nil
	}
	v := s.after.View(d.Table)
	return v != nil && s.has(v.Columns, d.Item)
}

// columnAgain is dropped and added again (rows 15 and 16); its type is another difference.
func (s *scene) columnAgain(d catalog.Delta) []outcome {
	if s.delta(catalog.KindTable, catalog.Recreated, d.Table, "") != nil {
		return nil // told of the table, or its rows were copied
	}
	removal := s.after.Removal(d.Was.(*catalog.Column).ID)
	if removal == nil {
		return nil // it is only added although it is there already
	}
	if is, ok := d.Is.(*catalog.Column); ok && s.copied(d.Table, is.At, removal.At) {
		return nil
	}
	return []outcome{loses(d, fmt.Sprintf("column %s is dropped and added again: what it held is lost", told(d)),
		"The schema fits what runs, but every value of the column is gone.")}
}

// copied reports whether a table is updated after one statement and before another: what one
// column held can be in the other.
func (s *scene) copied(table catalog.Name, after, before catalog.Place) bool {
	made := false
	for _, p := range s.pending {
		for _, c := range p.changes {
			if write, ok := c.(catalog.WriteData); ok && made && write.Kind == "update" && write.Table == table {
				return true
			}
		}
		if within(before, p.At) {
			return false
		}
		made = made || within(after, p.At)
	}
	return false
}

// within reports whether something stands in the lines of a statement.
func within(at, statement catalog.Place) bool {
	return at.Path == statement.Path && at.Span.Line >= statement.Span.Line && at.Span.EndLine <= statement.Span.EndLine
}

// columnAdded judges rows 4 to 9.
func (s *scene) columnAdded(d catalog.Delta, x *catalog.Column) []outcome {
	t := s.before.Table(d.Table)
	if t == nil {
		return nil
	}
	now := s.became(t)
	if now == nil {
		return nil
	}
	failing := s.those(t.Name, func(u usage.Use) bool {
		return s.fails(u, x.Name, notGiven) || u.Insert != nil && u.Insert.Positional && s.fails(u, "", noCount)
	})
	if mandatory(x) {
		return s.mustBeGiven(d, now, x, failing)
	}
	if len(failing) > 0 {
		return []outcome{breaks(d, fmt.Sprintf("the code at %s inserts into %s by position, and %s is one column more", s.ref, t.Name, told(d)),
			"The insert gives fewer values than the table has columns, and fails.", s.shows(failing, "", "values by position"))}
	}
	if stars := s.those(t.Name, func(u usage.Use) bool { return u.Star }); len(stars) > 0 {
		return []outcome{hint(d, fmt.Sprintf("%s comes into every * that the code at %s asks for", told(d), s.ref),
			"Statements prepared before the change may fail once (cached plan must not change result type); rows read by position have one value more.",
			s.shows(stars, "", "every column"))}
	}
	return nil
}

// mustBeGiven is a column without default that takes no NULL (rows 5 and 7).
func (s *scene) mustBeGiven(d catalog.Delta, t *catalog.Table, x *catalog.Column, failing []usage.Use) []outcome {
	if trigger := s.filler(t, x.Name); trigger != nil {
		if !s.used(d.Table) {
			return nil
		}
		return []outcome{depends(d, fmt.Sprintf("column %s must be given, and the code at %s does not know it", told(d), s.ref),
			"Trigger "+trigger.Name+" runs before each insert: whether it fills the column cannot be told.", []proof{{at: trigger.At, note: "this trigger may fill it", head: true}})}
	}
	if len(failing) > 0 {
		return []outcome{breaks(d, fmt.Sprintf("column %s must be given, and inserts at %s do not give it", told(d), s.ref),
			"It takes no NULL and has no default, at least not once the change is through: every insert by what runs now fails.",
			s.shows(failing, "", "rows without "+x.Name))}
	}
	on := "It takes no NULL and has no default: the statement itself fails where the table has rows, and so does every insert that is not seen here."
	if sites := s.sites(d.Table, true); !s.used(d.Table) && len(sites) == 0 {
		return nil
	} else if !s.used(d.Table) {
		return []outcome{depends(d, fmt.Sprintf("column %s must be given", told(d)), on, places(sites, "what this asks for could not be read"))}
	}
	return []outcome{depends(d, fmt.Sprintf("column %s must be given", told(d)), on, s.shows(s.strong(d.Table), "", "table "+d.Table.String()))}
}

// filler is a trigger that runs before each insert and may fill a column.
func (s *scene) filler(t *catalog.Table, column string) *catalog.Trigger {
	for _, x := range t.Triggers {
		if x.Timing == "before" && slices.Contains(x.Events, "insert") && !x.Disabled && s.changes(s.after, x).fills(column) {
			return x
		}
	}
	return nil
}

package schema

import (
	"fmt"
	"slices"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// trigger judges rows 51 to 53.
func (s *scene) trigger(d catalog.Delta) []outcome {
	switch d.Action {
	case catalog.Added:
		return s.triggerAdded(d, d.Is.(*catalog.Trigger))
	case catalog.Removed:
		return s.triggerGone(d, d.Was.(*catalog.Trigger))
	case catalog.Changed:
		return s.triggerAdded(d, d.Is.(*catalog.Trigger))
	}
	return nil
}

// fires reports whether a use makes a trigger run.
func (s *scene) fires(u usage.Use, x *catalog.Trigger) bool {
	event := map[usage.Verb]string{usage.InsertInto: "insert", usage.Update: "update", usage.Delete: "delete", usage.Truncate: "truncate"}[u.Verb]
	if u.Verb == usage.Enumerate || u.Verb == usage.Merge {
		return slices.ContainsFunc(x.Events, func(e string) bool { return e != "truncate" })
	}
	if event == "update" && len(x.Columns) > 0 && !u.Partial {
		return slices.Contains(x.Events, event) && slices.ContainsFunc(x.Columns, func(c string) bool { return s.writes(u, c) })
	}
	return slices.Contains(x.Events, event) || u.Insert != nil && u.Insert.Conflict != nil && slices.Contains(x.Events, "update")
}

func (s *scene) triggerAdded(d catalog.Delta, x *catalog.Trigger) []outcome {
	old := s.before.Table(d.Table)
	if x.Disabled || old == nil || x.Timing == "before" && s.changes(s.after, x).unknownTo(s.before, old) {
		return nil
	}
	firing := s.those(d.Table, func(u usage.Use) bool { return s.fires(u, x) })
	if len(firing) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("trigger %s runs with what the code at %s writes", told(d), s.ref),
		"If it refuses rows or changes them, what runs now does not expect that.", s.shows(firing, "", "table "+d.Table.String()))}
}

func (s *scene) triggerGone(d catalog.Delta, x *catalog.Trigger) []outcome {
	t := s.after.Table(d.Table)
	if t == nil {
		return nil
	}
	if x.Timing == "before" && slices.Contains(x.Events, "insert") {
		gave := s.changes(s.before, x)
		leaving := s.those(d.Table, func(u usage.Use) bool {
			return slices.ContainsFunc(t.Columns, func(c *catalog.Column) bool {
				return mandatory(c) && !s.rowid(t, c) && s.omits(u, t, c.Name) && gave.fills(c.Name) && s.filler(t, c.Name) == nil
			})
		})
		if len(leaving) > 0 {
			return []outcome{breaks(d, fmt.Sprintf("trigger %s goes, and inserts at %s leave out what must be given", told(d), s.ref),
				"It ran before each insert and filled the column; without it these inserts fail.", s.shows(leaving, "", "rows of "+d.Table.String()))}
		}
	}
	firing := s.those(d.Table, func(u usage.Use) bool { return s.fires(u, x) })
	if len(firing) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("trigger %s goes, which ran with what the code at %s writes", told(d), s.ref),
		"What it did is not done any more.", s.shows(firing, "", "table "+d.Table.String()))}
}

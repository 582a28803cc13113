package schema

import (
	"fmt"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// enum judges rows 39, 40 and 43.
func (s *scene) enum(d catalog.Delta) []outcome {
	switch d.Action {
	case catalog.Removed:
		return s.typeGone(d)
	case catalog.Renamed:
		return s.typeGone(d)
	case catalog.Changed:
		was, is := d.Was.(*catalog.Enum), d.Is.(*catalog.Enum)
		var list []outcome
		for _, c := range s.typed(d.Table) {
			list = append(list, s.values(d, was.Values, is.Values, c.Table, c.Column)...)
		}
		return once(list)
	}
	return nil
}

// typeGone is a type that is not there under its name: columns of it are told by themselves.
func (s *scene) typeGone(d catalog.Delta) []outcome {
	if s.after.Enum(d.Table) != nil || s.after.Domain(d.Table) != nil {
		return nil // another bears its name
	}
	l := loss{delta: d, what: "type " + d.Table.String(), word: d.Table.Object, table: d.Table}
	list := s.gone(l)
	for i := range list {
		if list[i].praise {
			return nil
		}
	}
	return list
}

// typed are the columns of a type.
func (s *scene) typed(name catalog.Name) []catalog.ColumnOf {
	var list []catalog.ColumnOf
	for _, t := range s.before.Tables {
		for _, column := range t.Columns {
			if column.Type.Base == name.Object && (column.Type.Schema == name.Schema || column.Type.Schema == "") {
				list = append(list, catalog.ColumnOf{Table: t.Name, Column: column.Name})
			}
		}
	}
	return list
}

// domain judges row 43.
func (s *scene) domain(d catalog.Delta) []outcome {
	switch d.Action {
	case catalog.Removed, catalog.Renamed:
		return s.typeGone(d)
	case catalog.Changed:
	default:
		return nil
	}
	if is(d, catalog.AspectExpr) && len(d.Is.(*catalog.Domain).Constraints) < len(d.Was.(*catalog.Domain).Constraints) {
		return nil
	}
	var uses []usage.Use
	for _, c := range s.typed(d.Table) {
		uses = append(uses, s.those(c.Table, func(u usage.Use) bool { return written(u) && s.touches(u, c.Column) })...)
	}
	if len(uses) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("domain %s is held tighter against what the code at %s writes", d.Table, s.ref),
		"Values that it refuses fail from now on.", s.shows(uses, "", "what it is held against"))}
}

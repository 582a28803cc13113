package schema

import (
	"fmt"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// table judges rows 1 to 3, 15, 54, 57 and 62 of the compatibility table.
func (s *scene) table(d catalog.Delta) []outcome {
	switch d.Action {
	case catalog.Added:
		return s.refersBack(d)
	case catalog.Removed:
		if t := d.Was.(*catalog.Table); t.PartitionOf != nil {
			return s.partitionGone(d, t)
		}
		return s.tableGone(d)
	case catalog.Renamed:
		return s.tableGone(d)
	case catalog.Recreated:
		return s.rebuilt(d)
	case catalog.Changed:
		var list []outcome
		if is(d, catalog.AspectRowSecurity) {
			list = append(list, s.rowSecurity(d)...)
		}
		if is(d, catalog.AspectPartition) {
			list = append(list, s.partition(d)...)
		}
		return list
	}
	return nil
}

// tableGone is for a table that is not there under its name any more.
func (s *scene) tableGone(d catalog.Delta) []outcome {
	l := loss{delta: d, what: "table " + d.Table.String(), word: d.Table.Object, table: d.Table}
	for _, u := range s.strong(d.Table) {
		switch {
		case s.fails(u, "", noTable, noColumn, noWrite):
			l.broken = append(l.broken, u)
		case s.fails(u, "", mayFail):
			l.open = append(l.open, u)
		}
	}
	if s.after.View(d.Table) != nil && len(l.broken)+len(l.open) == 0 {
		return nil // a view stands in for it, and what is read of the code goes through
	}
	if len(l.broken)+len(l.open) > 0 && s.after.View(d.Table) != nil {
		l.what += " (a view takes its name)"
	}
	l.broke, l.hangs = s.hanging(d.Table, "")
	if s.after.View(d.Table) != nil {
		l.broke, l.hangs = nil, nil
	}
	return s.gone(l)
}

// rebuilt is a table dropped and made again; SQLite's way to change a table copies the rows.
func (s *scene) rebuilt(d catalog.Delta) []outcome {
	if len(d.Is.(*catalog.Table).FilledFrom) > 0 || s.after.Removal(d.Was.(*catalog.Table).ID) == nil {
		return nil // nor is it lost where it is only made although it is there already
	}
	return []outcome{loses(d, fmt.Sprintf("table %s is dropped and made again: its rows are lost", d.Table),
		"The schema fits what runs, but everything that the table held is gone.")}
}

// refersBack is a new table whose foreign keys keep parents from being deleted (row 34).
func (s *scene) refersBack(d catalog.Delta) []outcome {
	var list []outcome
	for _, x := range d.Is.(*catalog.Table).Constraints {
		if x.Kind != catalog.Foreign {
			continue
		}
		of := catalog.Delta{Kind: catalog.KindConstraint, Action: catalog.Added, Table: d.Table, Item: x.Name, Is: x, At: d.At}
		list = append(list, s.keepsParents(of, x)...)
	}
	return list
}

// keepsParents is a foreign key that refuses deletes which deployed code makes.
func (s *scene) keepsParents(d catalog.Delta, x *catalog.Constraint) []outcome {
	if x.References == nil || s.made(*x.References) || x.OnDelete == "cascade" || x.OnDelete == "set null" || x.OnDelete == "set default" {
		return nil
	}
	parent := s.before.Table(*x.References)
	if parent == nil {
		return nil
	}
	deletes := s.deleters(parent.Name)
	if len(deletes) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("%s keeps rows of %s from being deleted, which the code at %s does", told(d), parent.Name, s.ref),
		"The delete fails for every row that the new key refers to.", s.shows(deletes, "", "rows of "+parent.Name.String()))}
}

// partition judges what is attached and detached (row 62).
func (s *scene) partition(d catalog.Delta) []outcome {
	was, is := d.Was.(*catalog.Table), d.Is.(*catalog.Table)
	if was.PartitionOf != nil && is.PartitionOf == nil {
		return s.rangeGone(d, *was.PartitionOf)
	}
	if !was.Partitioned && is.Partitioned && s.used(d.Table) {
		return []outcome{depends(d, fmt.Sprintf("table %s becomes partitioned", d.Table),
			"Unique keys must include the partition key then: upserts and foreign keys that go by another one fail.", s.shows(s.strong(d.Table), "", d.Table.String()))}
	}
	return nil
}

// rangeGone is a partition that its table loses.
func (s *scene) rangeGone(d catalog.Delta, parent catalog.Name) []outcome {
	uses := s.strong(parent)
	if len(uses) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("%s is no part of %s any more", d.Table, parent),
		"Its rows are not found through the table, and new rows of its range have no place unless another partition takes them.",
		s.shows(uses, "", "table "+parent.String()))}
}

// partitionGone is a partition that is dropped with its rows.
func (s *scene) partitionGone(d catalog.Delta, t *catalog.Table) []outcome {
	list := []outcome{loses(d, fmt.Sprintf("partition %s of %s goes with its rows", d.Table, t.PartitionOf), "What it holds is gone.")}
	if s.used(d.Table) {
		return append(list, s.tableGone(d)...)
	}
	return append(list, s.rangeGone(d, *t.PartitionOf)...)
}

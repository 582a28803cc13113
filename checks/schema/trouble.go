package schema

import (
	"fmt"
	"slices"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// subjectOf is what a change is about.
func subjectOf(change catalog.Change) string {
	switch x := change.(type) {
	case catalog.DropColumn:
		return x.Table.String() + "." + x.Column
	case catalog.RenameColumn:
		return x.Table.String() + "." + x.From
	case catalog.AlterColumn:
		return x.Table.String() + "." + x.Column
	case catalog.AddColumn:
		return x.Table.String() + "." + x.Column.Name
	case catalog.DropTable:
		return x.Name.String()
	case catalog.RenameTable:
		return x.From.String()
	case catalog.DropConstraint:
		return x.Table.String() + "." + x.Name
	case catalog.AddConstraint:
		return x.Table.String() + "." + x.Constraint.Name
	case catalog.DropView:
		return x.Name.String()
	case catalog.DropIndex:
		return x.Name.String()
	case catalog.DropFunction:
		return x.Name.String()
	case catalog.DropType:
		return x.Name.String()
	case catalog.DropSequence:
		return x.Name.String()
	case catalog.DetachPartition:
		return x.Partition.String()
	case catalog.AttachPartition:
		return x.Partition.String()
	case catalog.SwitchTrigger:
		return x.Table.String() + "." + x.Name
	case catalog.RowSecurity:
		return x.Table.String()
	}
	return change.Where().Line
}

// word is the name that code would use for what a change takes away; "": it takes nothing.
func word(change catalog.Change) string {
	switch x := change.(type) {
	case catalog.DropColumn:
		return x.Column
	case catalog.RenameColumn:
		return x.From
	case catalog.AlterColumn:
		return x.Column
	case catalog.AddColumn:
		if mandatory(x.Column) {
			return x.Table.Object
		}
	case catalog.DropTable:
		return x.Name.Object
	case catalog.RenameTable:
		return x.From.Object
	case catalog.DropView:
		return x.Name.Object
	case catalog.RenameView:
		return x.From.Object
	case catalog.AddConstraint:
		return x.Table.Object
	case catalog.DropFunction:
		return x.Name.Object
	case catalog.DropSequence:
		return x.Name.Object
	case catalog.MoveSchema:
		return x.Name.Object
	case catalog.DropConstraint:
		return x.Name
	}
	return ""
}

// unread are those troubles that may touch what is deployed.
func (s *scene) unread(list []trouble) []outcome {
	var told []outcome
	for _, t := range list {
		if s.onlyNew(t.touches) {
			continue
		}
		o := outcome{rule: unreadID, at: t.at, subject: t.subject}
		if t.change == nil {
			o.title = "a statement could not be read: " + t.reason
			o.why = "What it does to the schema that the code at " + s.ref + " runs on is not known."
		} else {
			name := word(t.change)
			proofs := places(s.code.Found(name, true), "the name stands here")
			if name == "" {
				continue // it adds something
			}
			if len(proofs) == 0 && !s.knows(t) {
				if _, ok := t.change.(catalog.DropColumn); ok {
					told = append(told, outcome{praise: true, at: t.at, subject: t.subject})
				}
				continue // neither the schema nor the code has it
			}
			o.title = "this does not fit the schema as the repository tells it: " + t.reason
			o.why = fmt.Sprintf("Either the migration fails as it stands, or the schema has parts that no file here makes. What it does to the code at %s cannot be judged.", s.ref)
			o.proof = proofs
		}
		told = append(told, o)
	}
	return told
}

// onlyNew reports whether something touches only what is not deployed.
func (s *scene) onlyNew(names []catalog.Name) bool {
	for _, n := range names {
		if s.after.Table(n) == nil && s.after.View(n) == nil && s.after.Enum(n) == nil || !s.made(n) || s.before.Enum(n) != nil {
			return false
		}
	}
	return len(names) > 0
}

// knows reports whether what a change is about is in the schema before.
func (s *scene) knows(t trouble) bool {
	table, column := catalog.Name{}, ""
	switch x := t.change.(type) {
	case catalog.DropColumn:
		table, column = x.Table, x.Column
	case catalog.RenameColumn:
		table, column = x.Table, x.From
	case catalog.AlterColumn:
		table, column = x.Table, x.Column
	case catalog.DropConstraint:
		known := s.before.Table(x.Table)
		return known != nil && slices.ContainsFunc(known.Constraints, func(k *catalog.Constraint) bool { return s.like(k.Name, x.Name) })
	default:
		return len(t.touches) == 0 || slices.ContainsFunc(t.touches, func(n catalog.Name) bool { return !s.made(n) })
	}
	known := s.before.Table(table)
	return known != nil && s.before.Column(known, column) != nil
}

package schema

import (
	"fmt"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// acts judges what leaves no difference between two catalogues: rows 56, 58, 60 and 65.
func (s *scene) acts() []outcome {
	var list []outcome
	for _, p := range s.pending {
		for _, change := range p.changes {
			list = append(list, s.act(change)...)
		}
	}
	return once(list)
}

func (s *scene) act(change catalog.Change) []outcome {
	d := catalog.Delta{At: change.Where()}
	switch x := change.(type) {
	case catalog.Truncate:
		d.Table = x.Table
		return s.emptied(d, fmt.Sprintf("table %s is emptied", x.Table), "")
	case catalog.WriteData:
		d.Table = x.Table
		return s.rewritten(d, x)
	case catalog.SetOwner:
		return s.ownerChanged(d, x)
	case catalog.DropRole:
		d.Table.Object = x.Role
		return []outcome{depends(d, fmt.Sprintf("role %s goes", x.Role), "If the code at "+s.ref+" comes as that role, it cannot connect.", nil)}
	case catalog.SetSearchPath:
		if x.For == "" {
			return nil
		}
		d.Table.Object = x.For
		return []outcome{depends(d, "unqualified names are looked for elsewhere: "+x.For, "Tables that the code at "+s.ref+" names without a schema may not be found, or others may be.", nil)}
	case catalog.AlterSequence:
		if q := s.before.Sequence(x.Name); x.Restart && q != nil {
			d.Table = q.Name
			return s.sequenceSteps(d, "a new start", "Numbers that were handed out may come again: duplicate keys.")
		}
	}
	return nil
}

// emptied is a table that what runs knows and that loses rows.
func (s *scene) emptied(d catalog.Delta, title string, severity checks.Severity) []outcome {
	t := s.before.Table(d.Table)
	if t == nil {
		return nil
	}
	d.Table = t.Name
	o := loses(d, title, "The schema stays as it is; the rows do not come back with a revert.")
	o.severity = severity
	return []outcome{o}
}

func (s *scene) rewritten(d catalog.Delta, x catalog.WriteData) []outcome {
	switch {
	case x.Kind == "delete" && x.All:
		return s.emptied(d, fmt.Sprintf("all rows of %s are deleted", x.Table), "")
	case x.Kind == "delete":
		return s.emptied(d, fmt.Sprintf("rows of %s are deleted", x.Table), checks.Note)
	}
	return nil // an insert or an update fills what is new, as a rule
}

func (s *scene) ownerChanged(d catalog.Delta, x catalog.SetOwner) []outcome {
	uses := s.strong(x.Name)
	if t := s.before.Table(x.Name); t == nil || len(uses) == 0 {
		return nil
	}
	d.Table = x.Name
	return []outcome{depends(d, fmt.Sprintf("%s gets another owner: %s", x.Name, x.Owner),
		"If the code at "+s.ref+" comes as the old owner and was granted nothing, it is refused.", s.shows(uses, "", x.Name.String()))}
}

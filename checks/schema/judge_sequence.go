package schema

import (
	"fmt"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// sequence judges rows 59 and 60.
func (s *scene) sequence(d catalog.Delta) []outcome {
	switch d.Action {
	case catalog.Removed, catalog.Renamed:
		l := loss{delta: d, what: "sequence " + d.Table.String(), word: d.Table.Object, table: d.Table}
		for _, u := range s.calls(d.Table) {
			if s.fails(u, "", noFunction) {
				l.broken = append(l.broken, u)
			}
		}
		if q := d.Was.(*catalog.Sequence); q.OwnedBy != nil && len(l.broken) == 0 {
			return nil // it goes with its column
		}
		return s.gone(l)
	case catalog.Changed:
		return s.sequenceSteps(d, "another step", "Code that takes several numbers for one call, as some mappers do, counts on the step: keys collide.")
	}
	return nil
}

func (s *scene) sequenceSteps(d catalog.Delta, what, on string) []outcome {
	uses := s.calls(d.Table)
	if words := s.code.Found(d.Table.Object, false); len(uses) == 0 && len(words) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("sequence %s gets %s", d.Table, what), on, s.shows(uses, "", "sequence "+d.Table.String()))}
}

package schema

import (
	"slices"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// judge says of every net difference whether the deployed code survives it.
func (s *scene) judge() []outcome {
	judges := map[catalog.Kind]func(*scene, catalog.Delta) []outcome{
		catalog.KindTable:      (*scene).table,
		catalog.KindColumn:     (*scene).column,
		catalog.KindConstraint: (*scene).constraint,
		catalog.KindView:       (*scene).view,
		catalog.KindEnum:       (*scene).enum,
		catalog.KindDomain:     (*scene).domain,
		catalog.KindFunction:   (*scene).function,
		catalog.KindTrigger:    (*scene).trigger,
		catalog.KindPolicy:     (*scene).policy,
		catalog.KindGrant:      (*scene).grant,
		catalog.KindSequence:   (*scene).sequence,
	}
	var list []outcome
	for _, d := range s.deltas {
		if judge := judges[d.Kind]; judge != nil {
			list = append(list, judge(s, d)...)
		}
	}
	list = append(list, s.orders()...)
	return append(list, s.acts()...)
}

// between judges the states on the way, and tells what breaks there and not at the end
// (row 69): a table that is away between two transactions.
func (s *scene) between(states []*catalog.Catalog, known []outcome) []outcome {
	var list []outcome
	told := func(o outcome) bool {
		return slices.ContainsFunc(slices.Concat(known, list), func(k outcome) bool { return k.rule == breaksDeployedID && k.subject == o.subject })
	}
	for _, state := range states {
		for _, o := range s.at(state).judge() {
			if o.rule == breaksDeployedID && !told(o) {
				o.gap = true
				o.why += " A later statement mends that, but not in the same transaction: until then what runs fails."
				list = append(list, o)
			}
		}
	}
	return list
}

// is reports whether a delta changes an aspect.
func is(d catalog.Delta, a catalog.Aspect) bool { return slices.Contains(d.Aspects, a) }

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

// maxBetween bounds the differences that are judged on the way: real ranges have hundreds.
const maxBetween = 5000

// between judges the states on the way, and tells what breaks there and not at the end
// (row 69): a table that is away between two transactions.
func (s *scene) between(states []*catalog.Catalog, known []outcome) []outcome {
	var list []outcome
	broken := map[string]bool{}
	for _, o := range known {
		broken[o.subject] = broken[o.subject] || o.rule == breaksDeployedID
	}
	judged := 0
	for _, state := range states {
		on := s.at(state)
		on.deltas = slices.DeleteFunc(on.deltas, func(d catalog.Delta) bool { return broken[told(d)] })
		if judged += len(on.deltas); judged > maxBetween {
			break
		}
		for _, o := range on.judge() {
			if o.rule == breaksDeployedID && !broken[o.subject] {
				broken[o.subject] = true
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

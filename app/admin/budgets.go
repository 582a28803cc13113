package admin

import (
	"slices"
	"strconv"

	"github.com/checkrein/checkrein/app/hub"
)

// shown is how many installations get a label of their own.
const shown = 100

type budgetOf struct {
	installation string
	resource     hub.Resource
}

type budgetLeft struct{ limit, remaining int }

// sumUp names the installations with the lowest ids, which stay the same from look to
// look, and adds the others up.
func sumUp(all []hub.Budget) map[budgetOf]budgetLeft {
	var ids []int64
	for _, b := range all {
		ids = append(ids, b.Installation)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	named := ids[:min(len(ids), shown)]
	sums := map[budgetOf]budgetLeft{}
	for _, b := range all {
		of := budgetOf{other, b.Resource}
		if _, ok := slices.BinarySearch(named, b.Installation); ok {
			of.installation = strconv.FormatInt(b.Installation, 10)
		}
		left := sums[of]
		sums[of] = budgetLeft{left.limit + b.Limit, left.remaining + b.Remaining}
	}
	return sums
}

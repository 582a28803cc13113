package guard_test

import (
	"fmt"
	"testing"

	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/registry"
)

// pagesBefore are read before the list itself, to know where its end is.
const pagesBefore = 2

// TestVersionSlipsOverAPageBoundary: somebody deletes past the guard while the list is
// read, in either order. The versions behind move up, and one is on no page that was
// read: here the tagged index that needs the candidate.
func TestVersionSlipsOverAPageBoundary(t *testing.T) {
	for _, oldestFirst := range []bool{false, true} {
		t.Run(fmt.Sprintf("oldest first %v", oldestFirst), func(t *testing.T) {
			w := newWorld(t, "app")
			w.github.SetHabits(githubtest.Habits{OldestFirst: oldestFirst})
			child := w.image("child")
			var all []registry.Digest
			for i := range 429 {
				if i == 214 { // the 215th from either end but one: on the third page
					all = append(all, w.index("ix", digests(child), "prod"))
				}
				all = append(all, w.image(fmt.Sprint("image ", i)))
			}
			w.start()
			// Two pages were looked at to know the list's end, two were read: then thirty of
			// them go, and the index moves onto the second.
			w.github.Fault(githubtest.Match{Method: "GET", Path: anyList, Nth: pagesBefore + 2}, githubtest.Action{After: func() {
				for i := range 30 {
					d := all[len(all)-1-i]
					if oldestFirst {
						d = all[i]
					}
					w.must(w.pack.Delete(string(d)))
				}
			}})
			w.refused(child, "referenced")
		})
	}
}

// TestListNeverComesToRest: a list that loses versions in each reading is not believed.
func TestListNeverComesToRest(t *testing.T) {
	w := newWorld(t, "app")
	lone := w.image("lone")
	var all []registry.Digest
	for i := range 450 {
		all = append(all, w.image(fmt.Sprint("image ", i), fmt.Sprint("v", i)))
	}
	w.start()
	w.github.Fault(githubtest.Match{Method: "GET", Path: anyList, Times: -1}, githubtest.Action{After: func() {
		w.must(w.pack.Delete(string(all[len(all)-1])))
		all = all[:len(all)-1]
	}})
	w.refused(lone, "unreadable")
	w.github.ClearFaults()
	w.gone(lone)
}

// TestPushesWhileTheListIsRead: they make nothing slip, and the list is read once.
func TestPushesWhileTheListIsRead(t *testing.T) {
	w := newWorld(t, "app")
	lone := w.image("lone")
	for i := range 250 {
		w.image(fmt.Sprint("image ", i))
	}
	w.start()
	w.tally()
	w.github.Fault(githubtest.Match{Method: "GET", Path: anyList, Nth: pagesBefore + 1}, githubtest.Action{After: func() { w.image("pushed", "new") }})
	w.gone(lone)
	if n := w.tally()["page"]; n != pagesBefore+3+2 {
		t.Errorf("%d pages", n)
	}
}

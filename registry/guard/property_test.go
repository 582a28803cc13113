package guard_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/checkrein/checkrein/fixtures/effort"
	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/registry"
)

// random is a package that grows and shrinks at random.
type random struct {
	*world
	*rand.Rand
	all     []registry.Digest // pushed so far
	callers []*githubtest.User
	pushed  int
}

// grow pushes one manifest: an image, an index of up to three manifests that are there
// (so at most so deep as pushes go), or a referrer; with or without a tag.
func (r *random) grow() {
	var there []registry.Digest
	for _, d := range r.all {
		if r.there(d) {
			there = append(there, d)
		}
	}
	r.pushed++
	name := fmt.Sprint("m", r.pushed)
	var tags []string
	switch r.IntN(4) {
	case 0:
		tags = []string{fmt.Sprint("v", r.pushed)}
	case 1:
		tags = []string{fmt.Sprint("pr-", r.pushed)}
	}
	var d registry.Digest
	switch kind := r.IntN(5); {
	case kind < 2 || len(there) < 3:
		d = r.image(name, tags...)
	case kind == 2:
		d = r.about(name, there[r.IntN(len(there))], tags...)
	default:
		var children []registry.Digest
		for _, i := range r.Perm(len(there))[:1+r.IntN(3)] {
			if r.depth(there[i]) < 4 {
				children = append(children, there[i])
			}
		}
		d = r.index("ix "+name, children, tags...)
	}
	r.all = append(r.all, d)
}

func (r *random) depth(d registry.Digest) int {
	deepest := 0
	for _, c := range childrenOf(r.contents[string(d)]) {
		deepest = max(deepest, r.depth(registry.Digest(c)))
	}
	return deepest + 1
}

// TestRandomPackages: whatever is deleted, by whom, and whatever is pushed and tagged
// meanwhile, also past the guard and while a deletion is under way: after each step all
// that is tagged is whole, or whole again after the next reading of the list.
func TestRandomPackages(t *testing.T) {
	deleted, refused, dangling, longest := 0, 0, 0, time.Duration(0)
	seeds := uint64(10)
	if !effort.Measured { // the detector finds in two what it finds in ten
		seeds = 2
	}
	for seed := range seeds {
		w := newWorld(t, "app").policy(prTags + ", brake: {share: 0}")
		w.config.Grace = 0 // the grace period must not be what saves it
		r := &random{world: w, Rand: rand.New(rand.NewPCG(seed, 1))}
		r.github.SetHabits(githubtest.Habits{OldestFirst: seed%2 == 1, ForgetTags: seed%3 == 1})
		for range 3 {
			u := r.github.User(fmt.Sprint("caller", len(r.callers)))
			r.must(r.pack.Grant(u, "admin"))
			r.callers = append(r.callers, u)
		}
		r.image("kept", "kept")
		sentinel := r.image("sentinel", "sentinel")
		for range 25 {
			r.grow()
		}
		r.start()
		for range 40 {
			since := r.clock()
			switch status := r.step(); status {
			case http.StatusNoContent:
				deleted++
			case http.StatusForbidden:
				refused++
			}
			if len(r.dangling()) > 0 {
				dangling++
				r.pass(61 * time.Second)
				r.call("DELETE", r.path(sentinel), r.callers[0], "")
				longest = max(longest, r.clock().Sub(since))
			}
			if missing := r.dangling(); len(missing) > 0 {
				t.Fatalf("seed %d: dangling after the next reading: %v\n%v", seed, missing, r.memory.events())
			}
			r.pass(time.Duration(r.IntN(20)) * time.Second)
		}
	}
	t.Logf("%d deleted, %d refused; %d times something was missing until the next reading, at most %s later", deleted, refused, dangling, longest)
	if deleted < 5*int(seeds) || refused < 10*int(seeds) {
		t.Errorf("%d deleted, %d refused: the test shows little", deleted, refused)
	}
}

// step is one deletion, with something that happens before it or while it is under way.
func (r *random) step() int {
	race := githubtest.Action{}
	switch r.IntN(6) {
	case 0:
		race.Before = r.grow
	case 1:
		race.After = r.grow
	case 2:
		race.Before = r.retag // an old manifest gets a tag past the guard
	case 3:
		r.retag()
	case 4:
		r.grow()
	}
	if race.Before != nil || race.After != nil {
		r.github.Fault(anyDelete, race)
		defer r.github.ClearFaults()
	}
	d := r.all[r.IntN(len(r.all))]
	return r.call("DELETE", r.path(d), r.callers[r.IntN(len(r.callers))], "").status
}

// retag puts a tag on something that is there and would be whole.
func (r *random) retag() {
	d := r.all[r.IntN(len(r.all))]
	if r.there(d) && r.complete(d) {
		r.pushed++
		r.must(r.pack.Tag(fmt.Sprint("late-", r.pushed), string(d)))
	}
}

// complete reports whether nothing is missing below a manifest already: nobody can bring
// back what was deleted when it was safe and is tagged only afterwards.
func (r *random) complete(d registry.Digest) bool {
	if !r.there(d) {
		return false
	}
	for _, c := range childrenOf(r.contents[string(d)]) {
		if !r.complete(registry.Digest(c)) {
			return false
		}
	}
	return true
}

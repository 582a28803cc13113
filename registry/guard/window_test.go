package guard_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"testing"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/registry"
)

// TestWindow: an old untagged index is tagged past the guard after its caller's list was
// read, and what it needs is deleted. That is seen when the list is next read: at the
// latest when one that is a minute old is used again. How wide the window is, in deletions
// that somebody asked for and by the clock, is told and bounded.
func TestWindow(t *testing.T) {
	const listAge, pause = time.Minute, 20 // seconds between deletions, at most
	opened, longest, most := 0, time.Duration(0), 0
	for seed := range uint64(12) {
		w := newWorld(t, "app").policy("delete: {untagged: true}, brake: {share: 0}")
		chance := rand.New(rand.NewPCG(seed, 2))
		leaf := w.image("leaf")
		index := w.index("ix", digests(leaf))
		var lone []registry.Digest
		for i := range 130 { // the newest page does not reach back
			lone = append(lone, w.image(fmt.Sprint("lone ", i)))
		}
		w.image("kept", "kept")
		var callers []*githubtest.User
		for i := range 3 {
			u := w.github.User(fmt.Sprint("caller", i))
			w.must(w.pack.Grant(u, "admin"))
			callers = append(callers, u)
		}
		w.start()
		next := func() { // the newest ones go, so that the old ones stay behind the newest page
			d := lone[0]
			lone = lone[1:]
			if a := w.call("DELETE", w.path(d), callers[chance.IntN(len(callers))], ""); a.status != http.StatusNoContent {
				t.Fatalf("seed %d: answered %d %s", seed, a.status, a.body)
			}
			w.pass(time.Duration(1+chance.IntN(pause)) * time.Second)
		}
		for range 1 + chance.IntN(4) {
			next()
		}
		w.must(w.pack.Tag("prod", string(index)))
		a := w.call("DELETE", w.path(leaf), callers[chance.IntN(len(callers))], "")
		if a.status == http.StatusForbidden {
			w.whole()
			continue // that caller's list was old enough
		}
		opened++
		begun, steps := w.clock(), 0
		for len(w.dangling()) > 0 {
			w.pass(time.Duration(1+chance.IntN(pause)) * time.Second)
			if steps++; steps > 60 {
				t.Fatalf("seed %d: still dangling: %v", seed, w.dangling())
			}
			next()
		}
		longest, most = max(longest, w.clock().Sub(begun)), max(most, steps)
	}
	t.Logf("%d of 12 deletions opened a window; the widest was %s and %d deletions", opened, longest, most)
	// Whoever reads the list after the tag heals, so all lists are older than it: a minute
	// later the next deletion, whoever asks for it, reads anew.
	if bound := listAge + 2*pause*time.Second; opened == 0 || longest > bound {
		t.Errorf("%d windows, the widest was %s: want some, none wider than %s", opened, longest, bound)
	}
}

package sweep_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

func repository(id int64, name string) hub.Repository {
	return hub.Repository{Repo: hub.Repo{ID: id, Owner: "acme", Name: name}, Default: "main"}
}

// sweptWorld has the shop and a site, with nothing open.
func sweptWorld(t *testing.T) *world {
	w := newWorld(t)
	w.repositories = []hub.Repository{repository(shop, "shop"), repository(43, "site")}
	for _, r := range w.repositories {
		w.opened = append(w.opened, hub.Open{Repository: r})
	}
	return w
}

var sweepKey = work.SweepKey(installation)

// What is open is taken over as of the time of the first question: what a delivery tells
// while GitHub is asked is newer.
func TestSweepTakesOverWhatIsOpen(t *testing.T) {
	w := sweptWorld(t)
	updated := noon.Add(-time.Hour)
	w.opened[0].Pulls = []hub.Pull{{Number: 7, Head: headA, BaseRef: "release", Open: true, Updated: updated}}
	w.opened[0].Groups = []hub.QueueEntry{{Pull: 8, Head: headB, Base: headA}, {Pull: 9, Head: headC, Base: headB}}
	w.mustDo(sweepKey)
	site := setOpen{Repository: 43, Asked: noon}
	w.expect("taken over", []setOpen{{
		Repository: shop, Asked: noon,
		Pulls: []webhook.Pull{{Repo: shopRepo(), Number: 7, Head: headA, BaseRef: "release", Open: true, Updated: updated}},
		Groups: []webhook.Group{
			{Repo: shopRepo(), Head: headB, Base: headA, BaseRef: "main", Open: true},
			{Repo: shopRepo(), Head: headC, Base: headB, BaseRef: "main", Open: true},
		},
	}, site}, w.stored)
	w.expect("repositories taken over as of", noon, w.overAsked)
	w.expect("mark", noon, w.marks[work.KindSweep])
}

func TestSweepLeavesArchivedOut(t *testing.T) {
	w := sweptWorld(t)
	w.repositories[1].Archived = true
	w.opened = w.opened[:1]
	w.mustDo(sweepKey) // taken over are all of them: the fake looks
	w.expect("asked about", w.repositories[:1], w.asked)
}

// Heads come due one a second, and so do branch rules, both from now on: what people do
// goes in between.
func TestSweepMakesDueAtAPace(t *testing.T) {
	w := sweptWorld(t)
	w.waiting, w.look = heads(time.Time{}, headA, headB, headC), []int64{shop, 43}
	w.mustDo(sweepKey)
	from := noon.Add(2 * answering) // two questions to GitHub
	w.expect("due", append(heads(from, headA, headB, headC),
		work.Due{Key: work.EnforceKey(shop), At: from}, work.Due{Key: work.EnforceKey(43), At: from.Add(time.Second)}), w.due)
	w.expect("rules looked at before", noon.Add(-6*time.Hour), w.lookBefore)
}

// A repository that could not be read is left as it is: pull requests that are missing
// from a list count as closed.
func TestSweepOfARepositoryWithAProblem(t *testing.T) {
	for name, tt := range map[string]struct {
		problem error
		again   bool
	}{
		"gone":             {problem: hub.ErrNoRepository},
		"renamed":          {problem: fmt.Errorf("asking: %w", hub.ErrMoved)},
		"not in an answer": {problem: errDown, again: true},
	} {
		t.Run(name, func(t *testing.T) {
			w := sweptWorld(t)
			w.opened[0].Problem = tt.problem
			w.waiting = heads(time.Time{}, headA)
			err := w.do(sweepKey)
			if tt.again != errors.Is(err, tt.problem) || !tt.again && err != nil {
				t.Errorf("error %v, want one: %v", err, tt.again)
			}
			w.expect("taken over", []setOpen{{Repository: 43, Asked: noon}}, w.stored)
			w.expect("due", 1, len(w.due))
			w.expect("marked", !tt.again, !w.marks[work.KindSweep].IsZero())
			w.logged("a repository was not swept", tt.again)
		})
	}
}

// Whatever fails, the mark does not move. When only GitHub fails, what the store knows is
// judged all the same.
func TestSweepThatFails(t *testing.T) {
	for call, judged := range map[string]bool{
		"Repositories": false, "SetRepositories": false, "Open": true, "SetOpen": true, "OpenHeads": false, "MakeDue": false, "SetMark": true,
	} {
		t.Run(call, func(t *testing.T) {
			w := sweptWorld(t)
			w.waiting = heads(time.Time{}, headA)
			w.fail[call] = errDown
			if err := w.do(sweepKey); !errors.Is(err, errDown) {
				t.Errorf("got %v, want %v", err, errDown)
			}
			w.expect("due", judged, len(w.due) > 0)
			w.expect("marked", false, !w.marks[work.KindSweep].IsZero())
		})
	}
}

func TestSweepWithoutInstallation(t *testing.T) {
	w := sweptWorld(t)
	w.fail["Repositories"] = fmt.Errorf("listing: %w", hub.ErrNoInstallation)
	w.mustDo(sweepKey)
	w.expect("calls", []string{"Repositories"}, w.calls)
}

func TestInstallations(t *testing.T) {
	all := []hub.Installation{{ID: 1, Owner: "acme"}, {ID: 2, Owner: "umbrella", Suspended: true}, {ID: 3, Owner: "Initech"}}
	over := []webhook.Installation{
		{ID: 1, Owner: "acme", Access: webhook.Active},
		{ID: 2, Owner: "umbrella", Access: webhook.Suspended},
		{ID: 3, Owner: "Initech", Access: webhook.Active},
	}
	for name, tt := range map[string]struct {
		owners webhook.Owners
		want   []int64 // swept
	}{
		"all are served":              {nil, []int64{1, 3}},
		"one is served":               {webhook.Owners{"initech"}, []int64{3}},
		"a suspended one, and nobody": {webhook.Owners{"umbrella", "acm"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.installations, w.sweeper.Owners = all, tt.owners
			w.mustDo(work.KindInstallations)
			w.expect("taken over", over, w.over)
			w.expect("taken over as of", noon, w.overAsked)
			var want []work.Due
			for _, id := range tt.want {
				want = append(want, work.Due{Key: work.SweepKey(id)})
			}
			w.expect("due", want, w.due)
			w.expect("mark", noon, w.marks[work.KindInstallations])
		})
	}
}

// An installation that a broken list leaves out would be removed.
func TestInstallationsThatFail(t *testing.T) {
	for _, call := range []string{"Installations", "SetInstallations", "MakeDue", "SetMark"} {
		t.Run(call, func(t *testing.T) {
			w := newWorld(t)
			w.installations = []hub.Installation{{ID: 1, Owner: "acme"}}
			w.fail[call] = errDown
			if err := w.do(work.KindInstallations); !errors.Is(err, errDown) {
				t.Errorf("got %v, want %v", err, errDown)
			}
			w.expect("last call", call, w.calls[len(w.calls)-1])
			w.expect("marks", map[string]time.Time{}, w.marks)
		})
	}
}

package guard_test

import (
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/guard"
)

var (
	anyDelete  = githubtest.Match{Method: "DELETE", Path: regexp.MustCompile(`/versions/\d+$`)}
	anyList    = regexp.MustCompile(`/versions$`)
	anyContent = regexp.MustCompile(`^/v2/.*/manifests/`)
	anyVersion = githubtest.Match{Method: "GET", Path: regexp.MustCompile(`/versions/\d+$`), Times: -1}
)

// TestRootArrivesWhileForwarded: what a root needs that came a moment too late is restored
// at once, and the caller gets its 204.
func TestRootArrivesWhileForwarded(t *testing.T) {
	w := newWorld(t, "app")
	child := w.image("child")
	w.image("kept", "prod")
	w.start()
	w.github.Fault(anyDelete, githubtest.Action{Before: func() { w.index("ix", digests(child), "late") }})
	if a := w.delete(child); a.status != http.StatusNoContent {
		t.Errorf("answered %d %s", a.status, a.body)
	}
	if !w.there(child) {
		t.Error("the child was not restored")
	}
	w.whole()
	if diff := cmp.Diff([]string{"intended", "deleted", "restored"}, w.memory.events()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.refused(child, guard.Referenced)
}

// TestOldIndexIsTaggedPastTheGuard: such a tag is on no newest page. The next reading of
// the list finds it, and restores storey after storey.
func TestOldIndexIsTaggedPastTheGuard(t *testing.T) {
	w := newWorld(t, "app")
	leaf := w.image("leaf")
	inner := w.index("ix inner", digests(leaf))
	outer := w.index("ix outer", digests(inner))
	for i := range 120 { // the newest page does not reach back to them
		w.image("filler "+string(rune('a'+i%26))+string(rune('a'+i/26)), "f"+string(rune('a'+i%26))+string(rune('a'+i/26)))
	}
	lone := w.image("lone")
	w.start()
	w.gone(inner) // the list is read
	w.must(w.pack.Tag("prod", string(outer)))
	w.gone(leaf)
	if missing := w.dangling(); len(missing) != 2 {
		t.Fatalf("dangling %v: the test is none", missing)
	}
	w.pass(61 * time.Second)
	w.gone(lone)
	w.whole()
	if restored := slices.DeleteFunc(w.memory.events(), func(e string) bool { return e != string(guard.Undone) }); len(restored) != 2 {
		t.Errorf("events %v", w.memory.events())
	}
}

// TestTagMovesKeepWhatTheyLeft: a tag that moved leaves a root for one grace period.
func TestTagMovesKeepWhatTheyLeft(t *testing.T) {
	w := newWorld(t, "app")
	child := w.image("child")
	old := w.index("ix old", digests(child), "prod")
	w.image("other", "other")
	w.start()
	if a := w.call("PUT", "/v2/acme/app/manifests/prod", nil, image("new"), "Authorization", w.bearer(), "Content-Type", ociImage); a.status != http.StatusCreated {
		t.Fatalf("push: %d %s", a.status, a.body)
	}
	w.must(w.pack.Backdate(string(old), w.clock().Add(-48*time.Hour))) // GitHub may not count a lost tag as an update
	w.start()                                                          // and the guard may have been restarted
	w.refused(old, guard.Young)
	w.refused(child, guard.Referenced)
	w.pass(25 * time.Hour)
	w.gone(old, child)
}

// TestTagsThatMovedPastTheGuard are seen by comparing one list with the next.
func TestTagsThatMovedPastTheGuard(t *testing.T) {
	w := newWorld(t, "app")
	old, next, lone, more := w.image("old", "prod"), w.image("next"), w.image("lone"), w.image("more")
	w.start()
	w.gone(lone)
	w.must(w.pack.Tag("prod", string(next)))
	w.must(w.pack.Backdate(string(old), w.clock().Add(-48*time.Hour)))
	w.pass(2 * time.Minute)
	w.refused(old, guard.Young)
	w.gone(more)
}

// TestUnreadableProtects: while anything that is kept cannot be read, nothing goes.
func TestUnreadableProtects(t *testing.T) {
	for name, action := range map[string]githubtest.Action{
		"5xx": {Status: 503}, "429": {Status: 429}, "other bytes": {Status: 200, Body: []byte(`{"schemaVersion":2,"manifests":[]}`), Header: http.Header{"Content-Type": {ociIndex}}},
		"gone from the registry only": {Status: 404}, "cut": {CutAfterBytes: 20},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "app")
			child, lone := w.image("child"), w.image("lone")
			index := w.index("ix", digests(child), "prod")
			w.start()
			w.github.Fault(githubtest.Match{Path: regexp.MustCompile("/manifests/" + string(index)), Times: -1}, action)
			a := w.refused(lone, guard.Unreadable)
			if !strings.Contains(a.why(), "prod -> "+string(index)) {
				t.Errorf("why %q", a.why())
			}
			w.refused(child, guard.Unreadable)
			w.github.ClearFaults()
			w.pass(2 * time.Minute)
			w.gone(lone)
			w.refused(child, guard.Referenced)
		})
	}
	for name, match := range map[string]githubtest.Match{
		"list": {Path: anyList, Times: -1}, "version": anyVersion, "candidate": {Path: anyContent, Times: -1},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "app")
			lone := w.image("lone")
			w.image("kept")
			w.start()
			w.github.Fault(match, githubtest.Action{Status: 502})
			w.refused(lone, guard.Unreadable)
			w.github.ClearFaults()
			w.gone(lone)
		})
	}
}

// TestUnknownTypeIsUnread: a root of a type that nobody knows may need anything.
func TestUnknownTypeIsUnread(t *testing.T) {
	w := newWorld(t, "app")
	lone := w.image("lone")
	w.push("odd", "application/vnd.new.thing+json", `{"mediaType":"application/vnd.new.thing+json","things":[]}`, "odd")
	w.start()
	w.refused(lone, guard.Unreadable)
}

// TestDoubtStopsThePackage: as long as nobody knows whether a deletion took place, nothing
// else goes; the next caller's own reading shows it.
func TestDoubtStopsThePackage(t *testing.T) {
	for name, c := range map[string]struct {
		action githubtest.Action
		events []string
	}{
		"it took place":        {githubtest.Action{DropAnswer: true}, []string{"intended", "unknown", "deleted", "intended", "deleted"}},
		"it did not":           {githubtest.Action{Status: 502}, []string{"intended", "unknown", "not deleted", "intended", "deleted"}},
		"the guard was killed": {githubtest.Action{DropAnswer: true}, []string{"intended", "unknown", "deleted", "intended", "deleted"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, "app")
			first, second := w.image("first"), w.image("second")
			w.image("kept", "prod")
			w.start()
			w.github.Fault(anyDelete, c.action)
			path := w.path(first)
			if a := w.call("DELETE", path, w.admin, ""); a.status != http.StatusBadGateway {
				t.Errorf("answered %d %s", a.status, a.body)
			}
			if name == "the guard was killed" {
				w.start()
			}
			id := path[strings.LastIndex(path, "/"):]
			w.github.Fault(githubtest.Match{Method: "GET", Path: regexp.MustCompile("/versions" + id + "$"), Times: 2}, githubtest.Action{Status: 500})
			w.refused(second, guard.Unreadable)
			w.refused(second, guard.Unreadable)
			w.gone(second)
			got := slices.DeleteFunc(w.memory.events(), func(e string) bool { return strings.HasPrefix(e, "refused") })
			if diff := cmp.Diff(c.events, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestRefusedUpstream: what the upstream refuses itself is told as it is.
func TestRefusedUpstream(t *testing.T) {
	w := newWorld(t, "app").policy(prTags)
	only := w.image("only", "pr-1")
	w.image("untagged")
	w.start()
	if a := w.delete(only); a.status != http.StatusBadRequest || !strings.Contains(a.body, "last tagged version") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if diff := cmp.Diff([]string{"intended", "not deleted"}, w.memory.events()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestJournalFirst: what cannot be written down is not forwarded.
func TestJournalFirst(t *testing.T) {
	w := newWorld(t, "app")
	lone := w.image("lone")
	w.start()
	w.memory.fail = http.ErrServerClosed
	w.refused(lone, guard.Unreadable)
}

// TestKeepFileIsReadAgain, and refuses everything while it cannot be read.
func TestKeepFileIsReadAgain(t *testing.T) {
	w := newWorld(t, "app")
	img, lone := w.image("img"), w.image("lone")
	w.image("kept", "prod")
	w.keep("# nothing\n")
	w.gone(lone)
	w.must(os.WriteFile(w.config.KeepFile, []byte(string(img)+"\n# changed\n"), 0o600))
	w.refused(img, guard.Deployed)
	w.must(os.WriteFile(w.config.KeepFile, []byte("sha256:short\n"), 0o600))
	w.refused(img, guard.Unreadable)
	w.must(os.WriteFile(w.config.KeepFile, []byte("\n"), 0o600))
	w.gone(img)
}

// TestBrakeSurvivesARestart, and lets go again after its hour.
func TestBrakeSurvivesARestart(t *testing.T) {
	w := newWorld(t, "app").policy("delete: {untagged: true}, brake: {share: 20%, min: 10}")
	var all []registry.Digest
	for i := range 10 {
		all = append(all, w.image("untagged "+string(rune('a'+i))))
	}
	w.start()
	w.gone(all[0], all[1])
	w.refused(all[2], guard.Brake)
	w.start()
	a := w.refused(all[2], guard.Brake)
	if !strings.Contains(a.why(), "2 of the 10 versions") {
		t.Errorf("why %q", a.why())
	}
	w.pass(time.Hour)
	w.gone(all[2])
}

// TestLag: lists that lag behind what happened make no loss, whichever end is the newest.
func TestLag(t *testing.T) {
	for _, oldestFirst := range []bool{false, true} {
		w := newWorld(t, "app").policy(prTags)
		w.github.SetHabits(githubtest.Habits{Lag: 3, OldestFirst: oldestFirst})
		child, kept := w.image("child"), w.image("kept child")
		pr := w.index("ix", digests(child), "pr-1")
		w.index("ix kept", digests(kept), "prod")
		w.start()
		for range 4 {
			w.call("GET", "/orgs/acme/packages/container/app/versions", w.admin, "")
		}
		for _, d := range digests(pr, child, kept, child, kept) {
			w.delete(d)
			w.pass(30 * time.Second)
		}
		if !w.there(kept) {
			t.Errorf("oldest first %v: a kept child is gone", oldestFirst)
		}
		w.whole()
	}
}

// TestBothOrders: the newest page is found whichever way the list goes.
func TestBothOrders(t *testing.T) {
	for _, oldestFirst := range []bool{false, true} {
		w := newWorld(t, "app")
		w.github.SetHabits(githubtest.Habits{OldestFirst: oldestFirst})
		for i := range 205 {
			w.image("filler "+time.Duration(i).String(), "f"+time.Duration(i).String())
		}
		child, lone := w.image("child"), w.image("lone")
		w.start()
		w.gone(lone)
		w.index("ix", digests(child), "late")
		w.refused(child, guard.Referenced)
	}
}

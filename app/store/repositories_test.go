package store

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/enforce"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

func listed(id int64, name, branch string, archived bool) hub.Repository {
	return hub.Repository{Repo: hub.Repo{ID: id, Owner: "acme", Name: name}, Default: branch, Archived: archived}
}

// setRepositories takes over a list of installation 9 that was asked for now.
func setRepositories(t *testing.T, s *Store, list ...hub.Repository) (look []int64) {
	t.Helper()
	look, err := s.SetRepositories(t.Context(), 9, list, s.Now(), noon)
	must(t, err)
	return look
}

func repository(t *testing.T, s *Store, id int64) (sweep.Repository, bool) {
	t.Helper()
	r, err := s.Repository(t.Context(), id)
	if errors.Is(err, pull.ErrUnknownRepository) {
		return r, false
	}
	must(t, err)
	return r, true
}

func TestSetRepositories(t *testing.T) {
	s, clock := openTest(t)
	if _, known := repository(t, s, 42); known {
		t.Error("a repository is known before anything was told")
	}
	accept(t, s, delivery("infra", shaA))
	clock.advance(time.Minute)
	setRepositories(t, s, listed(42, "platform", "main", false), listed(43, "app", "trunk", false), listed(43, "app", "trunk", false))
	want := map[int64]sweep.Repository{
		42: {Repo: webhook.Repo{ID: 42, Installation: 9, Owner: "acme", Name: "platform"}, Default: "main"},
		43: {Repo: webhook.Repo{ID: 43, Installation: 9, Owner: "acme", Name: "app"}, Default: "trunk"},
	}
	check := func(when string) {
		t.Helper()
		got := map[int64]sweep.Repository{}
		for _, id := range []int64{42, 43, 44} {
			if r, known := repository(t, s, id); known {
				got[id] = r
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", when, diff)
		}
	}
	check("first list")

	clock.advance(time.Minute)
	setRepositories(t, s, listed(43, "app", "main", true))
	delete(want, 42)
	want[43] = sweep.Repository{Repo: want[43].Repo, Default: "main", Archived: true}
	check("42 is missing, 43 archived")

	// Told while GitHub was being asked: 42 is there, under a third name.
	asked := clock.now()
	accept(t, s, delivery("infra again", shaA))
	_, err := s.SetRepositories(t.Context(), 9, []hub.Repository{listed(43, "app", "main", false)}, asked, noon)
	must(t, err)
	want[42] = sweep.Repository{Repo: infra, Default: "main"}
	want[43] = sweep.Repository{Repo: want[43].Repo, Default: "main"}
	check("a list older than the delivery")
	_, err = s.SetRepositories(t.Context(), 9, []hub.Repository{listed(42, "platform", "next", false), listed(43, "app", "main", false)}, asked, noon)
	must(t, err)
	want[42] = sweep.Repository{Repo: infra, Default: "next"}
	check("of which no delivery tells counts all the same")
}

// TestTransferred: the repository is the new installation's; the old one's list and
// events have no say any more.
func TestTransferred(t *testing.T) {
	s, clock := openTest(t)
	tell(t, s, "before", []webhook.Pull{pullAt(7, shaA, true, 1)})
	in := delivery("after")
	in.Repo, in.Delivery.Installation = webhook.Repo{ID: 42, Installation: 10, Owner: "zeta", Name: "core"}, 10
	accept(t, s, in)
	clock.advance(time.Minute)
	setRepositories(t, s)
	accept(t, s, webhook.Intake{Removed: []int64{42}, Delivery: webhook.Delivery{ID: "gone", Installation: 9}})
	accept(t, s, access("uninstalled", 9, webhook.Removed))
	if h := head(t, s, shaA); len(h.Pulls) != 1 || h.Repo != in.Repo {
		t.Errorf("%+v, want pull request 7 in %+v", h, in.Repo)
	}
}

// TestArchived: an archived repository asks for nothing; brought back, it simply counts again.
func TestArchived(t *testing.T) {
	s, clock := openTest(t)
	busy(t, s)
	must(t, s.MakeDue(t.Context(), []work.Due{{Key: work.HeadKey(43, shaA)}}))
	clock.advance(time.Minute)
	setRepositories(t, s, listed(42, "infra", "main", true), listed(43, "app", "main", false))
	if got, want := unfinished(t, s), "head:43@"+shaA+","+others+",sweep:9"; got != want {
		t.Errorf("unfinished %s, want %s", got, want)
	}
	clock.advance(time.Minute)
	setRepositories(t, s, listed(42, "infra", "main", false), listed(43, "app", "main", false))
	due, err := s.OpenHeads(t.Context(), 9)
	must(t, err)
	if diff := cmp.Diff([]work.Due{{Key: work.HeadKey(42, shaA)}, {Key: work.HeadKey(42, shaB)}}, due); diff != "" {
		t.Errorf("open heads once it is back (-want +got):\n%s", diff)
	}
}

// TestRulesToLookAt: those at which nobody has looked for long.
func TestRulesToLookAt(t *testing.T) {
	s, clock := openTest(t)
	clock.advance(time.Hour)
	must(t, s.SetEnforcement(t.Context(), 42, enforce.State{Checked: noon.Add(-time.Second)}))
	must(t, s.SetEnforcement(t.Context(), 43, enforce.State{Checked: noon}))
	in := delivery("other installation")
	in.Repo, in.Delivery.Installation = webhook.Repo{ID: 50, Installation: 10, Owner: "zeta", Name: "core"}, 10
	accept(t, s, in)
	clock.advance(time.Hour)
	look := setRepositories(t, s, listed(42, "long ago", "main", false), listed(43, "just now", "main", false),
		listed(44, "never", "main", false), listed(45, "archived", "main", true), listed(46, "empty", "", false))
	if diff := cmp.Diff([]int64{42, 44}, look); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

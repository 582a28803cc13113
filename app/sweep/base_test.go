package sweep_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/work"
)

func TestBaseIsFollowed(t *testing.T) {
	archived := map[int64]sweep.Repository{shop: {Repo: shopRepo(), Default: "main", Archived: true}}
	known := map[int64]sweep.Repository{shop: {Repo: shopRepo(), Default: "main"}}
	for name, tt := range map[string]struct {
		known    map[int64]sweep.Repository
		failure  error // of Follow
		followed bool
		want     error
	}{
		"a known repository": {known: known, followed: true},
		"not known":          {},
		"archived":           {known: archived},
		"GitHub is away":     {known: known, followed: true, failure: errDown, want: errDown},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.known, w.fail["Follow"] = tt.known, tt.failure
			if err := w.do(work.BaseKey(shop, "release/1@2")); !errors.Is(err, tt.want) {
				t.Errorf("got %v, want %v", err, tt.want)
			}
			var want []string
			if tt.followed {
				want = []string{"acme/shop@release/1@2"}
			}
			w.expect("followed", want, w.followed)
		})
	}
}

// No store, no silence: what is about a repository is tried again.
func TestStoreThatCannotBeRead(t *testing.T) {
	for _, key := range []string{work.BaseKey(shop, "main"), work.VoiceKey(shop, 7), work.EnforceKey(shop)} {
		w := newWorld(t)
		w.fail["Repository"] = errDown
		if err := w.do(key); !errors.Is(err, errDown) {
			t.Errorf("%s: got %v, want %v", key, err, errDown)
		}
		w.expect("calls", []string{"Repository"}, w.calls)
	}
}

func TestMoved(t *testing.T) {
	paths := func(all ...string) pull.Moved {
		m := pull.Moved{Paths: map[string]bool{}}
		for _, p := range all {
			m.Paths[p] = true
		}
		return m
	}
	for name, tt := range map[string]struct {
		moved  pull.Moved
		except string
		want   []string // heads, in their order
	}{
		"a path that one hangs on":     {moved: paths(".env"), want: []string{headA, headB}},
		"a path that nobody hangs on":  {moved: paths("README.md"), want: []string{headB}}, // B may hang on any
		"nothing":                      {moved: paths()},
		"the policy":                   {moved: pull.Moved{Policy: true}, want: []string{headA, headB}},
		"nobody knows what":            {moved: pull.Moved{All: true}, want: []string{headA, headB}},
		"but not who is judged by now": {moved: paths(".env"), except: headA, want: []string{headB}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.onBase = []sweep.OnBase{
				{SHA: headA, Judged: true, Hangs: []string{"compose.yml", ".env"}},
				{SHA: headB, Judged: true, AnyPath: true},
				{SHA: headC, Hangs: []string{".env"}}, // due anyway
			}
			if err := w.sweeper.Moved(context.Background(), shop, "main", tt.moved, tt.except); err != nil {
				t.Fatal(err)
			}
			w.expect("due", heads(noon, tt.want...), w.due)
		})
	}
}

// The policy on the default branch of .github is everybody's default.
func TestMovedDefaultsOfAnOrganisation(t *testing.T) {
	policy := pull.Moved{Policy: true}
	for name, tt := range map[string]struct {
		name, branch string
		moved        pull.Moved
		want         bool
	}{
		"its policy":                   {".github", "main", policy, true},
		"its policy, another spelling": {".GitHub", "main", policy, true},
		"its policy on another branch": {".github", "draft", policy, false},
		"something else in it":         {".github", "main", pull.Moved{All: true}, false},
		"the policy of a repository":   {"shop", "main", policy, false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			repo := shopRepo()
			repo.Name = tt.name
			w.known[shop] = sweep.Repository{Repo: repo, Default: "main"}
			w.all = heads(time.Time{}, headA, headB)
			if err := w.sweeper.Moved(context.Background(), shop, tt.branch, tt.moved, ""); err != nil {
				t.Fatal(err)
			}
			var want []work.Due
			if tt.want {
				want = heads(noon, headA, headB)
			}
			w.expect("due", want, w.due)
		})
	}
}

func TestMovedThatFails(t *testing.T) {
	for call, name := range map[string]string{"Repository": "shop", "OnBase": "shop", "MakeDue": "shop", "OfInstallation": ".github"} {
		w := newWorld(t)
		repo := shopRepo()
		repo.Name = name
		w.known[shop] = sweep.Repository{Repo: repo, Default: "main"}
		w.fail[call] = errDown
		if err := w.sweeper.Moved(context.Background(), shop, "main", pull.Moved{Policy: true}, ""); !errors.Is(err, errDown) {
			t.Errorf("%s: got %v, want %v", call, err, errDown)
		}
	}
}

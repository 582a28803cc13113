package store

import (
	"testing"

	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/guard"
)

// TestOneFsyncForADecision: the intent is durable before anything is forwarded, and how
// it ended rides with the next commit.
func TestOneFsyncForADecision(t *testing.T) {
	s, _ := openTest(t)
	memory := s.Guard("https://ghcr.io")
	commits := countCommits(t, s)
	intent := guard.Intent{At: noon, Package: "acme/app", Version: 1, Digest: registry.DigestOf([]byte("one")), Who: "ada", Did: "delete version 1"}
	outcomes := func() (open, gone int) {
		must(t, s.read.QueryRowContext(t.Context(), `SELECT count(*) FILTER (WHERE outcome = ''), count(*) FILTER (WHERE outcome = 'deleted') FROM intents`).Scan(&open, &gone))
		return open, gone
	}
	memory.Glimpsed("acme/app", guard.Sights{Tags: map[string]registry.Digest{"prod": intent.Digest}})
	memory.PutManifests("acme/app", []registry.Manifest{{Digest: intent.Digest, Kind: registry.Image}})
	id, err := memory.Begin(t.Context(), intent)
	must(t, err)
	if n := commits.Load(); n != 1 {
		t.Errorf("%d commits before forwarding, want one for the intent and what was seen", n)
	}
	if open, gone := outcomes(); open != 1 || gone != 0 {
		t.Errorf("%d intents are open and %d ended, want one open", open, gone)
	}
	memory.End(id, guard.Gone, guard.Record{At: noon, Package: "acme/app", Event: guard.Deleted, Intent: id})
	if n := commits.Load(); n != 1 {
		t.Errorf("%d commits: the outcome made its own", n)
	}
	if left, err := memory.Open(t.Context(), "acme/app"); err != nil || len(left) != 0 {
		t.Errorf("open to this process: %v, %v", left, err)
	}
	intent.Version, intent.Digest = 2, registry.DigestOf([]byte("two"))
	_, err = memory.Begin(t.Context(), intent)
	must(t, err)
	if n := commits.Load(); n != 2 {
		t.Errorf("%d commits for two decisions", n)
	}
	if open, gone := outcomes(); open != 1 || gone != 1 {
		t.Errorf("%d intents are open and %d ended, want the first ended with the second's commit", open, gone)
	}
}

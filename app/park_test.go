package app_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/store"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
	"github.com/checkrein/checkrein/checks/all"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// Work that is given up is told on the head: undecided, with the reason, never green.
func TestGivenUpIsUndecided(t *testing.T) {
	w := newGitHub(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:latest"))
	memory, claim := w.claimed(p)
	judge := w.judge(memory, all.Checks(policy.Default(), nil, nil, nil)[0])
	claim.Tries = 10
	if err := judge.Park(t.Context(), claim, errors.New("the base cannot be read")); err != nil {
		t.Fatal(err)
	}
	run := w.expect(p.Head(), "action_required", "Undecided")
	if !strings.Contains(run.Summary, "the base cannot be read") || !strings.Contains(run.Summary, "10 attempts") {
		t.Errorf("the summary does not tell why:\n%s", run.Summary)
	}
}

// claimed takes the event of a pull request in and claims the work that it makes due.
func (w *world) claimed(p *githubtest.Pull) (*store.Store, *work.Claim) {
	w.Helper()
	ctx := w.Context()
	memory := githubtest.Must(store.Open(ctx, w.config.DatabaseURL))
	w.Cleanup(func() { _ = memory.Close() })
	repo := webhook.Repo{ID: w.repo.ID, Installation: w.in.ID, Owner: "acme", Name: "platform"}
	githubtest.Must(memory.Accept(ctx, webhook.Intake{
		Delivery: webhook.Delivery{ID: "1", Event: "pull_request", Received: time.Now()}, Repo: repo,
		Pulls: []webhook.Pull{{Repo: repo, Number: p.Number, Head: p.Head(), BaseRef: "main", Open: true}},
		Due:   []work.Due{{Key: work.HeadKey(repo.ID, p.Head())}},
	}))
	return memory, githubtest.Must(memory.Claim(ctx, time.Minute))
}

// Where nobody waits any more there is nothing to tell, but a run that was begun ends.
func TestGivenUpOnAClosedHead(t *testing.T) {
	w := newGitHub(t, compose("nginx:1.27.3"))
	p := w.open("change", compose("nginx:latest"))
	memory, claim := w.claimed(p)
	judge := w.judge(memory, all.Checks(policy.Default(), nil, nil, nil)[0])
	client := judge.GitHub(w.in.ID)
	begun := hub.Run{Name: "checkrein", Head: p.Head(), Title: "Judging", Summary: "x", ExternalID: fmt.Sprintf("checkrein:%d:%s:all", w.repo.ID, p.Head())}
	githubtest.Must(client.CreateRun(t.Context(), hub.Repo{ID: w.repo.ID, Owner: "acme", Name: "platform"}, begun))
	p.Close(w.dev)
	closed := webhook.Pull{Repo: webhook.Repo{ID: w.repo.ID}, Number: p.Number, Head: p.Head(), BaseRef: "main"}
	if err := memory.SetPull(t.Context(), closed, time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	claim.Resumed = true // so that what was begun is looked for
	if err := judge.Park(t.Context(), claim, errors.New("the base cannot be read")); err != nil {
		t.Fatal(err)
	}
	w.expect(p.Head(), "action_required", "Undecided")
}

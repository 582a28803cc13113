package pull

import (
	"context"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
	"github.com/checkrein/checkrein/checks/policy"
)

// target is one thing the head must be judged against: a pull request's base tip
// or the base of a merge group.
type target struct {
	pull   int    // 0: a merge group
	base   string // branch name
	commit string // what the head is compared with
	tip    hub.Tip
	// validPolicy is the tip's own policy file when it is valid.
	validPolicy []byte
}

// ask gets GitHub's state and takes over what it tells differently from the store.
func (e *evaluation) ask(ctx context.Context) ([]target, error) {
	ask := hub.Ask{Repo: e.repo, Head: e.sha, Policy: policy.Path}
	ask.Pulls = e.head.Numbers
	for _, g := range e.head.Groups {
		ask.Bases = append(ask.Bases, g.BaseRef)
	}
	asked := e.Now()
	state, err := e.github.State(ctx, ask)
	if err != nil {
		return nil, fmt.Errorf("ask for the state of %s: %w", e.sha, err)
	}
	e.state = state
	e.rename(state.Repo)
	if state.Archived {
		return nil, nil
	}
	var targets []target
	for _, p := range state.Pulls {
		if err := e.learn(ctx, p, asked); err != nil {
			return nil, err
		}
		if tip, ok := state.Tips[p.BaseRef]; ok && p.Open && p.Head == e.sha {
			targets = append(targets, target{pull: p.Number, base: p.BaseRef, commit: tip.Commit, tip: tip})
		}
	}
	for _, g := range e.head.Groups {
		if tip, ok := state.Tips[g.BaseRef]; ok {
			// Against the branch, not the group in front: what its files name is known of the
			// branch only, and all that is in front would be merged first.
			targets = append(targets, target{base: g.BaseRef, commit: tip.Commit, tip: tip})
		}
	}
	return targets, nil
}

// learn takes over a pull request as GitHub shows it; a head that no event told of becomes due.
func (e *evaluation) learn(ctx context.Context, p hub.Pull, asked time.Time) error {
	known := false
	for _, have := range e.head.Pulls {
		if have.Number == p.Number {
			known = have.Head == p.Head && have.BaseRef == p.BaseRef && have.Open == p.Open
		}
	}
	if known {
		return nil
	}
	now := webhook.Pull{Repo: e.head.Repo, Number: p.Number, Head: p.Head, BaseRef: p.BaseRef, Open: p.Open}
	if err := e.Memory.SetPull(ctx, now, asked); err != nil {
		return fmt.Errorf("note pull request #%d: %w", p.Number, err)
	}
	if p.Open && p.Head != e.sha {
		if err := e.Memory.MakeDue(ctx, []work.Due{{Key: work.HeadKey(e.repo.ID, p.Head)}}); err != nil {
			return fmt.Errorf("make head %s due: %w", p.Head, err)
		}
	}
	return nil
}

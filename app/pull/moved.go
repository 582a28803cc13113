package pull

import (
	"context"
	"errors"
	"fmt"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/webhook"
)

// Moved is what a push to a base changed.
type Moved struct {
	// Policy: the branch's policy is another.
	Policy bool
	// All: it is not known what changed (the branch was rewritten, or too much changed).
	All bool
	// Paths changed, or hang on what changed.
	Paths map[string]bool
}

// Concerns reports whether a verdict that hangs on these paths must be reached anew.
func (m Moved) Concerns(hangs []string, any bool) bool {
	if m.Policy || m.All || any && len(m.Paths) > 0 {
		return true
	}
	for _, p := range hangs {
		if m.Paths[p] {
			return true
		}
	}
	return false
}

// Follow brings what is kept of a branch up to date after a push, and tells what changed
// there. One compare, and one GraphQL request where files that are read changed; none
// where an evaluation came first.
func (j *Judge) Follow(ctx context.Context, r webhook.Repo, branch string) error {
	e := &evaluation{
		Judge: j, repo: hub.Repo{ID: r.ID, Owner: r.Owner, Name: r.Name},
		github: j.GitHub(r.Installation), facts: &factCache{ctx: ctx, memory: j.Memory},
	}
	defer j.bases.hold(r.ID, branch)()
	last, err := e.lastBase(ctx, branch)
	if err != nil || last.readable() && last.commit == last.pushed {
		return err
	}
	if !last.readable() { // what it was like is not known
		return e.tellMoved(ctx, branch, Moved{Policy: e.ownsDefaults(), All: true})
	}
	diff, err := e.github.CompareBranch(ctx, e.repo, last.commit, branch)
	if errors.Is(err, hub.ErrGone) { // the branch, or the commit that was kept
		return e.tellMoved(ctx, branch, Moved{All: true})
	}
	if err != nil {
		return fmt.Errorf("compare %s with its last known tip: %w", branch, err)
	}
	if diff.Head == "" {
		return e.tellMoved(ctx, branch, Moved{All: true}) // the next evaluation reads the branch anew
	}
	t := target{base: branch, tip: hub.Tip{Ref: branch, Commit: diff.Head, Tree: diff.HeadTree}}
	fresh, moved, err := e.follow(ctx, last, t, diff, e.everyCheck())
	if err != nil {
		return err
	}
	if err := e.tellMoved(ctx, branch, moved); err != nil || fresh == nil {
		return err
	}
	return e.keepBase(ctx, t, fresh)
}

// tellMoved has the heads judged again that hang on what changed.
func (e *evaluation) tellMoved(ctx context.Context, branch string, m Moved) error {
	if e.Moved == nil || !m.Policy && !m.All && len(m.Paths) == 0 {
		return nil
	}
	if err := e.Moved(ctx, e.repo.ID, branch, m, e.sha); err != nil {
		return fmt.Errorf("tell what changed on %s: %w", branch, err)
	}
	return nil
}

func (m Moved) add(dependents []string, _ bool) {
	for _, p := range dependents {
		m.Paths[p] = true
	}
}

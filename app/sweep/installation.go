package sweep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// installation compares what is open with what the store knows, and has everything
// judged that has no verdict.
func (s *Sweeper) installation(ctx context.Context, key string) error {
	id, err := work.ParseIDKey(key, work.KindSweep)
	if err != nil {
		return err
	}
	asked := s.Now()
	s.Renew(id)
	github := s.GitHub(id)
	repos, err := github.Repositories(ctx)
	if errors.Is(err, hub.ErrNoInstallation) {
		s.Log.InfoContext(ctx, "nothing to sweep any more", "installation", id)
		return nil
	}
	if err != nil {
		return err
	}
	look, err := s.Memory.SetRepositories(ctx, id, repos, asked, asked.Add(-enforceEvery))
	if err != nil {
		return err
	}
	failed := s.open(ctx, id, github, repos, asked)
	if err := s.makeDue(ctx, id, look); err != nil {
		return err
	}
	if failed != nil {
		return failed
	}
	return s.Memory.SetMark(ctx, work.KindSweep, asked)
}

// open takes over what is open. A repository that could not be read leaves the others alone.
func (s *Sweeper) open(ctx context.Context, installation int64, github GitHub, repos []hub.Repository, asked time.Time) error {
	var live []hub.Repository
	for _, r := range repos {
		if !r.Archived {
			live = append(live, r)
		}
	}
	answers, err := github.Open(ctx, live)
	failed := err
	for _, o := range answers {
		if errors.Is(o.Problem, hub.ErrNoRepository) || errors.Is(o.Problem, hub.ErrMoved) {
			continue // the next list of repositories tells
		}
		if o.Problem != nil {
			failed = fmt.Errorf("ask what is open in %s: %w", o.Repository, o.Problem)
			s.Log.WarnContext(ctx, "a repository was not swept", "repository", o.Repository.String(), "error", o.Problem)
			continue
		}
		repo := webhook.Repo{ID: o.ID, Installation: installation, Owner: o.Owner, Name: o.Name}
		if err := s.Memory.SetOpen(ctx, o.ID, pulls(repo, o), groups(repo, o), asked); err != nil {
			return err
		}
	}
	return failed
}

func pulls(repo webhook.Repo, o hub.Open) []webhook.Pull {
	var all []webhook.Pull
	for _, p := range o.Pulls {
		all = append(all, webhook.Pull{Repo: repo, Number: p.Number, Head: p.Head, BaseRef: p.BaseRef, Open: true, Updated: p.Updated})
	}
	return all
}

// groups are all merge heads of the queue: a run too many costs little, one that is
// missing blocks the queue.
func groups(repo webhook.Repo, o hub.Open) []webhook.Group {
	var all []webhook.Group
	for _, e := range o.Groups {
		all = append(all, webhook.Group{Repo: repo, Head: e.Head, Base: e.Base, BaseRef: o.Default, Open: true})
	}
	return all
}

// makeDue has heads without a verdict judged, and branch rules looked at, at a bounded pace.
func (s *Sweeper) makeDue(ctx context.Context, installation int64, look []int64) error {
	due, err := s.Memory.OpenHeads(ctx, installation)
	if err != nil {
		return err
	}
	var rules []work.Due
	for _, id := range look {
		rules = append(rules, work.Due{Key: work.EnforceKey(id)})
	}
	now := s.Now()
	if len(due) > 0 {
		s.Log.InfoContext(ctx, "open heads without a verdict", "installation", installation, "heads", len(due))
	}
	return s.Memory.MakeDue(ctx, append(paced(due, now), paced(rules, now)...))
}

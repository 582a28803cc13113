package sweep

import (
	"context"
	"errors"
	"strings"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/work"
)

// live answers a repository that can be worked on; false: it is not known, or archived.
func (s *Sweeper) live(ctx context.Context, id int64) (Repository, bool, error) {
	repo, err := s.Memory.Repository(ctx, id)
	if errors.Is(err, pull.ErrUnknownRepository) {
		return Repository{}, false, nil
	}
	return repo, !repo.Archived, err
}

// base follows a branch that moved.
func (s *Sweeper) base(ctx context.Context, key string) error {
	id, branch, err := work.ParseBaseKey(key)
	if err != nil {
		return err
	}
	repo, live, err := s.live(ctx, id)
	if err != nil || !live {
		return err
	}
	return s.Follow(ctx, repo.Repo, branch)
}

// Moved has the heads judged again whose verdict hangs on what changed on a branch.
func (s *Sweeper) Moved(ctx context.Context, repository int64, branch string, m pull.Moved, except string) error {
	repo, err := s.Memory.Repository(ctx, repository)
	if err != nil {
		return err
	}
	if m.Policy && strings.EqualFold(repo.Name, ".github") && branch == repo.Default {
		return s.everywhere(ctx, repo.Installation)
	}
	return s.judgeAgain(ctx, repository, branch, func(h OnBase) bool {
		return h.Judged && h.SHA != except && m.Concerns(h.Hangs, h.AnyPath)
	})
}

// judgeAgain makes those open heads on a branch due that are meant.
func (s *Sweeper) judgeAgain(ctx context.Context, repository int64, branch string, meant func(OnBase) bool) error {
	heads, err := s.Memory.OnBase(ctx, repository, branch)
	if err != nil {
		return err
	}
	var due []work.Due
	for _, h := range heads {
		if meant(h) {
			due = append(due, work.Due{Key: work.HeadKey(repository, h.SHA)})
		}
	}
	return s.Memory.MakeDue(ctx, paced(due, s.Now()))
}

// everywhere has all open heads of an organisation judged again: its defaults changed.
func (s *Sweeper) everywhere(ctx context.Context, installation int64) error {
	due, err := s.Memory.OfInstallation(ctx, installation)
	if err != nil {
		return err
	}
	return s.Memory.MakeDue(ctx, paced(due, s.Now()))
}

package sweep

import (
	"context"

	"github.com/checkrein/checkrein/app/enforce"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/work"
)

// enforce looks whether the check is required on the default branch and bound to this
// app. When that was lost the open heads tell it.
func (s *Sweeper) enforce(ctx context.Context, c *work.Claim) error {
	id, err := work.ParseIDKey(c.Key, work.KindEnforce)
	if err != nil {
		return err
	}
	repo, live, err := s.live(ctx, id)
	if err != nil || !live || repo.Default == "" {
		return err
	}
	before, _, err := s.Memory.Enforcement(ctx, id)
	if err != nil {
		return err
	}
	named := hub.Repo{ID: repo.ID, Owner: repo.Owner, Name: repo.Name}
	now, err := enforce.Look(ctx, s.GitHub(repo.Installation), named, repo.Default, s.Check, s.AppID, before, s.Now())
	if err != nil {
		return err
	}
	if err := s.Memory.SetEnforcement(ctx, id, now); err != nil {
		return err
	}
	interrupted := c.Resumed || c.Tries > 0 // perhaps after the loss was noted, before it was told
	if !now.Lost.IsZero() && (before.Lost.IsZero() || interrupted) {
		s.Log.ErrorContext(ctx, "the check is no longer required and bound to this app; `checkrein doctor --fix` mends it",
			"repository", id, "name", named.String(), "branch", repo.Default)
		return s.judgeAgain(ctx, id, repo.Default, func(OnBase) bool { return true })
	}
	return nil
}

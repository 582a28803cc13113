package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// shasAtOnce bounds the variables of one statement (six a row when writing).
const shasAtOnce = 100

// orgRepository holds an organisation's defaults: nobody knows who is based on it.
const orgRepository = ".github"

// storePushes notes who pushed what, and answers the branches of which somebody must know.
func storePushes(ctx context.Context, c conn, in webhook.Intake, now time.Time) ([]work.Due, error) {
	for _, p := range in.Pushers {
		if err := putPushes(ctx, c, in.Repo.ID, "", hub.Account{ID: p.SenderID, Login: p.Sender}, []string{p.SHA}, now); err != nil {
			return nil, err
		}
	}
	var due []work.Due
	for _, p := range in.Pushes {
		if p.After == "" {
			continue // the branch is gone
		}
		if err := putPushes(ctx, c, p.Repo.ID, p.Ref, hub.Account{ID: p.SenderID, Login: p.Sender}, p.Commits, now); err != nil {
			return nil, err
		}
		if p.Default {
			_, err := c.ExecContext(ctx, `UPDATE repositories SET default_branch = $2 WHERE id = $1`, p.Repo.ID, p.Ref)
			if err != nil {
				return nil, fmt.Errorf("note the default branch of repository %d: %w", p.Repo.ID, err)
			}
		}
		wanted, err := isBase(ctx, c, p)
		if err != nil {
			return nil, err
		}
		if !wanted {
			continue
		}
		_, err = c.ExecContext(ctx, `UPDATE bases SET pushed = $3 WHERE repository = $1 AND ref = $2`, p.Repo.ID, p.Ref, p.After)
		if err != nil {
			return nil, fmt.Errorf("note the tip of %s of repository %d: %w", p.Ref, p.Repo.ID, err)
		}
		due = append(due, work.Due{Key: work.BaseKey(p.Repo.ID, p.Ref)})
	}
	return due, nil
}

// putPushes notes the time of the last push of a commit to a branch by a person.
func putPushes(ctx context.Context, c conn, repository int64, ref string, sender hub.Account, shas []string, now time.Time) error {
	if sender.Login == "" {
		return nil // nobody is no pusher
	}
	shas = slices.Clone(shas)
	slices.Sort(shas)
	for part := range slices.Chunk(slices.Compact(shas), shasAtOnce) {
		var args []any
		for _, sha := range part {
			args = append(args, repository, sha, sender.Login, sender.ID, ref, millis(now))
		}
		_, err := c.ExecContext(ctx, `
			INSERT INTO pushes (repository, sha, sender, sender_id, ref, at) VALUES `+places(len(part), 6, 1)+`
			ON CONFLICT (repository, sha, sender, ref) DO UPDATE SET at = excluded.at, sender_id = excluded.sender_id`, args...)
		if err != nil {
			return fmt.Errorf("note who pushed %d commits to repository %d: %w", len(part), repository, err)
		}
	}
	return nil
}

// isBase reports whether anything hangs on the branch that was pushed to.
func isBase(ctx context.Context, c conn, p webhook.Push) (bool, error) {
	if p.Default && strings.EqualFold(p.Repo.Name, orgRepository) {
		return true, nil
	}
	var based bool
	err := c.QueryRowContext(ctx, `
		SELECT EXISTS (SELECT 1 FROM pulls WHERE repository = $1 AND base_ref = $2 AND open)
			OR EXISTS (SELECT 1 FROM bases WHERE repository = $1 AND ref = $2)`, p.Repo.ID, p.Ref).Scan(&based)
	if err != nil {
		return false, fmt.Errorf("look who hangs on %s of repository %d: %w", p.Ref, p.Repo.ID, err)
	}
	return based, nil
}

// Pushers implements review.Memory. Commits that a push replaced count too: who pushed
// them had a hand in the pull request.
func (s *Store) Pushers(ctx context.Context, repository int64, pull int, commits []string) (pushers []hub.Account, unknown []string, err error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT DISTINCT sender_id, sender FROM pushes
		WHERE repository = $1 AND sha IN (SELECT sha FROM pull_heads WHERE repository = $1 AND number = $2)`, repository, pull)
	pushers, err = collect(rows, err, func(a *hub.Account) []any { return []any{&a.ID, &a.Login} })
	if err != nil {
		return nil, nil, fmt.Errorf("read who pushed to pull request %d of repository %d: %w", pull, repository, err)
	}
	known := map[string]bool{}
	for part := range slices.Chunk(commits, shasAtOnce) {
		found, err := s.pushersOf(ctx, repository, part)
		if err != nil {
			return nil, nil, fmt.Errorf("read who pushed %d commits to repository %d: %w", len(part), repository, err)
		}
		for _, p := range found {
			known[p.SHA] = true
			pushers = append(pushers, hub.Account{ID: p.SenderID, Login: p.Sender})
		}
	}
	for _, sha := range commits {
		if !known[sha] {
			unknown = append(unknown, sha)
		}
	}
	slices.SortFunc(pushers, func(a, b hub.Account) int {
		return cmp.Or(strings.Compare(a.Login, b.Login), cmp.Compare(a.ID, b.ID))
	})
	return slices.Compact(pushers), unknown, nil
}

func (s *Store) pushersOf(ctx context.Context, repository int64, commits []string) ([]webhook.Pusher, error) {
	args := []any{repository}
	for _, sha := range commits {
		args = append(args, sha)
	}
	rows, err := s.read.QueryContext(ctx, `
		SELECT sha, sender, sender_id FROM pushes WHERE repository = $1 AND sha IN `+places(1, len(commits), 2), args...)
	return collect(rows, err, func(p *webhook.Pusher) []any { return []any{&p.SHA, &p.Sender, &p.SenderID} })
}

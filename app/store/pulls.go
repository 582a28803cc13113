package store

import (
	"context"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/webhook"
)

// putPull takes what is not older than what is stored. The head is remembered even
// if it is older: it is one that the pull request has had.
func putPull(ctx context.Context, c conn, p webhook.Pull, now time.Time) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO pulls (repository, number, head, base_ref, open, updated, changed) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (repository, number) DO UPDATE SET head = excluded.head, base_ref = excluded.base_ref,
			open = excluded.open, updated = excluded.updated, changed = excluded.changed
		WHERE excluded.updated >= pulls.updated`,
		p.Repo.ID, p.Number, p.Head, p.BaseRef, p.Open, millis(p.Updated), millis(now))
	if err != nil {
		return fmt.Errorf("store pull request %d of repository %d: %w", p.Number, p.Repo.ID, err)
	}
	return putPullHead(ctx, c, p, now)
}

func putPullHead(ctx context.Context, c conn, p webhook.Pull, now time.Time) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO pull_heads (repository, sha, number, seen) VALUES ($1, $2, $3, $4)
		ON CONFLICT (repository, sha, number) DO UPDATE SET seen = excluded.seen`,
		p.Repo.ID, p.Head, p.Number, millis(now))
	if err != nil {
		return fmt.Errorf("store head of pull request %d of repository %d: %w", p.Number, p.Repo.ID, err)
	}
	return nil
}

// putGroup believes the last that came. Were a destroyed group opened again by a
// late delivery, its head would be judged once for nobody; the other way round a
// merge queue would wait for ever.
func putGroup(ctx context.Context, c conn, g webhook.Group, now time.Time) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO merge_groups (repository, head, base, base_ref, open, seen) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (repository, head) DO UPDATE SET
			base = excluded.base, base_ref = excluded.base_ref, open = excluded.open, seen = excluded.seen`,
		g.Repo.ID, g.Head, g.Base, g.BaseRef, g.Open, millis(now))
	if err != nil {
		return fmt.Errorf("store merge group %s of repository %d: %w", g.Head, g.Repo.ID, err)
	}
	return nil
}

// SetPull stores what GitHub answered to a question put at that time, without making
// anything due. What a delivery has told since wins: the answer may be older.
func (s *Store) SetPull(ctx context.Context, p webhook.Pull, asked time.Time) error {
	return s.queue.do(ctx, func(ctx context.Context, c conn) error {
		return setPull(ctx, c, p, asked, c.now())
	})
}

// setPull leaves the time of the last payload as it is, so that every later payload
// still counts.
func setPull(ctx context.Context, c conn, p webhook.Pull, asked, now time.Time) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO pulls (repository, number, head, base_ref, open, updated, changed) VALUES ($1, $2, $3, $4, $5, 0, $6)
		ON CONFLICT (repository, number) DO UPDATE SET head = excluded.head, base_ref = excluded.base_ref,
			open = excluded.open, changed = excluded.changed
		WHERE pulls.changed < $7`,
		p.Repo.ID, p.Number, p.Head, p.BaseRef, p.Open, millis(now), millis(asked))
	if err != nil {
		return fmt.Errorf("set pull request %d of repository %d: %w", p.Number, p.Repo.ID, err)
	}
	return putPullHead(ctx, c, p, now)
}

// SetOpen implements sweep.Memory.
func (s *Store) SetOpen(ctx context.Context, repository int64, pulls []webhook.Pull, groups []webhook.Group, asked time.Time) error {
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		listed := map[int]bool{}
		for _, p := range pulls {
			listed[p.Number] = true
			if err := setPull(ctx, c, p, asked, c.now()); err != nil {
				return err
			}
		}
		for _, g := range groups {
			if err := setGroup(ctx, c, g, asked, c.now()); err != nil {
				return err
			}
		}
		if err := closeGroups(ctx, c, repository, asked); err != nil {
			return err
		}
		return closePulls(ctx, c, repository, listed, asked, c.now())
	})
	if err != nil {
		return fmt.Errorf("set what is open in repository %d: %w", repository, err)
	}
	return nil
}

func setGroup(ctx context.Context, c conn, g webhook.Group, asked, now time.Time) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO merge_groups (repository, head, base, base_ref, open, seen) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (repository, head) DO UPDATE SET
			base = excluded.base, base_ref = excluded.base_ref, open = excluded.open, seen = excluded.seen
		WHERE merge_groups.seen < $7`,
		g.Repo.ID, g.Head, g.Base, g.BaseRef, g.Open, millis(now), millis(asked))
	if err != nil {
		return fmt.Errorf("set merge group %s: %w", g.Head, err)
	}
	return nil
}

// longestGroup is how long a merge group can wait for its checks, and an hour more: GitHub
// allows six.
const longestGroup = 7 * time.Hour

// closeGroups closes those that no queue shows any more and whose end nobody told. A
// younger one may be of a queue that was not asked about.
func closeGroups(ctx context.Context, c conn, repository int64, asked time.Time) error {
	_, err := c.ExecContext(ctx, `UPDATE merge_groups SET open = FALSE WHERE repository = $1 AND open AND seen < $2`,
		repository, millis(asked.Add(-longestGroup)))
	if err != nil {
		return fmt.Errorf("close old merge groups: %w", err)
	}
	return nil
}

// closePulls closes those that GitHub does not list as open.
func closePulls(ctx context.Context, c conn, repository int64, listed map[int]bool, asked, now time.Time) error {
	rows, err := c.QueryContext(ctx, `SELECT number FROM pulls WHERE repository = $1 AND open AND changed < $2`,
		repository, millis(asked))
	open, err := collect(rows, err, func(n *int) []any { return []any{n} })
	if err != nil {
		return fmt.Errorf("list open pull requests: %w", err)
	}
	for _, number := range open {
		if listed[number] {
			continue
		}
		_, err := c.ExecContext(ctx, `UPDATE pulls SET open = FALSE, changed = $3 WHERE repository = $1 AND number = $2`,
			repository, number, millis(now))
		if err != nil {
			return fmt.Errorf("close pull request %d: %w", number, err)
		}
	}
	return nil
}

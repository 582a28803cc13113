package store

import (
	"context"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/webhook"
)

func putRepository(ctx context.Context, c conn, r webhook.Repo) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO repositories (id, installation, owner, name) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET installation = excluded.installation, owner = excluded.owner, name = excluded.name`,
		r.ID, r.Installation, r.Owner, r.Name)
	if err != nil {
		return fmt.Errorf("store repository %d: %w", r.ID, err)
	}
	return nil
}

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
// anything due. What a delivery has told since wins: the answer may be older. The
// time of the last payload stays, so that every later payload still counts.
func (s *Store) SetPull(ctx context.Context, p webhook.Pull, asked time.Time) error {
	return s.queue.do(ctx, func(ctx context.Context, c conn) error {
		_, err := c.ExecContext(ctx, `
			INSERT INTO pulls (repository, number, head, base_ref, open, updated, changed) VALUES ($1, $2, $3, $4, $5, 0, $6)
			ON CONFLICT (repository, number) DO UPDATE SET head = excluded.head, base_ref = excluded.base_ref,
				open = excluded.open, changed = excluded.changed
			WHERE pulls.changed < $7`,
			p.Repo.ID, p.Number, p.Head, p.BaseRef, p.Open, millis(s.now()), millis(asked))
		if err != nil {
			return fmt.Errorf("set pull request %d of repository %d: %w", p.Number, p.Repo.ID, err)
		}
		return putPullHead(ctx, c, p, s.now())
	})
}

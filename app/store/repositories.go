package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/webhook"
)

// putRepository takes over what an event tells: the repository is there, under this
// name and with this installation.
func putRepository(ctx context.Context, c conn, r webhook.Repo, now time.Time) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO repositories (id, installation, owner, name, gone, changed) VALUES ($1, $2, $3, $4, 0, $5)
		ON CONFLICT (id) DO UPDATE SET installation = excluded.installation, owner = excluded.owner, name = excluded.name,
			gone = 0, changed = excluded.changed`,
		r.ID, r.Installation, r.Owner, r.Name, millis(now))
	if err != nil {
		return fmt.Errorf("store repository %d: %w", r.ID, err)
	}
	return nil
}

// Repository implements sweep.Memory. One that is gone is as one that is not known.
func (s *Store) Repository(ctx context.Context, id int64) (sweep.Repository, error) {
	r := sweep.Repository{Repo: webhook.Repo{ID: id}}
	err := s.read.QueryRowContext(ctx, `
		SELECT installation, owner, name, default_branch, archived FROM repositories WHERE id = $1 AND gone = 0`, id).
		Scan(&r.Installation, &r.Owner, &r.Name, &r.Default, &r.Archived)
	if errors.Is(err, sql.ErrNoRows) {
		err = pull.ErrUnknownRepository
	}
	if err != nil {
		return sweep.Repository{}, fmt.Errorf("read repository %d: %w", id, err)
	}
	return r, nil
}

// SetRepositories implements sweep.Memory. Of an empty repository there are no branch
// rules to look at.
func (s *Store) SetRepositories(ctx context.Context, installation int64, all []hub.Repository, asked, lookedBefore time.Time) (look []int64, err error) {
	err = s.queue.do(ctx, func(ctx context.Context, c conn) error {
		listed := map[int64]bool{}
		for _, r := range all {
			listed[r.ID] = true
			if err := setRepository(ctx, c, installation, r, asked, c.now()); err != nil {
				return err
			}
		}
		if err := loseRepositories(ctx, c, installation, listed, asked, c.now()); err != nil {
			return err
		}
		if err := endUnwatched(ctx, c, c.now()); err != nil {
			return err
		}
		rows, err := c.QueryContext(ctx, `
			SELECT w.repository FROM watched w JOIN repositories r ON r.id = w.repository
			LEFT JOIN enforcement e ON e.repository = w.repository
			WHERE w.installation = $1 AND r.default_branch <> '' AND (e.checked IS NULL OR e.checked < $2)
			ORDER BY w.repository`, installation, millis(lookedBefore))
		look, err = collect(rows, err, func(id *int64) []any { return []any{id} })
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("set repositories of installation %d: %w", installation, err)
	}
	return look, nil
}

// setRepository takes over one repository. Deliveries do not tell of the default branch
// and of archiving, so these count even where a delivery has told the rest since.
func setRepository(ctx context.Context, c conn, installation int64, r hub.Repository, asked, now time.Time) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO repositories (id, installation, owner, name, gone, changed) VALUES ($1, $2, $3, $4, 0, $5)
		ON CONFLICT (id) DO UPDATE SET installation = excluded.installation, owner = excluded.owner, name = excluded.name,
			gone = 0, changed = excluded.changed
		WHERE repositories.changed < $6`,
		r.ID, installation, r.Owner, r.Name, millis(now), millis(asked))
	if err == nil {
		_, err = c.ExecContext(ctx, `UPDATE repositories SET default_branch = $3, archived = $4 WHERE id = $1 AND installation = $2`,
			r.ID, installation, r.Default, r.Archived)
	}
	if err != nil {
		return fmt.Errorf("store repository %d: %w", r.ID, err)
	}
	return nil
}

// loseRepositories notes those of the installation that its list does not have.
func loseRepositories(ctx context.Context, c conn, installation int64, listed map[int64]bool, asked, now time.Time) error {
	rows, err := c.QueryContext(ctx, `SELECT id FROM repositories WHERE installation = $1 AND gone = 0 AND changed < $2`,
		installation, millis(asked))
	known, err := collect(rows, err, func(id *int64) []any { return []any{id} })
	if err != nil {
		return fmt.Errorf("list known repositories: %w", err)
	}
	for _, id := range known {
		if listed[id] {
			continue
		}
		if _, err := c.ExecContext(ctx, `UPDATE repositories SET gone = $2, changed = $2 WHERE id = $1`, id, millis(now)); err != nil {
			return fmt.Errorf("note that repository %d is gone: %w", id, err)
		}
	}
	return nil
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/webhook"
)

// storeAccess takes over what an event says of the installation itself.
func storeAccess(ctx context.Context, c conn, in webhook.Intake, now time.Time) error {
	if in.Installation == nil && len(in.Removed) == 0 {
		return nil
	}
	if in.Installation != nil {
		if err := putInstallation(ctx, c, *in.Installation, now); err != nil {
			return err
		}
	}
	for _, id := range in.Removed {
		// After a transfer the former installation may be told later than the new one.
		_, err := c.ExecContext(ctx, `
			UPDATE repositories SET gone = $3, changed = $3 WHERE id = $1 AND installation = $2 AND gone = 0`,
			id, in.Delivery.Installation, millis(now))
		if err != nil {
			return fmt.Errorf("note that repository %d is gone: %w", id, err)
		}
	}
	return endUnwatched(ctx, c, now)
}

func putInstallation(ctx context.Context, c conn, i webhook.Installation, now time.Time) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO installations (id, owner, access, changed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, access = excluded.access, changed = excluded.changed`,
		i.ID, i.Owner, i.Access, millis(now))
	if err != nil {
		return fmt.Errorf("store installation %d: %w", i.ID, err)
	}
	return nil
}

// isActive reports whether a delivery's installation is active. One that nobody has told
// of is noted, and so is one that was suspended: GitHub sends nothing for those that are
// not active. One that was removed does not come back under the same id.
func isActive(ctx context.Context, c conn, in webhook.Intake, now time.Time) (bool, error) {
	id := in.Delivery.Installation
	if id == 0 {
		return true, nil
	}
	var access webhook.Access
	err := c.QueryRowContext(ctx, `SELECT access FROM installations WHERE id = $1`, id).Scan(&access)
	if errors.Is(err, sql.ErrNoRows) || access == webhook.Suspended && in.Installation == nil {
		return true, noteInstallation(ctx, c, id, in.Repo.Owner, now)
	}
	if err != nil {
		return false, fmt.Errorf("read installation %d: %w", id, err)
	}
	return access == webhook.Active, nil
}

// noteInstallation leaves one alone that was removed since it was looked for.
func noteInstallation(ctx context.Context, c conn, id int64, owner string, now time.Time) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO installations (id, owner, access, changed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, access = excluded.access, changed = excluded.changed
		WHERE installations.access = $5`, id, owner, webhook.Active, millis(now), webhook.Suspended)
	if err != nil {
		return fmt.Errorf("store installation %d: %w", id, err)
	}
	return nil
}

// SetInstallations implements sweep.Memory.
func (s *Store) SetInstallations(ctx context.Context, all []webhook.Installation, asked time.Time) error {
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		listed := map[int64]bool{}
		for _, i := range all {
			listed[i.ID] = true
			if err := setInstallation(ctx, c, i, asked, c.now()); err != nil {
				return err
			}
		}
		known, err := installations(ctx, c)
		if err != nil {
			return err
		}
		for _, i := range known {
			if !listed[i.ID] {
				i.Access = webhook.Removed
				if err := setInstallation(ctx, c, i, asked, c.now()); err != nil {
					return err
				}
			}
		}
		return endUnwatched(ctx, c, c.now())
	})
	if err != nil {
		return fmt.Errorf("set installations: %w", err)
	}
	return nil
}

// setInstallation leaves a row alone that says the same: changed is since when it does.
func setInstallation(ctx context.Context, c conn, i webhook.Installation, asked, now time.Time) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO installations (id, owner, access, changed) VALUES ($1, $2, $3, $4)
		ON CONFLICT (id) DO UPDATE SET owner = excluded.owner, access = excluded.access, changed = excluded.changed
		WHERE installations.changed < $5 AND (installations.owner <> excluded.owner OR installations.access <> excluded.access)`,
		i.ID, i.Owner, i.Access, millis(now), millis(asked))
	if err != nil {
		return fmt.Errorf("store installation %d: %w", i.ID, err)
	}
	return nil
}

func installations(ctx context.Context, c querier) ([]webhook.Installation, error) {
	rows, err := c.QueryContext(ctx, `SELECT id, owner, access FROM installations ORDER BY id`)
	all, err := collect(rows, err, func(i *webhook.Installation) []any { return []any{&i.ID, &i.Owner, &i.Access} })
	if err != nil {
		return nil, fmt.Errorf("list installations: %w", err)
	}
	return all, nil
}

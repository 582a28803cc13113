package store

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// Accept stores a delivery with all it changes. A delivery that is there already
// changes nothing, but if its work has failed or is parked that is due again.
func (s *Store) Accept(ctx context.Context, in webhook.Intake) (webhook.Outcome, error) {
	outcome := webhook.Stored
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		fresh, err := insertDelivery(ctx, c, in, s.now())
		if err != nil {
			return err
		}
		if fresh {
			return storeIntake(ctx, c, in, s.now())
		}
		revived, err := reviveWork(ctx, c, in.Delivery.ID, s.now())
		if !revived {
			outcome = webhook.Repeated
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("accept delivery: %w", err)
	}
	s.wake()
	return outcome, nil
}

// changed reports whether a statement changed any row.
func changed(result sql.Result, err error) (bool, error) {
	if err != nil {
		return false, err
	}
	n, err := result.RowsAffected()
	return n > 0, err
}

// insertDelivery keeps no payload of a delivery that asks for no work: it is done.
func insertDelivery(ctx context.Context, c conn, in webhook.Intake, now time.Time) (fresh bool, err error) {
	d, payload, done := in.Delivery, in.Delivery.Payload, int64(0)
	if len(in.Due) == 0 {
		payload, done = nil, millis(now)
	}
	return changed(c.ExecContext(ctx, `
		INSERT INTO deliveries (id, event, action, installation, repository, received, payload, done)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
		d.ID, d.Event, d.Action, d.Installation, d.Repository, millis(d.Received), payload, done))
}

// reviveWork makes the unfinished work of a delivery due that waits after a failure.
func reviveWork(ctx context.Context, c conn, delivery string, now time.Time) (bool, error) {
	return changed(c.ExecContext(ctx, `
		UPDATE work SET tries = 0, next = $1, parked = FALSE
		WHERE key IN (SELECT key FROM delivery_work WHERE delivery = $2)
		  AND want > done AND (parked OR (tries > 0 AND lease = 0))`,
		millis(now), delivery))
}

func storeIntake(ctx context.Context, c conn, in webhook.Intake, now time.Time) error {
	if in.Repo.ID != 0 {
		if err := putRepository(ctx, c, in.Repo); err != nil {
			return err
		}
	}
	for _, p := range in.Pulls {
		if err := putPull(ctx, c, p, now); err != nil {
			return err
		}
	}
	for _, g := range in.Groups {
		if err := putGroup(ctx, c, g, now); err != nil {
			return err
		}
	}
	for _, d := range in.Due {
		key, want, err := makeDue(ctx, c, d, now)
		if err != nil {
			return err
		}
		if err := awaitWork(ctx, c, in.Delivery.ID, key, want); err != nil {
			return err
		}
	}
	return nil
}

// awaitWork notes the level of key at which the delivery is done.
func awaitWork(ctx context.Context, c conn, delivery, key string, want int64) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO delivery_work (delivery, key, want) VALUES ($1, $2, $3)
		ON CONFLICT (delivery, key) DO UPDATE SET want = excluded.want`, delivery, key, want)
	if err != nil {
		return fmt.Errorf("note what the delivery waits for: %w", err)
	}
	return nil
}

// makeDue raises the level of a head's row by one and lets it run at once; a row
// that is due already keeps its place in the line.
func makeDue(ctx context.Context, c conn, d webhook.Due, now time.Time) (key string, want int64, err error) {
	key = work.HeadKey(d.Repository, d.SHA)
	err = c.QueryRowContext(ctx, `
		INSERT INTO work (key, kind, want, done, rerun, lease, token, next, since, tries, every, parked, resumed, reason)
		VALUES ($1, 'head', 1, 0, CASE WHEN $2 THEN 1 ELSE 0 END, 0, 0, $3, $3, 0, 0, FALSE, FALSE, '')
		ON CONFLICT (key) DO UPDATE SET
			want = work.want + 1,
			rerun = CASE WHEN $2 THEN work.want + 1 ELSE work.rerun END,
			next = CASE WHEN work.want > work.done AND NOT work.parked AND work.next < $3 THEN work.next ELSE $3 END,
			since = CASE WHEN work.want > work.done AND NOT work.parked THEN work.since ELSE $3 END,
			tries = 0, parked = FALSE, reason = ''
		RETURNING want`, key, d.Rerun, millis(now)).Scan(&want)
	if err != nil {
		return "", 0, fmt.Errorf("make %s due: %w", key, err)
	}
	return key, want, nil
}

// MakeDue asks for a judgement of each head, as a delivery would.
func (s *Store) MakeDue(ctx context.Context, heads []webhook.Due) error {
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		for _, d := range heads {
			if _, _, err := makeDue(ctx, c, d, s.now()); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("make heads due: %w", err)
	}
	s.wake()
	return nil
}

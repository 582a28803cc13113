package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// Accept stores a delivery with all it changes. A delivery that is there already
// changes nothing, but if its work has failed or is parked that is due again.
func (s *Store) Accept(ctx context.Context, in webhook.Intake) (webhook.Outcome, error) {
	var outcome webhook.Outcome
	cause := work.CauseOf(ctx)
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		outcome = webhook.Stored
		fresh, err := insertDelivery(ctx, c, in.Delivery, c.now())
		if err != nil {
			return err
		}
		if fresh {
			return storeIntake(ctx, c, in, cause, c.now())
		}
		revived, err := reviveWork(ctx, c, in.Delivery.ID, c.now())
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

// insertDelivery stores a delivery as one that asks for no work: it is done, and its
// payload is not kept.
func insertDelivery(ctx context.Context, c conn, d webhook.Delivery, now time.Time) (fresh bool, err error) {
	return changed(c.ExecContext(ctx, `
		INSERT INTO deliveries (id, event, action, installation, repository, received, payload, done)
		VALUES ($1, $2, $3, $4, $5, $6, NULL, $7) ON CONFLICT (id) DO NOTHING`,
		d.ID, d.Event, d.Action, d.Installation, d.Repository, millis(d.Received), millis(now)))
}

// reviveWork makes the unfinished work of a delivery due that waits after a failure.
func reviveWork(ctx context.Context, c conn, delivery string, now time.Time) (bool, error) {
	return changed(c.ExecContext(ctx, `
		UPDATE work SET tries = 0, failed = 0, next = $1, parked = FALSE
		WHERE key IN (SELECT key FROM delivery_work WHERE delivery = $2)
		  AND want > done AND (parked OR (tries > 0 AND lease = 0))`,
		millis(now), delivery))
}

// storeIntake takes over what a delivery tells and makes due what follows from it.
func storeIntake(ctx context.Context, c conn, in webhook.Intake, cause work.Cause, now time.Time) error {
	if err := storeAccess(ctx, c, in, now); err != nil {
		return err
	}
	active, err := isActive(ctx, c, in, now)
	if err != nil || !active {
		return err
	}
	if err := storeOpen(ctx, c, in, now); err != nil {
		return err
	}
	due, err := consequences(ctx, c, in, now)
	if err != nil || len(due) == 0 {
		return err
	}
	for _, d := range due {
		want, err := makeDue(ctx, c, d, cause, now)
		if err != nil {
			return err
		}
		if err := awaitWork(ctx, c, in.Delivery.ID, d.Key, want); err != nil {
			return err
		}
	}
	return keepPayload(ctx, c, in.Delivery)
}

// storeOpen takes over where the event happened and what is open there.
func storeOpen(ctx context.Context, c conn, in webhook.Intake, now time.Time) error {
	if in.Repo.ID != 0 {
		if err := putRepository(ctx, c, in.Repo, now); err != nil {
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
	return nil
}

// consequences stores what people did and lists the work that all of it asks for, each
// key once.
func consequences(ctx context.Context, c conn, in webhook.Intake, now time.Time) ([]work.Due, error) {
	due := slices.Clone(in.Due)
	if in.Installation != nil { // an active one: nothing follows for others
		due = append(due, work.Due{Key: work.SweepKey(in.Installation.ID)})
	}
	for _, find := range []func(context.Context, conn, webhook.Intake, time.Time) ([]work.Due, error){
		storePushes, storeVoices, deployedHeads,
	} {
		more, err := find(ctx, c, in, now)
		if err != nil {
			return nil, err
		}
		due = append(due, more...)
	}
	return eachOnce(due), nil
}

// eachOnce keeps the first wish for a key; a rerun or an earlier time that a later one
// asks for is not forgotten.
func eachOnce(due []work.Due) []work.Due {
	var once []work.Due
	at := map[string]int{}
	for _, d := range due {
		i, seen := at[d.Key]
		if !seen {
			at[d.Key] = len(once)
			once = append(once, d)
			continue
		}
		once[i].Rerun = once[i].Rerun || d.Rerun
		if d.At.Before(once[i].At) {
			once[i].At = d.At
		}
	}
	return once
}

// keepPayload keeps what a delivery brought until its work is done.
func keepPayload(ctx context.Context, c conn, d webhook.Delivery) error {
	_, err := c.ExecContext(ctx, `UPDATE deliveries SET payload = $2, done = 0 WHERE id = $1`, d.ID, d.Payload)
	if err != nil {
		return fmt.Errorf("keep the delivery's payload: %w", err)
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

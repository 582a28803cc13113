package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/work"
)

// Due implements work.Queue.
func (s *Store) Due() <-chan struct{} { return s.due }

// wake tells that work may be due; a hint that nobody has taken yet is enough.
func (s *Store) wake() {
	select {
	case s.due <- struct{}{}:
	default:
	}
}

// releaseLeases ends the leases of processes that are gone.
func (s *Store) releaseLeases(ctx context.Context) error {
	return s.queue.do(ctx, func(ctx context.Context, c conn) error {
		_, err := c.ExecContext(ctx, `UPDATE work SET lease = 0, resumed = TRUE WHERE lease <> 0`)
		if err != nil {
			return fmt.Errorf("release leases of an earlier process: %w", err)
		}
		return nil
	})
}

// Claim implements work.Queue. A lease that is still set belongs to a holder that
// never came back.
func (s *Store) Claim(ctx context.Context, lease time.Duration, without ...string) (*work.Claim, error) {
	var claim *work.Claim
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		claim = nil // an attempt before may have got one and lost it
		var got work.Claim
		now := c.now()
		args := []any{millis(now.Add(lease)), millis(now)}
		for _, kind := range without {
			args = append(args, kind)
		}
		err := c.QueryRowContext(ctx, `
			UPDATE work SET token = token + 1, resumed = resumed OR lease <> 0, lease = $1
			WHERE key = (`+nextDue(len(without))+`)
			RETURNING key, kind, want, token, tries, failed, rerun > done, resumed, since, reason, causes`, args...).
			Scan(&got.Key, &got.Kind, &got.Want, &got.Token, &got.Tries, &got.Failed, &got.Rerun, &got.Resumed, instant{&got.Since}, &got.Reason, &got.Causes)
		if errors.Is(err, sql.ErrNoRows) {
			return nil
		}
		claim = &got
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("claim work: %w", err)
	}
	return claim, nil
}

// nextDue selects the row that has been due longest at the time $2, leaving out so many
// kinds, from $3 on.
func nextDue(without int) string {
	query := `SELECT key FROM work WHERE want > done AND NOT parked AND next <= $2 AND lease <= $2`
	if without > 0 {
		query += ` AND kind NOT IN ` + places(1, without, 3)
	}
	return query + ` ORDER BY next LIMIT 1 FOR UPDATE SKIP LOCKED`
}

// Renew implements work.Queue.
func (s *Store) Renew(ctx context.Context, claim *work.Claim, lease time.Duration) error {
	return s.held(ctx, "renew", claim, func(ctx context.Context, c conn) (sql.Result, error) {
		return c.ExecContext(ctx, `UPDATE work SET lease = $3 WHERE key = $1 AND token = $2 AND lease <> 0`,
			claim.Key, claim.Token, millis(c.now().Add(lease)))
	})
}

// Done implements work.Queue. A scheduled row is wanted again after its interval. Causes were
// only added since the claim: what came with it stands first.
func (s *Store) Done(ctx context.Context, claim *work.Claim) error {
	err := s.held(ctx, "finish", claim, func(ctx context.Context, c conn) (sql.Result, error) {
		result, err := c.ExecContext(ctx, `
			UPDATE work SET done = $3, lease = 0, tries = 0, failed = 0, resumed = FALSE, reason = '', causes = substr(causes, $5),
				want = CASE WHEN every > 0 AND want = $3 THEN want + 1 ELSE want END,
				next = CASE WHEN want = $3 THEN $4 + every ELSE $4 END,
				since = CASE WHEN want = $3 THEN $4 + every ELSE $4 END
			WHERE key = $1 AND token = $2 AND lease <> 0`,
			claim.Key, claim.Token, claim.Want, millis(c.now()), len(claim.Causes)+1)
		if err != nil {
			return nil, err
		}
		if n, err := result.RowsAffected(); n == 0 || err != nil {
			return result, err
		}
		return result, finishDeliveries(ctx, c, claim.Key, claim.Want, c.now())
	})
	if err == nil {
		s.wake() // more may have been wanted meanwhile
	}
	return err
}

// finishDeliveries drops the payloads of deliveries that wait for nothing more. Of two that
// finish the same delivery at the same time the second must see what the first has done.
func finishDeliveries(ctx context.Context, c conn, key string, want int64, now time.Time) error {
	_, err := c.ExecContext(ctx, `
		SELECT id FROM deliveries WHERE id IN (SELECT delivery FROM delivery_work WHERE key = $1 AND want <= $2)
		ORDER BY id FOR UPDATE`, key, want)
	if err != nil {
		return fmt.Errorf("lock deliveries: %w", err)
	}
	_, err = c.ExecContext(ctx, `
		UPDATE deliveries SET done = $3, payload = NULL
		WHERE id IN (SELECT delivery FROM delivery_work WHERE key = $1 AND want <= $2)
		  AND NOT EXISTS (SELECT 1 FROM delivery_work o WHERE o.delivery = deliveries.id AND NOT (o.key = $1 AND o.want <= $2))`,
		key, want, millis(now))
	if err != nil {
		return fmt.Errorf("mark deliveries as done: %w", err)
	}
	if _, err = c.ExecContext(ctx, `DELETE FROM delivery_work WHERE key = $1 AND want <= $2`, key, want); err != nil {
		return fmt.Errorf("forget what deliveries waited for: %w", err)
	}
	return nil
}

// Retry implements work.Queue.
func (s *Store) Retry(ctx context.Context, claim *work.Claim, next time.Time, reason string) error {
	err := s.held(ctx, "retry", claim, func(ctx context.Context, c conn) (sql.Result, error) {
		return c.ExecContext(ctx, `
			UPDATE work SET lease = 0, tries = tries + 1, failed = $5, resumed = TRUE, next = $3, reason = $4
			WHERE key = $1 AND token = $2 AND lease <> 0`,
			claim.Key, claim.Token, millis(next), reason, claim.Failed)
	})
	if err == nil {
		s.wake() // next may be now
	}
	return err
}

// Park implements work.Queue. What was wanted since the claim was made keeps the
// row due, and a scheduled row waits for its next time only.
func (s *Store) Park(ctx context.Context, claim *work.Claim, reason string) error {
	err := s.held(ctx, "park", claim, func(ctx context.Context, c conn) (sql.Result, error) {
		return c.ExecContext(ctx, `
			UPDATE work SET lease = 0, resumed = TRUE, reason = $5, parked = (every = 0 AND want = $3),
				tries = tries + 1, next = $4 + every
			WHERE key = $1 AND token = $2 AND lease <> 0`,
			claim.Key, claim.Token, claim.Want, millis(c.now()), reason)
	})
	if err == nil {
		s.wake()
	}
	return err
}

// held runs a statement that changes the row of a claim, if it is still the claim's.
func (s *Store) held(ctx context.Context, doing string, claim *work.Claim, do func(context.Context, conn) (sql.Result, error)) error {
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		hit, err := changed(do(ctx, c))
		if err == nil && !hit {
			return work.ErrLost
		}
		return err
	})
	if err != nil {
		return fmt.Errorf("%s %s: %w", doing, claim.Key, err)
	}
	return nil
}

// fence refuses a claim that is no longer the row's; nobody else claims it until the
// transaction ends.
func fence(ctx context.Context, c conn, claim *work.Claim) error {
	var one int
	err := c.QueryRowContext(ctx, `SELECT 1 FROM work WHERE key = $1 AND token = $2 AND lease <> 0 FOR UPDATE`, claim.Key, claim.Token).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return work.ErrLost
	}
	return err
}

// Held implements pull.Memory.
func (s *Store) Held(ctx context.Context, claim *work.Claim) error {
	var one int
	err := s.read.QueryRowContext(ctx, `SELECT 1 FROM work WHERE key = $1 AND token = $2 AND lease > $3`,
		claim.Key, claim.Token, millis(s.Now())).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		err = work.ErrLost
	}
	if err != nil {
		return fmt.Errorf("look whether %s is still held: %w", claim.Key, err)
	}
	return nil
}

// Schedule implements work.Queue. An interval that became shorter counts at once.
func (s *Store) Schedule(ctx context.Context, key string, every time.Duration) error {
	if every < time.Millisecond {
		return fmt.Errorf("schedule %s every %v: the interval is too short", key, every)
	}
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		_, err := c.ExecContext(ctx, `
			INSERT INTO work (key, kind, repository, want, done, rerun, lease, token, next, since, tries, every, parked, resumed, reason)
			VALUES ($1, $2, $5, 1, 0, 0, 0, 0, $3, $3, 0, $4, FALSE, FALSE, '')
			ON CONFLICT (key) DO UPDATE SET every = excluded.every,
				next = CASE WHEN work.next > $3 + $4 THEN $3 + $4 ELSE work.next END`,
			key, work.KindOf(key), millis(c.now()), every.Milliseconds(), repositoryOf(key))
		return err
	})
	if err != nil {
		return fmt.Errorf("schedule %s: %w", key, err)
	}
	s.wake()
	return nil
}

package store

import (
	"context"
	"fmt"
	"time"
)

// Purge deletes what is older than before and no longer needed: deliveries, facts
// and trees (they would be read again), finished work, and what was known of heads
// that no open pull request or merge group has. GitHub redelivers for some days only.
func (s *Store) Purge(ctx context.Context, before time.Time) error {
	for _, statement := range []string{
		`DELETE FROM delivery_work WHERE delivery IN (SELECT id FROM deliveries WHERE received < $1)`,
		`DELETE FROM deliveries WHERE received < $1`,
		`DELETE FROM work WHERE want <= done AND lease = 0 AND next < $1`,
		`DELETE FROM facts WHERE stored < $1`,
		`DELETE FROM pulls WHERE NOT open AND updated < $1`,
		`DELETE FROM merge_groups WHERE seen < $1`,
		`DELETE FROM pull_heads WHERE seen < $1
			AND NOT EXISTS (SELECT 1 FROM pulls p WHERE p.repository = pull_heads.repository AND p.head = pull_heads.sha AND p.open)`,
		`DELETE FROM verdicts WHERE at < $1
			AND NOT EXISTS (SELECT 1 FROM pulls p WHERE p.repository = verdicts.repository AND p.head = verdicts.sha AND p.open)
			AND NOT EXISTS (SELECT 1 FROM merge_groups g WHERE g.repository = verdicts.repository AND g.head = verdicts.sha AND g.open)`,
		`DELETE FROM trees WHERE stored < $1
			AND NOT EXISTS (SELECT 1 FROM bases b WHERE b.repository = trees.repository AND b.tree = trees.tree)`,
	} {
		// One write each: deliveries that arrive meanwhile need not wait for all of it.
		err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
			_, err := c.ExecContext(ctx, statement, millis(before))
			return err
		})
		if err != nil {
			return fmt.Errorf("purge: %w", err)
		}
	}
	return nil
}

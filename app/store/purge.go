package store

import (
	"context"
	"fmt"
	"time"
)

// Purge deletes what is older than before and no longer needed: deliveries, facts,
// trees and listings (they would be read again), sightings, finished work, and what was known of heads
// and people that no open pull request or merge group has to do with. Of installations
// and repositories that are gone since before that time everything goes. GitHub
// redelivers for some days only.
func (s *Store) Purge(ctx context.Context, before time.Time) error {
	for _, statement := range append(outdated(), forgotten()...) {
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

// outdated are the statements that delete what is older than $1.
func outdated() []string {
	// Every head counts that an open pull request has had: whoever pushed one of them
	// may not say yes, and a yes may be about it.
	const opened = `FROM pull_heads h JOIN pulls p ON p.repository = h.repository AND p.number = h.number AND p.open`
	return []string{
		`DELETE FROM delivery_work WHERE delivery IN (SELECT id FROM deliveries WHERE received < $1)`,
		`DELETE FROM deliveries WHERE received < $1`,
		`DELETE FROM work WHERE want <= done AND lease = 0 AND next < $1`,
		// Before the facts: a listing says that they are there.
		`DELETE FROM listings WHERE learned < $1`,
		`DELETE FROM facts WHERE stored < $1`,
		`DELETE FROM sightings WHERE last < $1`,
		`DELETE FROM pulls WHERE NOT open AND changed < $1`,
		`DELETE FROM merge_groups WHERE seen < $1`,
		`DELETE FROM pull_heads WHERE seen < $1
			AND NOT EXISTS (SELECT 1 FROM pulls p WHERE p.repository = pull_heads.repository AND p.number = pull_heads.number AND p.open)`,
		`DELETE FROM verdicts WHERE at < $1
			AND NOT EXISTS (SELECT 1 FROM pulls p WHERE p.repository = verdicts.repository AND p.head = verdicts.sha AND p.open)
			AND NOT EXISTS (SELECT 1 FROM merge_groups g WHERE g.repository = verdicts.repository AND g.head = verdicts.sha AND g.open)`,
		`DELETE FROM trees WHERE stored < $1
			AND NOT EXISTS (SELECT 1 FROM bases b WHERE b.repository = trees.repository AND b.tree = trees.tree)`,
		`DELETE FROM voices WHERE at < $1
			AND NOT EXISTS (SELECT 1 FROM pulls p WHERE p.repository = voices.repository AND p.number = voices.pull AND p.open)`,
		`DELETE FROM approvals WHERE at < $1
			AND NOT EXISTS (SELECT 1 FROM pulls p WHERE p.repository = approvals.repository AND p.number = approvals.pull AND p.open)`,
		`DELETE FROM told WHERE at < $1
			AND NOT EXISTS (SELECT 1 ` + opened + ` WHERE h.repository = told.repository AND h.sha = told.sha)`,
		// Which commits a pull request holds is not known here: all pushes to a branch stay
		// that one of its heads was pushed to.
		`DELETE FROM pushes WHERE at < $1 AND (repository, ref) IN (
			SELECT repository, ref FROM pushes WHERE at < $1 EXCEPT
			SELECT o.repository, o.ref ` + opened + ` JOIN pushes o ON o.repository = h.repository AND o.sha = h.sha)`,
	}
}

// forgotten are the statements that delete all of what is gone since before $1; the
// rows that tell so go last.
func forgotten() []string {
	const installations = `(SELECT id FROM installations WHERE access = 'removed' AND changed < $1)`
	const repositories = `(SELECT id FROM repositories WHERE gone > 0 AND gone < $1 OR installation IN ` + installations + `)`
	statements := []string{
		`DELETE FROM delivery_work WHERE delivery IN (
			SELECT id FROM deliveries WHERE repository IN ` + repositories + ` OR installation IN ` + installations + `)`,
		`DELETE FROM deliveries WHERE repository IN ` + repositories + ` OR installation IN ` + installations,
		`DELETE FROM work WHERE kind = 'sweep' AND key IN (SELECT 'sweep:' || i.id FROM installations i WHERE i.id IN ` + installations + `)`,
	}
	for _, table := range []string{
		"pulls", "pull_heads", "merge_groups", "verdicts", "trees", "listings", "bases", "pushes", "voices", "told", "approvals", "enforcement", "work",
	} {
		statements = append(statements, `DELETE FROM `+table+` WHERE repository IN `+repositories)
	}
	return append(statements,
		`DELETE FROM repositories WHERE id IN `+repositories,
		`DELETE FROM installations WHERE id IN `+installations)
}

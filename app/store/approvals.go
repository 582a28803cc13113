package store

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/review"
)

// tellAsked notes the questions of a verdict; the first time stays, unless another head of
// the pull request was told of since: then this one is told anew, pushed back by force.
func tellAsked(ctx context.Context, c conn, p pull.Published) error {
	for _, a := range p.Asked {
		_, err := c.ExecContext(ctx, `
			INSERT INTO told (repository, sha, rule, key, at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (repository, sha, rule, key) DO UPDATE SET at = excluded.at WHERE EXISTS (
				SELECT 1 FROM pull_heads this JOIN pull_heads other ON other.repository = this.repository AND other.number = this.number
				JOIN told o ON o.repository = other.repository AND o.sha = other.sha
				WHERE this.repository = $1 AND this.sha = $2 AND other.sha <> $2 AND o.at > told.at)`, p.Repository, p.SHA, a.Rule, a.Key, millis(p.At))
		if err != nil {
			return fmt.Errorf("note what is asked about %s: %w", a.Rule, err)
		}
	}
	return nil
}

// ToldBefore implements review.Memory. GitHub cuts the times of comments to seconds: of
// what was told within the same second it is not known whether it came before. So a head
// that was told of in an earlier second goes first, and where there is none the one that
// was told of first: nobody accepts what came a moment later. CROSS JOIN keeps SQLite from
// reading all that was ever told in the repository.
func (s *Store) ToldBefore(ctx context.Context, repository int64, pull int, rule string, at time.Time) ([]string, error) {
	second := at.Truncate(time.Second)
	rows, err := s.read.QueryContext(ctx, `
		SELECT t.key FROM told t WHERE t.repository = $1 AND t.rule = $3 AND t.at < $5 AND t.sha = (
			SELECT n.sha FROM pull_heads h CROSS JOIN told n
			WHERE h.repository = $1 AND h.number = $2 AND n.repository = h.repository AND n.sha = h.sha AND n.at < $5
			ORDER BY n.at < $4 DESC, CASE WHEN n.at < $4 THEN -n.at ELSE n.at END, h.seen DESC LIMIT 1)
		ORDER BY t.key`, repository, pull, rule, millis(second), millis(second.Add(time.Second)))
	keys, err := collect(rows, err, func(key *string) []any { return []any{key} })
	if err != nil {
		return nil, fmt.Errorf("read what was told on pull request %d of repository %d: %w", pull, repository, err)
	}
	return keys, nil
}

// Yeses implements review.Memory, the earliest first.
func (s *Store) Yeses(ctx context.Context, repository int64, pull int) ([]review.Yes, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT kind, id, rule, key, files, person, person_id, reason, at FROM approvals
		WHERE repository = $1 AND pull = $2 ORDER BY at, kind, id, rule, key`, repository, pull)
	all, err := collect(rows, err, func(y *review.Yes) []any {
		y.Repository, y.Pull = repository, pull
		return []any{&y.Kind, &y.ID, &y.Rule, &y.Key, text{&y.Files}, &y.By, &y.ByID, &y.Reason, instant{&y.At}}
	})
	if err != nil {
		return nil, fmt.Errorf("read approvals of pull request %d of repository %d: %w", pull, repository, err)
	}
	return all, nil
}

// KeepYes implements review.Memory.
func (s *Store) KeepYes(ctx context.Context, y review.Yes) error {
	files, err := json.Marshal(y.Files)
	if err != nil {
		return fmt.Errorf("write down the files of an approval: %w", err)
	}
	err = s.queue.do(ctx, func(ctx context.Context, c conn) error {
		_, err := c.ExecContext(ctx, `
			INSERT INTO approvals (repository, kind, id, rule, key, pull, files, person, person_id, reason, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
			ON CONFLICT (repository, kind, id, rule, key) DO NOTHING`,
			y.Repository, y.Kind, y.ID, y.Rule, y.Key, y.Pull, string(files), y.By, y.ByID, y.Reason, millis(y.At))
		return err
	})
	if err != nil {
		return fmt.Errorf("store approval of %s in pull request %d of repository %d: %w", y.Rule, y.Pull, y.Repository, err)
	}
	return nil
}

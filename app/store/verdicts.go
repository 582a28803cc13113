package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/work"
)

// concluded: there is a conclusion, and no run is left in progress.
func concluded(p pull.Published) bool {
	for _, run := range p.Runs {
		if !run.Concluded {
			return false
		}
	}
	return p.Conclusion != ""
}

// Verdict tells what was published on a head; false where nothing was.
func (s *Store) Verdict(ctx context.Context, repository int64, sha string) (pull.Published, bool, error) {
	p, found, err := readVerdict(ctx, s.read, repository, sha)
	if err != nil {
		return pull.Published{}, false, fmt.Errorf("read verdict of %s: %w", work.HeadKey(repository, sha), err)
	}
	return p, found, nil
}

func readVerdict(ctx context.Context, c querier, repository int64, sha string) (pull.Published, bool, error) {
	p := pull.Published{Repository: repository, SHA: sha}
	err := c.QueryRowContext(ctx, `
		SELECT conclusion, runs, at, bases, hangs, any_path, deployed, revisit, rests, asked
		FROM verdicts WHERE repository = $1 AND sha = $2`, repository, sha).
		Scan(&p.Conclusion, text{&p.Runs}, instant{&p.At}, text{&p.Bases}, text{&p.Hangs}, &p.AnyPath, &p.Deployed,
			instant{&p.Revisit}, &p.Rests, text{&p.Asked})
	if errors.Is(err, sql.ErrNoRows) {
		return pull.Published{}, false, nil
	}
	return p, err == nil, err
}

// SetVerdict stores what was published on the claim's head, in place of what was
// there. With a claim that is lost it answers work.ErrLost and stores nothing.
func (s *Store) SetVerdict(ctx context.Context, claim *work.Claim, p pull.Published) error {
	err := errOtherHead
	if claim.Key == work.HeadKey(p.Repository, p.SHA) {
		err = s.queue.do(ctx, func(ctx context.Context, c conn) error {
			if err := fence(ctx, c, claim); err != nil {
				return err
			}
			if err := writeVerdict(ctx, c, p); err != nil {
				return err
			}
			return tellAsked(ctx, c, p)
		})
	}
	if err != nil {
		return fmt.Errorf("store verdict of %s: %w", work.HeadKey(p.Repository, p.SHA), err)
	}
	return nil
}

// errOtherHead: a fence on one key says nothing of another.
var errOtherHead = errors.New("the claim is for another head")

func writeVerdict(ctx context.Context, c conn, p pull.Published) error {
	args := []any{p.Repository, p.SHA, p.Conclusion, concluded(p), millis(p.At), p.AnyPath, p.Deployed, millis(p.Revisit), p.Rests}
	for _, v := range []any{p.Runs, p.Bases, p.Hangs, p.Asked} {
		data, err := json.Marshal(v)
		if err != nil {
			return err
		}
		args = append(args, string(data))
	}
	_, err := c.ExecContext(ctx, `
		INSERT INTO verdicts (repository, sha, conclusion, concluded, at, any_path, deployed, revisit, rests, runs, bases, hangs, asked)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
		ON CONFLICT (repository, sha) DO UPDATE SET conclusion = excluded.conclusion, concluded = excluded.concluded,
			at = excluded.at, any_path = excluded.any_path, deployed = excluded.deployed, revisit = excluded.revisit,
			rests = excluded.rests, runs = excluded.runs, bases = excluded.bases, hangs = excluded.hangs, asked = excluded.asked`,
		args...)
	return err
}

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

func readVerdict(ctx context.Context, c conn, repository int64, sha string) (pull.Published, bool, error) {
	p := pull.Published{Repository: repository, SHA: sha}
	var runs []byte
	err := c.QueryRowContext(ctx, `
		SELECT conclusion, runs, at FROM verdicts WHERE repository = $1 AND sha = $2`, repository, sha).
		Scan(&p.Conclusion, &runs, instant{&p.At})
	if errors.Is(err, sql.ErrNoRows) {
		return pull.Published{}, false, nil
	}
	if err != nil {
		return pull.Published{}, false, err
	}
	return p, true, json.Unmarshal(runs, &p.Runs)
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
			return writeVerdict(ctx, c, p)
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
	runs, err := json.Marshal(p.Runs)
	if err != nil {
		return err
	}
	_, err = c.ExecContext(ctx, `
		INSERT INTO verdicts (repository, sha, conclusion, runs, concluded, at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (repository, sha) DO UPDATE SET conclusion = excluded.conclusion,
			runs = excluded.runs, concluded = excluded.concluded, at = excluded.at`,
		p.Repository, p.SHA, p.Conclusion, string(runs), concluded(p), millis(p.At))
	return err
}

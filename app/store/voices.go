package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// storeVoices notes comments with a command, and answers where somebody must listen: for
// a comment to who wrote it, for anything else at the head that it may change.
func storeVoices(ctx context.Context, c conn, in webhook.Intake, now time.Time) ([]work.Due, error) {
	var due []work.Due
	for _, v := range in.Voices {
		if v.Comment == 0 {
			sha, waiting, err := headOf(ctx, c, v.Repo.ID, v.Pull)
			if err != nil {
				return nil, err
			}
			if waiting {
				due = append(due, work.Due{Key: work.HeadKey(v.Repo.ID, sha)})
			}
			continue
		}
		due = append(due, work.Due{Key: work.VoiceKey(v.Repo.ID, v.Pull)})
		_, err := c.ExecContext(ctx, `
			INSERT INTO voices (repository, comment, pull, command, at, answered) VALUES ($1, $2, $3, $4, $5, 0)
			ON CONFLICT (repository, comment) DO NOTHING`,
			v.Repo.ID, v.Comment, v.Pull, v.Command, millis(now))
		if err != nil {
			return nil, fmt.Errorf("store comment %d of repository %d: %w", v.Comment, v.Repo.ID, err)
		}
	}
	return due, nil
}

// Heard implements sweep.Voices, the oldest first.
func (s *Store) Heard(ctx context.Context, repository int64, pull int) ([]webhook.Voice, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT r.installation, r.owner, r.name, v.comment, v.command
		FROM voices v JOIN repositories r ON r.id = v.repository
		WHERE v.repository = $1 AND v.pull = $2 AND v.answered = 0 ORDER BY v.at, v.comment`, repository, pull)
	heard, err := collect(rows, err, func(v *webhook.Voice) []any {
		v.Repo.ID, v.Pull = repository, pull
		return []any{&v.Repo.Installation, &v.Repo.Owner, &v.Repo.Name, &v.Comment, &v.Command}
	})
	if err != nil {
		return nil, fmt.Errorf("read comments on pull request %d of repository %d: %w", pull, repository, err)
	}
	return heard, nil
}

// Answered implements sweep.Voices.
func (s *Store) Answered(ctx context.Context, repository int64, comments []int64) error {
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		for _, comment := range comments {
			_, err := c.ExecContext(ctx, `UPDATE voices SET answered = $3 WHERE repository = $1 AND comment = $2`,
				repository, comment, millis(c.now()))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("note that comments of repository %d are answered: %w", repository, err)
	}
	return nil
}

// HeadOf implements sweep.Voices.
func (s *Store) HeadOf(ctx context.Context, repository int64, pull int) (sha string, err error) {
	sha, _, err = headOf(ctx, s.read, repository, pull)
	return sha, err
}

// headOf is the head of an open pull request, empty where there is none; waiting: a
// question was told on it, or its verdict rests on a yes, or it has none yet.
func headOf(ctx context.Context, c querier, repository int64, pull int) (sha string, waiting bool, err error) {
	err = c.QueryRowContext(ctx, `
		SELECT p.head, EXISTS (SELECT 1 FROM told t WHERE t.repository = p.repository AND t.sha = p.head)
			OR NOT EXISTS (SELECT 1 FROM verdicts v WHERE v.repository = p.repository AND v.sha = p.head AND v.concluded AND NOT v.rests)
		FROM pulls p JOIN watched w ON w.repository = p.repository
		WHERE p.repository = $1 AND p.number = $2 AND p.open`, repository, pull).Scan(&sha, &waiting)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return "", false, fmt.Errorf("read head of pull request %d of repository %d: %w", pull, repository, err)
	}
	return sha, waiting, nil
}

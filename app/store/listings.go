package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/checkrein/checkrein/app/pull"
)

// mostListings bounds what is kept of one repository: deployed commits and base tips
// follow each other, and what is no longer used would only take place.
const mostListings = 16

// Listing answers what was stored of a commit; with an empty sha, of the one that was
// stored last. False: nothing was with that reader.
func (s *Store) Listing(ctx context.Context, repository int64, sha, reader string) (pull.Listing, bool, error) {
	l := pull.Listing{Reader: reader}
	err := s.read.QueryRowContext(ctx, `
		SELECT sha, data, learned FROM listings WHERE repository = $1 AND reader = $2 AND ($3 = '' OR sha = $3)
		ORDER BY used DESC LIMIT 1`, repository, reader, sha).Scan(&l.Commit, &l.Data, instant{&l.Learned})
	if errors.Is(err, sql.ErrNoRows) {
		return pull.Listing{}, false, nil
	}
	if err != nil {
		return pull.Listing{}, false, fmt.Errorf("read the listing of %s of repository %d: %w", sha, repository, err)
	}
	return l, true, nil
}

// PutListing stores what was read of a commit, in place of the one that was used least lately.
func (s *Store) PutListing(ctx context.Context, repository int64, l pull.Listing) error {
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		_, err := c.ExecContext(ctx, `
			INSERT INTO listings (repository, sha, reader, data, learned, used) VALUES ($1, $2, $3, $4, $5, $6)
			ON CONFLICT (repository, sha) DO UPDATE SET reader = excluded.reader, data = excluded.data, learned = excluded.learned, used = excluded.used`,
			repository, l.Commit, l.Reader, l.Data, millis(l.Learned), millis(c.now()))
		if err != nil {
			return err
		}
		_, err = c.ExecContext(ctx, `
			DELETE FROM listings WHERE repository = $1 AND sha NOT IN (
				SELECT sha FROM listings WHERE repository = $1 ORDER BY used DESC, sha LIMIT $2)`, repository, mostListings)
		return err
	})
	if err != nil {
		return fmt.Errorf("store the listing of %s of repository %d: %w", l.Commit, repository, err)
	}
	return nil
}

// UseListing notes that a listing is still of use, with the next write.
func (s *Store) UseListing(repository int64, sha string) {
	now := millis(s.Now())
	s.queue.afterwards(func(ctx context.Context, c conn) error {
		_, err := c.ExecContext(ctx, `UPDATE listings SET used = $3 WHERE repository = $1 AND sha = $2`, repository, sha, now)
		return err
	})
}

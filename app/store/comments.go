package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Comment implements pull.Memory.
func (s *Store) Comment(ctx context.Context, repository int64, number int) (id int64, begun bool, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT comment, commenting FROM pulls WHERE repository = $1 AND number = $2`,
		repository, number).Scan(&id, &begun)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, false, fmt.Errorf("read the comment on pull request %d of repository %d: %w", number, repository, err)
	}
	return id, begun, nil
}

// SetComment implements pull.Memory.
func (s *Store) SetComment(ctx context.Context, repository int64, number int, id int64) error {
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		_, err := c.ExecContext(ctx, `UPDATE pulls SET comment = $3, commenting = $4 WHERE repository = $1 AND number = $2`,
			repository, number, id, id == 0)
		return err
	})
	if err != nil {
		return fmt.Errorf("note the comment on pull request %d of repository %d: %w", number, repository, err)
	}
	return nil
}

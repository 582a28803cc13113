package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Defaults implements pull.Memory.
func (s *Store) Defaults(ctx context.Context, installation int64) ([]byte, error) {
	var policy []byte
	err := s.read.QueryRowContext(ctx, `SELECT policy FROM installations WHERE id = $1`, installation).Scan(&policy)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return nil, fmt.Errorf("read the defaults of installation %d: %w", installation, err)
	}
	return policy, nil
}

// KeepDefaults implements pull.Memory.
func (s *Store) KeepDefaults(ctx context.Context, installation int64, policy []byte) error {
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		_, err := c.ExecContext(ctx, `UPDATE installations SET policy = $2 WHERE id = $1`, installation, policy)
		return err
	})
	if err != nil {
		return fmt.Errorf("keep the defaults of installation %d: %w", installation, err)
	}
	return nil
}

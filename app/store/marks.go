package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// pinged is the mark that Ping writes.
const pinged = "store:ping"

// Mark implements sweep.Memory.
func (s *Store) Mark(ctx context.Context, name string) (time.Time, error) {
	var at time.Time
	err := s.read.QueryRowContext(ctx, `SELECT at FROM marks WHERE name = $1`, name).Scan(instant{&at})
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, fmt.Errorf("read mark %s: %w", name, err)
	}
	return at, nil
}

// SetMark implements sweep.Memory.
func (s *Store) SetMark(ctx context.Context, name string, at time.Time) error {
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		_, err := c.ExecContext(ctx, `
			INSERT INTO marks (name, at) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET at = excluded.at`, name, millis(at))
		return err
	})
	if err != nil {
		return fmt.Errorf("set mark %s: %w", name, err)
	}
	return nil
}

// Marks are all times that are kept under a name.
func (s *Store) Marks(ctx context.Context) (map[string]time.Time, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT name, at FROM marks WHERE name <> $1`, pinged)
	type mark struct {
		name string
		at   time.Time
	}
	all, err := collect(rows, err, func(m *mark) []any { return []any{&m.name, instant{&m.at}} })
	if err != nil {
		return nil, fmt.Errorf("read marks: %w", err)
	}
	marks := make(map[string]time.Time, len(all))
	for _, m := range all {
		marks[m.name] = m.at
	}
	return marks, nil
}

// Ping answers nil once a write is durable: the store can take deliveries in.
func (s *Store) Ping(ctx context.Context) error { return s.SetMark(ctx, pinged, s.Now()) }

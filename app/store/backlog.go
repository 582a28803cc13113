package store

import (
	"context"
	"fmt"

	"github.com/checkrein/checkrein/app/work"
)

// Backlog tells what waits, by kind. The oldest may be one that is held or waits for
// its next try: it has not been done since it became due.
func (s *Store) Backlog(ctx context.Context) ([]work.Backlog, error) {
	rows, err := s.read.QueryContext(ctx, `
		SELECT kind,
			COALESCE(SUM(CASE WHEN NOT parked AND next <= $1 AND lease <= $1 THEN 1 ELSE 0 END), 0),
			COALESCE(MIN(CASE WHEN NOT parked AND since <= $1 THEN since END), 0),
			COALESCE(SUM(CASE WHEN parked THEN 1 ELSE 0 END), 0)
		FROM work WHERE want > done GROUP BY kind ORDER BY kind`, millis(s.Now()))
	all, err := collect(rows, err, func(b *work.Backlog) []any {
		return []any{&b.Kind, &b.Due, instant{&b.Oldest}, &b.Parked}
	})
	if err != nil {
		return nil, fmt.Errorf("read the backlog: %w", err)
	}
	return all, nil
}

package store

import (
	"context"
	"fmt"
	"slices"
)

// idsAtOnce bounds the variables of one statement.
const idsAtOnce = 500

// HasDeliveries implements sweep.Memory; an id that is not stored is missing.
func (s *Store) HasDeliveries(ctx context.Context, ids []string) (map[string]bool, error) {
	stored := map[string]bool{}
	for part := range slices.Chunk(ids, idsAtOnce) {
		var args []any
		for _, id := range part {
			args = append(args, id)
		}
		rows, err := s.read.QueryContext(ctx, `SELECT id FROM deliveries WHERE id IN `+places(1, len(part), 1), args...)
		found, err := collect(rows, err, func(id *string) []any { return []any{id} })
		if err != nil {
			return nil, fmt.Errorf("look for %d deliveries: %w", len(part), err)
		}
		for _, id := range found {
			stored[id] = true
		}
	}
	return stored, nil
}

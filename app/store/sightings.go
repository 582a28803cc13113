package store

import (
	"context"
	"fmt"

	"github.com/checkrein/checkrein/app/lookup"
	"github.com/checkrein/checkrein/checks/images"
)

// mostSightings bounds what is told of one tag.
const mostSightings = 20

// See implements lookup.Sightings.
func (s *Store) See(ctx context.Context, seen []lookup.Seen) (map[lookup.Tag][]images.Sighting, error) {
	all := map[lookup.Tag][]images.Sighting{}
	err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
		clear(all) // a write may be tried again
		for _, one := range seen {
			if err := see(ctx, c, one); err != nil {
				return err
			}
			rows, err := c.QueryContext(ctx, `SELECT digest, first, last FROM sightings WHERE registry = $1 AND image = $2 AND tag = $3
				ORDER BY first, digest LIMIT $4`, one.Registry, one.Repository, one.Name, mostSightings)
			all[one.Tag], err = collect(rows, err, func(i *images.Sighting) []any { return []any{&i.Digest, instant{&i.First}, instant{&i.Last}} })
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keep what %d tags stand for: %w", len(seen), err)
	}
	return all, nil
}

// see widens the time between the first and the last sighting: verdicts may come to the
// store in another order than they looked.
func see(ctx context.Context, c conn, one lookup.Seen) error {
	_, err := c.ExecContext(ctx, `INSERT INTO sightings (registry, image, tag, digest, first, last) VALUES ($1, $2, $3, $4, $5, $5)
		ON CONFLICT (registry, image, tag, digest) DO UPDATE SET
			first = CASE WHEN excluded.first < sightings.first THEN excluded.first ELSE sightings.first END,
			last = CASE WHEN excluded.last > sightings.last THEN excluded.last ELSE sightings.last END`,
		one.Registry, one.Repository, one.Name, one.Digest, millis(one.At))
	return err
}

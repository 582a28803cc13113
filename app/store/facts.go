package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/images"
)

// factsAtOnce bounds the variables of one statement (five a row when writing).
const factsAtOnce = 100

type fact struct {
	images.FactKey
	data []byte
}

// Facts answers what is stored of the keys, for this version of the readers only; a
// key that is not stored is missing from the map.
func (s *Store) Facts(ctx context.Context, version int, keys []images.FactKey) (map[images.FactKey][]byte, error) {
	found := make(map[images.FactKey][]byte, len(keys))
	for part := range slices.Chunk(keys, factsAtOnce) {
		args := []any{version}
		for _, key := range part {
			args = append(args, key.Blob, key.Reader)
		}
		rows, err := s.read.QueryContext(ctx, `
			SELECT f.blob, f.reader, f.data FROM facts f
			WHERE f.version = $1 AND (f.blob, f.reader) IN (VALUES `+places(len(part), 2, 2)+`)`, args...)
		facts, err := collect(rows, err, func(f *fact) []any { return []any{&f.Blob, &f.Reader, &f.data} })
		if err != nil {
			return nil, fmt.Errorf("read facts of %d blobs: %w", len(part), err)
		}
		for _, f := range facts {
			found[f.FactKey] = f.data
		}
	}
	return found, nil
}

// PutFacts stores facts, in place of those with the same key and version.
func (s *Store) PutFacts(ctx context.Context, version int, facts map[images.FactKey][]byte) error {
	var all []fact
	for key, data := range facts {
		if data == nil {
			data = []byte{} // no facts are facts too: the column is not null
		}
		all = append(all, fact{key, data})
	}
	// In one order: two that write the same rows at the same time would wait for each other.
	slices.SortFunc(all, func(a, b fact) int {
		return cmp.Or(strings.Compare(a.Blob, b.Blob), strings.Compare(a.Reader, b.Reader))
	})
	for part := range slices.Chunk(all, factsAtOnce) {
		var args []any
		for _, f := range part {
			args = append(args, f.Blob, f.Reader, version, f.data, millis(s.Now()))
		}
		err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
			_, err := c.ExecContext(ctx, `
				INSERT INTO facts (blob, reader, version, data, stored) VALUES `+places(len(part), 5, 1)+`
				ON CONFLICT (blob, reader, version) DO UPDATE SET data = excluded.data, stored = excluded.stored`, args...)
			return err
		})
		if err != nil {
			return fmt.Errorf("store facts of %d blobs: %w", len(part), err)
		}
	}
	return nil
}

// places writes rows of placeholders, numbered from first: ($1,$2),($3,$4).
func places(rows, columns, first int) string {
	all := make([]string, rows)
	for row := range all {
		one := make([]string, columns)
		for column := range one {
			one[column] = fmt.Sprintf("$%d", first+row*columns+column)
		}
		all[row] = "(" + strings.Join(one, ",") + ")"
	}
	return strings.Join(all, ",")
}

package store

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/checkrein/checkrein/app/work"
)

// makeDue raises the level of a row by one and lets it run at its time; a row that is
// due already keeps its place in the line, or gets a better one. Its causes begin anew with
// the first of the level that is due.
func makeDue(ctx context.Context, c conn, d work.Due, cause work.Cause, now time.Time) (want int64, err error) {
	at := now
	if d.At.After(now) {
		at = d.At
	}
	err = c.QueryRowContext(ctx, `
		INSERT INTO work (key, kind, repository, want, done, rerun, lease, token, next, since, tries, every, parked, resumed, reason, causes)
		VALUES ($1, $4, $5, 1, 0, CASE WHEN $2 THEN 1 ELSE 0 END, 0, 0, $3, $3, 0, 0, FALSE, FALSE, '', $6)
		ON CONFLICT (key) DO UPDATE SET
			want = work.want + 1,
			rerun = CASE WHEN $2 THEN work.want + 1 ELSE work.rerun END,
			next = CASE WHEN work.want > work.done AND NOT work.parked AND work.next < $3 THEN work.next ELSE $3 END,
			since = CASE WHEN work.want > work.done AND NOT work.parked AND work.since < $3 THEN work.since ELSE $3 END,
			causes = CASE WHEN work.want <= work.done OR work.parked THEN $6
				WHEN length(work.causes) <= $7 THEN work.causes || $6 ELSE work.causes END,
			tries = 0, parked = FALSE,
			failed = CASE WHEN work.parked OR $2 THEN 0 ELSE work.failed END
		RETURNING want`, d.Key, d.Rerun, millis(at), work.KindOf(d.Key), repositoryOf(d.Key), string(cause), cause.Room()).Scan(&want)
	if err != nil {
		return 0, fmt.Errorf("make %s due: %w", d.Key, err)
	}
	return want, nil
}

// dueAtOnce bounds how long deliveries wait while a sweep makes work due.
const dueAtOnce = 500

// MakeDue asks for work on each key, as a delivery would. On an error a part of it may
// be due already; to ask again does no harm.
func (s *Store) MakeDue(ctx context.Context, list []work.Due) error {
	cause := work.CauseOf(ctx)
	for part := range slices.Chunk(list, dueAtOnce) {
		err := s.queue.do(ctx, func(ctx context.Context, c conn) error {
			for _, d := range part {
				if _, err := makeDue(ctx, c, d, cause, c.now()); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("make work due: %w", err)
		}
		s.wake()
	}
	return nil
}

// repositoryOf is the repository whose work a key stands for; 0: it is of none.
func repositoryOf(key string) int64 {
	switch work.KindOf(key) {
	case work.KindHead, work.KindBase, work.KindVoice, work.KindEnforce:
	default:
		return 0
	}
	_, rest, _ := strings.Cut(key, ":")
	number, _, _ := strings.Cut(rest, "@")
	id, err := strconv.ParseInt(number, 10, 64)
	if err != nil {
		return 0 // the handler tells of a key that cannot be read
	}
	return id
}

// endUnwatched ends the work in which nothing can be read or written any more: of
// repositories that are archived or gone, of installations that are not active. Who
// holds a lease finds out by itself.
func endUnwatched(ctx context.Context, c conn, now time.Time) error {
	rows, err := c.QueryContext(ctx, `
		UPDATE work SET done = want, lease = 0, tries = 0, failed = 0, parked = FALSE, reason = ''
		WHERE want > done AND lease <= $1 AND (
			repository IN (SELECT r.id FROM repositories r WHERE r.id NOT IN (SELECT w.repository FROM watched w))
			OR (kind = 'sweep' AND key IN (SELECT 'sweep:' || i.id FROM installations i WHERE i.access <> 'active')))
		RETURNING key, want`, millis(now))
	type ended struct {
		key  string
		want int64
	}
	all, err := collect(rows, err, func(e *ended) []any { return []any{&e.key, &e.want} })
	if err != nil {
		return fmt.Errorf("end work that nobody can do: %w", err)
	}
	for _, e := range all {
		if err := finishDeliveries(ctx, c, e.key, e.want, now); err != nil {
			return err
		}
	}
	return nil
}

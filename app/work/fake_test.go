package work

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// fakeQueue is one row per key in memory, with the log of what was asked of it.
type fakeQueue struct {
	mu    sync.Mutex
	rows  map[string]*fakeRow
	order []string // keys as they were made due
	calls []string // "done a", "retry a in 1s: boom"
	due   chan struct{}

	claimErr, renewErr error
}

type fakeRow struct {
	due    bool
	next   time.Time
	lease  time.Time
	token  int64
	tries  int
	failed int
	renews int
}

func newFakeQueue(keys ...string) *fakeQueue {
	q := &fakeQueue{rows: map[string]*fakeRow{}, due: make(chan struct{}, 1)}
	for _, key := range keys {
		q.want(key)
	}
	return q
}

func (q *fakeQueue) want(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	row := q.rows[key]
	if row == nil {
		row = &fakeRow{}
		q.rows[key] = row
		q.order = append(q.order, key)
	}
	row.due, row.next = true, time.Now()
	select {
	case q.due <- struct{}{}:
	default:
	}
}

// told is what was asked of the queue until now.
func (q *fakeQueue) told() []string {
	q.mu.Lock()
	defer q.mu.Unlock()
	return slices.Clone(q.calls)
}

func (q *fakeQueue) renewals(key string) int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.rows[key].renews
}

// forget makes the key not due.
func (q *fakeQueue) forget(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.rows[key].due = false
}

// steal lets another holder claim the key.
func (q *fakeQueue) steal(key string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.rows[key].token++
}

func (q *fakeQueue) Claim(_ context.Context, lease time.Duration, without ...string) (*Claim, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.claimErr != nil {
		return nil, q.claimErr
	}
	now := time.Now()
	for _, key := range q.order {
		row := q.rows[key]
		if !row.due || row.next.After(now) || row.lease.After(now) || slices.Contains(without, KindOf(key)) {
			continue
		}
		row.token++
		row.lease = now.Add(lease)
		return &Claim{Key: key, Kind: KindOf(key), Want: 1, Token: row.token, Tries: row.tries, Failed: row.failed, Since: row.next}, nil
	}
	return nil, nil
}

// end is what Done, Retry and Park share: the check of the token and the release.
func (q *fakeQueue) end(c *Claim, call string, change func(*fakeRow)) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	row := q.rows[c.Key]
	if row.token != c.Token {
		return ErrLost
	}
	row.lease = time.Time{}
	change(row)
	q.calls = append(q.calls, call)
	return nil
}

func (q *fakeQueue) Renew(_ context.Context, c *Claim, lease time.Duration) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	row := q.rows[c.Key]
	switch {
	case q.renewErr != nil:
		return q.renewErr
	case row.token != c.Token:
		return ErrLost
	}
	row.lease = time.Now().Add(lease)
	row.renews++
	return nil
}

func (q *fakeQueue) Done(_ context.Context, c *Claim) error {
	return q.end(c, "done "+c.Key, func(r *fakeRow) { r.due, r.tries, r.failed = false, 0, 0 })
}

func (q *fakeQueue) Retry(_ context.Context, c *Claim, next time.Time, reason string) error {
	call := fmt.Sprintf("retry %s in %v: %s", c.Key, time.Until(next), reason)
	return q.end(c, call, func(r *fakeRow) { r.next = next; r.tries++; r.failed = c.Failed })
}

func (q *fakeQueue) Park(_ context.Context, c *Claim, reason string) error {
	return q.end(c, "park "+c.Key+": "+reason, func(r *fakeRow) { r.due = false })
}

func (q *fakeQueue) Schedule(context.Context, string, time.Duration) error {
	return errors.New("the worker schedules nothing")
}

func (q *fakeQueue) Due() <-chan struct{} { return q.due }

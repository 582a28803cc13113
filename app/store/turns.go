package store

import (
	"cmp"
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"hash/fnv"
	"sync"
	"time"

	"github.com/checkrein/checkrein/app/webhook"
)

// turns lets one at a time do what must not be done twice: of this process, and where the
// database is shared, of all.
type turns struct {
	locks
	shared *sql.DB // nil: this process has the database

	mu   sync.Mutex
	kept map[string]*sql.Conn // that hold what is this process's as long as it lives
}

// Turn implements pull.Memory. A server that restarts forgets who has the turn.
func (s *Store) Turn(ctx context.Context, name string) (release func(), err error) {
	leave, err := s.turns.lock(ctx, name)
	if err != nil || s.turns.shared == nil {
		return leave, err
	}
	c, err := s.turns.shared.Conn(ctx)
	if err == nil {
		if _, err = c.ExecContext(ctx, `SELECT pg_advisory_lock($1)`, lockID(name)); err == nil {
			return func() { giveUp(c, name); leave() }, nil
		}
		discard(c)
	}
	leave()
	return nil, fmt.Errorf("wait for the turn of %s: %w: %w", name, webhook.ErrUnavailable, err)
}

// giveUp ends a turn. A connection that cannot say so is closed, which ends it too.
func giveUp(c *sql.Conn, name string) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if _, err := c.ExecContext(ctx, `SELECT pg_advisory_unlock($1)`, lockID(name)); err != nil {
		discard(c)
		return
	}
	_ = c.Close() // back into the pool
}

// discard closes a connection for good.
func discard(c *sql.Conn) {
	_ = c.Raw(func(any) error { return driver.ErrBadConn })
	_ = c.Close()
}

// errTaken: another process does it.
var errTaken = errors.New("another process does this with the same database")

// keep takes what this process has from now on until it ends, and answers nil as long as
// it has it. After a lost connection it is taken again, unless another process was faster.
func (t *turns) keep(ctx context.Context, name string) error {
	_, err := t.keepBy(ctx, name, `SELECT pg_try_advisory_lock($1)`)
	return err
}

// keepBy keeps a connection for what a query answered with true, and answers it; nil where
// nothing is shared.
func (t *turns) keepBy(ctx context.Context, name, query string) (*sql.Conn, error) {
	if t.shared == nil {
		return nil, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.kept[name]; c != nil {
		if err := c.PingContext(ctx); err == nil {
			return c, nil
		}
		discard(c)
		delete(t.kept, name)
	}
	c, err := t.shared.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", webhook.ErrUnavailable, err)
	}
	var got bool
	if err := c.QueryRowContext(ctx, query, lockID(name)).Scan(&got); err != nil || !got {
		discard(c)
		return nil, cmp.Or(err, errTaken)
	}
	if t.kept == nil {
		t.kept = map[string]*sql.Conn{}
	}
	t.kept[name] = c
	return c, nil
}

// presentName is the name under which every process that works is known to the server.
const presentName = "process"

// Processes tells how many processes work with this database, this one included, which is
// counted from now on until it ends.
func (s *Store) Processes(ctx context.Context) (int, error) {
	c, err := s.turns.keepBy(ctx, presentName, `SELECT TRUE FROM (SELECT pg_advisory_lock_shared($1)) AS present`)
	if err != nil || c == nil {
		return 1, err
	}
	n := 1
	err = c.QueryRowContext(ctx, `
		SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND classid::bigint << 32 | objid::bigint = $1
		  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`, lockID(presentName)).Scan(&n)
	if err != nil {
		return 1, fmt.Errorf("count the processes: %w", err)
	}
	return n, nil
}

// stop gives up what was kept.
func (t *turns) stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, c := range t.kept {
		discard(c)
	}
	t.kept = nil
}

// lockID is the name of a turn as the server knows it. Two names with the same number wait
// for each other, no more.
func lockID(name string) int64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte("checkrein " + name))
	return int64(h.Sum64())
}

// locks are held by name; those that nobody holds or waits for are forgotten.
type locks struct {
	guard sync.Mutex
	all   map[string]*namedLock
}

type namedLock struct {
	turn  chan struct{}
	users int
}

func (l *locks) lock(ctx context.Context, name string) (func(), error) {
	one := l.enter(name)
	select {
	case one.turn <- struct{}{}:
		return func() { <-one.turn; l.leave(name, one) }, nil
	case <-ctx.Done():
		l.leave(name, one)
		return nil, fmt.Errorf("wait for the turn of %s: %w", name, ctx.Err())
	}
}

func (l *locks) enter(name string) *namedLock {
	l.guard.Lock()
	defer l.guard.Unlock()
	if l.all == nil {
		l.all = map[string]*namedLock{}
	}
	one := l.all[name]
	if one == nil {
		one = &namedLock{turn: make(chan struct{}, 1)}
		l.all[name] = one
	}
	one.users++
	return one
}

func (l *locks) leave(name string, one *namedLock) {
	l.guard.Lock()
	defer l.guard.Unlock()
	if one.users--; one.users == 0 {
		delete(l.all, name)
	}
}

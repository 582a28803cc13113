package store

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"time"
)

// timekeeper tells the time that leases, due times and schedules go by.
type timekeeper interface {
	// at is the time at which a transaction happens that has begun on c.
	at(ctx context.Context, c *sql.Conn) (time.Time, error)
	// now is the time outside of transactions; it is not ahead of theirs.
	now() time.Time
}

// ownClock is this machine's: nobody else has the database.
type ownClock struct{}

func (ownClock) at(context.Context, *sql.Conn) (time.Time, error) { return time.Now(), nil }

func (ownClock) now() time.Time { return time.Now() }

// serverClock is the database server's, which all processes share. Between two looks at it
// only the time that went by is measured here: what this machine takes for the time of day
// changes nothing.
type serverClock struct {
	mu           sync.Mutex
	server, here time.Time // as of the last look
}

// at asks the server.
func (s *serverClock) at(ctx context.Context, c *sql.Conn) (time.Time, error) {
	var ms int64
	err := c.QueryRowContext(ctx, `SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint`).Scan(&ms)
	if err != nil {
		return time.Time{}, fmt.Errorf("read the server's clock: %w", err)
	}
	server := time.UnixMilli(ms).UTC()
	s.mu.Lock()
	defer s.mu.Unlock()
	// The answer took its time: now lags behind by as much, and is never ahead.
	s.server, s.here = server, time.Now()
	return server, nil
}

func (s *serverClock) now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.server.Add(time.Since(s.here))
}

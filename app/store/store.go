// Package store keeps what must survive a restart: deliveries, due work, what is
// known of heads, what was published, and parsed facts. It is the only place with
// SQL; it implements what webhook, work, pull, review and sweep declare.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/checkrein/checkrein/app/lookup"
	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/review"
	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// readers is the size of the pool that reads beside the writer.
const readers = 4

// Store is a database: a file that one process holds, or one on a server that many share.
// Its methods can be called at the same time.
type Store struct {
	lock  *os.File // nil on PostgreSQL
	write *sql.DB
	read  *sql.DB
	queue writes
	turns turns
	due   chan struct{}
	clock timekeeper
}

var (
	_ webhook.Inbox = (*Store)(nil)
	_ work.Queue    = (*Store)(nil)
	_ pull.Memory   = (*Store)(nil)
	_ review.Memory = (*Store)(nil)
	_ sweep.Memory  = (*Store)(nil)
	_ sweep.Voices  = (*Store)(nil)

	_ lookup.Sightings = (*Store)(nil)
)

// ErrLater is wrapped where a database can be opened later, unchanged.
var ErrLater = errors.New("the database cannot be used yet")

// Open opens the database at an address like sqlite:checkrein.db or
// postgres://user@host/database, and brings its schema up to date. Errors: ErrLater, or what
// no waiting mends.
func Open(ctx context.Context, address string) (*Store, error) {
	path, server, err := parseAddress(address)
	if err != nil {
		return nil, err
	}
	open, passes := openSQLite, sqlitePasses
	if server {
		path, open, passes = address, openPostgres, postgresPasses
	}
	s, err := open(ctx, path)
	if err != nil && passes(err) {
		err = fmt.Errorf("%w: %w", ErrLater, err)
	}
	return s, err
}

// parseAddress takes the file out of an address; server: it is one of PostgreSQL.
func parseAddress(address string) (path string, server bool, err error) {
	const use = "use sqlite:PATH or postgres://USER@HOST/DATABASE"
	kind, path, _ := strings.Cut(address, ":")
	switch {
	case kind == "postgres" || kind == "postgresql":
		return "", true, nil
	case kind != "sqlite":
		// An address can hold a password: only its kind is told.
		return "", false, fmt.Errorf("database: address of kind %q; %s", kind, use)
	case path == "":
		return "", false, errors.New("database: no path in the address; " + use)
	}
	return path, false, nil
}

// openReading opens a database to read it beside the processes that use it.
func openReading(address string) (*sql.DB, error) {
	path, server, err := parseAddress(address)
	switch {
	case err != nil:
		return nil, err
	case server:
		return readPostgres(address)
	}
	return readSQLite(path)
}

func newStore(c timekeeper) *Store { return &Store{due: make(chan struct{}, 1), clock: c} }

// Now is the time that leases, due times and schedules go by: on PostgreSQL the server's,
// which all processes share.
func (s *Store) Now() time.Time { return s.clock.now() }

// Close waits for the write that is under way; later writes fail. It gives up what
// Open took, as far as that got.
func (s *Store) Close() error {
	var errs []error
	if s.queue != nil {
		errs = append(errs, s.queue.stop())
	}
	s.turns.stop()
	for _, db := range []*sql.DB{s.read, s.write, s.turns.shared} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	if s.lock != nil { // last: until here another process would share the file
		errs = append(errs, s.lock.Close())
	}
	return errors.Join(errs...)
}

// Package store keeps what must survive a restart: deliveries, due work, what is
// known of heads, what was published, and parsed facts. It is the only place with
// SQL; it implements what webhook, work, pull, review and sweep declare.
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
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

// Store is a database that one process holds. Its methods can be called at the same time.
type Store struct {
	lock  *os.File
	write *sql.DB // one connection
	read  *sql.DB
	queue *writer
	due   chan struct{}
	now   func() time.Time
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

// Open opens the database at an address like sqlite:checkrein.db, creating it and
// bringing its schema up to date. A second process is refused, so that every lease
// found belongs to a process that is gone: these leases are released.
func Open(ctx context.Context, address string) (*Store, error) {
	path, err := databasePath(address)
	if err != nil {
		return nil, err
	}
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	s := &Store{lock: lock, due: make(chan struct{}, 1), now: time.Now}
	if err := s.connect(ctx, path); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), s.Close())
	}
	return s, nil
}

// databasePath takes the file out of the address.
func databasePath(address string) (string, error) {
	kind, path, _ := strings.Cut(address, ":")
	switch {
	case kind == "postgres" || kind == "postgresql":
		return "", errors.New("database: this version keeps its state in SQLite only; use sqlite:PATH")
	case kind != "sqlite":
		// An address can hold a password: only its kind is told.
		return "", fmt.Errorf("database: address of kind %q; use sqlite:PATH", kind)
	case path == "":
		return "", errors.New("database: no path in the address; use sqlite:PATH")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("database path: %w", err)
	}
	return path, nil
}

func (s *Store) connect(ctx context.Context, path string) error {
	// Payloads of private repositories are inside: the file is for its owner only.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return unreadable(path, err)
	}
	if err := file.Close(); err != nil {
		return err
	}
	const durable = "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
	if s.write, err = openDatabase(path, durable, 1); err != nil {
		return err
	}
	if err := migrate(ctx, s.write); err != nil {
		return err
	}
	if s.read, err = openDatabase(path, "_pragma=busy_timeout(5000)&_pragma=query_only(1)", readers); err != nil {
		return err
	}
	if s.queue, err = startWriter(ctx, s.write); err != nil {
		return err
	}
	return s.releaseLeases(ctx)
}

// unreadable drops the path that the caller's message names already.
func unreadable(path string, err error) error {
	var at *fs.PathError
	if errors.As(err, &at) && at.Path == path {
		return at.Err
	}
	return err
}

func openDatabase(path, options string, connections int) (*sql.DB, error) {
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: options}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// Close waits for the write that is under way; later writes fail. It gives up what
// Open took, as far as that got.
func (s *Store) Close() error {
	var errs []error
	if s.queue != nil {
		errs = append(errs, s.queue.stop())
	}
	for _, db := range []*sql.DB{s.read, s.write} {
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	// The lock goes last: until here another process would share the file.
	return errors.Join(append(errs, s.lock.Close())...)
}

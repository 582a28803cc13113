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
	"slices"
	"strings"

	"github.com/pressly/goose/v3"
	"modernc.org/sqlite"

	"github.com/checkrein/checkrein/app/webhook"
)

// onSQLite: one writes at a time, so nothing is locked row by row.
var onSQLite = &dialect{
	goose: goose.DialectSQLite3, begin: "BEGIN IMMEDIATE",
	types: same, locks: strings.NewReplacer(" FOR UPDATE SKIP LOCKED", "", " FOR UPDATE", ""),
	tables:      `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name <> 'goose_db_version' ORDER BY name`,
	unavailable: sqliteUnavailable, clashed: func(error) bool { return false },
}

// openSQLite opens a file. A second process is refused, so that every lease found belongs
// to a process that is gone: these leases are released.
func openSQLite(ctx context.Context, path string) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database path: %w", err)
	}
	lock, err := lockFile(path)
	if err != nil {
		return nil, err
	}
	s := newStore(ownClock{})
	s.lock = lock
	if err := s.connectSQLite(ctx, path); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), s.Close())
	}
	return s, nil
}

func (s *Store) connectSQLite(ctx context.Context, path string) error {
	// Payloads of private repositories are inside: the file is for its owner only.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return unreadable(path, err)
	}
	if err := file.Close(); err != nil {
		return err
	}
	const durable = "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_txlock=immediate"
	if s.write, err = openFile(path, durable, 1); err != nil {
		return err
	}
	if err := migrate(ctx, s.write, onSQLite); err != nil {
		return err
	}
	if s.read, err = openFile(path, "_pragma=busy_timeout(5000)&_pragma=query_only(1)", readers); err != nil {
		return err
	}
	if s.queue, err = startWriter(ctx, s.write, &transactions{onSQLite, s.clock}); err != nil {
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

func openFile(path, options string, connections int) (*sql.DB, error) {
	address := url.URL{Scheme: "file", Path: filepath.ToSlash(path), RawQuery: options}
	db, err := sql.Open("sqlite", address.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db, nil
}

// readSQLite opens a file to read it beside the process that has it.
func readSQLite(path string) (*sql.DB, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("database path: %w", err)
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("database %s: %w", path, unreadable(path, err))
	}
	db, err := openFile(path, "mode=rw&_pragma=busy_timeout(5000)&_pragma=query_only(1)", 1)
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return db, nil
}

// sqlitePasses: a disk that is full or in trouble, not a file that is none of ours.
func sqlitePasses(err error) bool {
	const busy, nomem, ioerr, full = 5, 7, 10, 13
	var e *sqlite.Error
	return errors.As(err, &e) && slices.Contains([]int{busy, nomem, ioerr, full}, e.Code()&0xff)
}

// sqliteUnavailable: the disk, the file and its rights. Codes: https://sqlite.org/rescode.html.
func sqliteUnavailable(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	const perm, busy, nomem, readonly, ioerr, corrupt, full, cantopen, notadb = 3, 5, 7, 8, 10, 11, 13, 14, 26
	switch e.Code() & 0xff { // the rest of the bits says more exactly what
	case perm, busy, nomem, readonly, ioerr, corrupt, full, cantopen, notadb:
		return fmt.Errorf("%w: %w", webhook.ErrUnavailable, err)
	}
	return err
}

package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/registry/guard"
)

// GuardLog reads the guards' journal: records of a package (empty: of all) since a time,
// the oldest first.
func (s *Store) GuardLog(ctx context.Context, pkg string, since time.Time) ([]guard.Record, error) {
	return guardLog(ctx, s.read, pkg, since)
}

// ReadGuardLog reads the journal in the database at an address, also while a guard is
// running there: nothing is written.
func ReadGuardLog(ctx context.Context, address, pkg string, since time.Time) (all []guard.Record, err error) {
	db, err := openReading(address)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return guardLog(ctx, db, pkg, since)
}

func guardLog(ctx context.Context, db *sql.DB, pkg string, since time.Time) ([]guard.Record, error) {
	rows, err := db.QueryContext(ctx, `
		SELECT id, at, package, event, code, version, digest, tags, who, did, why, intent FROM decisions
		WHERE at >= $1 AND (package = $2 OR $2 = '') ORDER BY id`, millis(since), pkg)
	all, err := collect(rows, err, func(r *guard.Record) []any {
		return []any{&r.ID, instant{&r.At}, &r.Package, &r.Event, &r.Code, &r.Version, &r.Digest, text{&r.Tags}, &r.Who, &r.Did, &r.Why, &r.Intent}
	})
	if err != nil {
		return nil, fmt.Errorf("read the journal: %w", err)
	}
	return all, nil
}

// Forget drops the bytes that were kept of deletions before a time; the journal stays.
func (m *GuardMemory) Forget(ctx context.Context, before time.Time) error {
	err := m.s.queue.do(ctx, func(ctx context.Context, c conn) error {
		_, err := c.ExecContext(ctx, `UPDATE intents SET content = NULL WHERE content IS NOT NULL AND outcome <> '' AND at < $1`, millis(before))
		return err
	})
	if err != nil {
		return fmt.Errorf("forget what was deleted long ago: %w", err)
	}
	return nil
}

package store

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/checkrein/checkrein/registry/guard"
)

// GuardMemory is what the guard before one registry remembers.
type GuardMemory struct {
	s        *Store
	upstream string
	locks    locks

	mu    sync.Mutex
	ended map[int64]bool // intents whose end rides with the next commit
}

var _ guard.Memory = (*GuardMemory)(nil)

// Guard is the memory of the guard before the registry at an address. One is made for each.
func (s *Store) Guard(upstream string) *GuardMemory {
	return &GuardMemory{s: s, upstream: upstream, ended: map[int64]bool{}}
}

// Begin implements guard.Journal.
func (m *GuardMemory) Begin(ctx context.Context, i guard.Intent) (int64, error) {
	var id int64
	err := m.s.queue.do(ctx, func(ctx context.Context, c conn) error {
		err := c.QueryRowContext(ctx, `
			INSERT INTO intents (at, upstream, package, version, digest, tag, tags, who, did, outcome, content, media_type)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, '', $10, $11) RETURNING id`,
			millis(i.At), m.upstream, i.Package, i.Version, string(i.Digest), i.Tag, jsonText(i.Tags), i.Who, i.Did, i.Content, i.MediaType).Scan(&id)
		if err != nil {
			return err
		}
		if _, err := c.ExecContext(ctx, `
			INSERT INTO brakes (upstream, package, began, versions, deleted) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (upstream, package) DO UPDATE SET began = excluded.began, versions = excluded.versions, deleted = excluded.deleted`,
			m.upstream, i.Package, millis(i.Hour.Began), i.Hour.Versions, i.Hour.Deleted); err != nil {
			return err
		}
		return m.insert(ctx, c, guard.Record{At: i.At, Package: i.Package, Event: guard.Intended, Version: i.Version, Digest: string(i.Digest),
			Tags: i.Tags, Who: i.Who, Did: i.Did, Intent: id})
	})
	if err != nil {
		return 0, fmt.Errorf("write down the intent to delete %s of %s: %w", i.Digest, i.Package, err)
	}
	return id, nil
}

// End implements guard.Journal.
func (m *GuardMemory) End(id int64, o guard.Outcome, r guard.Record) {
	m.mu.Lock()
	m.ended[id] = true
	m.mu.Unlock()
	m.s.queue.afterwards(func(ctx context.Context, c conn) error {
		if _, err := c.ExecContext(ctx, `UPDATE intents SET outcome = $1 WHERE id = $2`, string(o), id); err != nil {
			return err
		}
		return m.insert(ctx, c, r)
	})
}

// Note implements guard.Journal.
func (m *GuardMemory) Note(r guard.Record) {
	m.s.queue.afterwards(func(ctx context.Context, c conn) error { return m.insert(ctx, c, r) })
}

func (m *GuardMemory) insert(ctx context.Context, c conn, r guard.Record) error {
	_, err := c.ExecContext(ctx, `
		INSERT INTO decisions (at, upstream, package, event, code, version, digest, tags, who, did, why, intent)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
		millis(r.At), m.upstream, r.Package, string(r.Event), r.Code, r.Version, r.Digest, jsonText(r.Tags), r.Who, r.Did, r.Why, r.Intent)
	return err
}

const intentColumns = `id, at, package, version, digest, tag, tags, who, did, media_type`

func scanIntent(i *guard.Intent) []any {
	return []any{&i.ID, instant{&i.At}, &i.Package, &i.Version, &i.Digest, &i.Tag, text{&i.Tags}, &i.Who, &i.Did, &i.MediaType}
}

// Open implements guard.Journal.
func (m *GuardMemory) Open(ctx context.Context, pkg string) ([]guard.Intent, error) {
	rows, err := m.s.read.QueryContext(ctx, `
		SELECT `+intentColumns+` FROM intents WHERE upstream = $1 AND package = $2 AND outcome = '' ORDER BY id`, m.upstream, pkg)
	all, err := collect(rows, err, scanIntent)
	if err != nil {
		return nil, fmt.Errorf("read open intents of %s: %w", pkg, err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.DeleteFunc(all, func(i guard.Intent) bool { return m.ended[i.ID] }), nil
}

// Deleted implements guard.Journal.
func (m *GuardMemory) Deleted(ctx context.Context, pkg string, since time.Time) ([]guard.Intent, error) {
	if err := m.settled(ctx); err != nil {
		return nil, err
	}
	rows, err := m.s.read.QueryContext(ctx, `
		SELECT `+intentColumns+` FROM intents WHERE upstream = $1 AND package = $2 AND outcome = $3 AND at >= $4 ORDER BY id`,
		m.upstream, pkg, string(guard.Gone), millis(since))
	all, err := collect(rows, err, scanIntent)
	if err != nil {
		return nil, fmt.Errorf("read deletions of %s: %w", pkg, err)
	}
	return all, nil
}

// settled makes the ends that wait durable, where there are any.
func (m *GuardMemory) settled(ctx context.Context) error {
	m.mu.Lock()
	waiting := slices.Collect(maps.Keys(m.ended))
	m.mu.Unlock()
	if len(waiting) == 0 {
		return nil
	}
	if err := m.s.queue.settle(ctx); err != nil {
		return fmt.Errorf("write down how deletions ended: %w", err)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, id := range waiting {
		delete(m.ended, id)
	}
	return nil
}

// Content implements guard.Journal.
func (m *GuardMemory) Content(ctx context.Context, id int64) ([]byte, string, error) {
	var content []byte
	var mediaType string
	err := m.s.read.QueryRowContext(ctx, `SELECT content, media_type FROM intents WHERE id = $1`, id).Scan(&content, &mediaType)
	if err == nil && len(content) == 0 {
		err = errors.New("its bytes were not kept")
	}
	if err != nil {
		return nil, "", fmt.Errorf("read what was deleted: %w", err)
	}
	return content, mediaType, nil
}

// Hour implements guard.Journal.
func (m *GuardMemory) Hour(ctx context.Context, pkg string) (guard.Hour, error) {
	var h guard.Hour
	err := m.s.read.QueryRowContext(ctx, `SELECT began, versions, deleted FROM brakes WHERE upstream = $1 AND package = $2`, m.upstream, pkg).
		Scan(instant{&h.Began}, &h.Versions, &h.Deleted)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return h, fmt.Errorf("read the brake of %s: %w", pkg, err)
	}
	return h, nil
}

// Salt implements guard.Journal.
func (m *GuardMemory) Salt(ctx context.Context) ([]byte, error) {
	fresh := make([]byte, 32)
	if _, err := rand.Read(fresh); err != nil {
		return nil, err
	}
	var salt []byte
	err := m.s.queue.do(ctx, func(ctx context.Context, c conn) error {
		if _, err := c.ExecContext(ctx, `INSERT INTO salts (name, salt) VALUES ('guard', $1) ON CONFLICT (name) DO NOTHING`, fresh); err != nil {
			return err
		}
		return c.QueryRowContext(ctx, `SELECT salt FROM salts WHERE name = 'guard'`).Scan(&salt)
	})
	return salt, err
}

// jsonText writes a list as JSON; none is an empty list.
func jsonText[T any](all []T) string {
	if all == nil {
		all = []T{}
	}
	data, err := json.Marshal(all)
	if err != nil {
		panic(err) // lists of strings and structs of strings always can
	}
	return string(data)
}

// Lock implements guard.Lock. The guard remembers what it saw, so one process at a time
// decides about the packages of a registry: on PostgreSQL another one is refused.
func (m *GuardMemory) Lock(ctx context.Context, pkg string) (func(), error) {
	if err := m.Alone(ctx); err != nil {
		return nil, err
	}
	return m.locks.lock(ctx, pkg)
}

// Alone answers nil while no other process guards this registry with this database.
func (m *GuardMemory) Alone(ctx context.Context) error {
	if err := m.s.turns.keep(ctx, "guard "+m.upstream); err != nil {
		return fmt.Errorf("guard %s: %w", m.upstream, err)
	}
	return nil
}

package store

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/guard"
)

// rowsAtOnce bounds the variables of one statement.
const rowsAtOnce = 100

// child is a registry.Child as it is stored.
type child struct {
	Digest registry.Digest `json:"d"`
	Kind   registry.Kind   `json:"k,omitempty"` // empty: image
	Label  string          `json:"l,omitempty"`
}

// Manifests implements guard.Manifests.
func (m *GuardMemory) Manifests(ctx context.Context, pkg string) ([]registry.Manifest, error) {
	rows, err := m.s.read.QueryContext(ctx, `
		SELECT digest, kind, children, subject, artifact, empty FROM manifests WHERE upstream = $1 AND package = $2`, m.upstream, pkg)
	all, err := collect(rows, err, func(one *registry.Manifest) []any {
		return []any{&one.Digest, &one.Kind, children{&one.Children}, &one.Subject, &one.Artifact, &one.Empty}
	})
	if err != nil {
		return nil, fmt.Errorf("read manifests of %s: %w", pkg, err)
	}
	return all, nil
}

// children reads stored children.
type children struct{ into *[]registry.Child }

// Scan implements sql.Scanner.
func (c children) Scan(value any) error {
	if value == "[]" {
		return nil
	}
	var all []child
	if err := (text{&all}).Scan(value); err != nil {
		return err
	}
	out := make([]registry.Child, len(all))
	for i, one := range all {
		out[i] = registry.Child{Digest: one.Digest, Kind: one.Kind, Label: one.Label}
		if one.Kind == "" {
			out[i].Kind = registry.Image
		}
	}
	*c.into = out
	return nil
}

func storedChildren(all []registry.Child) string {
	out := make([]child, len(all))
	for i, c := range all {
		out[i] = child{c.Digest, c.Kind, c.Label}
		if c.Kind == registry.Image {
			out[i].Kind = ""
		}
	}
	return jsonText(out)
}

// PutManifests implements guard.Manifests.
func (m *GuardMemory) PutManifests(pkg string, all []registry.Manifest) {
	for part := range slices.Chunk(all, rowsAtOnce) {
		var args []any
		for _, one := range part {
			args = append(args, m.upstream, pkg, string(one.Digest), string(one.Kind), storedChildren(one.Children), string(one.Subject), one.Artifact, one.Empty)
		}
		m.s.queue.afterwards(func(ctx context.Context, c conn) error {
			_, err := c.ExecContext(ctx, `
				INSERT INTO manifests (upstream, package, digest, kind, children, subject, artifact, empty)
				VALUES `+places(len(part), 8, 1)+` ON CONFLICT (upstream, package, digest) DO NOTHING`, args...)
			return err
		})
	}
}

// Sights implements guard.Roots.
func (m *GuardMemory) Sights(ctx context.Context, pkg string) (guard.Sights, error) {
	s := guard.Sights{Tags: map[string]registry.Digest{}}
	type tag struct {
		name   string
		digest registry.Digest
	}
	rows, err := m.s.read.QueryContext(ctx, `SELECT tag, digest FROM seen_tags WHERE upstream = $1 AND package = $2`, m.upstream, pkg)
	tags, err := collect(rows, err, func(t *tag) []any { return []any{&t.name, &t.digest} })
	if err != nil {
		return s, fmt.Errorf("read tags of %s: %w", pkg, err)
	}
	for _, t := range tags {
		s.Tags[t.name] = t.digest
	}
	if s.Touched, err = m.times(ctx, "touched", pkg); err != nil {
		return s, err
	}
	s.First, err = m.times(ctx, "first_sights", pkg)
	return s, err
}

// times reads one of the tables that say when.
func (m *GuardMemory) times(ctx context.Context, table, pkg string) (map[registry.Digest]time.Time, error) {
	type moment struct {
		digest registry.Digest
		at     time.Time
	}
	rows, err := m.s.read.QueryContext(ctx, `SELECT digest, at FROM `+table+` WHERE upstream = $1 AND package = $2`, m.upstream, pkg)
	all, err := collect(rows, err, func(t *moment) []any { return []any{&t.digest, instant{&t.at}} })
	if err != nil {
		return nil, fmt.Errorf("read ages of %s: %w", pkg, err)
	}
	times := make(map[registry.Digest]time.Time, len(all))
	for _, t := range all {
		times[t.digest] = t.at
	}
	return times, nil
}

// Saw implements guard.Roots.
func (m *GuardMemory) Saw(ctx context.Context, pkg string, s guard.Sights) error {
	err := m.s.queue.do(ctx, func(ctx context.Context, c conn) error { return m.see(ctx, c, pkg, s) })
	if err != nil {
		return fmt.Errorf("write down what was seen of %s: %w", pkg, err)
	}
	return nil
}

// Glimpsed implements guard.Roots.
func (m *GuardMemory) Glimpsed(pkg string, s guard.Sights) {
	if len(s.Tags)+len(s.Touched)+len(s.First) == 0 {
		return
	}
	m.s.queue.afterwards(func(ctx context.Context, c conn) error { return m.see(ctx, c, pkg, s) })
}

func (m *GuardMemory) see(ctx context.Context, c conn, pkg string, s guard.Sights) error {
	var tags [][]any
	for tag, digest := range s.Tags {
		if digest != "" {
			tags = append(tags, []any{m.upstream, pkg, tag, string(digest)})
			continue
		}
		if _, err := c.ExecContext(ctx, `DELETE FROM seen_tags WHERE upstream = $1 AND package = $2 AND tag = $3`, m.upstream, pkg, tag); err != nil {
			return err
		}
	}
	err := insertRows(ctx, c, `INSERT INTO seen_tags (upstream, package, tag, digest)`,
		`ON CONFLICT (upstream, package, tag) DO UPDATE SET digest = excluded.digest`, tags)
	if err != nil {
		return err
	}
	err = insertRows(ctx, c, `INSERT INTO touched (upstream, package, digest, at)`,
		`ON CONFLICT (upstream, package, digest) DO UPDATE SET at = excluded.at`, m.rows(pkg, s.Touched))
	if err != nil {
		return err
	}
	return insertRows(ctx, c, `INSERT INTO first_sights (upstream, package, digest, at)`,
		`ON CONFLICT (upstream, package, digest) DO NOTHING`, m.rows(pkg, s.First))
}

func (m *GuardMemory) rows(pkg string, times map[registry.Digest]time.Time) [][]any {
	var rows [][]any
	for digest, at := range times {
		rows = append(rows, []any{m.upstream, pkg, string(digest), millis(at)})
	}
	return rows
}

func insertRows(ctx context.Context, c conn, insert, conflict string, rows [][]any) error {
	for part := range slices.Chunk(rows, rowsAtOnce) {
		if _, err := c.ExecContext(ctx, insert+` VALUES `+places(len(part), len(part[0]), 1)+` `+conflict, slices.Concat(part...)...); err != nil {
			return err
		}
	}
	return nil
}

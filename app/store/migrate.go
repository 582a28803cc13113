package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strings"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate brings the schema up to date; a schema from a newer version is refused,
// since this one cannot know what it means. Of several processes one migrates, and the
// others wait for it.
func migrate(ctx context.Context, db *sql.DB, d *dialect) error {
	provider, err := migrator(db, d)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", d.unavailable(err))
	}
	current, known, err := provider.GetVersions(ctx)
	if err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	if current > known {
		return fmt.Errorf("the schema has version %d, this checkrein knows up to %d: it was written by a newer one", current, known)
	}
	return nil
}

func migrator(db *sql.DB, d *dialect) (*goose.Provider, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true)}
	if d.goose == goose.DialectPostgres {
		locker, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 300)) // seconds, tries
		if err != nil {
			return nil, err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	return goose.NewProvider(d.goose, db, translated{files, d.types}, options...)
}

// translated are the migrations in the words of one database.
type translated struct {
	fs.FS
	words *strings.Replacer
}

// Open implements fs.FS.
func (t translated) Open(name string) (fs.File, error) {
	file, err := t.FS.Open(name)
	if err != nil || path.Ext(name) != ".sql" {
		return file, err
	}
	text, err := io.ReadAll(file)
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return translatedFile{file, strings.NewReader(t.words.Replace(string(text)))}, nil
}

type translatedFile struct {
	fs.File
	text io.Reader
}

// Read implements fs.File.
func (f translatedFile) Read(p []byte) (int, error) { return f.text.Read(p) }

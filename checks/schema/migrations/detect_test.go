package migrations

import (
	"testing"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// The statements elect a dialect only when no other reads as many of them.
func TestElect(t *testing.T) {
	for name, c := range map[string]struct {
		unread map[catalog.Dialect]int
		want   catalog.Dialect
		from   string
	}{
		"all read":      {map[catalog.Dialect]int{}, catalog.Postgres, "default"},
		"none read":     {map[catalog.Dialect]int{catalog.Postgres: 3, catalog.MySQL: 3, catalog.SQLite: 3}, catalog.Postgres, "default"},
		"one reads":     {map[catalog.Dialect]int{catalog.Postgres: 3, catalog.MySQL: 0, catalog.SQLite: 1}, catalog.MySQL, "statements"},
		"two read best": {map[catalog.Dialect]int{catalog.Postgres: 3, catalog.MySQL: 1, catalog.SQLite: 1}, catalog.Postgres, "default"},
	} {
		p := &part{}
		p.elect(c.unread)
		if p.dialect != c.want || p.from != c.from {
			t.Errorf("%s: %s (%s)", name, p.dialect, p.from)
		}
	}
}

func TestForm(t *testing.T) {
	for id, want := range map[string]string{"20240101000000": "14 digits", "1720505152": "10 digits", "0001": "4 digits", "1": "numbers", "12": "numbers",
		"1.2.3": "numbers", "0.1/00": "2 digits", "init": "words", "v2": "numbers", "": "words"} {
		if got := Form(id); got != want {
			t.Errorf("%q: %q, want %q", id, got, want)
		}
	}
}

func TestNatural(t *testing.T) {
	for _, pair := range [][2]string{{"2", "10"}, {"1.9", "1.10"}, {"0001", "2"}, {"1", "1.1"}, {"a", "b"}, {"0.1/10", "0.2/00"}, {"9", "99999999999999999999999"}} {
		if natural(pair[0], pair[1]) >= 0 || natural(pair[1], pair[0]) <= 0 || natural(pair[0], pair[0]) != 0 {
			t.Errorf("%q and %q", pair[0], pair[1])
		}
	}
}

// What decides whether a change is looked at, by path alone.
func TestReads(t *testing.T) {
	for path, want := range map[string]bool{
		"db/migrations/1_a.up.sql": true, "db/migrations/1_a.down.sql": false, "db/migration/V1__a.sql": true, "db/migration/U1__a.sql": false,
		"prisma/migrations/1_a/migration.sql": true, "prisma/schema.prisma": true, "migrations/001.sql": true, "migrations/001.down.sql": false,
		"packages/schemas/alterations/next-1-a.ts": true, "packages/schemas/tables/users.sql": true, "db/structure.sql": true, "migrations/atlas.sum": true,
		"src/index.ts": false, "queries/users.sql": false, "node_modules/a/migrations/1.sql": false, "test/migrations/1.sql": false,
		"migrations/1-a.test.ts": false, "migrations/1-a.d.ts": false, "README.md": false, "src/migrations.go": false,
	} {
		if got := Reads(path); got != want {
			t.Errorf("%s: %v", path, got)
		}
		if d := Dialects(path, []byte("CREATE TABLE a (id int)")); (len(d) > 0) != want {
			t.Errorf("%s: %q", path, d)
		}
	}
}

// A file that cannot be had stays in its line, and says why it is not read.
func TestUnreadable(t *testing.T) {
	for _, path := range []string{"alterations/next-1-a.ts", "migrations/1.sql", "db/schema.sql", "custom/1.sql"} {
		f := Unreadable(path, catalog.Postgres, "too large")
		if f.Kind == "" || f.Unread != "too large" || len(f.Steps) > 0 {
			t.Errorf("%s: %+v", path, f)
		}
	}
}

// The drivers that a Gemfile lists tell the dialect where they are of one; SQLite's is there
// for development, as a rule.
func TestGemfile(t *testing.T) {
	for text, want := range map[string]catalog.Dialect{
		"gem \"mysql2\"\ngem 'sqlite3'\n": catalog.MySQL, "  gem 'trilogy', '~> 2'\n": catalog.MySQL, "gem('pg')\n# gem \"mysql2\"\n": catalog.Postgres,
		"gem 'pg'\ngem 'mysql2'\n": "", "gem 'rails'\n": "",
	} {
		if got := Read("Gemfile", []byte(text), "").Setting; got.Dialect != want || !got.Weak {
			t.Errorf("%q: %+v", text, got)
		}
	}
}

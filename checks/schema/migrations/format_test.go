package migrations

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

// No path that a format knows is passed by for lack of the parts that it is told by.
func TestParts(t *testing.T) {
	paths := []string{
		"db/migrate/20240101000000_a.rb", "db/schema.rb", "alembic/versions/1a2b_x.py", "shop/migrations/0001_initial.py", "Migrations/1_A.SQL",
		"db/migrations/20240101000000_a.ts", "Database/Migrations/2024_01_01_000000_a.php", "src/Migrations/Version20240101000000.php",
		"priv/repo/migrations/20240101000000_a.exs", "Data/MyMigrations/20240101000000_A.cs", "src/db.changelog-1.XML", "changelog/a.yaml",
		"db/changelog/a.yml", "db/changelog/a.json", "deploy/a.sql", "migrations/1_a/up.sql", "migrations/1_a/down.sql", "migrations/0001_a.go",
		"prisma/migrations/1_a/migration.sql", "supabase/migrations/1_a.sql", "V1__a.sql", "R__a.sql", "1_a.up.sql", "db/structure.SQL", "migrate/20240101000000_a.js",
	}
	archives, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatal("no test data", err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range archive.Files {
			paths = append(paths, f.Name)
		}
	}
	for _, f := range known() {
		met := false
		for _, path := range paths {
			if _, ok := f.path(path); !ok {
				continue
			}
			met = true
			if !f.may(strings.ToLower(path)) {
				t.Errorf("%s: %s has none of %q", f.name, path, f.parts)
			}
		}
		if !met && len(f.parts) > 0 {
			t.Errorf("%s: no path of the test is one", f.name)
		}
	}
}

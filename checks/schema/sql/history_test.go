package sql

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// TestHistories folds the migrations in each folder of CHECKREIN_HISTORIES (a list like PATH;
// "mysql=DIR" for another dialect), in the order of their names, and tells with -v what
// could not be read. It fails when a statement does not parse.
func TestHistories(t *testing.T) {
	list := os.Getenv("CHECKREIN_HISTORIES")
	if list == "" {
		t.Skip("no folders of migrations given")
	}
	for _, dir := range filepath.SplitList(list) {
		d := catalog.Postgres
		if before, after, ok := strings.Cut(dir, "="); ok {
			d, dir = catalog.Dialect(before), after
		}
		t.Run(filepath.Base(dir), func(t *testing.T) { foldHistory(t, d, dir) })
	}
}

func foldHistory(t *testing.T, d catalog.Dialect, dir string) {
	c := catalog.New(d)
	statements, unread, problems := 0, 0, 0
	for _, path := range sqlFiles(t, dir) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c.SearchPath = nil
		script := Read(d, Whole(strings.TrimPrefix(path, dir+"/"), string(text)))
		for _, s := range script.Statements {
			statements++
			if s.Unread != "" {
				unread++
				t.Logf("unread   %s:%d %s", s.At.Path, s.At.Span.Line, s.Unread)
			}
			for _, problem := range c.Fold(s.Changes...) {
				problems++
				t.Logf("problem  %v", problem)
			}
		}
	}
	columns := 0
	for _, table := range c.Tables {
		columns += len(table.Columns)
	}
	t.Logf("%d statements, %d unread, %d problems: %d tables, %d columns, %d views, %d enums, %d functions, %d removals",
		statements, unread, problems, len(c.Tables), columns, len(c.Views), len(c.Enums), len(c.Functions), len(c.Removals))
}

func sqlFiles(t *testing.T, dir string) []string {
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, ".sql") && !strings.HasSuffix(path, ".down.sql") {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(files)
	return files
}

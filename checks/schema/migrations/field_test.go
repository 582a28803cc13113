package migrations

import (
	"context"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/tree"
)

// TestField finds and folds the migrations of the commits in CHECKREIN_TREES, a list like
// PATH of <git directory>@<commit>, and tells with -v what it met.
func TestField(t *testing.T) {
	trees := os.Getenv("CHECKREIN_TREES")
	if trees == "" {
		t.Skip("no repositories given")
	}
	for _, one := range filepath.SplitList(trees) {
		dir, commit, _ := strings.Cut(one, "@")
		t.Run(filepath.Base(filepath.Dir(dir))+"@"+commit, func(t *testing.T) {
			ctx := context.Background()
			repository, err := tree.Open(ctx, dir)
			if err != nil {
				t.Fatal(err)
			}
			defer repository.Close()
			id, err := repository.Resolve(ctx, commit)
			if err != nil {
				t.Fatal(err)
			}
			head, err := repository.Commit(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			lines, err := Find(ctx, head, Options{}, From(head))
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range lines {
				foldLine(t, line)
			}
		})
	}
}

func foldLine(t *testing.T, line *Line) {
	statements, transactions := 0, 0
	reasons := map[string]int{}
	c := catalog.New(line.Dialect)
	problems := 0
	unread := func(f *File, at catalog.Place, why string) {
		t.Logf("  unread %s:%d %s", f.Path, at.Span.Line, why)
		reasons[why]++
	}
	for _, list := range [][]*File{line.Migrations, line.Repeatable} {
		for _, f := range list {
			if f.Unread != "" {
				unread(f, catalog.Place{}, f.Unread)
			}
			c.SearchPath = nil
			for _, step := range f.Steps {
				transactions++
				for _, s := range step.Statements {
					statements++
					if s.Unread != "" {
						unread(f, s.At, s.Unread)
					}
					for _, p := range c.Fold(s.Changes...) {
						problems++
						if s.Unread == "" {
							t.Logf("  problem %v", p)
						}
					}
				}
			}
		}
	}
	columns := 0
	for _, table := range c.Tables {
		columns += len(table.Columns)
	}
	n := 0
	for _, count := range reasons {
		n += count
	}
	for _, p := range line.Problems {
		t.Logf("  %s %s: %s", p.Kind, p.Path, p.Reason)
	}
	t.Logf("line %s: %s, %s (%s): %d migrations, %d repeatable, %d dumps, %d steps, %d statements, %d unread, %d fold problems; %d tables, %d columns", line.Root, line.Format, line.Dialect,
		line.DialectFrom, len(line.Migrations), len(line.Repeatable), len(line.Dumps), transactions, statements, n, problems, len(c.Tables), columns)
	dumped(t, line, c)
}

// dumped tells how the dump differs from what the history says.
func dumped(t *testing.T, line *Line, history *catalog.Catalog) {
	if len(line.Dumps) == 0 {
		return
	}
	c := catalog.New(line.Dialect)
	for _, f := range line.Dumps {
		for _, step := range f.Steps {
			for _, s := range step.Statements {
				if s.Unread != "" {
					t.Logf("  unread %s:%d %s", f.Path, s.At.Span.Line, s.Unread)
				}
				c.Fold(s.Changes...)
			}
		}
	}
	var only []string
	for name, table := range c.Tables {
		other := history.Table(name)
		if other == nil {
			only = append(only, name.String())
			continue
		}
		for _, column := range table.Columns {
			found := false
			for _, x := range other.Columns {
				found = found || x.Name == column.Name
			}
			if !found {
				only = append(only, name.String()+"."+column.Name)
			}
		}
	}
	var gone []string
	for _, table := range c.Tables {
		if other := history.Table(table.Name); other != nil {
			for _, x := range other.Columns {
				found := false
				for _, column := range table.Columns {
					found = found || x.Name == column.Name
				}
				if !found {
					gone = append(gone, table.Name.String()+"."+x.Name)
				}
			}
		}
	}
	sort.Strings(gone)
	t.Logf("  in the history, not in the dump: %s", strings.Join(gone, " "))
	sort.Strings(only)
	t.Logf("  dump: %d tables; not in the history: %s", len(c.Tables), strings.Join(only, " "))
}

package migrations

import (
	"context"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/tree"
)

var update = flag.Bool("update", false, "write golden files")

// TestGolden finds the lines of each tree in testdata. The files "policy" and "want" of an
// archive are no part of the tree.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(filepath.ToSlash(file), "testdata/"), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := find(t, archive)
			if *update {
				putFile(archive, "want", got)
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(getFile(archive, "want"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func find(t *testing.T, archive *txtar.Archive) string {
	t.Helper()
	files := map[string]string{}
	var o Options
	for _, f := range archive.Files {
		switch f.Name {
		case "want":
		case "policy":
			for _, line := range strings.Split(strings.TrimSpace(string(f.Data)), "\n") {
				if d, ok := strings.CutPrefix(line, "dialect "); ok {
					o.Dialect = catalog.Dialect(d)
				} else {
					o.Globs = append(o.Globs, line)
				}
			}
		default:
			files[f.Name] = string(f.Data)
		}
	}
	lines, err := Find(context.Background(), tree.Memory("head", files), o, From(tree.Memory("head", files)))
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, line := range lines {
		tell(&b, line)
	}
	return b.String()
}

// tell writes a line as the golden files have it.
func tell(b *strings.Builder, l *Line) {
	fmt.Fprintf(b, "line %s: %s, %s (%s)\n", l.Root, l.Format, l.Dialect, l.DialectFrom)
	for _, list := range [][]*File{l.Migrations, l.Repeatable, l.Dumps} {
		for _, f := range list {
			tellFile(b, l.Root, f)
		}
	}
	for _, p := range l.Problems {
		fmt.Fprintf(b, "  problem %s %s: %s\n", p.Kind, p.Path, p.Reason)
	}
}

func tellFile(b *strings.Builder, root string, f *File) {
	fmt.Fprintf(b, "  %s [%s] %q %s\n", f.Kind, f.ID, f.Name, f.Path)
	if len(f.After) > 0 {
		fmt.Fprintf(b, "    after %s\n", strings.Join(f.After, ", "))
	}
	if f.Unread != "" {
		fmt.Fprintf(b, "    unread file: %s\n", f.Unread)
	}
	if f.Unsupported {
		fmt.Fprintf(b, "    unsupported\n")
	}
	for _, step := range f.Steps {
		if step.Transaction {
			fmt.Fprintf(b, "    transaction\n")
		} else {
			fmt.Fprintf(b, "    alone\n")
		}
		for _, s := range step.Statements {
			fmt.Fprintf(b, "      %d:%d-%d:%d %s\n", s.At.Span.Line, s.At.Span.Column, s.At.Span.EndLine, s.At.Span.EndColumn, strings.Join(strings.Fields(s.Text), " "))
			if s.At.Path != f.Path {
				fmt.Fprintf(b, "        in %s\n", s.At.Path)
			}
			if f.Dialect != catalog.Postgres && f.Dialect != "" {
				continue // the dialect's own tests tell what it does
			}
			fmt.Fprintf(b, "        = %s\n", kinds(s.Changes))
			if s.Unread != "" {
				fmt.Fprintf(b, "        unread: %s\n", s.Unread)
			}
		}
	}
}

// kinds names the changes.
func kinds(changes []catalog.Change) string {
	var names []string
	for _, change := range changes {
		name := reflect.TypeOf(change).Name()
		switch x := change.(type) {
		case catalog.CreateTable:
			var columns []string
			for _, c := range x.Table.Columns {
				columns = append(columns, c.Name)
			}
			name += fmt.Sprintf(" %s(%s)", x.Table.Name, strings.Join(columns, " "))
		case catalog.DropTable:
			name += " " + x.Name.String()
		case catalog.AddColumn:
			name += fmt.Sprintf(" %s.%s %s", x.Table, x.Column.Name, x.Column.Type)
		case catalog.DropColumn:
			name += fmt.Sprintf(" %s.%s", x.Table, x.Column)
		case catalog.RenameColumn:
			name += fmt.Sprintf(" %s.%s to %s", x.Table, x.From, x.To)
		}
		names = append(names, name)
	}
	return strings.Join(names, ", ")
}

func getFile(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func putFile(a *txtar.Archive, name, data string) {
	for i, f := range a.Files {
		if f.Name == name {
			a.Files[i].Data = []byte(data)
			return
		}
	}
	a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(data)})
}

package usage

import (
	stdcmp "cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/sql"
)

// TestTruth reads what testdata/truth says by hand. Of each file, schema.sql is the
// catalogue and uses says who uses what; a line that begins with "missed" is a use that is
// not found, and one with "wrong" is found where there is none.
func TestTruth(t *testing.T) {
	paths, err := filepath.Glob("testdata/truth/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no truth", err)
	}
	var right, missed, wrong int
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var want []string
			for line := range strings.SplitSeq(strings.TrimSpace(part(archive, "uses")), "\n") {
				mark, rest, _ := strings.Cut(line, " ")
				switch mark {
				case "missed":
					missed++
					continue
				case "wrong":
					wrong++
					line = rest
				default:
					right++
				}
				want = append(want, line)
			}
			if diff := cmp.Diff(want, told(t, archive)); diff != "" {
				t.Errorf("uses (-want +got):\n%s", diff)
			}
		})
	}
	t.Logf("%d uses: recall %.3f, precision %.3f", right+missed, float64(right)/float64(right+missed), float64(right)/float64(right+wrong))
}

func part(archive *txtar.Archive, name string) string {
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		return ""
	}
	return string(archive.Files[i].Data)
}

func schemaOf(t *testing.T, archive *txtar.Archive) *catalog.Catalog {
	t.Helper()
	c := catalog.New(catalog.Postgres)
	for _, s := range sql.Read(catalog.Postgres, sql.Whole("schema.sql", part(archive, "schema.sql"))).Statements {
		for _, err := range c.Fold(s.Changes...) {
			t.Fatal(err)
		}
	}
	return c
}

func factsOf(archive *txtar.Archive) []*Facts {
	var facts []*Facts
	for _, f := range archive.Files {
		if f.Name != "schema.sql" && f.Name != "uses" && Reads(f.Name) {
			facts = append(facts, Read(f.Name, f.Data))
		}
	}
	return facts
}

// told are the uses in a file's code, a line each.
func told(t *testing.T, archive *txtar.Archive) []string {
	c := schemaOf(t, archive)
	u := NewIndex(factsOf(archive)).Against(c)
	var lines []string
	tables := slices.Collect(maps.Keys(c.Tables))
	for name := range c.Views {
		tables = append(tables, name)
	}
	for _, name := range tables {
		for _, use := range u.Of(name) {
			lines = append(lines, tell(use))
		}
		for _, x := range u.Unread(name) {
			if x.Named {
				lines = append(lines, fmt.Sprintf("%s:%d unread %s", x.At.Path, x.At.Span.Line, name))
			}
		}
	}
	for _, x := range u.Unread(catalog.Name{}) {
		lines = append(lines, fmt.Sprintf("%s:%d unread *", x.At.Path, x.At.Span.Line))
	}
	for _, calls := range u.calls {
		for _, r := range calls {
			for _, use := range u.Calls(r.query.Calls[r.table].Name) {
				lines = append(lines, tell(use))
			}
		}
	}
	slices.SortFunc(lines, func(a, b string) int { return stdcmp.Or(byPlace(a, b), stdcmp.Compare(a, b)) })
	return slices.Compact(lines)
}

func byPlace(a, b string) int {
	split := func(line string) (path string, number int) {
		at, _, _ := strings.Cut(line, " ")
		path, text, _ := strings.Cut(at, ":")
		fmt.Sscan(text, &number)
		return path, number
	}
	pathA, lineA := split(a)
	pathB, lineB := split(b)
	return stdcmp.Or(stdcmp.Compare(pathA, pathB), stdcmp.Compare(lineA, lineB))
}

// tell is a use in short.
func tell(u Use) string {
	out := fmt.Sprintf("%s:%d %s", u.At.Path, u.At.Span.Line, u.Verb)
	add := func(format string, args ...any) { out += fmt.Sprintf(" "+format, args...) }
	if u.Verb == Invoke {
		add("%s", u.Called)
		if u.Args >= 0 {
			out += fmt.Sprintf("/%d", u.Args)
		}
	} else {
		add("%s", u.Table)
	}
	if u.Model != "" {
		add("as %s", u.Model)
	}
	for _, list := range []struct {
		what  string
		names []string
	}{{"reads", u.Reads}, {"writes", u.Writes}, {"ignores", u.Ignored}} {
		if len(list.names) > 0 {
			add("%s %s", list.what, strings.Join(list.names, ","))
		}
	}
	switch {
	case u.Star:
		add("star")
	case u.All:
		add("all")
	}
	if u.Partial {
		add("partial")
	}
	if in := u.Insert; in != nil && u.Verb != Enumerate {
		tellInsert(in, add)
	}
	if u.Weak {
		add("weak")
	}
	return out
}

func tellInsert(in *Insert, add func(string, ...any)) {
	switch {
	case in.Positional:
		add("positional %d", in.Values)
	case in.Open:
		add("open")
	default:
		add("gives %s", strings.Join(in.Columns, ","))
	}
	if c := in.Conflict; c != nil {
		switch {
		case c.Any:
			add("conflict any")
		case c.Constraint != "":
			add("conflict on %s", c.Constraint)
		default:
			add("conflict %s", strings.Join(c.Columns, ","))
		}
		if c.Where != "" {
			add("where %s", c.Where)
		}
	}
}

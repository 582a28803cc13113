package images

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

// testdata/field.tsv says what a person finds in files of public repositories. Where
// CHECKREIN_FIELD names the folder that testdata/field.sh fills with them, the check
// judges each whole repository and is held against the rows; it must reach what it promises.
func TestField(t *testing.T) {
	folder := os.Getenv("CHECKREIN_FIELD")
	if folder == "" {
		t.Skip("CHECKREIN_FIELD names no folder with repositories; testdata/field.sh makes one")
	}
	var all fieldScore
	repositories, absent := readField(t), 0
	for _, r := range repositories {
		dir, ok := r.find(folder)
		if !ok {
			t.Logf("%s is not there", r.name)
			absent++
			continue
		}
		t.Run(r.name, func(t *testing.T) { all.add(r.compare(r.judge(t, dir), t.Logf)) })
	}
	fmt.Printf("field: %d of %d repositories, %v\n", len(repositories)-absent, len(repositories), all)
	if all.labels == 0 {
		t.Skipf("none of the repositories is in %s", folder)
	}
	if all.recall() < 0.98 || all.precision() < 0.99 || all.class() < 0.98 {
		t.Errorf("less than promised (recall 0.98, precision 0.99, class 0.98): %v", all)
	}
}

// fieldRepository is one repository at one commit with its rows.
type fieldRepository struct {
	name, commit string
	rows         []fieldRow
}

// fieldRow is one reference that a person found, or with line 0 a file without any.
type fieldRow struct {
	path  string
	line  int
	class string
}

func (r fieldRow) String() string { return fmt.Sprintf("%s:%d %s", r.path, r.line, r.class) }

// readField reads the table; rows of one repository stand together.
func readField(t *testing.T) []fieldRepository {
	t.Helper()
	data, err := os.ReadFile("testdata/field.tsv")
	if err != nil {
		t.Fatal(err)
	}
	var all []fieldRepository
	for n, text := range strings.Split(strings.TrimSuffix(string(data), "\n"), "\n") {
		if strings.HasPrefix(text, "#") {
			continue
		}
		name, commit, row, err := parseField(text)
		if err != nil {
			t.Fatalf("field.tsv, line %d: %v", n+1, err)
		}
		if last := len(all) - 1; last < 0 || all[last].name != name {
			all = append(all, fieldRepository{name: name, commit: commit})
		}
		last := &all[len(all)-1]
		last.rows = append(last.rows, row)
	}
	return all
}

// parseField reads "owner/name@commit<TAB>path:line<TAB>class<TAB>remark".
func parseField(text string) (name, commit string, row fieldRow, err error) {
	fields := strings.Split(text, "\t")
	if len(fields) < 3 || len(fields) > 4 {
		return "", "", row, fmt.Errorf("%d columns", len(fields))
	}
	name, commit, _ = strings.Cut(fields[0], "@")
	colon := strings.LastIndexByte(fields[1], ':')
	if len(commit) != 40 || colon < 0 {
		return "", "", row, fmt.Errorf("want owner/name@commit and path:line, not %q and %q", fields[0], fields[1])
	}
	row = fieldRow{path: fields[1][:colon], class: fields[2]}
	if row.line, err = strconv.Atoi(fields[1][colon+1:]); err != nil {
		return "", "", row, err
	}
	if !slices.Contains([]Class{Pinned, Floating, FloatingVersion, Exact, Unresolved, Local}, Class(row.class)) && (row.class != "none" || row.line != 0) {
		return "", "", row, fmt.Errorf("no such class: %s", row.class)
	}
	return name, commit, row, nil
}

// The table is held to its own rules also where no repository is at hand.
func TestFieldTable(t *testing.T) {
	sites, seen := 0, map[string]bool{}
	for _, r := range readField(t) {
		if seen[r.name] {
			t.Errorf("%s stands in two places", r.name)
		}
		seen[r.name] = true
		for i, row := range r.rows {
			if row.line > 0 {
				sites++
			}
			if slices.ContainsFunc(r.rows[:i], func(o fieldRow) bool {
				return o.path == row.path && (o.line == row.line || o.line == 0 || row.line == 0)
			}) {
				t.Errorf("%s: %s is said twice, or a file with a reference has none", r.name, row)
			}
		}
	}
	if sites < 150 {
		t.Errorf("%d references, want at least 150", sites)
	}
}

// find is the repository's git folder below folder: owner+name or owner/name.git.
func (r fieldRepository) find(folder string) (string, bool) {
	for _, name := range []string{strings.ReplaceAll(r.name, "/", "+"), filepath.FromSlash(r.name) + ".git"} {
		dir := filepath.Join(folder, name)
		if info, err := os.Stat(dir); err == nil && info.IsDir() {
			return dir, true
		}
	}
	return "", false
}

// judge runs the check over the whole tree and answers what it says of the files with rows.
func (r fieldRepository) judge(t *testing.T, dir string) []fieldRow {
	t.Helper()
	repo, err := tree.Open(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	head, err := repo.Commit(t.Context(), r.commit)
	if err != nil {
		t.Fatal(err)
	}
	report := New(policy.Default(), ruleIDs(), nil, nil).Run(context.Background(), checks.Change{Tip: head, Head: head})
	if report.Err != nil {
		t.Fatal(report.Err)
	}
	labelled := map[string]bool{}
	for _, row := range r.rows {
		labelled[row.path] = true
	}
	var said []fieldRow
	for _, ref := range report.References {
		if labelled[ref.Path] {
			said = append(said, fieldRow{ref.Path, ref.Line, ref.Class})
		}
	}
	for _, u := range report.Unread {
		if labelled[u.Path] {
			t.Logf("not read: %s:%d %s: %s", u.Path, u.Line, u.Kind, u.Reason)
		}
	}
	return said
}

// compare holds what was said against the rows; told hears of every difference. Of
// several references on one line each answers for one row.
func (r fieldRepository) compare(said []fieldRow, told func(format string, args ...any)) fieldScore {
	var s fieldScore
	said = slices.Clone(said)
	for _, want := range r.rows {
		if want.line == 0 {
			continue
		}
		s.labels++
		i := slices.Index(said, want)
		if i < 0 {
			i = slices.IndexFunc(said, func(got fieldRow) bool { return got.path == want.path && got.line == want.line })
		}
		if i < 0 {
			told("missed: %v", want)
			continue
		}
		s.found++
		if said[i].class == want.class {
			s.right++
		} else {
			told("class: %v, said %s", want, said[i].class)
		}
		said = slices.Delete(said, i, i+1)
	}
	s.false = len(said)
	slices.SortFunc(said, func(a, b fieldRow) int { return cmp.Or(cmp.Compare(a.path, b.path), cmp.Compare(a.line, b.line)) })
	for _, got := range said {
		told("no reference there: %v", got)
	}
	return s
}

// fieldScore counts references: labelled, found, of the right class, and said where there is none.
type fieldScore struct{ labels, found, right, false int }

func (s *fieldScore) add(o fieldScore) {
	s.labels, s.found, s.right, s.false = s.labels+o.labels, s.found+o.found, s.right+o.right, s.false+o.false
}

func (s fieldScore) recall() float64    { return float64(s.found) / float64(max(s.labels, 1)) }
func (s fieldScore) precision() float64 { return float64(s.found) / float64(max(s.found+s.false, 1)) }
func (s fieldScore) class() float64     { return float64(s.right) / float64(max(s.found, 1)) }

func (s fieldScore) String() string {
	return fmt.Sprintf("%d references: recall %.3f, precision %.3f, class %.3f", s.labels, s.recall(), s.precision(), s.class())
}

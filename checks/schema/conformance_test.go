package schema

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/checks/verdict"
)

// conformance is one case of testdata/conformance: what is deployed, the change, and by
// hand what must be said of it.
type conformance struct {
	name    string
	title   string
	rows    []int
	dialect string
	expect  []string // "severity rule subject", or "safe"
	praise  string
	truth   string // see postgres_test.go
	role    string
	files   map[string]string
}

// dialectOf and the like: the header of an archive is its title, then key: value lines.
func readCase(t *testing.T, file string) *conformance {
	t.Helper()
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := &conformance{name: strings.TrimSuffix(filepath.Base(file), ".txtar"), dialect: "postgres", files: map[string]string{}}
	for i, line := range strings.Split(strings.TrimSpace(string(archive.Comment)), "\n") {
		key, value, _ := strings.Cut(line, ": ")
		switch {
		case i == 0:
			c.title = line
		case key == "rows":
			for _, word := range strings.Fields(value) {
				n, err := strconv.Atoi(word)
				if err != nil {
					t.Fatalf("%s: row %q", file, word)
				}
				c.rows = append(c.rows, n)
			}
		case key == "dialect":
			c.dialect = value
		case key == "expect":
			c.expect = append(c.expect, value)
		case key == "praise":
			c.praise = value
		case key == "truth":
			c.truth = value
		case key == "role":
			c.role = value
		default:
			t.Fatalf("%s: what is %q?", file, line)
		}
	}
	for _, f := range archive.Files {
		c.files[f.Name] = string(f.Data)
	}
	if len(c.expect) == 0 {
		t.Fatalf("%s expects nothing", file)
	}
	slices.Sort(c.expect)
	return c
}

func readCases(t *testing.T) []*conformance {
	t.Helper()
	files, err := filepath.Glob("testdata/conformance/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	var cases []*conformance
	for _, file := range files {
		cases = append(cases, readCase(t, file))
	}
	return cases
}

const beforePath = "migrations/000001_before.up.sql"

// deployed is the tree that runs; base and head are those of the change.
func (c *conformance) trees() (deployed, base, head tree.Tree) {
	running := map[string]string{beforePath: c.files["before.sql"]}
	if q, ok := c.files["queries.sql"]; ok {
		running["app/queries.sql"] = q
	}
	over := func(files map[string]string, folder string) map[string]string {
		files = cloned(files)
		for name, text := range c.files {
			if path, ok := strings.CutPrefix(name, folder+"/"); ok {
				files[path] = text
			}
		}
		return files
	}
	running = over(running, "code")
	before := over(running, "base")
	after := over(before, "head")
	for name, text := range c.files {
		switch {
		case name == "change.sql":
			after["migrations/000002_change.up.sql"] = text
		case strings.HasPrefix(name, "change-"):
			after["migrations/00000"+strconv.Itoa(1+int(name[7]-'0'))+"_change.up.sql"] = text
		case name == "head-before.sql":
			if after[beforePath] = text; text == "" {
				delete(after, beforePath)
			}
		case name == "head-renamed.sql":
			delete(after, beforePath)
			after["migrations/000001_users.up.sql"] = text
		}
	}
	return tree.Memory("deployed", running), tree.Memory("base", before), tree.Memory("head", after)
}

func cloned(files map[string]string) map[string]string {
	n := map[string]string{}
	for path, text := range files {
		n[path] = text
	}
	return n
}

// fixed is a Deployments of given commits.
type fixed []Ref

func (f fixed) Running(context.Context, checks.Change, []policy.Deployed, Learner) (Running, error) {
	return Running{Refs: f}, nil
}

func ruleIDs() []string {
	var ids []string
	for _, r := range Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

func (c *conformance) judge(t *testing.T) checks.Report {
	t.Helper()
	p := policy.Default()
	p.Schema.Dialect = c.dialect
	deployed, base, head := c.trees()
	files, err := tree.Compare(context.Background(), base, head)
	if err != nil {
		t.Fatal(err)
	}
	change := checks.Change{Tip: base, MergeBase: base, Head: head, Files: files}
	refs := fixed{{Name: "v1", Tree: deployed}, {Name: "main", Tree: base}}
	return New(p, ruleIDs(), nil, refs).Run(context.Background(), change)
}

// said is a report as cases expect it.
func said(r checks.Report) []string {
	var list []string
	for _, f := range r.Findings {
		list = append(list, fmt.Sprintf("%s %s %s", f.Severity, f.Rule, f.Subject))
	}
	for _, u := range r.Unread {
		list = append(list, fmt.Sprintf("%s %s", u.Kind, u.Path))
	}
	if len(list) == 0 {
		list = []string{"safe"}
	}
	slices.Sort(list)
	return list
}

func TestConformance(t *testing.T) {
	for _, c := range readCases(t) {
		t.Run(c.name, func(t *testing.T) {
			report := c.judge(t)
			if report.Err != nil {
				t.Fatal(report.Err)
			}
			if got := said(report); !slices.Equal(c.expect, got) {
				t.Errorf("%s\nwant %q\ngot  %q", c.title, c.expect, got)
			}
			praised := slices.ContainsFunc(report.Notices, func(n string) bool { return c.praise != "" && strings.HasPrefix(n, c.praise+" goes") })
			if c.praise != "" && !praised || c.praise == "" && len(report.Notices) > 0 {
				t.Errorf("praise %q, notices %q", c.praise, report.Notices)
			}
			c.complete(t, report)
			c.noFalseGreen(t, report)
		})
	}
}

// complete: every finding shows both sides and ends in an action.
func (c *conformance) complete(t *testing.T, report checks.Report) {
	for _, f := range report.Findings {
		if f.Title == "" || f.Why == "" || f.Fix.Text == "" || f.Path == "" || f.Line == 0 || !f.New {
			t.Errorf("incomplete: %+v", f)
		}
		if f.Rule == breaksDeployedID && (len(f.Evidence) < 2 || f.Evidence[0].Ref != "head" || f.Evidence[1].Ref == "head") {
			t.Errorf("%s shows not both sides: %+v", f.Subject, f.Evidence)
		}
		for _, e := range f.Evidence {
			if e.Text == "" && e.Line > 1 {
				t.Errorf("evidence without its line: %+v", e)
			}
		}
	}
}

// noFalseGreen: what must block or be undecided must never come out as a success.
func (c *conformance) noFalseGreen(t *testing.T, report checks.Report) {
	got := verdict.Conclude([]checks.Report{report}, policy.Default(), day, verdict.Options{})
	want := verdict.Success
	for _, e := range c.expect {
		switch {
		case strings.HasPrefix(e, "block schema/unread"):
			want = verdict.Worst(want, verdict.Undecided)
		case strings.HasPrefix(e, "block"):
			want = verdict.Failure
		}
	}
	if got.Conclusion != want {
		t.Errorf("FALSE VERDICT: %s, want %s", got.Conclusion, want)
	}
}

// rowsOfTable is how many rows the compatibility table has (docs/schema.md).
const rowsOfTable = 73

// TestCoverage keeps a case for every row of the table.
func TestCoverage(t *testing.T) {
	by := map[int][]string{}
	for _, c := range readCases(t) {
		if len(c.rows) == 0 {
			t.Errorf("%s names no row", c.name)
		}
		for _, row := range c.rows {
			if row < 1 || row > rowsOfTable {
				t.Errorf("%s names row %d, and there are %d", c.name, row, rowsOfTable)
			}
			by[row] = append(by[row], c.name)
		}
	}
	for row := range rowsOfTable {
		if len(by[row+1]) == 0 {
			t.Errorf("row %d has no case", row+1)
		}
	}
}

package images

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

// Each file of testdata/change is a repository before and after a change, and by
// hand what must be said of it.
func TestChange(t *testing.T) {
	files, err := filepath.Glob("testdata/change/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := describe(judgeArchive(t, archive))
			if diff := cmp.Diff(section(archive, "want"), got); diff != "" {
				t.Errorf("want (-) and got (+):\n%s", diff)
			}
		})
	}
}

func section(archive *txtar.Archive, name string) string {
	for _, f := range archive.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

func ruleIDs() []string {
	var ids []string
	for _, r := range Rules() {
		ids = append(ids, r.ID)
	}
	return ids
}

func judgeArchive(t *testing.T, archive *txtar.Archive) checks.Report {
	t.Helper()
	ctx := context.Background()
	p, problems := policy.Parse("policy", []byte(section(archive, "policy")), ruleIDs())
	if len(problems) > 0 {
		t.Fatalf("policy: %v", problems)
	}
	base, head := tree.FromTxtar("base", archive, "base"), tree.FromTxtar("head", archive, "head")
	files, err := tree.Compare(ctx, base, head)
	if err != nil {
		t.Fatal(err)
	}
	check := New(p, ruleIDs(), nil, nil)
	index := checks.Index{}
	entries, _, err := base.List(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := base.Read(e.Path)
		if err != nil {
			t.Fatal(err)
		}
		index.Learn([]checks.Check{check}, e.Path, e.SHA, data)
	}
	change := checks.Change{Tip: base, MergeBase: base, Head: head, Files: files}
	change.Dependents, _ = index.Affected([]checks.Check{check}, files)
	return check.Run(ctx, change)
}

// describe writes a report as the want sections do.
func describe(r checks.Report) string {
	var b strings.Builder
	age := map[bool]string{true: "new", false: "old"}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %s %s %s:%d:%d %s %s\n", age[f.New], f.Severity, f.Rule, f.Path, f.Line, f.Column, f.Subject, f.Address)
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "  %s:%d:%d-%d %s\n", e.Path, e.Line, e.Column, e.EndColumn, e.Note)
		}
	}
	for _, i := range r.Ignores {
		fmt.Fprintf(&b, "%s ignore %s:%d covers %d %s until %s: %s\n", age[i.New], i.Path, i.Line, i.Covers, i.Rule, i.Until, i.Reason)
	}
	for _, u := range r.Unread {
		touched := map[bool]string{true: " touched"}[u.Touched]
		fmt.Fprintf(&b, "unread %s %s%s\n", u.Path, u.Kind, touched)
	}
	return b.String()
}

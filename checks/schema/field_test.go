package schema

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

// TestField judges changes of real repositories: CHECKREIN_SCHEMA_FIELD has a line for each,
// "git directory, base, head, deployed ..." by commits or tags, and the test tells with -v
// what is said of it.
func TestField(t *testing.T) {
	list := os.Getenv("CHECKREIN_SCHEMA_FIELD")
	if list == "" {
		t.Skip("no repositories given")
	}
	for _, line := range strings.Split(strings.TrimSpace(list), "\n") {
		words := strings.Fields(line)
		t.Run(words[2], func(t *testing.T) { judgeField(t, words[0], words[1], words[2], words[3:]) })
	}
}

func judgeField(t *testing.T, dir, base, head string, deployed []string) {
	ctx := context.Background()
	repo, err := tree.Open(ctx, dir)
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	open := func(ref string) tree.Tree {
		x, err := repo.Commit(ctx, ref)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	var refs fixed
	for _, ref := range deployed {
		refs = append(refs, Ref{Name: ref, Tree: open(ref)})
	}
	change := checks.Change{Tip: open(base), MergeBase: open(base), Head: open(head)}
	if change.Files, err = repo.Diff(ctx, base, head); err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	report := New(policy.Default(), ruleIDs(), nil, refs).Run(ctx, change)
	t.Logf("%d files changed, %d read, %.1f s, err %v", len(change.Files), report.Files, time.Since(began).Seconds(), report.Err)
	for _, f := range report.Findings {
		t.Log(tellFinding(f))
	}
	for _, u := range report.Unread {
		t.Logf("unread %s:%d %s %s", u.Path, u.Line, u.Kind, u.Reason)
	}
	for _, n := range report.Notices {
		t.Log("notice: " + n)
	}
}

func tellFinding(f checks.Finding) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s %s new=%v %s:%d:%d\n  %s\n  %s\n  FIX %s\n", f.Severity, f.Rule, f.Subject, f.New, f.Path, f.Line, f.Column, f.Title, f.Why, f.Fix.Text)
	for _, e := range f.Evidence {
		fmt.Fprintf(&b, "    %.12s %s:%d %q %s\n", e.Ref, e.Path, e.Line, e.Text, e.Note)
	}
	return b.String()
}

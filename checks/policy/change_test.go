package policy

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
)

// Each file of testdata/change is the policy before (base) and after (head) a change,
// with the organisation's defaults (org) and the last valid policy (last) where there are
// any, and by hand what must be said of it. Other words of the test stand in its first
// line, in brackets: [owns] this is the organisation's repository; [whole] no merge base;
// [head symlink], [head submodule], [head folder], [base symlink].
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
			want, _ := section(archive, "want")
			if diff := cmp.Diff(string(want), spell(judgeArchive(t, archive))); diff != "" {
				t.Errorf("want (-) and got (+):\n%s", diff)
			}
		})
	}
}

func section(archive *txtar.Archive, name string) ([]byte, bool) {
	i := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		return nil, false
	}
	return archive.Files[i].Data, true
}

func judgeArchive(t *testing.T, archive *txtar.Archive) checks.Report {
	t.Helper()
	first, _, _ := strings.Cut(string(archive.Comment), "\n")
	has := func(word string) bool { return strings.Contains(first, "["+word+"]") }
	o := CheckOptions{Rules: knownRules(), Catalogue: catalogue(), OwnsOrganisation: has("owns"), Today: changeDay()}
	if org, ok := section(archive, "org"); ok {
		var problems []Problem
		if o.Organisation, problems = ReadOrganisation(orgSource, org, knownRules()); problems != nil {
			t.Fatal(problems)
		}
	}
	if last, ok := section(archive, "last"); ok {
		o.LastValid = last
	}
	base, head := planted(archive, "base", has), planted(archive, "head", has)
	if has("whole") {
		return NewCheck(o).Run(context.Background(), checks.Change{Tip: base, Head: head})
	}
	return NewCheck(o).Run(context.Background(), changed(t, base, head))
}

// planted is one side of an archive, with what an archive cannot hold.
func planted(archive *txtar.Archive, name string, has func(string) bool) tree.Tree {
	files := map[string]string{}
	for _, f := range archive.Files {
		if path, ok := strings.CutPrefix(f.Name, name+"/"); ok {
			files[path] = string(f.Data)
		}
	}
	var others []tree.Entry
	for word, mode := range map[string]tree.Mode{"symlink": tree.Symlink, "submodule": tree.Submodule} {
		if has(name + " " + word) {
			others = append(others, tree.Entry{Path: Path, SHA: strings.Repeat("a", 40), Mode: mode})
		}
	}
	if has(name + " folder") {
		files[Path+"/checkrein.yml"] = ""
	}
	return tree.Memory(name, files, others...)
}

func changed(t *testing.T, base, head tree.Tree) checks.Change {
	t.Helper()
	files, err := tree.Compare(context.Background(), base, head)
	if err != nil {
		t.Fatal(err)
	}
	return checks.Change{Tip: base, MergeBase: base, Head: head, Files: files}
}

// spell writes a report as the want sections do.
func spell(r checks.Report) string {
	var b strings.Builder
	age := map[bool]string{true: "new", false: "old"}
	for _, f := range r.Findings {
		fmt.Fprintf(&b, "%s %s %s %s:%d:%d-%d %s | %s\n  %s\n", age[f.New], f.Severity, f.Rule, f.Path, f.Line, f.Column, f.EndColumn, f.Subject, f.Address, f.Title)
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "  %s:%d %q %s\n", e.Ref, e.Line, e.Text, e.Note)
		}
	}
	for _, u := range r.Unread {
		fmt.Fprintf(&b, "unread %s %s\n", u.Path, u.Kind)
	}
	return b.String()
}

// TestFindings: whatever is said has its proof, its action and what a person must have seen.
func TestFindings(t *testing.T) {
	base := tree.Memory("base", map[string]string{Path: "version: 1\n"})
	for _, text := range []string{"version: 2\n", "version: 1\nchecks: {images: {level: off}}\n"} {
		r := NewCheck(CheckOptions{Today: changeDay()}).Run(context.Background(), changed(t, base, tree.Memory("head", map[string]string{Path: text})))
		if len(r.Findings) != 1 || r.Check != "policy" || r.Files != 0 {
			t.Fatalf("%q: %+v", text, r)
		}
		f := r.Findings[0]
		if f.Why == "" || f.Fix.Text == "" || len(f.Evidence) == 0 || !slices.Equal(f.Sees, []string{Path}) {
			t.Errorf("%q: %+v", text, f)
		}
	}
}

// TestLeftAlone: a change that does not touch the file says nothing, not even of a broken one.
func TestLeftAlone(t *testing.T) {
	base := tree.Memory("base", map[string]string{Path: "a: b\n", "x": "1"})
	head := tree.Memory("head", map[string]string{Path: "a: b\n", "x": "2"})
	if got := spell(NewCheck(CheckOptions{}).Run(context.Background(), changed(t, base, head))); got != "" {
		t.Error(got)
	}
}

// TestTooLarge: the same is said whether the tree or the reader gives up.
func TestTooLarge(t *testing.T) {
	base := tree.Memory("base", nil)
	want := "new block policy/invalid " + Path + ":1:1-%d the file is larger than 256 KiB | \n" +
		"  The policy cannot be read: the file is larger than 256 KiB\n"
	for size, end := range map[int]int{MaxSize + 1: 2, tree.MaxFile + 1: 1} {
		head := tree.Memory("head", map[string]string{Path: "#\n" + strings.Repeat(" ", size-2)})
		got := spell(NewCheck(CheckOptions{}).Run(context.Background(), changed(t, base, head)))
		got, _, _ = strings.Cut(got, "  head:1")
		if got != fmt.Sprintf(want, end) {
			t.Errorf("%d bytes: %s", size, got)
		}
	}
}

// TestMany: what a hostile file makes of findings and quotes stays bounded.
func TestMany(t *testing.T) {
	var b strings.Builder
	b.WriteString("version: 1\nexceptions: [")
	for i := range 2000 {
		fmt.Fprintf(&b, "{rule: images/mutable-tag, path: p%d, reason: r, until: 2026-12-31}, ", i)
	}
	b.WriteString("]\n")
	head := tree.Memory("head", map[string]string{Path: b.String()})
	r := NewCheck(CheckOptions{Rules: knownRules(), Today: changeDay()}).Run(context.Background(), changed(t, tree.Memory("base", nil), head))
	if len(r.Findings) != maxLoosened {
		t.Fatalf("%d findings", len(r.Findings))
	}
	told := false
	for _, f := range r.Findings {
		told = told || strings.Contains(f.Why, "1900 more")
		if len(f.Evidence) != 1 || len(f.Evidence[0].Text) > maxQuote+len("…") {
			t.Fatalf("%+v", f)
		}
	}
	if !told {
		t.Error("nothing is said of the others")
	}
}

// TestSourceFails: what the source does not give is never taken for a file that is not there.
func TestSourceFails(t *testing.T) {
	base := tree.Memory("base", map[string]string{Path: "version: 1\n"})
	head := tree.Memory("head", map[string]string{})
	change := changed(t, base, head)
	for name, c := range map[string]struct {
		head, base tree.Tree
		want       string
		err        bool
	}{
		"the request": {failing{head, errors.New("down"), nil}, base, "unread " + Path + " failed\n", true},
		"the head":    {failing{head, nil, errors.New("damaged")}, base, "unread " + Path + " defeated\n", false},
		"the base":    {head, failing{base, nil, errors.New("damaged")}, "unread " + Path + " defeated\n", false},
	} {
		change.Head, change.Tip, change.MergeBase = c.head, c.base, base
		r := NewCheck(CheckOptions{}).Run(context.Background(), change)
		if got := spell(r); got != c.want || (r.Err != nil) != c.err || !r.Unread[0].Touched {
			t.Errorf("%s: want %q, got %q (%v)", name, c.want, got, r.Err)
		}
	}
}

// failing is a tree whose source fails.
type failing struct {
	tree.Tree
	prefetch, read error
}

func (f failing) Prefetch(context.Context, []string) error { return f.prefetch }

func (f failing) Read(path string) ([]byte, error) {
	if f.read != nil {
		return nil, f.read
	}
	return f.Tree.Read(path)
}

package tree

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
)

func TestResolve(t *testing.T) {
	r := newRepo(t)
	first, second := r.commit(), ""
	r.write(map[string]string{"a": "x"})
	second = r.commit()
	r.git("tag", "-a", "v1", "-m", "x", first)
	r.git("checkout", "-q", "--detach")
	o := r.open()
	for ref, want := range map[string]string{
		"HEAD": second, "main": second, "v1": first, "HEAD~1": first, "main^": first, first: first, first[:12]: first, "refs/heads/main": second,
		// No commits.
		"": "", "-h": "", "--all": "", "nosuch": "", "HEAD:a": "", "HEAD~2": "", "main..HEAD": "", "a\nb": "", "a\x00b": "", strings.Repeat("3", 40): "",
	} {
		got, err := o.Resolve(context.Background(), ref)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("Resolve(%q) = %q, %v; want %q", ref, got, err, want)
		}
		if shallow := (*ShallowError)(nil); errors.As(err, &shallow) {
			t.Errorf("Resolve(%q) in a whole clone: %v", ref, err)
		}
	}
}

func TestIDsAreRequired(t *testing.T) {
	r := newRepo(t)
	id, o, ctx := r.commit(), r.open(), context.Background()
	for _, bad := range []string{"HEAD", "--output=x", "", id[:39], strings.ToUpper(id) + "A"} {
		_, commit := o.Commit(ctx, bad)
		_, base := o.MergeBase(ctx, id, bad)
		_, diff := o.Diff(ctx, bad, id)
		_, work := o.DiffWorkTree(ctx, bad)
		if commit == nil || base == nil || diff == nil || work == nil {
			t.Errorf("%q passes as an id: %v, %v, %v, %v", bad, commit, base, diff, work)
		}
	}
	missing := (*MissingError)(nil)
	if _, err := o.Commit(ctx, strings.Repeat("4", 40)); !errors.As(err, &missing) {
		t.Errorf("a commit that is not there: %v", err)
	}
}

// history is main with two commits, a branch from the first, and an unrelated root.
func history(t *testing.T) (r repo, main []string, branch, other string) {
	r = newRepo(t)
	main = append(main, r.commit())
	r.git("checkout", "-q", "-b", "branch")
	r.write(map[string]string{"b": "x"})
	branch = r.commit()
	r.git("checkout", "-q", "main")
	r.write(map[string]string{"a": "x"})
	main = append(main, r.commit())
	other = r.git("commit-tree", "-m", "other", EmptyTree)
	return r, main, branch, other
}

func TestMergeBase(t *testing.T) {
	r, main, branch, other := history(t)
	o := r.open()
	base, err := o.MergeBase(context.Background(), main[1], branch)
	must(t, err)
	equal(t, "merge base", main[0], base)
	if _, err := o.MergeBase(context.Background(), main[1], other); !errors.Is(err, ErrUnrelated) {
		t.Errorf("unrelated commits: %v", err)
	}
}

func TestDefaultBase(t *testing.T) {
	r, main, branch, other := history(t)
	merge := r.git("commit-tree", "-m", "merge", "-p", branch, "-p", main[1], EmptyTree)
	refs := func(set ...string) func() {
		return func() {
			for i := 0; i < len(set); i += 2 {
				r.git("update-ref", set[i], set[i+1])
			}
		}
	}
	for _, c := range []struct {
		name   string
		set    func()
		head   string
		tip    string
		commit string
		why    string
	}{
		{"no origin", refs(), branch, main[0], main[0], "the first parent, as origin has no default branch in common with it"},
		{"no origin, merge", refs(), merge, branch, branch, "the first parent, as origin has no default branch in common with it"},
		{"no origin, first commit", refs(), main[0], EmptyTree, EmptyTree, "the empty tree: this is the first commit, and origin has no default branch in common with it"},
		{"master", refs("refs/remotes/origin/master", main[1]), branch, main[1], main[0], "the merge base with origin/master"},
		{"main before master", refs("refs/remotes/origin/main", main[0]), branch, main[0], main[0], "the merge base with origin/main"},
		{"HEAD before main", func() {
			r.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/master")
		}, branch, main[1], main[0], "the merge base with origin/HEAD"},
		{"a ref as head", refs(), "branch", main[1], main[0], "the merge base with origin/HEAD"},
		{"already there", refs(), main[1], main[1], main[1], "the merge base with origin/HEAD, which already has this commit"},
		{"unrelated", refs(), other, EmptyTree, EmptyTree, "the empty tree: this is the first commit, and origin has no default branch in common with it"},
		{"HEAD of a deleted branch", func() {
			r.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/gone")
		}, branch, main[0], main[0], "the merge base with origin/main"},
	} {
		c.set()
		base, err := r.open().DefaultBase(context.Background(), c.head)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		equal(t, c.name, Base{Tip: c.tip, Commit: c.commit, Why: c.why}, base)
	}
}

func TestBaseAt(t *testing.T) {
	r, main, branch, _ := history(t)
	base, err := r.open().BaseAt(context.Background(), "main", branch)
	must(t, err)
	equal(t, "base", Base{Tip: main[1], Commit: main[0], Why: "the merge base with main"}, base)
}

func TestRepositoryWithoutCommit(t *testing.T) {
	r := newRepo(t)
	r.write(map[string]string{"a": "x", "b/c": "y"})
	r.git("add", "a")
	o, ctx := r.open(), context.Background()
	base, err := o.DefaultBase(ctx, "HEAD")
	must(t, err)
	equal(t, "base", Base{Tip: EmptyTree, Commit: EmptyTree, Why: "the empty tree: the repository has no commit yet"}, base)
	tree, err := o.Commit(ctx, base.Commit)
	must(t, err)
	equal(t, "base tree", nil, listed(t, tree))
	changes, err := o.DiffWorkTree(ctx, base.Commit)
	must(t, err)
	equal(t, "changes", []string{"A a", "A b/c"}, told(changes))
	if _, err := o.Resolve(ctx, "HEAD"); err == nil {
		t.Error("HEAD has a commit")
	}
}

func TestShallowCloneSaysWhatToDo(t *testing.T) {
	r := newRepo(t)
	first := r.commit()
	r.write(map[string]string{"a": "x"})
	r.commit()
	r.git("checkout", "-q", "-b", "branch", first)
	r.write(map[string]string{"b": "x"})
	branch := r.commit()
	r.git("checkout", "-q", "main") // what origin/HEAD becomes
	ctx := context.Background()

	pulled := r.clone("--depth=1", "--no-single-branch", "--branch", "branch")
	whole := pulled.open()
	_, resolve := whole.Resolve(ctx, first)
	_, base := whole.DefaultBase(ctx, "HEAD")
	_, commit := whole.Commit(ctx, first)
	// As actions/checkout leaves it: one commit, detached, no branch of origin.
	pulled.git("checkout", "-q", "--detach")
	for _, ref := range []string{"HEAD", "main", "branch"} {
		pulled.git("update-ref", "-d", "refs/remotes/origin/"+ref)
	}
	_, parent := pulled.open().DefaultBase(ctx, "HEAD")
	for name, err := range map[string]error{"resolve": resolve, "base": base, "commit": commit, "parent": parent} {
		shallow := (*ShallowError)(nil)
		if !errors.As(err, &shallow) || !strings.Contains(err.Error(), "fetch-depth: 0") {
			t.Errorf("%s: %v", name, err)
		}
	}
	tree, err := whole.Commit(ctx, branch)
	must(t, err)
	equal(t, "what is there is read", []string{"- b"}, listed(t, tree))
}

func TestPartialCloneIsToldAndNeverFetched(t *testing.T) {
	r := newRepo(t)
	r.git("config", "uploadpack.allowFilter", "true")
	r.git("config", "uploadpack.allowAnySHA1InWant", "true")
	r.write(map[string]string{"a": "hello\n", "gone": "it was here\n"})
	first := r.commit()
	must(t, os.Remove(r.path("gone")))
	r.commit()
	partial := r.clone("--filter=blob:none")
	// The repository's own word must not open the way to a fetch.
	partial.git("config", "protocol.allow", "always")
	partial.git("config", "protocol.file.allow", "always")
	ctx := context.Background()

	o := partial.open()
	tree, err := o.Commit(ctx, first)
	must(t, err)
	equal(t, "list", []string{"- a", "- gone"}, listed(t, tree))
	data, err := tree.Read("a")
	must(t, err)
	equal(t, "an object that is there", "hello\n", string(data))
	for range 2 {
		missing := (*MissingError)(nil)
		if _, err := tree.Read("gone"); !errors.As(err, &missing) || missing.Object != BlobID([]byte("it was here\n")) {
			t.Errorf("an object that is not there: %v", err)
		}
	}
	found := partial.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname)")
	if strings.Contains(found, BlobID([]byte("it was here\n"))) {
		t.Error("the object was fetched")
	}
}

package local

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

func TestMain(m *testing.M) {
	// Below a hook, or git rebase --exec, they would lead every git that a test starts to the
	// repository of whoever runs the tests.
	for _, name := range []string{"GIT_DIR", "GIT_COMMON_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX"} {
		os.Unsetenv(name)
	}
	os.Exit(m.Run())
}

// clone is a git repository whose commits are a day apart, from 2026-01-01.
type clone struct {
	t    *testing.T
	dir  string
	days *int
}

func newClone(t *testing.T) clone {
	c := clone{t, t.TempDir(), new(int)}
	c.git("init", "-q", "-b", "main")
	return c
}

func (c clone) git(args ...string) string {
	c.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", c.dir}, args...)...)
	when := time.Date(2026, 1, 1+*c.days, 0, 0, 0, 0, time.UTC).Format(time.RFC3339)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org",
		"GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org", "GIT_AUTHOR_DATE="+when, "GIT_COMMITTER_DATE="+when)
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.t.Fatalf("git %q: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit makes a commit a day later; the tags stand on it.
func (c clone) commit(tags ...string) string {
	c.t.Helper()
	*c.days++
	write(c.t, filepath.Join(c.dir, "version"), fmt.Sprint(*c.days))
	c.git("add", "-A")
	c.git("commit", "-q", "-m", "x")
	for _, name := range tags {
		c.git("tag", name)
	}
	return c.git("rev-parse", "HEAD")
}

// copy clones over the wire protocol, as from a server.
func (c clone) copy(args ...string) clone {
	c.t.Helper()
	to := clone{c.t, c.t.TempDir(), c.days}
	c.git(append(append([]string{"clone", "-q"}, args...), "file://"+c.dir, to.dir)...)
	return to
}

// told is what runs, in words: "v1.0.0 = 1", the content of its file "version".
type told struct{ Refs, Notices, Unknown []string }

// running is what runs under a policy with the base main at HEAD.
func (c clone) running(o Options, list ...policy.Deployed) (told, error) {
	c.t.Helper()
	repo, err := tree.Open(c.t.Context(), c.dir)
	if err != nil {
		c.t.Fatal(err)
	}
	defer repo.Close()
	if o.Base == "" {
		o.Base = "main"
	}
	d, err := newProduction(c.t.Context(), repo, o)
	if err != nil {
		return told{}, err
	}
	tip, err := repo.Commit(c.t.Context(), c.git("rev-parse", "HEAD"))
	if err != nil {
		c.t.Fatal(err)
	}
	r, err := d.Running(c.t.Context(), checks.Change{Tip: tip, MergeBase: tip, Head: tip}, list, nil)
	if err != nil {
		return told{}, err
	}
	got := told{Notices: r.Notices, Unknown: r.Unknown}
	for _, ref := range r.Refs {
		data, err := ref.Tree.Read("version")
		if entries, _, _ := ref.Tree.List(c.t.Context()); err != nil || len(entries) != 1 || entries[0].SHA == "" {
			c.t.Errorf("%s has %v (%v)", ref.Name, entries, err)
		}
		got.Refs = append(got.Refs, fmt.Sprintf("%s = %s", ref.Name, data))
	}
	return got, nil
}

func TestRunning(t *testing.T) {
	c := newClone(t)
	c.commit("v1.0.0")                      // 1
	c.git("tag", "-a", "-m", "x", "v1.1.0") // annotated, on the same commit
	c.commit("prod-1")                      // 2
	c.git("checkout", "-q", "-b", "maintenance")
	c.commit("v9.0.0") // 3, not reachable from main
	c.git("checkout", "-q", "main")
	c.commit("v1.2.0-rc.1") // 4
	c.git("branch", "moved", "main~1")
	last := c.commit() // 5
	remote := c.copy()
	remote.git("branch", "moved", "main") // origin's is what runs
	for name, test := range map[string]struct {
		list []policy.Deployed
		o    Options
		want told
	}{
		"default":         {nil, Options{}, told{Refs: []string{"v1.1.0 = 1", "main = 5"}}},
		"release":         {[]policy.Deployed{{Release: "latest"}}, Options{}, told{Refs: []string{"v1.1.0 = 1"}}},
		"named":           {[]policy.Deployed{{Branch: "moved"}, {Tag: "prod-1"}, {Ref: last[:12]}}, Options{}, told{Refs: []string{"moved, prod-1 = 2", last[:12] + " = 5"}}},
		"glob":            {[]policy.Deployed{{Tag: "v9*"}}, Options{}, told{Refs: []string{"v9.0.0 = 3", "main = 5"}, Notices: []string{"v9.0.0 is " + c.git("rev-parse", "v9.0.0")[:7] + ", which main does not have: main itself counts as deployed too."}}},
		"not there":       {[]policy.Deployed{{Branch: "nope"}, {Tag: "w*"}}, Options{}, told{Unknown: []string{"there is no nope", "no tag matches w*"}}},
		"an environment":  {[]policy.Deployed{{Environment: "production"}}, Options{}, told{Unknown: []string{"what runs in production is known to GitHub only: name it with --deployed REF"}}},
		"the flag wins":   {[]policy.Deployed{{Environment: "production"}}, Options{Deployed: []string{"v9.0.0", "main~1"}}, told{Refs: []string{"v9.0.0 = 3", "main~1 = 4"}}},
		"of a whole tree": {nil, Options{All: true}, told{Refs: []string{"v1.1.0 = 1", "HEAD = 5"}}},
	} {
		t.Run(name, func(t *testing.T) {
			remote.t = t
			got, err := remote.running(test.o, test.list...)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

// A clone whose history is cut is told, not judged; but only where it matters.
func TestRunningInAShallowClone(t *testing.T) {
	c := newClone(t)
	c.commit("v1.0.0")
	c.commit()
	c.commit()
	for name, test := range map[string]struct {
		list []policy.Deployed
		o    Options
		want string // part of the error; "": none
	}{
		"the default":             {want: `lacks "the newest version tag": fetch the whole history (actions/checkout: fetch-depth: 0;`},
		"the latest release":      {list: []policy.Deployed{{Release: "latest"}}, want: "git fetch --tags"},
		"tags":                    {list: []policy.Deployed{{Tag: "v*"}}, want: `lacks "the tags"`},
		"a commit that is cut":    {list: []policy.Deployed{{Ref: "v1.0.0"}}, want: `lacks "v1.0.0"`},
		"the flag, and it is cut": {o: Options{Deployed: []string{"v1.0.0"}}, want: `--deployed: this clone is shallow and lacks "v1.0.0"`},
		"the flag":                {o: Options{Deployed: []string{"HEAD"}}},
		"a branch":                {list: []policy.Deployed{{Branch: "main"}}},
	} {
		t.Run(name, func(t *testing.T) {
			shallow := c.copy("--depth=1")
			shallow.t = t
			_, err := shallow.running(test.o, test.list...)
			if test.want == "" && err != nil || test.want != "" && (err == nil || !strings.Contains(err.Error(), test.want)) {
				t.Errorf("got %v, want %q", err, test.want)
			}
			if cut := (*tree.ShallowError)(nil); test.want != "" && !errors.As(err, &cut) {
				t.Errorf("%v is no *tree.ShallowError", err)
			}
		})
	}
}

func TestRunningWithoutHistory(t *testing.T) {
	folder := &production{}
	r, err := folder.Running(t.Context(), checks.Change{}, nil, nil)
	if err != nil || len(r.Refs)+len(r.Unknown) != 0 || len(r.Notices) != 1 {
		t.Errorf("a plain folder: %+v, %v", r, err)
	}
	c := newClone(t)
	write(t, filepath.Join(c.dir, "new"), "x")
	repo, err := tree.Open(t.Context(), c.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	head, err := repo.WorkTree(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	unborn, err := newProduction(t.Context(), repo, Options{All: true})
	if err != nil {
		t.Fatal(err)
	}
	r, err = unborn.Running(t.Context(), checks.Change{Tip: head, Head: head}, nil, nil)
	if err != nil || len(r.Refs)+len(r.Unknown) != 0 || len(r.Notices) != 1 {
		t.Errorf("before the first commit: %+v, %v", r, err)
	}
	_, err = newProduction(t.Context(), repo, Options{Deployed: []string{"v1"}})
	if err == nil || !strings.Contains(err.Error(), `--deployed: no commit is named "v1": expected a branch, tag or commit that this clone has`) {
		t.Errorf("a wrong name: %v", err)
	}
}

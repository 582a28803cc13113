package tree

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestOpenFindsTheTop(t *testing.T) {
	r := newRepo(t)
	r.write(map[string]string{"sub/folder/a": "x"})
	id := r.commit()
	linked := repo{t, filepath.Join(t.TempDir(), "linked")}
	r.git("worktree", "add", "-q", "--detach", linked.dir)
	linked.write(map[string]string{"only here": "x"})
	for dir, want := range map[string][]string{
		r.dir:                                 {"- sub/folder/a"},
		r.path("sub/folder"):                  {"- sub/folder/a"},
		linked.path("sub"):                    {"- only here", "- sub/folder/a"},
		filepath.Join(r.dir, "") + "/sub/../": {"- sub/folder/a"},
	} {
		o, err := open(context.Background(), dir, testEnv())
		must(t, err)
		defer o.Close()
		tree, err := o.WorkTree(context.Background())
		must(t, err)
		equal(t, dir, want, listed(t, tree))
		tree, err = o.Commit(context.Background(), id)
		must(t, err)
		equal(t, dir, []string{"- sub/folder/a"}, listed(t, tree))
	}
	top, err := filepath.EvalSymlinks(r.dir)
	must(t, err)
	equal(t, "root", top, r.open().Root())
}

func TestBareRepositoryHasCommitsOnly(t *testing.T) {
	r := newRepo(t)
	r.write(map[string]string{"a": "x"})
	id := r.commit()
	bare := r.clone("--bare")
	inside := repo{t, r.path(".git")}
	for _, at := range []repo{bare, inside} {
		o := at.open()
		equal(t, "root", "", o.Root())
		tree, err := o.Commit(context.Background(), id)
		must(t, err)
		equal(t, "list", []string{"- a"}, listed(t, tree))
		if _, err := o.WorkTree(context.Background()); !errors.Is(err, ErrNoWorkTree) {
			t.Errorf("work tree of %s: %v", at.dir, err)
		}
	}
}

func TestOpenRefuses(t *testing.T) {
	ctx, empty := context.Background(), t.TempDir()
	file := filepath.Join(empty, "file")
	must(t, os.WriteFile(file, nil, 0o666))
	ceiling := append(testEnv(), "GIT_CEILING_DIRECTORIES="+filepath.Dir(empty))
	if _, err := open(ctx, empty, ceiling); !errors.Is(err, ErrNoRepository) {
		t.Errorf("a plain folder: %v", err)
	}
	if _, err := open(ctx, file, ceiling); err == nil || !strings.Contains(err.Error(), "not a folder") {
		t.Errorf("a file: %v", err)
	}
	if _, err := open(ctx, filepath.Join(empty, "none"), ceiling); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
	elsewhere := newRepo(t)
	elsewhere.git("config", "core.worktree", filepath.Dir(elsewhere.dir))
	if _, err := open(ctx, elsewhere.dir, testEnv()); err == nil || !strings.Contains(err.Error(), "holds no .git") {
		t.Errorf("a work tree elsewhere: %v", err)
	}
	sha256 := newRepo(t, "--object-format=sha256")
	if _, err := open(ctx, sha256.dir, testEnv()); err == nil || !strings.Contains(err.Error(), `"sha256" are not supported`) {
		t.Errorf("a SHA-256 repository: %v", err)
	}
}

func TestRepositoryOfAnotherUserIsExplained(t *testing.T) {
	g, err := newGit(newRepo(t).dir, testEnv())
	must(t, err)
	g.env = append(g.env, "GIT_TEST_ASSUME_DIFFERENT_OWNER=1")
	_, err = g.line(context.Background(), "rev-parse", "HEAD")
	unsafe := (*UnsafeError)(nil)
	if !errors.As(err, &unsafe) || !strings.Contains(err.Error(), "safe.directory") {
		t.Errorf("another user's repository: %v", err)
	}
}

func TestWhatGitSaysIsBounded(t *testing.T) {
	l := &limited{max: 5}
	n, err := io.Copy(l, strings.NewReader("123"+strings.Repeat("4", 1<<20)))
	must(t, err)
	equal(t, "written", int64(3+1<<20), n)
	equal(t, "kept", "12344", l.String())
}

func TestWithoutGit(t *testing.T) {
	dir := newRepo(t).dir
	t.Setenv("PATH", t.TempDir())
	if _, err := Open(context.Background(), dir); !errors.Is(err, ErrNoGit) {
		t.Errorf("without git: %v", err)
	}
}

func TestEnvironmentPointsNowhereElse(t *testing.T) {
	r, other := newRepo(t), newRepo(t)
	r.write(map[string]string{"a": "x"})
	other.write(map[string]string{"wrong": "x"})
	r.commit()
	other.commit()
	// As a hook of another repository would hand on.
	env := append(testEnv(), "GIT_DIR="+other.path(".git"), "GIT_WORK_TREE="+other.dir, "GIT_INDEX_FILE="+other.path(".git/index"))
	o, err := open(context.Background(), r.dir, env)
	must(t, err)
	defer o.Close()
	tree, err := o.WorkTree(context.Background())
	must(t, err)
	equal(t, "list", []string{"- a"}, listed(t, tree))
}

// trap sets up everything in a repository's configuration and attributes that makes git
// run a program; each would leave the file marker.
func trap(t *testing.T) (r repo, first string, marker string) {
	r = newRepo(t)
	r.write(map[string]string{"a.yml": "one\ntwo\nthree\nfour\n", "gone.yml": "1\n2\n3\n4\n", ".gitattributes": "* diff=evil filter=evil text working-tree-encoding=UTF-8\n"})
	first = r.commit()
	marker = filepath.Join(t.TempDir(), "marker")
	script := filepath.Join(t.TempDir(), "evil")
	must(t, os.WriteFile(script, []byte("#!/bin/sh\necho \"$0 $@\" >>"+marker+"\ncat\n"), 0o777))
	for _, key := range []string{"core.fsmonitor", "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.clean", "filter.evil.smudge",
		"filter.evil.process", "core.pager", "pager.ls-files", "core.sshCommand", "core.editor", "core.askPass", "core.gitProxy", "credential.helper",
		"alias.ls-files", "alias.rev-parse", "gpg.program", "remote.origin.uploadpack", "core.alternateRefsCommand"} {
		value := script
		if strings.HasPrefix(key, "alias.") || key == "credential.helper" {
			value = "!" + script
		}
		r.git("config", key, value)
	}
	r.git("config", "filter.evil.required", "true")
	r.git("config", "remote.origin.url", "ext::"+script)
	r.git("config", "remote.origin.promisor", "true")
	r.git("config", "protocol.ext.allow", "always")
	hooks := r.path(".git/hooks")
	must(t, os.MkdirAll(hooks, 0o777))
	for _, hook := range []string{"post-index-change", "fsmonitor-watchman", "post-checkout", "reference-transaction", "pre-auto-gc", "pre-commit"} {
		must(t, os.Symlink(script, filepath.Join(hooks, hook)))
	}
	return r, first, marker
}

func TestNothingOfTheRepositoryIsRun(t *testing.T) {
	r, first, marker := trap(t)
	must(t, os.Rename(r.path("gone.yml"), r.path("new.yml")))
	r.write(map[string]string{"a.yml": "one\ntwo\nthree\nfive\n", "new.yml": "1\n2\n3\n5\n"})
	o, ctx := r.open(), context.Background()
	// An object that is not there, in what calls itself a partial clone.
	second := r.gitPlumbing("commit-tree", "-m", "x", "-p", first, first+"^{tree}")

	_, err := o.DefaultBase(ctx, "HEAD")
	must(t, err)
	_, err = o.MergeBase(ctx, first, second)
	must(t, err)
	_, err = o.Diff(ctx, EmptyTree, second)
	must(t, err)
	changes, err := o.DiffWorkTree(ctx, first)
	must(t, err)
	equal(t, "changes", []string{"M a.yml", "R gone.yml > new.yml"}, told(changes))
	for _, load := range []func() (Tree, error){
		func() (Tree, error) { return o.WorkTree(ctx) },
		func() (Tree, error) { return o.Commit(ctx, first) },
	} {
		tree, err := load()
		must(t, err)
		must(t, tree.Prefetch(ctx, []string{"a.yml"}))
		_, err = tree.Read("a.yml")
		must(t, err)
	}
	if _, err := o.blobs.read(strings.Repeat("5", 40)); err == nil {
		t.Error("an object that is nowhere was read")
	}
	if _, err := o.Resolve(ctx, strings.Repeat("5", 40)); err == nil {
		t.Error("a commit that is nowhere was resolved")
	}
	if ran, err := os.ReadFile(marker); err == nil {
		t.Fatalf("something was run:\n%s", ran)
	}
	// The trap is one: plain git runs it.
	plain := exec.Command("git", "-C", r.dir, "status", "--short")
	plain.Env = testEnv()
	_ = plain.Run() // the filter may fail it; that it ran counts
	if _, err := os.Stat(marker); err != nil {
		t.Errorf("plain git did not run the trap: %v", err)
	}
}

// gitPlumbing runs a command that springs no trap.
func (r repo) gitPlumbing(args ...string) string {
	r.t.Helper()
	return r.git(append([]string{"-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null"}, args...)...)
}

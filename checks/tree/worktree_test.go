package tree

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestWorkTreeListsWhatIsThere(t *testing.T) {
	r := newRepo(t)
	secret := filepath.Join(t.TempDir(), "secret")
	must(t, os.MkdirAll(secret, 0o777))
	must(t, os.WriteFile(filepath.Join(secret, "key"), []byte("secret"), 0o666))
	r.write(map[string]string{"kept": "hello\n", "deleted": "x", "folder/was": "x", "turned/in": "x", "pipe": "x", ".gitignore": "ignored\nbuild/\n", "forced": "x"})
	must(t, os.Symlink("kept", r.path("link")))
	r.git("add", "-A")
	r.git("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",sub")
	r.git("commit", "-q", "-m", "x")

	for _, name := range []string{"deleted", "pipe", "turned/in", "folder"} {
		must(t, os.RemoveAll(r.path(name)))
	}
	must(t, os.Symlink(secret, r.path("folder"))) // tracked paths would now lie behind it
	must(t, os.WriteFile(filepath.Join(secret, "was"), []byte("secret"), 0o666))
	must(t, syscall.Mkfifo(r.path("pipe"), 0o666))
	must(t, syscall.Mkfifo(r.path("untracked-pipe"), 0o666))
	must(t, os.MkdirAll(r.path("sub"), 0o777))
	must(t, os.Symlink("/etc/passwd", r.path("outside")))
	r.write(map[string]string{"ignored": "x", "build/x": "x", "new/file": "x", "new\nline": "x", "bad\xff": "x", "big": strings.Repeat("a", MaxFile+1), "turned/in/to/a": "x"})
	must(t, os.Mkdir(r.path("nested"), 0o777))
	repo{t, r.path("nested")}.git("init", "-q")
	r.write(map[string]string{"nested/a": "x"})

	tree, err := r.open().WorkTree(context.Background())
	must(t, err)
	equal(t, "list", []string{
		"- .gitignore", "- big", "l folder", "- forced", "- kept", "l link", "s nested", "- new\nline", "- new/file", "l outside", "- pipe", "s sub",
		"- turned/in/to/a", `? "bad\xff"`,
	}, listed(t, tree))
	equal(t, "commit", "worktree", tree.Commit())
	readErrors(t, tree, map[string]error{
		"kept": nil, "link": ErrNotRegular, "outside": ErrNotRegular, "pipe": ErrNotRegular, "sub": ErrNotRegular, "new": ErrNotRegular, "big": ErrTooLarge,
		"deleted": fs.ErrNotExist, "ignored": fs.ErrNotExist, "folder/was": fs.ErrNotExist, "folder/key": fs.ErrNotExist, "../x": fs.ErrNotExist,
		".git/config": fs.ErrNotExist, "nested/a": fs.ErrNotExist,
	})
}

func TestWorkTreeKnowsIDsOnceRead(t *testing.T) {
	r := newRepo(t)
	r.write(map[string]string{"a": "hello\n"})
	tree, err := r.open().WorkTree(context.Background())
	must(t, err)
	before, _ := tree.Lookup("a")
	_, err = tree.Read("a")
	must(t, err)
	after, _ := tree.Lookup("a")
	equal(t, "before", Entry{Path: "a"}, before)
	equal(t, "after", Entry{Path: "a", SHA: "ce013625030ba8dba906f756967f9e9ca394464a"}, after)
}

// What was listed may be another thing when it is read.
func TestSwappedFilesAreNotFollowed(t *testing.T) {
	r := newRepo(t)
	secret := t.TempDir()
	must(t, os.WriteFile(filepath.Join(secret, "b"), []byte("secret"), 0o666))
	r.write(map[string]string{"a": "x", "folder/b": "x", "p": "x"})
	tree, err := r.open().WorkTree(context.Background())
	must(t, err)
	for _, name := range []string{"a", "folder", "p"} {
		must(t, os.RemoveAll(r.path(name)))
	}
	must(t, os.Symlink(filepath.Join(secret, "b"), r.path("a")))
	must(t, os.Symlink(secret, r.path("folder")))
	must(t, syscall.Mkfifo(r.path("p"), 0o666))
	readErrors(t, tree, map[string]error{"a": ErrNotRegular, "p": ErrNotRegular})
	if data, err := tree.Read("folder/b"); err == nil {
		t.Errorf("left the work tree: %q", data)
	}
}

func TestUnreadableFileIsChangedAndTold(t *testing.T) {
	if os.Getuid() == 0 {
		t.Skip("the superuser may read everything")
	}
	r := newRepo(t)
	r.write(map[string]string{"a": "x"})
	base := r.commit()
	must(t, os.Chmod(r.path("a"), 0))
	must(t, os.Chtimes(r.path("a"), time.Time{}, time.Unix(1, 0)))
	o := r.open()
	changes, err := o.DiffWorkTree(context.Background(), base)
	must(t, err)
	equal(t, "changes", []string{"M a"}, told(changes))
	tree, err := o.WorkTree(context.Background())
	must(t, err)
	readErrors(t, tree, map[string]error{"a": fs.ErrPermission})
}

func TestSparseCheckoutIsReadFromTheIndex(t *testing.T) {
	r := newRepo(t)
	r.write(map[string]string{"in/a": "x", "out/b": "hello\n"})
	base := r.commit()
	r.git("sparse-checkout", "set", "in")
	if _, err := os.Stat(r.path("out/b")); !errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("the checkout is not sparse: %v", err)
	}
	o := r.open()
	tree, err := o.WorkTree(context.Background())
	must(t, err)
	equal(t, "list", []string{"- in/a", "- out/b"}, listed(t, tree))
	data, err := tree.Read("out/b")
	must(t, err)
	equal(t, "content", "hello\n", string(data))
	changes, err := o.DiffWorkTree(context.Background(), base)
	must(t, err)
	equal(t, "changes", nil, told(changes))
}

func TestLineEndsOfACheckoutAreNoChange(t *testing.T) {
	r := newRepo(t)
	r.write(map[string]string{"a": "1\n2\n", "b": "1\n2\n", "mixed": "1\r\n2\n"})
	base := r.commit()
	r.write(map[string]string{"a": "1\r\n2\r\n", "b": "1\r\n3\r\n", "mixed": "1\r\n2\r\n"})
	changes, err := r.open().DiffWorkTree(context.Background(), base)
	must(t, err)
	equal(t, "changes", []string{"M b", "M mixed"}, told(changes))
}

// The bytes on disk are not those of the blob, and git knows that this is no change.
func TestWhatGitHasComparedIsNoChange(t *testing.T) {
	r := newRepo(t)
	r.git("config", "filter.upper.clean", "tr A-Z a-z")
	r.write(map[string]string{"a": "HELLO", ".gitattributes": "a filter=upper\n"})
	past := time.Now().Add(-time.Hour)
	must(t, os.Chtimes(r.path("a"), past, past))
	base := r.commit()
	o := r.open()
	changes, err := o.DiffWorkTree(context.Background(), base)
	must(t, err)
	equal(t, "as committed", nil, told(changes))
	equal(t, "the blob is another", "hello", r.git("cat-file", "blob", base+":a"))

	// The same size and time, but so young that nothing can be told from them.
	now := time.Now().Add(time.Hour)
	must(t, os.Chtimes(r.path("a"), now, now))
	r.git("update-index", "--refresh")
	changes, err = o.DiffWorkTree(context.Background(), base)
	must(t, err)
	equal(t, "too young", []string{"M a"}, told(changes))
}

func TestConflictIsReadFromDisk(t *testing.T) {
	r := newRepo(t)
	r.write(map[string]string{"a": "base\n"})
	base := r.commit()
	blob := r.object("blob", "x\n")
	r.gitIn("0 "+strings.Repeat("0", 40)+"\ta\n100644 "+blob+" 1\ta\n100644 "+blob+" 2\ta\n100644 "+blob+" 3\ta\n", "update-index", "--index-info")
	r.write(map[string]string{"a": "<<<<<<<\n"})
	o := r.open()
	tree, err := o.WorkTree(context.Background())
	must(t, err)
	equal(t, "list", []string{"- a"}, listed(t, tree))
	changes, err := o.DiffWorkTree(context.Background(), base)
	must(t, err)
	equal(t, "changes", []string{"M a"}, told(changes))
}

func TestFolder(t *testing.T) {
	dir := t.TempDir()
	r := repo{t, dir}
	r.write(map[string]string{"a/b": "x", "a-b": "hello\n", ".git/config": "x", "sub/.git": "gitdir: x", "sub/c": "x", ".hidden": "x", "bad\xff/d": "x", "e\xff": "x"})
	must(t, os.Symlink("/etc", r.path("etc")))
	must(t, syscall.Mkfifo(r.path("pipe"), 0o666))
	tree, err := Folder(context.Background(), dir)
	must(t, err)
	equal(t, "list", []string{"- .hidden", "- a-b", "- a/b", "l etc", "- sub/c", `? "bad\xff"`, `? "e\xff"`}, listed(t, tree))
	data, err := tree.Read("a-b")
	must(t, err)
	equal(t, "content", "hello\n", string(data))
	readErrors(t, tree, map[string]error{"etc": ErrNotRegular, "etc/passwd": fs.ErrNotExist, "pipe": fs.ErrNotExist, ".git/config": fs.ErrNotExist, "a": ErrNotRegular})

	for _, bad := range []string{filepath.Join(dir, "none"), filepath.Join(dir, "a-b"), filepath.Join(dir, "pipe")} {
		if _, err := Folder(context.Background(), bad); err == nil {
			t.Errorf("%s passes as a folder", bad)
		}
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Folder(ended, dir); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v", err)
	}
}

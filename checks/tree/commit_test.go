package tree

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"
)

// object is stored in the repository; its id is the answer.
func (r repo) object(kind, content string) string {
	r.t.Helper()
	return r.gitIn(content, "hash-object", "-w", "--literally", "-t", kind, "--stdin")
}

// commitOf makes a commit of "mode type id<tab>path" lines, each ended by NUL.
func (r repo) commitOf(entries ...string) string {
	r.t.Helper()
	made := r.gitIn(strings.Join(entries, "\x00")+"\x00", "mktree", "-z", "--missing")
	return r.git("commit-tree", "-m", "x", made)
}

func TestCommitListsEveryKindOfEntry(t *testing.T) {
	r := newRepo(t)
	hello := r.object("blob", "hello\n")
	big := r.object("blob", strings.Repeat("a", MaxFile+1))
	long := strings.Repeat("n", 300)
	folder := r.gitIn("100644 blob "+hello+"\tc\n", "mktree")
	id := r.commitOf(
		"100644 blob "+hello+"\ta",
		"100755 blob "+hello+"\tb-run",
		"040000 tree "+folder+"\tb",
		"120000 blob "+r.object("blob", "/etc/passwd")+"\tlink",
		"160000 commit "+strings.Repeat("1", 40)+"\tsub",
		"100644 blob "+hello+"\tline\nbreak\ttab",
		"100644 blob "+hello+"\tbad\xffname",
		"100644 blob "+hello+"\t"+long,
		"100644 blob "+big+"\tbig",
	)
	tree, err := r.open().Commit(context.Background(), id)
	must(t, err)
	equal(t, "list", []string{
		"- a", "- b-run", "- b/c", "- big", "- line\nbreak\ttab", "l link", "- " + long, "s sub", `? "bad\xffname"`,
	}, listed(t, tree))
	equal(t, "commit", id, tree.Commit())
	readErrors(t, tree, map[string]error{
		"a": nil, "b-run": nil, "line\nbreak\ttab": nil, long: nil, "b": ErrNotRegular, "link": ErrNotRegular,
		"sub": ErrNotRegular, "big": ErrTooLarge, "none": fs.ErrNotExist, "bad\xffname": fs.ErrNotExist,
	})
	must(t, tree.Prefetch(context.Background(), []string{"a", "b/c", "big", "sub", "link", "none"}))
	data, err := tree.Read("b/c")
	must(t, err)
	equal(t, "content after reading ahead", "hello\n", string(data))
}

func TestHostileTreeNamesAreUnread(t *testing.T) {
	r := newRepo(t)
	hello := r.object("blob", "hello\n")
	raw := "100644 ..\x00" + rawID(hello) + "100644 a\x00" + rawID(hello) + "100644 a\x00" + rawID(hello) +
		"100644 x/../../y\x00" + rawID(hello) + "100644 z\x00" + rawID(hello)
	id := r.git("commit-tree", "-m", "x", r.object("tree", raw))
	tree, err := r.open().Commit(context.Background(), id)
	must(t, err)
	equal(t, "list", []string{"- z", `? ".."`, `? "a"`, `? "x/../../y"`}, listed(t, tree))
}

func rawID(hex string) string {
	var raw []byte
	fmt.Sscanf(hex, "%x", &raw)
	return string(raw)
}

// A few tree objects, each naming the next one many times, stand for 10^16 files.
func TestTreeBombIsRefused(t *testing.T) {
	r := newRepo(t)
	kind, id := "100644 blob ", r.object("blob", "x")
	for range 8 {
		var lines strings.Builder
		for i := range 100 {
			fmt.Fprintf(&lines, "%s%s\t%02d\n", kind, id, i)
		}
		kind, id = "040000 tree ", r.gitIn(lines.String(), "mktree")
	}
	_, err := r.open().Commit(context.Background(), r.git("commit-tree", "-m", "x", id))
	if err == nil || !strings.Contains(err.Error(), "more than 1000000 files") {
		t.Errorf("a tree bomb: %v", err)
	}
}

func TestReadAheadIsBoundedAndTrue(t *testing.T) {
	r := newRepo(t)
	files := map[string]string{}
	var paths []string
	for i := range 40 { // 40 MiB, more than is kept
		path := fmt.Sprintf("f%02d", i)
		files[path] = fmt.Sprintf("%02d", i) + strings.Repeat("a", 1<<20)
		paths = append(paths, path)
	}
	r.write(files)
	opened := r.open()
	tree, err := opened.Commit(context.Background(), r.commit())
	must(t, err)
	for range 2 {
		must(t, tree.Prefetch(context.Background(), paths))
		if n := opened.blobs.bytes; n > maxHeld || n < maxHeld/2 {
			t.Errorf("%d bytes are held", n)
		}
	}
	for _, path := range paths {
		data, err := tree.Read(path)
		must(t, err)
		if string(data) != files[path] {
			t.Errorf("%s has another content", path)
		}
	}
	if n := opened.blobs.bytes; n > maxHeld || len(opened.blobs.held) != len(opened.blobs.order) {
		t.Errorf("%d bytes are held, %d of %d", n, len(opened.blobs.held), len(opened.blobs.order))
	}
}

func TestReadersShareOneProcess(t *testing.T) {
	r := newRepo(t)
	r.write(map[string]string{"a": "a content", "b": "b content", "c": "c content"})
	tree, err := r.open().Commit(context.Background(), r.commit())
	must(t, err)
	done := make(chan error)
	for _, path := range []string{"a", "b", "c", "a", "b", "c"} {
		go func() {
			data, err := tree.Read(path)
			if err == nil && string(data) != path+" content" {
				err = fmt.Errorf("%s: %q", path, data)
			}
			done <- err
		}()
	}
	for range 6 {
		must(t, <-done)
	}
}

func TestClosedRepositoryAndEndedContextAreTold(t *testing.T) {
	r := newRepo(t)
	r.write(map[string]string{"a": "a"})
	id := r.commit()
	ctx, cancel := context.WithCancel(context.Background())
	ended, err := open(ctx, r.dir, testEnv())
	must(t, err)
	defer ended.Close()
	tree, err := ended.Commit(ctx, id)
	must(t, err)
	cancel()
	if _, err := tree.Read("a"); err == nil {
		t.Error("a file is read after the context has ended")
	}
	if err := tree.Prefetch(ctx, []string{"a"}); !errors.Is(err, context.Canceled) {
		t.Errorf("reading ahead after the context has ended: %v", err)
	}
	closed := r.open()
	tree, err = closed.Commit(context.Background(), id)
	must(t, err)
	closed.Close()
	if _, err := tree.Read("a"); err == nil || !strings.Contains(err.Error(), "closed") {
		t.Errorf("reading from a closed repository: %v", err)
	}
}

func TestDamagedObjectIsTold(t *testing.T) {
	r := newRepo(t)
	r.write(map[string]string{"a": "a"})
	tree, err := r.open().Commit(context.Background(), r.commit())
	must(t, err)
	b := tree.(*commitTree).blobs
	if err := b.put(BlobID([]byte("a")), object{kind: "blob", size: 1, body: []byte("b")}); err == nil {
		t.Error("bytes with another id are kept")
	}
	missing := (*MissingError)(nil)
	if _, err := b.read(strings.Repeat("2", 40)); !errors.As(err, &missing) {
		t.Errorf("an object that is not there: %v", err)
	}
	if _, err := b.read(r.git("rev-parse", "HEAD^{tree}")); err == nil || !strings.Contains(err.Error(), "not a blob") {
		t.Errorf("a tree read as a file: %v", err)
	}
}

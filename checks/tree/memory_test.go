package tree

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

func TestBlobIDIsGits(t *testing.T) {
	// git hash-object gives these.
	equal(t, "empty", "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391", BlobID(nil))
	equal(t, "hello", "ce013625030ba8dba906f756967f9e9ca394464a", BlobID([]byte("hello\n")))
}

func TestMemory(t *testing.T) {
	m := Memory("c0ffee", map[string]string{
		"b/c.yml": "x", "b-d": "y", "a": "hello\n", "big": strings.Repeat("a", MaxFile+1), "full": strings.Repeat("a", MaxFile),
		"../out": "x", "bad\xff": "x",
	}, Entry{Path: "link", Mode: Symlink}, Entry{Path: "sub", SHA: strings.Repeat("1", 40), Mode: Submodule})
	equal(t, "list", []string{"- a", "- b-d", "- b/c.yml", "- big", "- full", "l link", "s sub", `? "../out"`, `? "bad\xff"`}, listed(t, m))
	equal(t, "commit", "c0ffee", m.Commit())
	e, ok := m.Lookup("a")
	equal(t, "lookup", Entry{Path: "a", SHA: "ce013625030ba8dba906f756967f9e9ca394464a"}, e)
	equal(t, "found", true, ok)
	data, err := m.Read("a")
	must(t, err)
	equal(t, "content", "hello\n", string(data))
	readErrors(t, m, map[string]error{
		"none": fs.ErrNotExist, "b/": fs.ErrNotExist, "bad\xff": fs.ErrNotExist, "b": ErrNotRegular, ".": ErrNotRegular,
		"link": ErrNotRegular, "sub": ErrNotRegular, "sub/x": fs.ErrNotExist, "big": ErrTooLarge, "full": nil,
	})
}

// readErrors reads paths and compares the error with the wanted one.
func readErrors(t *testing.T, tree Tree, want map[string]error) {
	t.Helper()
	for path, wanted := range want {
		if _, err := tree.Read(path); !errors.Is(err, wanted) {
			t.Errorf("Read(%q): %v, want %v", path, err, wanted)
		}
	}
}

func TestFromTxtar(t *testing.T) {
	archive := txtar.Parse([]byte("-- before/a --\nold\n-- after/a --\nnew\n-- after/b/c --\n-- afterwards --\n"))
	after := FromTxtar("", archive, "after")
	equal(t, "below a folder", []string{"- a", "- b/c"}, listed(t, after))
	data, err := after.Read("a")
	must(t, err)
	equal(t, "content", "new\n", string(data))
	equal(t, "all", []string{"- after/a", "- after/b/c", "- afterwards", "- before/a"}, listed(t, FromTxtar("", archive, "")))
}

func TestTwinNamesAreUnread(t *testing.T) {
	l := newListing([]Entry{{Path: "b", SHA: "1"}, {Path: "a"}, {Path: "b", SHA: "2"}, {Path: "c"}})
	entries, unread, err := l.List(context.Background())
	must(t, err)
	equal(t, "entries", []Entry{{Path: "a"}, {Path: "c"}}, entries)
	equal(t, "unread", []string{`"b"`}, unread)
}

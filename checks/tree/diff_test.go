package tree

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
)

// numbers are n lines, from first on.
func numbers(first, n int) string {
	var text strings.Builder
	for i := range n {
		fmt.Fprintf(&text, "line %d\n", first+i)
	}
	return text.String()
}

// differences are told alike by git for two commits, by us for a work tree and by us
// for two trees in memory.
var differences = []struct {
	name          string
	before, after map[string]string
	want          []string
}{
	{"nothing", map[string]string{"a": "1"}, map[string]string{"a": "1"}, nil},
	{"everything", nil, map[string]string{"b/c": "1", "a": "2"}, []string{"A a", "A b/c"}},
	{"add, edit, remove", map[string]string{"edit": "1", "remove": "2", "stay": "3"}, map[string]string{"edit": "4", "add": "5\n6\n7\n", "stay": "3"},
		[]string{"A add", "M edit", "D remove"}},
	{"rename", map[string]string{"old/a": "same"}, map[string]string{"new/a": "same"}, []string{"R old/a > new/a"}},
	{"rename and edit", map[string]string{"a": numbers(0, 20)}, map[string]string{"b": numbers(1, 20)}, []string{"R a > b"}},
	{"rename with CRLF inside", map[string]string{"a": "1\r\n2\r\n3\r\n"}, map[string]string{"b": "1\r\n2\r\n3\r\n"}, []string{"R a > b"}},
	{"too different", map[string]string{"a": numbers(0, 20)}, map[string]string{"b": numbers(15, 20)}, []string{"D a", "A b"}},
	{"too long", map[string]string{"a": numbers(100, 20)}, map[string]string{"b": numbers(100, 60)}, []string{"D a", "A b"}},
	{"the name decides among equals", map[string]string{"x/a": "1", "x/b": "1"}, map[string]string{"y/b": "1", "z/c": "1"},
		[]string{"R x/b > y/b", "R x/a > z/c"}},
	{"the most alike wins", map[string]string{"a": numbers(0, 20)}, map[string]string{"b": numbers(5, 20), "c": numbers(1, 20)},
		[]string{"A b", "R a > c"}},
	{"a copy is new", map[string]string{"a": "1"}, map[string]string{"a": "1", "b": "1"}, []string{"A b"}},
	{"one becomes two", map[string]string{"a": "1"}, map[string]string{"b": "1", "c": "1"}, []string{"R a > b", "A c"}},
	{"a folder becomes a file", map[string]string{"a/b": numbers(0, 9)}, map[string]string{"a": "x"}, []string{"A a", "D a/b"}},
	{"a file becomes a folder", map[string]string{"a": "x"}, map[string]string{"a/b": numbers(0, 9)}, []string{"D a", "A a/b"}},
	{"names", map[string]string{"a\nb": "1", "t\tab": "2"}, map[string]string{"a\nb": "3", `q"uote`: "2"}, []string{"M a\nb", "R t\tab > q\"uote"}},
}

func (r repo) replaceAll(files map[string]string) {
	r.t.Helper()
	found, err := os.ReadDir(r.dir)
	must(r.t, err)
	for _, e := range found {
		if e.Name() != ".git" {
			must(r.t, os.RemoveAll(r.path(e.Name())))
		}
	}
	r.write(files)
}

func TestDifferences(t *testing.T) {
	ctx := context.Background()
	for _, c := range differences {
		t.Run(c.name, func(t *testing.T) {
			r := newRepo(t)
			r.write(c.before)
			base := r.commit()
			r.replaceAll(c.after)
			o := r.open()

			work, err := o.DiffWorkTree(ctx, base)
			must(t, err)
			equal(t, "work tree", c.want, told(work))
			r.git("add", "-A")
			staged, err := o.DiffWorkTree(ctx, base)
			must(t, err)
			equal(t, "staged", c.want, told(staged))
			commits, err := o.Diff(ctx, base, r.commit())
			must(t, err)
			equal(t, "commits", c.want, told(commits))
			memory, err := Compare(ctx, Memory("a", c.before), Memory("b", c.after))
			must(t, err)
			equal(t, "memory, to the id", commits, memory)
		})
	}
}

func TestChangedIDsAndModes(t *testing.T) {
	r := newRepo(t)
	r.write(map[string]string{"a": "1", "b": "2", "c": "3", "d": "4"})
	base := r.commit()
	r.replaceAll(map[string]string{"a": "5", "e": "2", "f": "6"})
	must(t, os.Symlink("a", r.path("c")))
	r.git("add", "-A")
	r.git("update-index", "--add", "--cacheinfo", "160000,"+strings.Repeat("1", 40)+",sub")
	must(t, os.Mkdir(r.path("sub"), 0o777))
	r.git("commit", "-q", "-m", "x")
	o, ctx := r.open(), context.Background()
	id := func(s string) string { return BlobID([]byte(s)) }
	want := []Changed{
		{Path: "a", SHA: id("5"), OldSHA: id("1")},
		{Path: "c", SHA: id("a"), OldSHA: id("3"), Mode: Symlink},
		{Path: "d", Status: Removed, OldSHA: id("4")},
		{Path: "e", OldPath: "b", Status: Renamed, SHA: id("2"), OldSHA: id("2")},
		{Path: "f", Status: Added, SHA: id("6")},
		{Path: "sub", Status: Added, SHA: strings.Repeat("1", 40), Mode: Submodule},
	}
	commits, err := o.Diff(ctx, base, r.git("rev-parse", "HEAD"))
	must(t, err)
	equal(t, "commits", want, commits)
	// In a work tree what has not been read has no id.
	for _, i := range []int{0, 1, 3, 4} {
		want[i].SHA = ""
	}
	work, err := o.DiffWorkTree(ctx, base)
	must(t, err)
	equal(t, "work tree", want, work)
}

func TestDiffLeavesOutNamesThatAreNotUTF8(t *testing.T) {
	r := newRepo(t)
	lines := r.object("blob", numbers(0, 9))
	base := r.commitOf("100644 blob "+lines+"\tgood", "100644 blob "+lines+"\tz")
	head := r.commitOf("100644 blob "+lines+"\tbad\xff", "100644 blob "+r.object("blob", "x")+"\tz")
	o, ctx := r.open(), context.Background()
	forth, err := o.Diff(ctx, base, head)
	must(t, err)
	equal(t, "renamed to it", []string{"D good", "M z"}, told(forth))
	back, err := o.Diff(ctx, head, base)
	must(t, err)
	equal(t, "renamed from it", []string{"A good", "M z"}, told(back))
}

func TestManyMovedFilesAreRenames(t *testing.T) {
	before, after := map[string]string{}, map[string]string{}
	var want []string
	for i := range 3000 { // more than are compared line by line
		before[fmt.Sprintf("old/%04d", i)] = "the same everywhere"
		after[fmt.Sprintf("new/%04d", i)] = "the same everywhere"
		want = append(want, fmt.Sprintf("R old/%04d > new/%04d", i, i))
	}
	changes, err := Compare(context.Background(), Memory("", before), Memory("", after))
	must(t, err)
	equal(t, "equal", want, told(changes))
	for path := range maps.Clone(after) {
		after[path] += path
	}
	changes, err = Compare(context.Background(), Memory("", before), Memory("", after))
	must(t, err)
	equal(t, "edited", 6000, len(changes))
}

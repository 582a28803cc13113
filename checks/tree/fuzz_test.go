package tree

import (
	"bufio"
	"bytes"
	"hash/maphash"
	"io/fs"
	"testing"
)

// FuzzGitOutput feeds the readers of git's output; the first byte chooses one.
func FuzzGitOutput(f *testing.F) {
	id := "ce013625030ba8dba906f756967f9e9ca394464a"
	for _, seed := range []string{
		"\x00100644 blob " + id + "\ta\x00",
		"\x01:100644 100644 " + id + " " + id + " R100\x00a\x00b\x00:100644 000000 " + id + " " + id + " D\x00c\x00",
		"\x02H 100644 " + id + " 0\ta\nb\x00  ctime: 1:2\n  mtime: 3:4\n  dev: 5\tino: 6\n  uid: 0\tgid: 0\n  size: 2\tflags: 0\nS 100644 " + id + " 0\tc\x00",
		"\x03" + id + " blob 3\nabc\n", "\x03" + id + " missing\n",
		"\x04one\ntwo\n\x00two\nthree\n",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 {
			return
		}
		reader, data := data[0], data[1:]
		in := bufio.NewReaderSize(bytes.NewReader(data), maxRecord)
		switch reader % 5 {
		case 0:
			var entries []Entry
			_ = split(in, 0, func(record []byte) error {
				e, err := treeEntry(record)
				entries = append(entries, e)
				return err
			})
			sortedAndValid(t, newListing(entries).entries)
		case 1:
			var d rawDiff
			_ = split(in, 0, d.take)
			for _, c := range d.changes {
				if !fs.ValidPath(c.Path) || c.OldPath != "" && !fs.ValidPath(c.OldPath) {
					t.Errorf("a change with the name %q, %q", c.Path, c.OldPath)
				}
			}
		case 2:
			p := indexParser{found: map[string]tracked{}}
			_ = split(in, 0, p.take)
		case 3:
			c := catFile{out: in, bodies: true}
			o, err := c.answer("ce013625030ba8dba906f756967f9e9ca394464a")
			if err == nil && o.kind != "" && int64(len(o.body)) != o.size {
				t.Errorf("%d bytes of %d", len(o.body), o.size)
			}
		case 4:
			shares(t, data)
		}
	})
}

func sortedAndValid(t *testing.T, entries []Entry) {
	for i, e := range entries {
		if !fs.ValidPath(e.Path) || i > 0 && entries[i-1].Path >= e.Path {
			t.Errorf("%q at %d", e.Path, i)
		}
	}
}

func shares(t *testing.T, data []byte) {
	one, other, _ := bytes.Cut(data, []byte{0})
	seed := maphash.MakeSeed()
	m := Memory("", map[string]string{"one": string(one), "other": string(other)})
	a, b := linesOf(m, "one", seed), linesOf(m, "other", seed)
	share := a.share(b)
	if share < 0 || share > 1 || share != b.share(a) {
		t.Errorf("%q and %q share %v and %v", one, other, share, b.share(a))
	}
	if self := a.share(a); len(one) > 0 && len(one) <= maxCompared && self != 1 {
		t.Errorf("%q shares %v with itself", one, self)
	}
}

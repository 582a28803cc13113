package iac

import (
	"testing"

	"github.com/checkrein/checkrein/fixtures/mixedtree"
)

// The tree that is measured on holds what its files seem to be: a malformed file costs
// other work than a good one.
func TestMixedTreeIsRead(t *testing.T) {
	const n = 1000
	read, sites := 0, 0
	for name, text := range mixedtree.Files(n) {
		f := Read(name, []byte(text))
		if f == nil {
			continue
		}
		read++
		sites += len(f.Sites)
		if len(f.Unread) > 0 {
			t.Errorf("%s: %v", name, f.Unread[0])
		}
	}
	if want := mixedtree.Read(n); read < want || sites < n {
		t.Errorf("%d files of a format and %d images, want %d and %d at least", read, sites, want, n)
	}
}

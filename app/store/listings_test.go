package store

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/pull"
)

func TestListings(t *testing.T) {
	s, clock := openTest(t)
	put := func(commit, reader string) pull.Listing {
		t.Helper()
		clock.advance(time.Second)
		l := pull.Listing{Commit: commit, Reader: reader, Learned: noon, Data: []byte(commit + reader)}
		must(t, s.PutListing(t.Context(), 42, l))
		return l
	}
	first := put("first", "1")
	for i := range mostListings - 1 {
		put(fmt.Sprintf("commit %d", i), "1")
	}
	look := func(repository int64, commit, reader string) pull.Listing {
		t.Helper()
		l, found, err := s.Listing(t.Context(), repository, commit, reader)
		must(t, err)
		if found != (l.Commit != "") {
			t.Errorf("found %v: %+v", found, l)
		}
		return l
	}
	if diff := cmp.Diff(first, look(42, "first", "1")); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	for _, absent := range []pull.Listing{look(42, "first", "2"), look(43, "first", "1"), look(42, "none", "1"), look(43, "", "1")} {
		if absent.Commit != "" {
			t.Errorf("%+v was found", absent)
		}
	}
	clock.advance(time.Second)
	s.UseListing(42, "first")
	must(t, s.queue.settle(t.Context()))
	put("of another reader", "2")
	if got := look(42, "", "1").Commit; got != "first" {
		t.Errorf("used last: %s", got)
	}
	if got := look(42, "commit 0", "1").Commit + look(42, "first", "1").Commit; got != "first" {
		t.Errorf("kept: %q; the one that was used least lately must go", got)
	}
	put("first", "2") // read anew by another reader
	if look(42, "first", "1").Commit != "" || look(42, "first", "2").Commit != "first" {
		t.Error("one commit is kept with two readers")
	}
	must(t, s.Purge(t.Context(), noon))
	if n := one[int](t, s, `SELECT count(*) FROM listings`); n != mostListings {
		t.Errorf("%d listings are left, want %d", n, mostListings)
	}
	must(t, s.Purge(t.Context(), noon.Add(time.Minute)))
	if n := one[int](t, s, `SELECT count(*) FROM listings`); n != 0 {
		t.Errorf("%d listings are left that are older than their facts may be", n)
	}
}

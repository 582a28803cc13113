package tree

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strconv"
	"strings"
)

// maxEntries bounds a listing: a few hostile tree objects that name each other can
// stand for billions of paths.
const maxEntries = 1_000_000

// listing is the list of paths that every tree of this package has.
type listing struct {
	entries []Entry // sorted by path, each path once
	unread  []string
}

// newListing sorts the entries. Names that fs.ValidPath refuses (not UTF-8, "..",
// empty parts) and names that a damaged tree has twice are unread: what they mean
// depends on who reads them.
func newListing(all []Entry) listing {
	var l listing
	for _, e := range all {
		if !fs.ValidPath(e.Path) {
			l.unread = append(l.unread, strconv.Quote(e.Path))
			continue
		}
		l.entries = append(l.entries, e)
	}
	slices.SortStableFunc(l.entries, byPath)
	l.dropTwins()
	slices.Sort(l.unread)
	return l
}

func byPath(a, b Entry) int { return strings.Compare(a.Path, b.Path) }

// dropTwins moves every path that stands more than once to unread.
func (l *listing) dropTwins() {
	kept := l.entries[:0]
	for i := 0; i < len(l.entries); {
		end := i + 1
		for end < len(l.entries) && l.entries[end].Path == l.entries[i].Path {
			end++
		}
		if end == i+1 {
			kept = append(kept, l.entries[i])
		} else {
			l.unread = append(l.unread, strconv.Quote(l.entries[i].Path))
		}
		i = end
	}
	l.entries = kept
}

// index is the place of path, or where it would stand, and whether it is there.
func (l *listing) index(path string) (int, bool) {
	return slices.BinarySearchFunc(l.entries, path, func(e Entry, path string) int {
		return strings.Compare(e.Path, path)
	})
}

// Lookup implements Tree.
func (l *listing) Lookup(path string) (Entry, bool) {
	i, ok := l.index(path)
	if !ok {
		return Entry{}, false
	}
	return l.entries[i], true
}

// List implements Tree.
func (l *listing) List(context.Context) ([]Entry, []string, error) {
	return slices.Clone(l.entries), slices.Clone(l.unread), nil
}

// regular is the entry of a path that may be read, or why it may not.
func (l *listing) regular(path string) (Entry, error) {
	i, ok := l.index(path)
	if ok && l.entries[i].Mode == Regular {
		return l.entries[i], nil
	}
	if ok || l.isFolder(path) {
		return Entry{}, unreadable(path, ErrNotRegular)
	}
	return Entry{}, unreadable(path, fs.ErrNotExist)
}

func (l *listing) isFolder(path string) bool {
	if path == "." {
		return true
	}
	i, _ := l.index(path + "/")
	return i < len(l.entries) && strings.HasPrefix(l.entries[i].Path, path+"/")
}

func unreadable(path string, err error) error {
	return fmt.Errorf("read %s: %w", strconv.Quote(path), err)
}

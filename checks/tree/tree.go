// Package tree reads repositories: a git commit, a work tree, or memory.
// The tree that GitHub serves lives in app/hub.
package tree

import (
	"context"
	"errors"
)

// Mode is the kind of an entry, as git records it.
type Mode uint8

const (
	Regular   Mode = iota // 100644 or 100755
	Symlink               // 120000: listed, never followed
	Submodule             // 160000: listed, never followed
)

// Entry is one path of a tree. SHA is the git blob id in hex; it is empty for
// a file of a work tree that has not been read yet.
type Entry struct {
	Path string
	SHA  string
	Mode Mode
}

// MaxFile is the largest file that is read, in bytes. A larger one is ErrTooLarge:
// no hand-written infrastructure file comes near it, and parsers stay bounded.
const MaxFile = 4 << 20

var (
	// ErrTooLarge is returned for a file over MaxFile.
	ErrTooLarge = errors.New("file is larger than 4 MiB")
	// ErrNotRegular is returned for a symlink, a submodule or a directory.
	ErrNotRegular = errors.New("not a regular file")
)

// Tree is a repository at one commit, read-only. Implementations are safe for
// concurrent use.
type Tree interface {
	// Commit is the full commit id, or "worktree".
	Commit() string
	// Lookup tells what is known of a path: the entry and true, or false when the
	// path does not exist or (remote trees) has not been asked for yet.
	Lookup(path string) (Entry, bool)
	// List is every entry, sorted by path; names that are not UTF-8 are in unread
	// (quoted as strconv.Quote does). A remote tree answers with what it knows.
	List(ctx context.Context) (entries []Entry, unread []string, err error)
	// Prefetch makes the paths readable, in as few requests as the source allows.
	// A path that does not exist is no error: Read answers fs.ErrNotExist.
	Prefetch(ctx context.Context, paths []string) error
	// Read is the content of a path: fs.ErrNotExist, ErrTooLarge, ErrNotRegular or
	// the reason why it could not be read. The bytes must not be changed.
	Read(path string) ([]byte, error)
}

// Want is a set of paths of one tree.
type Want struct {
	Tree  Tree
	Paths []string
}

// Batcher is a tree whose source can answer for several of its trees in one request.
type Batcher interface {
	Tree
	// PrefetchAll makes all wants readable; every Want.Tree has the same source.
	PrefetchAll(ctx context.Context, wants []Want) error
	// Source is equal for trees that can be read together.
	Source() any
}

// Prefetch makes paths of several trees readable: together where they share a
// source, one after the other where they do not.
func Prefetch(ctx context.Context, wants ...Want) error {
	joined := map[any][]Want{}
	var order []any
	for _, w := range wants {
		if w.Tree == nil || len(w.Paths) == 0 {
			continue
		}
		b, ok := w.Tree.(Batcher)
		if !ok {
			if err := w.Tree.Prefetch(ctx, w.Paths); err != nil {
				return err
			}
			continue
		}
		if _, seen := joined[b.Source()]; !seen {
			order = append(order, b.Source())
		}
		joined[b.Source()] = append(joined[b.Source()], w)
	}
	for _, source := range order {
		group := joined[source]
		if err := group[0].Tree.(Batcher).PrefetchAll(ctx, group); err != nil {
			return err
		}
	}
	return nil
}

// Lister is a tree that does not list everything until it is asked to.
type Lister interface {
	Tree
	// ListAll makes List answer with every entry. Errors: ErrIncomplete, or those of the source.
	ListAll(ctx context.Context) error
}

// ListAll makes a tree list every entry; most do anyway.
func ListAll(ctx context.Context, t Tree) error {
	if l, ok := t.(Lister); ok {
		return l.ListAll(ctx)
	}
	return nil
}

// Status is what happened to a path between two trees.
type Status uint8

const (
	Modified Status = iota
	Added
	Removed
	Renamed // OldPath is set; the content may have changed too
)

// Changed is one path that differs between the merge base and the head.
type Changed struct {
	Path    string
	OldPath string // the path at the merge base when it was renamed, else empty
	Status  Status
	SHA     string // blob id at the head; empty where removed or not known (work tree)
	OldSHA  string // blob id at the merge base; empty where added or not known
	Mode    Mode   // at the head
}

// Was is the path at the merge base.
func (c Changed) Was() string {
	if c.OldPath != "" {
		return c.OldPath
	}
	return c.Path
}

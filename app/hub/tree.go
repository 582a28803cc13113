package hub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks/tree"
)

const (
	// heldBytes bounds what one tree keeps in memory; an evaluation has two or three.
	heldBytes = 32 << 20
	// heldSingles bounds the files of one tree that are fetched one by one, so that a
	// change full of binary files cannot use up the budget.
	heldSingles = 50
)

var (
	// ErrHeld is Read's answer for a file beyond the 32 MiB one tree holds.
	ErrHeld = errors.New("the files read of this commit are larger than 32 MiB together")
	// ErrSingles is Read's answer for a file that is not plain text, after 50 such.
	ErrSingles = errors.New("more than 50 files that are not plain text were read of this commit")
	// ErrNotFetched is Read's answer for a path that was never prefetched.
	ErrNotFetched = errors.New("not fetched from GitHub")
	// ErrUnnamed is Read's answer for a path GitHub lists but does not find.
	ErrUnnamed = errors.New("GitHub lists this path but does not find it by its name")
)

// Tree is the repository at a commit, read from GitHub as paths are asked for. known
// are entries that are known already; their names and ids are trusted, their mode only
// where it is not Regular (a comparison does not tell it).
func (c *Client) Tree(repo Repo, commit string, known []tree.Entry) tree.Tree {
	t := &remote{client: c, repo: repo, commit: commit, order: c.trees.Add(1),
		entries: make(map[string]tree.Entry, len(known)), files: map[string]held{}}
	for _, e := range known {
		t.entries[e.Path] = e
	}
	return t
}

// remote implements tree.Batcher.
type remote struct {
	client *Client
	repo   Repo
	commit string
	order  int64

	asking sync.Mutex // held while GitHub is asked, so that no path is asked for twice
	listed bool       // every entry is known; of asking

	mu      sync.RWMutex
	entries map[string]tree.Entry
	files   map[string]held
	bytes   int64
	singles int
}

// held is the outcome of asking for a path.
type held struct {
	data []byte
	err  error
}

// source is equal for trees of one repository as one installation sees it.
type source struct {
	client *Client
	repo   Repo
}

func (t *remote) Commit() string { return t.commit }
func (t *remote) Source() any    { return source{t.client, t.repo} }

func (t *remote) Lookup(path string) (tree.Entry, bool) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	e, ok := t.entries[path]
	return e, ok
}

func (t *remote) List(context.Context) (entries []tree.Entry, unread []string, err error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, e := range t.entries {
		entries = append(entries, e)
	}
	return sorted(entries), nil, nil
}

func sorted(entries []tree.Entry) []tree.Entry {
	slices.SortFunc(entries, func(a, b tree.Entry) int { return strings.Compare(a.Path, b.Path) })
	return entries
}

// ListAll implements tree.Lister: one REST request, the first time.
func (t *remote) ListAll(ctx context.Context) error {
	t.asking.Lock()
	defer t.asking.Unlock()
	if t.listed {
		return nil
	}
	entries, err := t.client.Listing(ctx, t.repo, t.commit)
	if err != nil {
		return err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, e := range entries {
		t.entries[e.Path] = e
	}
	t.listed = true
	return nil
}

func (t *remote) Read(path string) ([]byte, error) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	if f, ok := t.files[path]; ok {
		return f.data, f.err
	}
	if e, ok := t.entries[path]; ok && e.Mode != tree.Regular {
		return nil, tree.ErrNotRegular
	}
	return nil, ErrNotFetched
}

func (t *remote) Prefetch(ctx context.Context, paths []string) error {
	return t.PrefetchAll(ctx, []tree.Want{{Tree: t, Paths: paths}})
}

// PrefetchAll asks for all paths of all trees, 50 in one GraphQL request, and for those
// that GraphQL cannot give as whole text one by one. A path of its own trouble (missing,
// too large, false bytes) is no error here: Read tells.
func (t *remote) PrefetchAll(ctx context.Context, wants []tree.Want) error {
	trees, err := t.together(wants)
	if err != nil {
		return err
	}
	for _, other := range trees {
		other.asking.Lock()
		defer other.asking.Unlock()
	}
	var paths []lookup
	for _, w := range wants {
		paths = append(paths, w.Tree.(*remote).missing(w.Paths)...)
	}
	slices.SortFunc(paths, func(a, b lookup) int {
		return cmp.Or(cmp.Compare(a.tree.order, b.tree.order), cmp.Compare(a.path, b.path))
	})
	for part := range slices.Chunk(slices.Compact(paths), pathsPerQuery) {
		if err := t.fetch(ctx, part); err != nil {
			return explain(fmt.Sprintf("reading %d files of %s", len(part), t.repo), err)
		}
	}
	return nil
}

// together lists the trees, each once and in the order they were made: all who lock
// several lock in this order.
func (t *remote) together(wants []tree.Want) ([]*remote, error) {
	var trees []*remote
	for _, w := range wants {
		other, ok := w.Tree.(*remote)
		if !ok || other.Source() != t.Source() {
			return nil, errors.New("trees of different sources cannot be read together")
		}
		trees = append(trees, other)
	}
	slices.SortFunc(trees, func(a, b *remote) int { return cmp.Compare(a.order, b.order) })
	return slices.Compact(trees), nil
}

// missing are the paths that must be asked for; what needs no asking is settled here.
func (t *remote) missing(paths []string) []lookup {
	t.mu.Lock()
	defer t.mu.Unlock()
	var list []lookup
	for _, path := range paths {
		_, asked := t.files[path]
		switch e, known := t.entries[path]; {
		case asked || (known && e.Mode != tree.Regular):
		case !utf8.ValidString(path) || strings.ContainsRune(path, 0):
			t.files[path] = held{err: fmt.Errorf("a name that is not UTF-8: %w", fs.ErrInvalid)}
		case !fs.ValidPath(path) || path == ".":
			t.files[path] = held{err: fs.ErrNotExist}
		default:
			list = append(list, lookup{t, path})
		}
	}
	return list
}

// single fetches a blob that GraphQL cannot give.
func (t *remote) single(ctx context.Context, id string) ([]byte, error) {
	t.mu.Lock()
	t.singles++
	over := t.singles > heldSingles
	t.mu.Unlock()
	if over {
		return nil, ErrSingles
	}
	return t.client.blob(ctx, t.repo, id)
}

// settle keeps the outcome for one path.
func (t *remote) settle(path string, e *graphEntry, data []byte, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if e != nil {
		if kind, ok := e.kind(); ok {
			t.entries[path] = tree.Entry{Path: path, SHA: e.OID, Mode: kind}
		}
	} else if _, known := t.entries[path]; known && errors.Is(err, fs.ErrNotExist) {
		err = ErrUnnamed
	}
	if t.bytes += int64(len(data)); t.bytes > heldBytes {
		t.bytes -= int64(len(data))
		data, err = nil, ErrHeld
	}
	t.files[path] = held{data, err}
}

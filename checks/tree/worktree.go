package tree

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"strings"
	"sync"
	"time"
)

// workTree is what stands in the folder of a repository.
type workTree struct {
	disk    disk
	blobs   *blobs
	tracked map[string]tracked
	written time.Time // of the index

	mu sync.Mutex
	listing
}

// WorkTree is the work tree as it stands: tracked files that are there, and untracked
// ones that are not ignored. Contents are the bytes on disk; of a path that a sparse
// checkout leaves out, the index's. A submodule has the commit that the index names;
// a repository inside the work tree that is not tracked is listed as a submodule
// without one. What lies behind a symlink is not there.
func (r *Repository) WorkTree(ctx context.Context) (Tree, error) {
	w, err := r.workTree(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the work tree: %w", err)
	}
	return w, nil
}

func (r *Repository) workTree(ctx context.Context) (*workTree, error) {
	if r.disk == nil {
		return nil, ErrNoWorkTree
	}
	index, written, err := r.index(ctx)
	if err != nil {
		return nil, err
	}
	at := folders{root: r.disk, seen: map[string]map[string]fs.FileMode{}}
	var entries []Entry
	for _, t := range index {
		if e, ok := t.entry(at); ok {
			entries = append(entries, e)
		}
	}
	err = r.git.records(ctx, func(record []byte) error {
		if len(entries) >= maxEntries {
			return fmt.Errorf("more than %d files", maxEntries)
		}
		if e, ok := untracked(string(record), at); ok {
			entries = append(entries, e)
		}
		return nil
	}, "ls-files", "-z", "--others", "--exclude-standard")
	if err != nil {
		return nil, err
	}
	return &workTree{disk: disk{r.disk}, blobs: r.blobs, tracked: index, written: written, listing: newListing(entries)}, nil
}

// entry is a tracked path as it stands on disk; false when it does not.
func (t tracked) entry(at folders) (Entry, bool) {
	e := Entry{Path: t.path, Mode: t.mode}
	if t.absent || !fs.ValidPath(t.path) {
		e.SHA = t.sha
		return e, true
	}
	kind, ok := at.kind(t.path)
	switch {
	case !ok:
		return e, false
	case kind.IsDir():
		e.SHA = t.sha
		return e, t.mode == Submodule
	case kind == fs.ModeSymlink:
		e.Mode = Symlink
	default:
		e.Mode = Regular // a pipe or a device too: reading tells
	}
	return e, true
}

// untracked is the entry of a path that git does not track; a trailing slash marks a
// repository of its own.
func untracked(path string, at folders) (Entry, bool) {
	if name, is := strings.CutSuffix(path, "/"); is {
		return Entry{Path: name, Mode: Submodule}, true
	}
	if !fs.ValidPath(path) {
		return Entry{Path: path}, true
	}
	kind, ok := at.kind(path)
	if kind == fs.ModeSymlink {
		return Entry{Path: path, Mode: Symlink}, ok
	}
	return Entry{Path: path, Mode: Regular}, ok && !kind.IsDir()
}

// WorkTreeName is what a tree without a commit gives as its commit.
const WorkTreeName = "worktree"

func (w *workTree) Commit() string { return WorkTreeName }

func (w *workTree) Lookup(path string) (Entry, bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.listing.Lookup(path)
}

func (w *workTree) List(ctx context.Context) ([]Entry, []string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.listing.List(ctx)
}

// Prefetch does nothing: reading a disk needs no request.
func (w *workTree) Prefetch(context.Context, []string) error { return nil }

func (w *workTree) Read(path string) ([]byte, error) {
	w.mu.Lock()
	_, err := w.regular(path)
	w.mu.Unlock()
	if err != nil {
		return nil, err
	}
	data, err := w.content(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	w.learn(path, BlobID(data))
	return data, nil
}

func (w *workTree) content(path string) ([]byte, error) {
	if t := w.tracked[path]; t.absent {
		return w.blobs.read(t.sha)
	}
	return w.disk.read(path)
}

// learn notes the blob id of what was read.
func (w *workTree) learn(path, id string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i, ok := w.index(path); ok {
		w.entries[i].SHA = id
	}
}

// identify is the id that git would record for an entry now. Filters and line ends are
// settled without running anything: a file that git has seen in this state has the
// index's id, and one whose bytes give the id like once CRLF is LF has that id (what
// core.autocrlf checks out). Any other has the id of its bytes.
func (w *workTree) identify(ctx context.Context, e Entry, like string) (string, error) {
	t, known := w.tracked[e.Path]
	if e.Mode == Submodule || t.absent {
		return e.SHA, nil
	}
	if e.Mode == Symlink {
		target, err := w.disk.root.Readlink(e.Path)
		return BlobID([]byte(target)), err
	}
	info, err := w.disk.root.Lstat(e.Path)
	if err != nil {
		return "", err
	}
	if known && t.unchanged(info, w.written) {
		return t.sha, nil
	}
	if like == "" && info.Size() > MaxFile {
		return "", ErrTooLarge // only its being renamed hangs on it
	}
	id, err := w.disk.blobID(ctx, e.Path)
	if err != nil || id == like || info.Size() > MaxFile {
		return id, err
	}
	data, err := w.disk.read(e.Path)
	if err == nil && BlobID(bytes.ReplaceAll(data, []byte("\r\n"), []byte("\n"))) == like {
		return like, nil
	}
	return id, err
}

// DiffWorkTree lists what differs between a commit (or EmptyTree) and the work tree,
// untracked files included, sorted by path: Compare with the work tree as it stands now.
// SHA is left empty where the file has not been read; a path that cannot be read counts
// as changed. Who holds both trees already calls Compare, which does not list them again.
func (r *Repository) DiffWorkTree(ctx context.Context, base string) ([]Changed, error) {
	from, err := r.Commit(ctx, base)
	if err != nil {
		return nil, err
	}
	to, err := r.workTree(ctx)
	if err != nil {
		return nil, err
	}
	return Compare(ctx, from, to)
}

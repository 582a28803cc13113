package tree

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"runtime"
	"sync"
	"syscall"

	"golang.org/x/sync/errgroup"
)

// Folder is a plain folder as a tree: every regular file below it and, never followed,
// every symlink; without .git. An unreadable folder is an error.
func Folder(ctx context.Context, dir string) (Tree, error) {
	// A pipe is not opened: that would wait for its other end.
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, fmt.Errorf("open folder: %s is not a folder", dir)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("open folder: %w", err)
	}
	entries, err := walkFolder(ctx, root)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("list %s: %w", dir, err), root.Close())
	}
	return &workTree{disk: disk{root}, listing: newListing(entries)}, nil
}

// walk lists a folder, several of the folders in it at the same time. Entries come in no order.
type walk struct {
	root  *os.Root
	group *errgroup.Group
	ctx   context.Context // the group's: it ends with the first error

	mu      sync.Mutex
	entries []Entry
}

func walkFolder(ctx context.Context, root *os.Root) ([]Entry, error) {
	w := &walk{root: root}
	w.group, w.ctx = errgroup.WithContext(ctx)
	w.group.SetLimit(runtime.GOMAXPROCS(0))
	w.group.Go(func() error { return w.folder(".") })
	err := w.group.Wait()
	return w.entries, err
}

// folder lists one folder and what is in it, with the help of whoever has nothing to do.
func (w *walk) folder(dir string) error {
	in, err := readFolder(w.root, dir)
	if err = errors.Join(err, w.ctx.Err()); err != nil {
		return err
	}
	var folders []string
	var entries []Entry
	for _, d := range in {
		name := path.Join(dir, d.Name())
		e, into := found(name, d)
		entries = append(entries, e...)
		if into {
			folders = append(folders, name)
		}
	}
	if err := w.add(entries); err != nil {
		return err
	}
	for _, name := range folders {
		if !w.group.TryGo(func() error { return w.folder(name) }) {
			if err := w.folder(name); err != nil {
				return err
			}
		}
	}
	return nil
}

// readFolder lists a folder in no order. It is opened without waiting, should it have become
// a pipe, and so that nobody asks whether it has to be waited for.
func readFolder(root *os.Root, dir string) ([]fs.DirEntry, error) {
	opened, err := root.OpenFile(dir, os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer opened.Close()
	return opened.ReadDir(-1)
}

func (w *walk) add(entries []Entry) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.entries)+len(entries) > maxEntries {
		return fmt.Errorf("more than %d files", maxEntries)
	}
	w.entries = append(w.entries, entries...)
	return nil
}

// found is what a folder's entry is listed as, and whether the walk goes into it.
func found(path string, d fs.DirEntry) (listed []Entry, into bool) {
	switch {
	case d.Name() == ".git":
		return nil, false
	case !fs.ValidPath(path):
		return []Entry{{Path: path}}, false
	case d.Type() == fs.ModeSymlink:
		return []Entry{{Path: path, Mode: Symlink}}, false
	case d.Type().IsRegular():
		return []Entry{{Path: path}}, false
	}
	return nil, d.IsDir()
}

package tree

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
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
	var entries []Entry
	err = fs.WalkDir(root.FS(), ".", func(path string, d fs.DirEntry, err error) error {
		if err = errors.Join(err, ctx.Err()); err != nil {
			return err
		}
		if len(entries) >= maxEntries {
			return fmt.Errorf("more than %d files", maxEntries)
		}
		e, walk := found(path, d)
		entries = append(entries, e...)
		return walk
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("list %s: %w", dir, err), root.Close())
	}
	return &workTree{disk: disk{root}, listing: newListing(entries)}, nil
}

// found is what the walk of a folder makes of a name.
func found(path string, d fs.DirEntry) ([]Entry, error) {
	switch {
	case d.Name() == ".git":
		if d.IsDir() {
			return nil, fs.SkipDir
		}
		return nil, nil
	case !fs.ValidPath(path):
		if d.IsDir() {
			return []Entry{{Path: path}}, fs.SkipDir
		}
		return []Entry{{Path: path}}, nil
	case d.Type() == fs.ModeSymlink:
		return []Entry{{Path: path, Mode: Symlink}}, nil
	case d.Type().IsRegular():
		return []Entry{{Path: path}}, nil
	}
	return nil, nil
}

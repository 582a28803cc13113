package tree

import (
	"bytes"
	"context"
	"errors"
	"fmt"
)

// commitTree is a tree of git objects.
type commitTree struct {
	listing
	id    string
	blobs *blobs
}

// Commit is the tree of a commit (or of EmptyTree), by full id. Errors: *ShallowError,
// *MissingError, or why it cannot be listed.
func (r *Repository) Commit(ctx context.Context, id string) (Tree, error) {
	if err := checkID(id); err != nil {
		return nil, err
	}
	var entries []Entry
	err := r.git.records(ctx, func(record []byte) error {
		if len(entries) == maxEntries {
			return fmt.Errorf("more than %d files", maxEntries)
		}
		e, err := treeEntry(record)
		entries = append(entries, e)
		return err
	}, "ls-tree", "-r", "-z", "--full-tree", id)
	if err != nil {
		if exitCode(err) > 0 && !r.has(ctx, id+"^{tree}") {
			return nil, r.gap(id)
		}
		return nil, fmt.Errorf("list %s: %w", id, err)
	}
	return &commitTree{listing: newListing(entries), id: id, blobs: r.blobs}, nil
}

// treeEntry reads "<mode> <type> <id>\t<path>".
func treeEntry(record []byte) (Entry, error) {
	head, path, ok := bytes.Cut(record, []byte("\t"))
	fields := bytes.Fields(head)
	if !ok || len(fields) != 3 {
		return Entry{}, fmt.Errorf("unexpected entry %q", record)
	}
	mode, err := modeOf(string(fields[0]))
	return Entry{Path: string(path), SHA: string(fields[2]), Mode: mode}, err
}

// modeOf is the kind of an entry by git's octal mode. Old histories hold modes like
// 100664; git takes them for plain files.
func modeOf(octal string) (Mode, error) {
	switch {
	case len(octal) != 6:
	case octal[:2] == "10":
		return Regular, nil
	case octal == "120000":
		return Symlink, nil
	case octal == "160000":
		return Submodule, nil
	}
	return Regular, fmt.Errorf("unexpected mode %q", octal)
}

func (t *commitTree) Commit() string { return t.id }

// Prefetch reads ahead what fits into the repository's bounded memory.
func (t *commitTree) Prefetch(ctx context.Context, paths []string) error {
	var ids []string
	for _, path := range paths {
		if e, ok := t.Lookup(path); ok && e.Mode == Regular {
			ids = append(ids, e.SHA)
		}
	}
	if err := t.blobs.fetch(ctx, ids); err != nil {
		return fmt.Errorf("read ahead at %s: %w", t.id, err)
	}
	return nil
}

func (t *commitTree) Read(path string) ([]byte, error) {
	e, err := t.regular(path)
	if err != nil {
		return nil, err
	}
	data, err := t.blobs.read(e.SHA)
	if missing := (*MissingError)(nil); errors.As(err, &missing) {
		return nil, fmt.Errorf("read %q at %s: %w", path, t.id, err)
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	return data, nil
}

package tree

import (
	"context"
	"fmt"
	"slices"
)

// identifier is a tree whose entries may lack their blob ids until they are asked for;
// like is the id that an entry is compared with, or empty.
type identifier interface {
	identify(ctx context.Context, e Entry, like string) (string, error)
}

// Compare lists what differs between two trees, sorted by path. A removed file and an
// added one are a rename when their blob ids are equal, or else when half of the larger
// one's bytes or more are in lines that both have; the latter is not looked for among
// more than 200 files on a side, nor in files over 256 KiB.
func Compare(ctx context.Context, base, head Tree) ([]Changed, error) {
	c := comparison{base: base, head: head}
	if err := c.run(ctx); err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", head.Commit(), base.Commit(), err)
	}
	slices.SortFunc(c.changes, byNewPath)
	return c.changes, nil
}

type comparison struct {
	base, head Tree
	changes    []Changed
	removed    []Entry
	added      []Entry
}

func (c *comparison) run(ctx context.Context) error {
	before, _, err := c.base.List(ctx)
	if err != nil {
		return err
	}
	after, _, err := c.head.List(ctx)
	if err != nil {
		return err
	}
	for len(before) > 0 || len(after) > 0 {
		switch {
		case len(after) == 0 || len(before) > 0 && before[0].Path < after[0].Path:
			c.removed = append(c.removed, before[0])
			before = before[1:]
		case len(before) == 0 || after[0].Path < before[0].Path:
			c.added = append(c.added, after[0])
			after = after[1:]
		default:
			if err := c.both(ctx, before[0], after[0]); err != nil {
				return err
			}
			before, after = before[1:], after[1:]
		}
	}
	return c.rename(ctx)
}

// both compares a path that both trees have. One whose bytes cannot be read has changed.
func (c *comparison) both(ctx context.Context, old, now Entry) error {
	if old.Mode == now.Mode {
		id, err := c.id(ctx, now, old.SHA)
		if err == nil && id == old.SHA {
			return nil
		}
	}
	c.changes = append(c.changes, Changed{Path: now.Path, Status: Modified, SHA: now.SHA, OldSHA: old.SHA, Mode: now.Mode})
	return ctx.Err()
}

func (c *comparison) id(ctx context.Context, e Entry, like string) (string, error) {
	if i, ok := c.head.(identifier); ok {
		return i.identify(ctx, e, like)
	}
	return e.SHA, nil
}

// addedIDs are the blob ids of what was added; empty for what cannot be read, which is
// an added file all the same: reading it will tell.
func (c *comparison) addedIDs(ctx context.Context) []string {
	ids := make([]string, len(c.added))
	for i, e := range c.added {
		if id, err := c.id(ctx, e, ""); err == nil {
			ids[i] = id
		}
	}
	return ids
}

// rename pairs removed and added files; what finds no partner is told as it is.
func (c *comparison) rename(ctx context.Context) error {
	p := pairing{base: c.base, head: c.head, from: map[string]Entry{}, taken: map[string]bool{}}
	if len(c.removed) > 0 {
		p.exact(c.removed, c.added, c.addedIDs(ctx))
		if err := p.similar(ctx, c.removed, c.added); err != nil {
			return err
		}
	}
	for _, e := range c.added {
		change := Changed{Path: e.Path, Status: Added, SHA: e.SHA, Mode: e.Mode}
		if old, ok := p.from[e.Path]; ok {
			change.Status, change.OldPath, change.OldSHA = Renamed, old.Path, old.SHA
		}
		c.changes = append(c.changes, change)
	}
	for _, e := range c.removed {
		if !p.taken[e.Path] {
			c.changes = append(c.changes, Changed{Path: e.Path, Status: Removed, OldSHA: e.SHA, Mode: e.Mode})
		}
	}
	return ctx.Err()
}

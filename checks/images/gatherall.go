package images

import (
	"context"
	"fmt"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/spread"
	"github.com/checkrein/checkrein/checks/tree"
)

// chunk is how many files are asked for at once when a whole tree is read.
const chunk = 256

// gatherAll reads every file of the tree that some reader takes, several at a time.
func (c *Check) gatherAll(ctx context.Context, s *side, progress func(done, total int)) error {
	entries, unread, err := s.tree.List(ctx)
	if err != nil {
		return fmt.Errorf("list the tree: %w", err)
	}
	for _, name := range unread {
		s.unread = append(s.unread, checks.Unread{Path: name, Kind: checks.Unsupported, Reason: "the name is not UTF-8"})
	}
	var paths []string
	for _, e := range entries {
		if e.Mode == tree.Regular && c.Reads(e.Path) {
			paths = append(paths, e.Path)
		}
	}
	files := make([]loaded, len(paths))
	spread.Jobs(ahead(ctx, s.tree, paths, progress, &err), func(_, i int) { files[i] = c.load(s.tree, paths[i]) })
	if err != nil {
		return fmt.Errorf("read the tree: %w", err)
	}
	for i, l := range files {
		if l.File != nil || l.Bytes > 0 || l.err != nil {
			s.keep(paths[i], l)
		}
	}
	return nil
}

// ahead gives the places of paths one after the other, and asks the tree for the next
// chunk while the last files of the one before are read. It ends early with an error.
func ahead(ctx context.Context, t tree.Tree, paths []string, progress func(done, total int), failed *error) func(yield func(int) bool) {
	return func(yield func(int) bool) {
		for first := 0; first < len(paths); first += chunk {
			next := min(first+chunk, len(paths))
			if *failed = t.Prefetch(ctx, paths[first:next]); *failed != nil {
				return
			}
			for i := first; i < next; i++ {
				if *failed = ctx.Err(); *failed != nil || !yield(i) {
					return
				}
			}
			if progress != nil {
				progress(next, len(paths))
			}
		}
	}
}

package pull

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/checkrein/checkrein/checks/tree"
)

// hangs are the paths that a verdict hangs on, besides what people say.
type hangs struct {
	paths map[string]bool
	any   bool // too many to name
}

// mostHangs bounds what is kept of one head.
const mostHangs = 2000

// hangs are the paths of the change, the untouched ones whose meaning hangs on them, and
// those that the checks have asked for.
func (c *gathered) hangs() hangs {
	h := hangs{paths: map[string]bool{}}
	for _, f := range c.diff.Files {
		h.paths[f.Path], h.paths[f.Was()] = true, true
	}
	for _, p := range c.change.Dependents {
		h.paths[p] = true
	}
	if c.read != nil {
		maps.Copy(h.paths, c.read.seen())
	}
	if len(h.paths) > mostHangs || c.diff.Problem != "" {
		return hangs{any: true}
	}
	return h
}

// hanging joins what the verdicts of a head hang on.
func hanging(all []judged) (paths []string, any bool) {
	joined := map[string]bool{}
	for _, one := range all {
		maps.Copy(joined, one.hangs.paths)
		any = any || one.hangs.any
	}
	if any || len(joined) > mostHangs {
		return nil, true
	}
	return slices.Sorted(maps.Keys(joined)), false
}

// recorder is a tree that remembers which paths were asked for, there or not. All trees
// of a change are recorders: only equal kinds can be read together.
type recorder struct {
	tree.Tree
	known bool // it lists every file that some check reads
	mu    sync.Mutex
	paths map[string]bool
}

func record(t tree.Tree) *recorder { return &recorder{Tree: t, paths: map[string]bool{}} }

func (r *recorder) note(paths []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, p := range paths {
		r.paths[p] = true
	}
}

func (r *recorder) seen() map[string]bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return maps.Clone(r.paths)
}

// Lookup implements tree.Tree: of a file whose facts are kept nothing more is asked.
func (r *recorder) Lookup(path string) (tree.Entry, bool) {
	r.note([]string{path})
	return r.Tree.Lookup(path)
}

// ListAll implements tree.Lister: afterwards the tree lists every file that some check reads.
func (r *recorder) ListAll(ctx context.Context) error {
	if r.known {
		return nil
	}
	return tree.ListAll(ctx, r.Tree)
}

// Prefetch implements tree.Tree.
func (r *recorder) Prefetch(ctx context.Context, paths []string) error {
	r.note(paths)
	return r.Tree.Prefetch(ctx, paths)
}

// Source implements tree.Batcher: the tree inside decides what it can be read with.
func (r *recorder) Source() any {
	if b, ok := r.Tree.(tree.Batcher); ok {
		return b.Source()
	}
	return r
}

// PrefetchAll implements tree.Batcher.
func (r *recorder) PrefetchAll(ctx context.Context, wants []tree.Want) error {
	inside := slices.Clone(wants)
	for i, w := range wants {
		if same, ok := w.Tree.(*recorder); ok {
			same.note(w.Paths)
			inside[i].Tree = same.Tree
		}
	}
	return tree.Prefetch(ctx, inside...)
}

package images

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/iac"
	"github.com/checkrein/checkrein/checks/tree"
)

// maxRounds is how often reading files may ask for further files; what one more
// round would ask for is defeated.
const maxRounds = 4

// side is one tree with the files read from it.
type side struct {
	tree   tree.Tree
	known  map[string]known // by path; a file without File is none of ours
	unread []checks.Unread
	wanted []string
	// subjects are the sites that were judged; only where registries may be asked.
	subjects []subject
	// touched are the files that the change touches; unused when a whole tree is judged.
	touched     map[string]bool
	unitTouched map[unit]bool
	links
	// makers are files that were read only for what they build and push; makersLeft: there are more.
	makers     map[string]known
	makersLeft bool
	// before is what the merge base built; nil where a whole tree is judged.
	before *builtHere
}

// links is how the files that were read hang together.
type links struct {
	match    *matcher
	files    map[unit][]string
	together *together
	// By unit: which files hand it something, and in which ways it is used.
	users  map[unit][]user
	waysOf map[unit][]*way
	ownOf  map[unit]*way // as if nobody used it
	calls  map[call]*names
	// namesLeft is how many more names the uses of units may have.
	namesLeft int
	resolver  *iac.Resolver
	setsOf    *setsOf
	patchesBy map[string]patches
	belowOf   map[string]*below
	here      *builtHere
}

// gather reads the head and (when there is one) the merge base: first what the
// change touches and what hangs on it, then what those files name.
func (c *Check) gather(ctx context.Context, change checks.Change) (head, base *side, err error) {
	head = &side{tree: change.Head, known: map[string]known{}, touched: map[string]bool{}}
	if change.MergeBase == nil {
		return head, nil, c.gatherAll(ctx, head, change.Progress)
	}
	base = &side{tree: change.MergeBase, known: map[string]known{}, touched: map[string]bool{}}
	c.start(change, head, base)
	for range maxRounds {
		if len(head.wanted)+len(base.wanted) == 0 {
			return head, base, nil
		}
		if err := c.round(ctx, head, base); err != nil {
			return nil, nil, err
		}
	}
	head.defeat()
	return head, base, nil
}

// start wants the touched files, at their old path on the base, and the dependents on both.
func (c *Check) start(change checks.Change, head, base *side) {
	for _, f := range change.Files {
		if f.Status != tree.Removed && c.Reads(f.Path) && f.Mode == tree.Regular {
			head.wanted = append(head.wanted, f.Path)
			head.touched[f.Path] = true
		}
		if f.Status != tree.Added && c.Reads(f.Was()) {
			base.wanted = append(base.wanted, f.Was())
			base.touched[f.Was()] = true
		}
	}
	for _, p := range change.Dependents {
		if c.Reads(p) {
			head.wanted = append(head.wanted, p)
			base.wanted = append(base.wanted, p)
		}
	}
}

// round reads what both sides want, in one request where the trees allow it, and
// wants what the files just read name. A file that one side comes to by name is
// read on the other side too, so that old and new are compared like for like.
func (c *Check) round(ctx context.Context, head, base *side) error {
	head.recall(ctx, c)
	base.recall(ctx, c)
	if err := tree.Prefetch(ctx, tree.Want{Tree: head.tree, Paths: head.wanted}, tree.Want{Tree: base.tree, Paths: base.wanted}); err != nil {
		return fmt.Errorf("read the files of the change: %w", err)
	}
	for _, s := range []*side{head, base} {
		for _, p := range s.wanted {
			s.load(c, p)
		}
		s.wanted = nil
	}
	var named []string
	for _, s := range []*side{head, base} {
		names, err := s.named(ctx)
		if err != nil {
			return fmt.Errorf("list the files that the change may name: %w", err)
		}
		named = append(named, names...)
	}
	slices.Sort(named)
	for _, p := range slices.Compact(named) {
		head.want(p)
		base.want(p)
	}
	return nil
}

func (s *side) want(p string) {
	if _, done := s.known[p]; !done {
		s.wanted = append(s.wanted, p)
	}
}

// factsAhead is of how many files facts are asked for at once.
const factsAhead = 1024

// keys are where the facts of files are kept, by path.
func (s *side) keys(paths []string) map[string]FactKey {
	keys := make(map[string]FactKey, len(paths))
	for _, p := range paths {
		if e, ok := s.tree.Lookup(p); ok && e.SHA != "" && e.Mode == tree.Regular {
			keys[p] = key(p, e.SHA)
		}
	}
	return keys
}

// recall takes from the kept facts what need not be read.
func (s *side) recall(ctx context.Context, c *Check) {
	if c.facts == nil {
		return
	}
	ctx = context.WithoutCancel(ctx)
	for part := range slices.Chunk(s.wanted, factsAhead) {
		keys := s.keys(part)
		c.facts.Prefetch(ctx, slices.Collect(maps.Values(keys)))
		for p, key := range keys {
			data, ok := c.facts.Get(ctx, key)
			if k, readable := decode(data); ok && readable {
				s.known[p] = k
			}
		}
	}
	s.wanted = slices.DeleteFunc(s.wanted, func(p string) bool { _, ok := s.known[p]; return ok })
}

// load reads one file that was prefetched.
func (s *side) load(c *Check, p string) {
	if _, done := s.known[p]; !done {
		s.keep(p, c.load(s.tree, p))
	}
}

func (s *side) keep(p string, l loaded) {
	s.known[p] = l.known
	if l.err != nil {
		s.unread = append(s.unread, checks.Unread{Path: p, Kind: checks.Defeated, Reason: l.err.Error()})
	}
}

// loaded is what a file says, or why it was not read; nothing where there is no such file.
type loaded struct {
	known
	err error
}

func (c *Check) load(t tree.Tree, p string) loaded {
	data, err := t.Read(p)
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, tree.ErrNotRegular):
		return loaded{}
	case err != nil:
		return loaded{err: err}
	}
	k := c.read(p, data)
	if c.facts != nil {
		if e, ok := t.Lookup(p); ok && e.SHA != "" {
			c.facts.Put(context.Background(), key(p, e.SHA), k.encode())
		}
	}
	return loaded{known: k}
}

// defeat tells what is still wanted after the last round. It counts as touched: a
// chain of files must not hide what the change does at its end.
func (s *side) defeat() {
	for _, p := range s.wanted {
		s.unread = append(s.unread, checks.Unread{Path: p, Kind: checks.Defeated, Touched: true,
			Reason: fmt.Sprintf("files name files name files: this one would be read in round %d, and %d is the limit", maxRounds+1, maxRounds)})
	}
}

package deletions

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/pipeline"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

// Name is the check's name, the word before the slash in its rules.
const Name = "deletions"

// Check is the check of deletions under one policy.
type Check struct {
	policy  *policy.Policy
	ruleIDs []string
}

// New makes the check. rules are the ids that inline ignores may name.
func New(p *policy.Policy, rules []string) *Check {
	return &Check{policy: p, ruleIDs: rules}
}

// Name implements checks.Check.
func (c *Check) Name() string { return Name }

// Reads implements checks.Check: pipelines, and the files that they may call.
func (c *Check) Reads(path string) bool {
	return pipeline.Reads(path) && !c.policy.Ignores(Name, path)
}

// Learn implements checks.Check. Nothing is kept: what a file deletes hangs on who calls it.
func (c *Check) Learn(path, _ string, data []byte) []string {
	f := &file{path: path, File: pipeline.Read(path, data)}
	if f.File == nil {
		return nil
	}
	s := &side{check: c, files: map[string]*file{path: f}, wanted: map[string]bool{}}
	s.alone(f)
	return slices.Sorted(maps.Keys(s.wanted))
}

// Run implements checks.Check: it judges the pipelines that the change touches, or that
// call what it touches, at the head and at the merge base, and tells apart what is new.
func (c *Check) Run(ctx context.Context, change checks.Change) checks.Report {
	head, base, err := c.gather(ctx, change)
	if err != nil {
		return checks.Report{Check: Name, Err: err, Unread: []checks.Unread{{Kind: checks.Failed, Reason: err.Error()}}}
	}
	report := head.report()
	was := oldPaths(change)
	if base == nil {
		for i := range report.Findings {
			report.Findings[i].New = true
		}
	} else {
		old := base.report()
		fresh(head, base, report.Findings, old.Findings, was)
		policy.MarkNew(report.Ignores, old.Ignores, was)
	}
	for i := range report.Unread {
		report.Unread[i].Touched = report.Unread[i].Touched || change.Touches(report.Unread[i].Path)
	}
	checks.Sort(report.Findings)
	return report
}

// oldPaths maps a path of the head to its path at the merge base.
func oldPaths(change checks.Change) func(string) string {
	old := map[string]string{}
	for _, f := range change.Files {
		old[f.Path] = f.Was()
	}
	return func(p string) string {
		if was, ok := old[p]; ok {
			return was
		}
		return p
	}
}

// maxRounds is how often following callees may ask for further files; what one more round
// would ask for is defeated.
const maxRounds = 4

// gather reads the head and, where there is one, the merge base: first the pipelines, then
// what they call, what these call, and so on.
func (c *Check) gather(ctx context.Context, change checks.Change) (head, base *side, err error) {
	head = c.side(change.Head)
	if change.MergeBase == nil {
		return head, nil, c.gatherAll(ctx, head, change.Progress)
	}
	base = c.side(change.MergeBase)
	c.start(change, head, base)
	for range maxRounds {
		if len(head.wanted)+len(base.wanted) == 0 {
			return head, base, nil
		}
		if err := read(ctx, head, base); err != nil {
			return nil, nil, err
		}
		head.walk()
		base.walk()
	}
	head.defeat()
	return head, base, nil
}

// start wants the pipelines that are touched, or that call what is.
func (c *Check) start(change checks.Change, head, base *side) {
	for _, f := range change.Files {
		if f.Status != tree.Removed && f.Mode == tree.Regular && c.Reads(f.Path) {
			head.root(f.Path)
		}
		if f.Status != tree.Added && c.Reads(f.Was()) {
			base.root(f.Was())
		}
	}
	for _, p := range change.Dependents {
		if c.Reads(p) {
			head.root(p)
			base.root(p)
		}
	}
}

// read loads what both sides want, in one request where the trees allow it.
func read(ctx context.Context, head, base *side) error {
	want := func(s *side) tree.Want {
		return tree.Want{Tree: s.tree, Paths: slices.Sorted(maps.Keys(s.wanted))}
	}
	if err := tree.Prefetch(ctx, want(head), want(base)); err != nil {
		return fmt.Errorf("read the pipelines and what they call: %w", err)
	}
	for _, s := range []*side{head, base} {
		for p := range s.wanted {
			s.load(p)
		}
		clear(s.wanted)
	}
	return nil
}

// chunk is how many files are asked for at once when a whole tree is read.
const chunk = 256

// gatherAll reads the pipelines of a whole tree; what they call is read on the way.
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
	done := 0
	for part := range slices.Chunk(paths, chunk) {
		if err := s.tree.Prefetch(ctx, part); err != nil {
			return fmt.Errorf("read the tree: %w", err)
		}
		for _, p := range part {
			s.roots[p] = true
		}
		s.loadAll(part)
		if done += len(part); progress != nil {
			progress(done, len(paths))
		}
	}
	s.walk()
	for range maxRounds { // what has a name that nobody would look for
		if len(s.wanted) == 0 {
			return nil
		}
		if err := read(ctx, s, c.side(nil)); err != nil {
			return err
		}
		s.walk()
	}
	return nil
}

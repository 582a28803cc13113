package pull

import (
	"context"
	"encoding/json"
	"fmt"
	"io"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

// baseTree is what is kept of a base's tree.
type baseTree struct {
	commit string
	Files  checks.Index `json:"files"`
	// Policy is the last valid policy file of the branch; it holds while a broken one stands there.
	Policy []byte `json:"policy,omitempty"`
}

// base is the base tree of a target's tip: kept, or brought up to date from the
// newest kept tree of that branch, or read whole from one streamed archive.
func (e *evaluation) base(ctx context.Context, t target) (*baseTree, error) {
	list := e.Checks(policy.Default(), e.facts) // what a policy leaves out today may count tomorrow
	kept, ok, err := e.Memory.Tree(ctx, e.repo.ID, t.tip.Tree)
	if err != nil {
		return nil, fmt.Errorf("look up the tree of %s: %w", t.base, err)
	}
	b := &baseTree{}
	if ok && json.Unmarshal(kept, b) == nil {
		b.commit = t.tip.Commit
		return b, nil
	}
	fresh, err := e.advance(ctx, t, list)
	if err == nil && fresh == nil {
		fresh, err = e.readBase(ctx, t, list)
	}
	if err != nil {
		return nil, err
	}
	fresh.commit = t.tip.Commit
	if t.validPolicy != nil {
		fresh.Policy = t.validPolicy
	}
	return fresh, e.keepBase(ctx, t, fresh)
}

func (e *evaluation) keepBase(ctx context.Context, t target, b *baseTree) error {
	data, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode the tree of %s: %w", t.base, err)
	}
	if err := e.facts.flush(); err != nil {
		return err
	}
	kept := BaseTree{Ref: t.base, Commit: t.tip.Commit, Tree: t.tip.Tree, Data: data}
	if err := e.Memory.PutTree(ctx, e.repo.ID, kept); err != nil {
		return fmt.Errorf("keep the tree of %s: %w", t.base, err)
	}
	return nil
}

// lastBase is the newest kept tree of a branch; nil where there is none.
func (e *evaluation) lastBase(ctx context.Context, branch string) (*baseTree, error) {
	last, ok, err := e.Memory.LastTree(ctx, e.repo.ID, branch)
	if err != nil {
		return nil, fmt.Errorf("look up the last tree of %s: %w", branch, err)
	}
	b := &baseTree{}
	if !ok || json.Unmarshal(last.Data, b) != nil || b.Files == nil {
		return nil, nil
	}
	b.commit = last.Commit
	return b, nil
}

// advance brings the branch's last kept tree up to the tip by what was pushed
// since; nil when there is none, or the branch was rewritten.
func (e *evaluation) advance(ctx context.Context, t target, list []checks.Check) (*baseTree, error) {
	b, err := e.lastBase(ctx, t.base)
	if b == nil || err != nil {
		return nil, err
	}
	diff, err := e.github.Compare(ctx, e.repo, b.commit, t.tip.Commit, 0)
	if err != nil {
		return nil, fmt.Errorf("compare %s with its last known tip: %w", t.base, err)
	}
	if diff.Problem != "" || diff.MergeBase != b.commit {
		return nil, nil
	}
	return b, e.apply(ctx, b, t, diff, list)
}

// apply takes a push over into a base tree.
func (e *evaluation) apply(ctx context.Context, b *baseTree, t target, diff hub.Comparison, list []checks.Check) error {
	var read []string
	var entries []tree.Entry
	for _, f := range diff.Files {
		delete(b.Files, f.Was())
		delete(b.Files, f.Path)
		if f.Status != tree.Removed && checks.Reads(list, f.Path) {
			read = append(read, f.Path)
			entries = append(entries, tree.Entry{Path: f.Path, SHA: f.SHA, Mode: f.Mode})
		}
	}
	source := e.github.Tree(e.repo, t.tip.Commit, entries)
	if err := source.Prefetch(ctx, read); err != nil {
		return fmt.Errorf("read what was pushed to %s: %w", t.base, err)
	}
	for _, p := range read {
		data, err := source.Read(p)
		entry, known := source.Lookup(p)
		if err != nil || !known {
			continue // a symlink, or too large: told when a change touches it
		}
		b.Files.Learn(list, p, entry.SHA, data)
	}
	return nil
}

// readBase reads the whole tip once, streamed.
func (e *evaluation) readBase(ctx context.Context, t target, list []checks.Check) (*baseTree, error) {
	b := &baseTree{Files: checks.Index{}}
	err := e.github.Archive(ctx, e.repo, t.tip.Commit, func(path string, mode tree.Mode, size int64, r io.Reader) error {
		if mode != tree.Regular || size > tree.MaxFile || !checks.Reads(list, path) {
			return nil
		}
		data, err := io.ReadAll(io.LimitReader(r, tree.MaxFile+1))
		if err != nil {
			return fmt.Errorf("read %s: %w", path, err)
		}
		b.Files.Learn(list, path, tree.BlobID(data), data)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read %s at %s: %w", t.base, t.tip.Commit, err)
	}
	return b, nil
}

// entriesAt lists the files of the base when commit is its tip; of any other
// commit nothing is known.
func (b *baseTree) entriesAt(commit string) []tree.Entry {
	if commit != b.commit {
		return nil
	}
	return b.Files.Entries()
}

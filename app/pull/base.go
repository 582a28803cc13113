package pull

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

// baseTree is what is kept of a base's tree.
type baseTree struct {
	commit string
	pushed string // the tip that the last push told of
	// policy is the last valid policy file of the branch; it holds while a broken one
	// stands there. It is the branch's, not the tree's: another branch may have the same files.
	policy []byte
	Files  checks.Index `json:"files"`
	// Checks are those that have read it; a version that has another check reads it anew.
	Checks string `json:"checks"`
}

// readBy are the names of the checks that read bases, whatever policies say.
func (e *evaluation) readBy() string {
	var names []string
	for _, c := range e.everyCheck() {
		names = append(names, c.Name())
	}
	return strings.Join(names, " ")
}

// everyCheck are all checks: what a policy leaves out today may count tomorrow.
func (e *evaluation) everyCheck() []checks.Check { return e.list(ruling{policy: policy.Default()}) }

// base is the base tree of a target's tip: kept, or brought up to date from the
// newest kept tree of that branch, or read whole from one streamed archive. Who brings it
// up to date tells what changed, before it is kept.
func (e *evaluation) base(ctx context.Context, t target) (*baseTree, error) {
	defer e.bases.hold(e.repo.ID, t.base)()
	last, err := e.lastBase(ctx, t.base)
	if err != nil {
		return nil, err
	}
	if last.readable() && last.commit == t.tip.Commit {
		return last, nil
	}
	fresh, moved, err := e.bringUp(ctx, last, t)
	if err != nil {
		return nil, err
	}
	if last != nil {
		if fresh.policy == nil {
			fresh.policy = last.policy
		}
		if err := e.tellMoved(ctx, t.base, moved); err != nil {
			return nil, err
		}
	}
	fresh.commit = t.tip.Commit
	if t.validPolicy != nil {
		fresh.policy = t.validPolicy
	}
	return fresh, e.keepBase(ctx, t, fresh)
}

// bringUp finds the tree of a tip: kept of whatever branch, else by what was pushed since
// the last one of this branch, else whole.
func (e *evaluation) bringUp(ctx context.Context, last *baseTree, t target) (*baseTree, Moved, error) {
	kept, ok, err := e.Memory.Tree(ctx, e.repo.ID, t.tip.Tree)
	if err != nil {
		return nil, Moved{}, fmt.Errorf("look up the tree of %s: %w", t.base, err)
	}
	b := &baseTree{}
	if ok && json.Unmarshal(kept, b) == nil && b.Files != nil && b.Checks == e.readBy() {
		return b, Moved{All: true}, nil
	}
	list := e.everyCheck()
	fresh, moved, err := e.advance(ctx, last, t, list)
	if err == nil && fresh == nil {
		fresh, err = e.readBase(ctx, t, list)
	}
	return fresh, moved, err
}

func (e *evaluation) keepBase(ctx context.Context, t target, b *baseTree) error {
	b.Checks = e.readBy()
	data, err := json.Marshal(b)
	if err != nil {
		return fmt.Errorf("encode the tree of %s: %w", t.base, err)
	}
	if err := e.facts.flush(); err != nil {
		return err
	}
	kept := BaseTree{Ref: t.base, Commit: t.tip.Commit, Tree: t.tip.Tree, Data: data, Policy: b.policy}
	if err := e.Memory.PutTree(ctx, e.repo.ID, kept); err != nil {
		return fmt.Errorf("keep the tree of %s: %w", t.base, err)
	}
	return nil
}

// lastBase is the newest kept tree of a branch; nil where there is none. One that other
// checks have read is not readable: its policy still counts.
func (e *evaluation) lastBase(ctx context.Context, branch string) (*baseTree, error) {
	last, ok, err := e.Memory.LastTree(ctx, e.repo.ID, branch)
	if err != nil {
		return nil, fmt.Errorf("look up the last tree of %s: %w", branch, err)
	}
	b := &baseTree{}
	if !ok || json.Unmarshal(last.Data, b) != nil || b.Files == nil {
		return nil, nil
	}
	if b.Checks != e.readBy() {
		b.Files = nil
	}
	b.commit, b.pushed, b.policy = last.Commit, last.Pushed, last.Policy
	return b, nil
}

// readable reports whether a kept tree says what the checks of this version need.
func (b *baseTree) readable() bool { return b != nil && b.Files != nil }

// advance brings the branch's last kept tree up to the tip by what was pushed
// since; nil when there is none, or the branch was rewritten.
func (e *evaluation) advance(ctx context.Context, last *baseTree, t target, list []checks.Check) (*baseTree, Moved, error) {
	if !last.readable() {
		return nil, Moved{All: last != nil}, nil
	}
	diff, err := e.github.Compare(ctx, e.repo, last.commit, t.tip.Commit, 0)
	if errors.Is(err, hub.ErrUnknownCommit) { // rewritten, and forgotten by GitHub
		return nil, Moved{All: true}, nil
	}
	if err != nil {
		return nil, Moved{}, fmt.Errorf("compare %s with its last known tip: %w", t.base, err)
	}
	return e.follow(ctx, last, t, diff, list)
}

// follow applies what was pushed; nil where that is not known.
func (e *evaluation) follow(ctx context.Context, b *baseTree, t target, diff hub.Comparison, list []checks.Check) (*baseTree, Moved, error) {
	if diff.Problem != "" || diff.MergeBase != b.commit {
		return nil, Moved{All: true}, nil
	}
	m := Moved{Paths: map[string]bool{}}
	m.add(b.Files.Affected(list, diff.Files))
	for _, f := range diff.Files {
		m.Paths[f.Path], m.Paths[f.Was()] = true, true
		m.Policy = m.Policy || f.Path == policy.Path || f.Was() == policy.Path
	}
	if err := e.apply(ctx, b, t, diff, list); err != nil {
		return nil, m, err
	}
	m.add(b.Files.Affected(list, diff.Files)) // by what they name now
	return b, m, nil
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
		if p == policy.Path && e.valid(data) {
			b.policy = data
		}
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

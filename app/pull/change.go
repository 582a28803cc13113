package pull

import (
	"context"
	"errors"
	"fmt"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
)

// gathered is a change before any check has run.
type gathered struct {
	diff     hub.Comparison
	change   checks.Change
	affected bool
	read     *recorder // what was read of the head; nil when it is not affected
}

// gather compares head and tip. A change that touches nothing that is read, and
// nothing that a file which is read names, is not affected: it reads nothing.
func (e *evaluation) gather(ctx context.Context, t target, list []checks.Check) (*gathered, error) {
	diff, err := e.github.Compare(ctx, e.repo, t.commit, e.sha, t.pull)
	if err != nil {
		return nil, fmt.Errorf("compare %s with %s: %w", t.commit, e.sha, err)
	}
	c := &gathered{diff: diff}
	if diff.Problem != "" {
		return c, nil
	}
	base, err := e.base(ctx, t)
	if err != nil {
		return nil, err
	}
	c.change.Files = diff.Files
	c.change.Dependents, c.affected = base.Files.Affected(list, diff.Files)
	if !c.affected {
		return c, nil
	}
	c.change.Tip = record(e.github.Tree(e.repo, t.tip.Commit, base.entriesAt(t.tip.Commit)))
	from := record(e.github.Tree(e.repo, diff.MergeBase, base.entriesAt(diff.MergeBase)))
	c.read = record(e.github.Tree(e.repo, e.sha, headEntries(diff, base)))
	c.read.known = diff.MergeBase == base.commit
	from.known = c.read.known
	c.change.MergeBase, c.change.Head = from, c.read
	return c, nil
}

// run lets checks report on a change.
func (e *evaluation) run(ctx context.Context, c *gathered, list []checks.Check) ([]checks.Report, error) {
	var reports []checks.Report
	for _, check := range list {
		r := checks.Report{Check: check.Name()} // none of its business
		if c.affected {
			r = e.guard(ctx, check, c.change)
		}
		if errors.Is(r.Err, tree.ErrIncomplete) { // trying again does not help; Unread tells it
			r.Err = nil
		}
		if r.Err != nil {
			return nil, fmt.Errorf("check %s: %w", check.Name(), r.Err)
		}
		reports = append(reports, r)
	}
	return reports, nil
}

// headEntries is what is known of the head's tree without asking: the files of the
// change, and the rest of the base where the change starts at its tip.
func headEntries(diff hub.Comparison, base *baseTree) []tree.Entry {
	var entries []tree.Entry
	changed := map[string]bool{}
	for _, f := range diff.Files {
		changed[f.Path], changed[f.Was()] = true, true
		if f.Status != tree.Removed && f.SHA != "" {
			entries = append(entries, tree.Entry{Path: f.Path, SHA: f.SHA, Mode: f.Mode})
		}
	}
	for _, known := range base.entriesAt(diff.MergeBase) {
		if !changed[known.Path] {
			entries = append(entries, known)
		}
	}
	return entries
}

package pull

import (
	"context"
	"fmt"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
)

// run compares head and tip and lets every check report. A change that touches
// nothing that is read, and nothing that a file which is read names, reads nothing.
func (e *evaluation) run(ctx context.Context, t target, list []checks.Check) (reports []checks.Report, changed int, err error) {
	diff, err := e.github.Compare(ctx, e.repo, t.commit, e.sha, t.pull)
	if err != nil {
		return nil, 0, fmt.Errorf("compare %s with %s: %w", t.commit, e.sha, err)
	}
	if diff.Problem != "" {
		return []checks.Report{{Check: "change", Unread: []checks.Unread{{Kind: checks.Failed, Reason: diff.Problem}}}}, 0, nil
	}
	base, err := e.base(ctx, t)
	if err != nil {
		return nil, 0, err
	}
	dependents, affected := base.Files.Affected(list, diff.Files)
	if !affected {
		return nothing(list), len(diff.Files), nil
	}
	change := checks.Change{
		Tip:        e.github.Tree(e.repo, t.tip.Commit, base.entriesAt(t.tip.Commit)),
		MergeBase:  e.github.Tree(e.repo, diff.MergeBase, base.entriesAt(diff.MergeBase)),
		Head:       e.github.Tree(e.repo, e.sha, headEntries(diff, base)),
		Files:      diff.Files,
		Dependents: dependents,
	}
	for _, c := range list {
		r := checks.Guard(ctx, c, change, e.CheckTime, func(value any, stack []byte) {
			e.Log.Error("check panicked", "check", c.Name(), "head", e.sha, "panic", fmt.Sprint(value), "stack", string(stack))
		})
		if r.Err != nil {
			return nil, 0, fmt.Errorf("check %s: %w", c.Name(), r.Err)
		}
		reports = append(reports, r)
	}
	return reports, len(diff.Files), nil
}

// nothing is what the checks say of a change that is none of their business.
func nothing(list []checks.Check) []checks.Report {
	reports := make([]checks.Report, 0, len(list))
	for _, c := range list {
		reports = append(reports, checks.Report{Check: c.Name()})
	}
	return reports
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

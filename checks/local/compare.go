package local

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/spread"
	"github.com/checkrein/checkrein/checks/tree"
)

func chooseBase(ctx context.Context, repo *tree.Repository, head, ref string) (tree.Base, error) {
	if ref == "" {
		base, err := repo.DefaultBase(ctx, head)
		if err != nil {
			return base, fmt.Errorf("choose a base to compare with: %w", err)
		}
		return base, nil
	}
	id, err := repo.Resolve(ctx, head)
	if err != nil {
		return tree.Base{}, fmt.Errorf("find the head: %w", err)
	}
	base, err := repo.BaseAt(ctx, ref, id)
	if err != nil {
		return base, fmt.Errorf("--base: %w%s", err, fetchHint(err))
	}
	return base, nil
}

// fetchHint is what to do about a ref that is not there; other errors say it themselves.
func fetchHint(err error) string {
	shallow, missing := (*tree.ShallowError)(nil), (*tree.MissingError)(nil)
	if errors.As(err, &shallow) || errors.As(err, &missing) || errors.Is(err, tree.ErrUnrelated) {
		return ""
	}
	return ": expected a branch, tag or commit that this clone has (git fetch brings what it lacks)"
}

// compare makes the change between a base and a head.
func compare(ctx context.Context, repo *tree.Repository, base tree.Base, head tree.Tree) (checks.Change, error) {
	change := checks.Change{Head: head}
	var err error
	if change.MergeBase, err = repo.Commit(ctx, base.Commit); err != nil {
		return change, fmt.Errorf("read the base: %w", err)
	}
	if change.Tip, err = repo.Commit(ctx, base.Tip); err != nil {
		return change, fmt.Errorf("read the base's tip: %w", err)
	}
	if head.Commit() == tree.WorkTreeName {
		change.Files, err = repo.DiffWorkTree(ctx, base.Commit)
	} else {
		change.Files, err = repo.Diff(ctx, base.Commit, head.Commit())
	}
	if err != nil {
		return change, fmt.Errorf("compare with the base: %w", err)
	}
	return change, nil
}

// dependents lists the untouched files whose meaning hangs on the change. The base
// must be read for that, but only when there is a change at all.
func dependents(ctx context.Context, change checks.Change, list []checks.Check, step func(string, int, int)) ([]string, error) {
	if len(change.Files) == 0 {
		return nil, nil
	}
	entries, _, err := change.MergeBase.List(ctx)
	if err != nil {
		return nil, fmt.Errorf("list the base: %w", err)
	}
	index := checks.Index{}
	paths := make([]string, 0, len(entries))
	for _, e := range entries {
		if e.Mode == tree.Regular && checks.Reads(list, e.Path) {
			paths = append(paths, e.Path)
		}
	}
	done := 0
	for part := range slices.Chunk(paths, 256) {
		step("looking for files that hang on the change", done, len(paths))
		done += len(part)
		if err := change.MergeBase.Prefetch(ctx, part); err != nil {
			return nil, fmt.Errorf("read the base: %w", err)
		}
		learn(change.MergeBase, part, list, index)
	}
	names, _ := index.Affected(list, change.Files)
	return names, nil
}

// learn takes prefetched files into the index, several at a time.
func learn(t tree.Tree, paths []string, list []checks.Check, index checks.Index) {
	parts := make([]checks.Index, len(paths))
	spread.Jobs(spread.UpTo(len(paths)), func(_, i int) {
		data, err := t.Read(paths[i])
		if err != nil {
			return // told by the check when the change touches it
		}
		parts[i] = checks.Index{}
		parts[i].Learn(list, paths[i], "", data)
	})
	for _, part := range parts {
		maps.Copy(index, part)
	}
}

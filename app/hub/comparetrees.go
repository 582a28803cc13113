package hub

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/google/go-github/v60/github"

	"github.com/checkrein/checkrein/checks/tree"
)

// compareTrees finds the changed files from the trees of the merge base and the head,
// which their ids bind. A rename is known where the bytes are the same, or where the
// comparison's first files tell it.
func (c *Client) compareTrees(ctx context.Context, repo Repo, head string, first []*github.CommitFile, result *Comparison) error {
	before, whole1, err := c.recursive(ctx, repo, result.MergeBaseTree)
	if err != nil {
		return err
	}
	after, whole2, err := c.recursive(ctx, repo, head)
	if err != nil {
		return err
	}
	if !whole1 || !whole2 {
		result.Problem = "the change has 300 files or more and the repository's list of files is larger than GitHub gives out"
		return nil
	}
	was := map[string]string{}
	for _, f := range first {
		if f.GetStatus() == "renamed" {
			was[f.GetFilename()] = f.GetPreviousFilename()
		}
	}
	result.Files = difference(before, after, was)
	return nil
}

// recursive is a tree's files by path; whole is false when GitHub cut the list.
func (c *Client) recursive(ctx context.Context, repo Repo, id string) (files map[string]tree.Entry, whole bool, err error) {
	t, _, err := c.api.Git.GetTree(ctx, repo.Owner, repo.Name, id, true)
	if err != nil {
		return nil, false, fmt.Errorf("listing tree %s: %w", id, err)
	}
	files = make(map[string]tree.Entry, len(t.Entries))
	for _, e := range t.Entries {
		mode, err := strconv.ParseInt(e.GetMode(), 8, 32)
		if err != nil {
			return nil, false, fmt.Errorf("listing tree %s: mode %q", id, clip(e.GetMode()))
		}
		entry := graphEntry{Mode: int(mode), Type: e.GetType()}
		if kind, ok := entry.kind(); ok {
			files[e.GetPath()] = tree.Entry{Path: e.GetPath(), SHA: e.GetSHA(), Mode: kind}
		}
	}
	return files, !t.GetTruncated(), nil
}

// difference lists what differs, sorted by path; was names the old paths already known.
func difference(before, after map[string]tree.Entry, was map[string]string) []tree.Changed {
	removed := map[string][]string{} // by blob id, sorted: paths that are gone
	gone := map[string]bool{}
	for _, path := range slices.Sorted(maps.Keys(before)) {
		if _, ok := after[path]; !ok {
			removed[before[path].SHA] = append(removed[before[path].SHA], path)
			gone[path] = true
		}
	}
	var files []tree.Changed
	for _, path := range slices.Sorted(maps.Keys(after)) {
		now, old := after[path], before[path]
		f := tree.Changed{Path: path, SHA: now.SHA, OldSHA: old.SHA, Mode: now.Mode}
		if old.Path == "" {
			f.Status = tree.Added
			if from := formerly(was[path], removed[now.SHA], gone); from != "" {
				f.Status, f.OldPath, f.OldSHA = tree.Renamed, from, before[from].SHA
				delete(gone, from)
			}
		} else if now.SHA == old.SHA && now.Mode == old.Mode {
			continue
		}
		files = append(files, f)
	}
	for path := range gone {
		files = append(files, tree.Changed{Path: path, Status: tree.Removed, OldSHA: before[path].SHA})
	}
	slices.SortFunc(files, func(a, b tree.Changed) int { return cmp.Compare(a.Path, b.Path) })
	return files
}

// formerly is the old path of a new file: the one GitHub told, else the first of those
// that are gone with the same bytes.
func formerly(told string, same []string, gone map[string]bool) string {
	if gone[told] {
		return told
	}
	for _, path := range same {
		if gone[path] {
			return path
		}
	}
	return ""
}

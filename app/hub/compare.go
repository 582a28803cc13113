package hub

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/go-github/v60/github"

	"github.com/checkrein/checkrein/checks/tree"
)

const (
	// compareCut is where GitHub cuts the files of a comparison without saying so.
	compareCut = 300
	// pullCut is where it cuts the files of a pull request.
	pullCut = 3000
)

// Compare is what head changes since its merge base with base; both are commit ids.
// One REST request; where it may have been cut (300 files), the files of pull request
// pull at 100 a page, as long as they prove to be those of head; else (pull is 0, 3,000
// files, another head) both trees, two requests. The mode of a file is known from trees
// only, otherwise it is Regular. Comparison.Problem tells what no
// request can answer. Errors: ErrUnknownCommit, ErrMoved, *LimitError, *UnavailableError.
func (c *Client) Compare(ctx context.Context, repo Repo, base, head string, pull int) (Comparison, error) {
	doing := fmt.Sprintf("comparing %s...%s of %s", base, head, repo)
	if err := check(repo, base, head); err != nil {
		return Comparison{}, explain(doing, err)
	}
	// The commits of the comparison are of no use: one of them a page keeps it small.
	// The files are all on the first page.
	answer, result, err := c.compared(ctx, repo, base, head, 1)
	if status(err) == http.StatusNotFound {
		return Comparison{}, fmt.Errorf("%s: %w", doing, ErrUnknownCommit)
	}
	if err != nil || result.Problem != "" {
		return result, explain(doing, err)
	}
	if len(answer.Files) < compareCut {
		result.Files, result.Problem = changed(answer.Files)
		return result, nil
	}
	err = c.whole(ctx, repo, head, pull, answer.Files, &result)
	return result, explain(doing, err)
}

// compared asks for a comparison and reads its merge base.
func (c *Client) compared(ctx context.Context, repo Repo, base, head string, commits int) (*github.CommitsComparison, Comparison, error) {
	answer, _, err := c.api.Repositories.CompareCommits(ctx, repo.Owner, repo.Name, base, head, &github.ListOptions{PerPage: commits})
	if problem := incomparable(err); problem != "" {
		return nil, Comparison{Problem: problem}, nil
	}
	if err != nil {
		return nil, Comparison{}, err
	}
	result := Comparison{
		MergeBase:     answer.GetMergeBaseCommit().GetSHA(),
		MergeBaseTree: answer.GetMergeBaseCommit().GetCommit().GetTree().GetSHA(),
	}
	if check(repo, result.MergeBase, result.MergeBaseTree) != nil {
		return nil, Comparison{Problem: fmt.Sprintf("GitHub names no merge base of %s and %q", base, head)}, nil
	}
	return answer, result, nil
}

// incomparable is the reason of an answer that will be the same next time.
func incomparable(err error) string {
	switch code := status(err); {
	case code == http.StatusNotFound && strings.Contains(err.Error(), "No common ancestor"):
		return "the two commits have no common ancestor"
	case code == http.StatusUnprocessableEntity && strings.Contains(err.Error(), "too long"):
		return "GitHub cannot compare the two commits: the difference takes too long to generate"
	}
	return ""
}

// whole finds all files of a comparison whose list may have been cut.
func (c *Client) whole(ctx context.Context, repo Repo, head string, pull int, first []*github.CommitFile, result *Comparison) error {
	if pull > 0 {
		files, ok, err := c.pullFiles(ctx, repo, head, pull, first)
		if err != nil {
			return err
		}
		if ok {
			result.Files, result.Problem = changed(files)
			return nil
		}
	}
	return c.compareTrees(ctx, repo, head, first, result)
}

// pullFiles lists the files of a pull request; ok is false when the list was cut or
// is not of this head: it is bound to a number, and a push may come in between.
func (c *Client) pullFiles(ctx context.Context, repo Repo, head string, pull int, first []*github.CommitFile) (files []*github.CommitFile, ok bool, err error) {
	opts := &github.ListOptions{PerPage: 100, Page: 1}
	for len(files) < pullCut {
		page, resp, err := c.api.PullRequests.ListFiles(ctx, repo.Owner, repo.Name, pull, opts)
		if status(err) == http.StatusNotFound {
			return nil, false, nil
		}
		if err != nil {
			return nil, false, fmt.Errorf("files of pull request %d, page %d: %w", pull, opts.Page, err)
		}
		if !ofHead(page, head) {
			return nil, false, nil
		}
		files = append(files, page...)
		if resp.NextPage == 0 {
			return files, len(files) < pullCut && containsAll(files, first), nil
		}
		opts.Page = resp.NextPage
	}
	return nil, false, nil
}

// ofHead reports whether a page shows the files at this head: each file that is there
// is linked at the commit it was read from.
func ofHead(page []*github.CommitFile, head string) bool {
	proven := false
	for _, f := range page {
		if f.GetStatus() == "removed" {
			continue
		}
		_, ref, _ := strings.Cut(f.GetContentsURL(), "?ref=")
		if ref != head {
			return false
		}
		proven = true
	}
	return proven
}

// containsAll reports whether the comparison's own files are all in the list, told the
// same way: then both were made from the same merge base.
func containsAll(files, first []*github.CommitFile) bool {
	type row struct{ path, was, status, sha string }
	of := func(f *github.CommitFile) row {
		return row{f.GetFilename(), f.GetPreviousFilename(), f.GetStatus(), f.GetSHA()}
	}
	have := make(map[row]bool, len(files))
	for _, f := range files {
		have[of(f)] = true
	}
	return !slices.ContainsFunc(first, func(f *github.CommitFile) bool { return !have[of(f)] })
}

// changed reads GitHub's rows. A row whose status is not known counts as modified: it
// is then looked at on both sides.
func changed(rows []*github.CommitFile) (files []tree.Changed, problem string) {
	for _, row := range rows {
		f := tree.Changed{Path: row.GetFilename(), SHA: row.GetSHA()}
		if f.Path == "" {
			return nil, "GitHub lists a changed file without a name"
		}
		switch row.GetStatus() {
		case "added", "copied":
			f.Status = tree.Added
		case "removed":
			// The row's blob id is that of the merge base.
			f.Status, f.OldSHA, f.SHA = tree.Removed, row.GetSHA(), ""
		case "renamed":
			f.Status, f.OldPath = tree.Renamed, row.GetPreviousFilename()
			if f.OldPath == "" {
				return nil, "GitHub lists a renamed file without its former name"
			}
		}
		files = append(files, f)
	}
	slices.SortFunc(files, func(a, b tree.Changed) int { return strings.Compare(a.Path, b.Path) })
	return files, ""
}

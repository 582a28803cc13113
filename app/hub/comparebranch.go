package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/go-github/v60/github"
)

// commitsCut is how many commits of a push are listed in one answer.
const commitsCut = 100

// CompareBranch is what a branch has gained since a commit of it, with the tip it has
// now in Head and HeadTree; these are empty where the tip does not follow from one answer
// (the branch was rewritten, or over 100 commits came). One REST request, two more where
// over 300 files differ. Errors as Compare's; ErrGone: there is no such branch.
func (c *Client) CompareBranch(ctx context.Context, repo Repo, base, branch string) (Comparison, error) {
	doing := fmt.Sprintf("comparing %s...%q of %s", base, branch, repo)
	if err := errors.Join(check(repo, base), checkBranch(branch)); err != nil {
		return Comparison{}, explain(doing, err)
	}
	answer, result, err := c.compared(ctx, repo, base, branch, commitsCut)
	if status(err) == http.StatusNotFound {
		return Comparison{}, fmt.Errorf("%s: %w", doing, ErrGone)
	}
	if err != nil || result.Problem != "" {
		return result, explain(doing, err)
	}
	result.Head, result.HeadTree = tipOf(answer, result)
	if result.Head == "" || check(repo, result.Head, result.HeadTree) != nil {
		result.Head, result.HeadTree = "", ""
		return result, nil
	}
	if len(answer.Files) < compareCut {
		result.Files, result.Problem = changed(answer.Files)
		return result, nil
	}
	err = c.compareTrees(ctx, repo, result.Head, answer.Files, &result)
	return result, explain(doing, err)
}

// tipOf is the last commit of a comparison, where all of them are listed.
func tipOf(answer *github.CommitsComparison, c Comparison) (commit, tree string) {
	switch n := len(answer.Commits); {
	case answer.GetTotalCommits() == 0:
		return c.MergeBase, c.MergeBaseTree
	case n == answer.GetTotalCommits():
		last := answer.Commits[n-1]
		return last.GetSHA(), last.GetCommit().GetTree().GetSHA()
	}
	return "", ""
}

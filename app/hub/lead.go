package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/go-github/v60/github"

	"github.com/checkrein/checkrein/checks/tree"
)

// Lead is how many commits base has that commit has not; ok is false where commit has
// some that base has not. One REST request.
func (c *Client) Lead(ctx context.Context, repo Repo, commit, base string) (lead int, ok bool, err error) {
	doing := fmt.Sprintf("counting the commits from %s to %s of %s", commit, base, repo)
	if err := check(repo, commit, base); err != nil {
		return 0, false, explain(doing, err)
	}
	// The files stand on the first page; the second tells the numbers alone.
	answer, _, err := c.api.Repositories.CompareCommits(ctx, repo.Owner, repo.Name, commit, base, &github.ListOptions{PerPage: 1, Page: 2})
	switch {
	case incomparable(err) != "":
		return 0, false, nil
	case status(err) == http.StatusNotFound:
		return 0, false, fmt.Errorf("%s: %w", doing, ErrUnknownCommit)
	case err != nil:
		return 0, false, explain(doing, err)
	case answer.AheadBy == nil || answer.BehindBy == nil:
		return 0, false, explain(doing, lacking("how far apart they are"))
	}
	return answer.GetAheadBy(), answer.GetBehindBy() == 0, nil
}

// Listing is every entry of a commit's tree, in one REST request. Errors: ErrUnknownCommit,
// tree.ErrIncomplete where GitHub cuts the list, those of the request.
func (c *Client) Listing(ctx context.Context, repo Repo, commit string) ([]tree.Entry, error) {
	doing := fmt.Sprintf("listing %s@%s", repo, commit)
	if err := check(repo, commit); err != nil {
		return nil, explain(doing, err)
	}
	files, whole, err := c.recursive(ctx, repo, commit)
	switch {
	case status(errors.Unwrap(err)) == http.StatusNotFound || status(err) == http.StatusNotFound:
		return nil, fmt.Errorf("%s: %w", doing, ErrUnknownCommit)
	case err != nil:
		return nil, explain(doing, err)
	case !whole:
		return nil, fmt.Errorf("%s: %w", doing, tree.ErrIncomplete)
	}
	entries := make([]tree.Entry, 0, len(files))
	for _, e := range files {
		entries = append(entries, e)
	}
	return sorted(entries), nil
}

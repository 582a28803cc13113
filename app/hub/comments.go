package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/go-github/v60/github"
)

// CreateComment writes a comment on a pull request and answers its id. Errors:
// ErrLocked, ErrForbidden, ErrGone (no such pull request), *LimitError,
// *UnavailableError (Sent: State tells whether it was written).
func (c *Client) CreateComment(ctx context.Context, repo Repo, pull int, body string) (int64, error) {
	doing := fmt.Sprintf("commenting on %s#%d", repo, pull)
	if err := check(repo); err != nil {
		return 0, explain(doing, err)
	}
	answer, _, err := c.api.Issues.CreateComment(ctx, repo.Owner, repo.Name, pull, &github.IssueComment{Body: &body})
	if gone(err) {
		return 0, fmt.Errorf("%s: %w", doing, ErrGone)
	}
	if err != nil {
		return 0, explain(doing, err)
	}
	if answer.GetID() == 0 {
		return 0, explain(doing, &UnavailableError{Status: http.StatusCreated, Sent: true, Err: errors.New("the answer names no comment")})
	}
	return answer.GetID(), nil
}

// UpdateComment replaces the text of a comment. ErrGone: somebody deleted it, and the
// caller may write a new one; the other errors are those of CreateComment.
func (c *Client) UpdateComment(ctx context.Context, repo Repo, id int64, body string) error {
	doing := fmt.Sprintf("updating comment %d on %s", id, repo)
	if err := check(repo); err != nil {
		return explain(doing, err)
	}
	_, _, err := c.api.Issues.EditComment(ctx, repo.Owner, repo.Name, id, &github.IssueComment{Body: &body})
	if gone(err) {
		return fmt.Errorf("%s: %w", doing, ErrGone)
	}
	return explain(doing, err)
}

func gone(err error) bool {
	code := status(err)
	return code == http.StatusNotFound || code == http.StatusGone
}

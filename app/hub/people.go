package hub

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// loginShape is what GitHub allows in logins: people's (those that a company manages
// have an underscore) and apps'.
var loginShape = regexp.MustCompile(`^[A-Za-z0-9_-]{1,39}(\[bot\])?$`)

// user is an account as REST tells it.
type user struct {
	ID          int64
	Login, Type string
}

// account is the zero Account for one that was deleted.
func (u *user) account() Account {
	if u == nil {
		return Account{}
	}
	return Account{ID: u.ID, Login: u.Login, Human: u.Type == "User"}
}

// Permission asks what a person may do in a repository. The zero Permission is somebody
// GitHub does not know there. Errors: ErrMoved, ErrForbidden, *LimitError, *UnavailableError.
func (c *Client) Permission(ctx context.Context, repo Repo, login string) (Permission, error) {
	doing := fmt.Sprintf("asking what %q may do in %s", clip(login), repo)
	if err := check(repo); err != nil {
		return Permission{}, explain(doing, err)
	}
	if !loginShape.MatchString(login) {
		return Permission{}, fmt.Errorf("%s: the login is not one GitHub allows", doing)
	}
	var answer struct {
		Permission string
		User       *user
	}
	_, err := get(ctx, c.api, fmt.Sprintf("repos/%s/%s/collaborators/%s/permission", repo.Owner, repo.Name, url.PathEscape(login)), &answer)
	if status(err) == http.StatusNotFound {
		return Permission{}, nil
	}
	if err != nil {
		return Permission{}, explain(doing, err)
	}
	if answer.Permission == "" || answer.User == nil || answer.User.ID <= 0 || !strings.EqualFold(answer.User.Login, login) {
		return Permission{}, explain(doing, lacking("what this person may do"))
	}
	// Whoever maintains is told as one who writes; roles of an organisation's own as
	// what they are built on.
	write := answer.Permission == "admin" || answer.Permission == "write"
	return Permission{Account: answer.User.account(), Write: write}, nil
}

// Comment reads one comment of an issue or a pull request. Errors: ErrGone, ErrMoved,
// *LimitError, *UnavailableError.
func (c *Client) Comment(ctx context.Context, repo Repo, id int64) (Said, error) {
	doing := fmt.Sprintf("reading comment %d on %s", id, repo)
	if err := check(repo); err != nil {
		return Said{}, explain(doing, err)
	}
	var answer struct {
		ID       int64
		User     *user
		Body     *string
		Created  time.Time `json:"created_at"`
		Updated  time.Time `json:"updated_at"`
		IssueURL string    `json:"issue_url"`
	}
	_, err := get(ctx, c.api, fmt.Sprintf("repos/%s/%s/issues/comments/%d", repo.Owner, repo.Name, id), &answer)
	if gone(err) {
		return Said{}, fmt.Errorf("%s: %w", doing, ErrGone)
	}
	if err != nil {
		return Said{}, explain(doing, err)
	}
	_, number, _ := strings.Cut(answer.IssueURL, "/issues/")
	pull, err := strconv.Atoi(number)
	if err != nil || pull <= 0 || answer.ID != id || answer.Body == nil || answer.Created.IsZero() || answer.Updated.IsZero() {
		return Said{}, explain(doing, lacking("who said what, where and when"))
	}
	return Said{ID: id, By: answer.User.account(), Body: *answer.Body, At: answer.Created,
		Edited: !answer.Updated.Equal(answer.Created), Pull: pull}, nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/google/go-github/v60/github"

	"github.com/checkrein/checkrein/cmd/internal/product"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// person acts on the simulated GitHub over its API, as anybody with a token does.
type person struct {
	api         *github.Client
	owner, repo string
}

func newPerson(server *githubtest.Server, u *githubtest.User, r *githubtest.Repo) (*person, error) {
	base, err := url.Parse(server.URL + "/")
	if err != nil {
		return nil, fmt.Errorf("address of the simulated GitHub: %w", err)
	}
	api := github.NewClient(nil).WithAuthToken(u.Token)
	api.BaseURL = base
	owner, name, _ := strings.Cut(r.FullName(), "/")
	return &person{api: api, owner: owner, repo: name}, nil
}

// verdict waits for the concluded check run of that name on a commit.
func (p *person) verdict(ctx context.Context, sha, name string) (*github.CheckRun, error) {
	var found *github.CheckRun
	err := product.WaitFor(ctx, fmt.Sprintf("the check run %q", name), func() (bool, error) {
		runs, _, err := p.api.Checks.ListCheckRunsForRef(ctx, p.owner, p.repo, sha, &github.ListCheckRunsOptions{CheckName: &name})
		if err != nil {
			return false, err
		}
		for _, run := range runs.CheckRuns {
			if run.GetStatus() == "completed" {
				found = run
			}
		}
		return found != nil, nil
	})
	return found, err
}

// comments are the bodies of a pull request's comments with their authors.
func (p *person) comments(ctx context.Context, number int) ([]*github.IssueComment, error) {
	all, _, err := p.api.Issues.ListComments(ctx, p.owner, p.repo, number, nil)
	if err != nil {
		return nil, fmt.Errorf("read the comments: %w", err)
	}
	return all, nil
}

// merge presses the merge button; refused carries GitHub's own words.
func (p *person) merge(ctx context.Context, number int) (merged bool, refused string, err error) {
	result, resp, err := p.api.PullRequests.Merge(ctx, p.owner, p.repo, number, "", nil)
	var answer *github.ErrorResponse
	if errors.As(err, &answer) && resp.StatusCode == http.StatusMethodNotAllowed {
		return false, fmt.Sprintf("%d %s", resp.StatusCode, strings.Join(strings.Fields(answer.Message), " ")), nil
	}
	if err != nil {
		return false, "", fmt.Errorf("merge #%d: %w", number, err)
	}
	return result.GetMerged(), "", nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/google/go-github/v60/github"
)

// cleaner deletes all untagged versions older than an age, as the retention workflow
// did. It knows nothing of guards: it has an API's address and a credential.
type cleaner struct {
	api         *github.Client
	owner, name string
	older       time.Duration
}

func newCleaner(address, token, owner, name string) (*cleaner, error) {
	base, err := url.Parse(address + "/")
	if err != nil {
		return nil, fmt.Errorf("address of the API: %w", err)
	}
	api := github.NewClient(nil).WithAuthToken(token)
	api.BaseURL = base
	return &cleaner{api: api, owner: owner, name: name, older: 3 * 24 * time.Hour}, nil
}

// refusal is a deletion that was not allowed.
type refusal struct {
	digest string
	words  string
}

// run deletes one after the other and goes on after a refusal.
func (c *cleaner) run(ctx context.Context) (deleted []string, refused []refusal, err error) {
	due, err := c.due(ctx)
	if err != nil {
		return nil, nil, err
	}
	for _, v := range due {
		_, err := c.api.Organizations.PackageDeleteVersion(ctx, c.owner, "container", c.name, v.GetID())
		var answer *github.ErrorResponse
		switch {
		case err == nil:
			deleted = append(deleted, v.GetName())
		case errors.As(err, &answer) && answer.Response.StatusCode == http.StatusForbidden:
			refused = append(refused, refusal{v.GetName(), words(answer)})
		default:
			return nil, nil, fmt.Errorf("delete version %s: %w", v.GetName(), err)
		}
	}
	return deleted, refused, nil
}

// words are what a refusal says, with its code.
func words(answer *github.ErrorResponse) string {
	text := answer.Message
	for _, e := range answer.Errors {
		text = fmt.Sprintf("%s: %s", e.Code, e.Message)
	}
	return fmt.Sprintf("%d %s", answer.Response.StatusCode, text)
}

// due are the versions to be deleted, the whole list read before the first goes.
func (c *cleaner) due(ctx context.Context) ([]*github.PackageVersion, error) {
	var due []*github.PackageVersion
	options := &github.PackageListOptions{ListOptions: github.ListOptions{PerPage: 100}}
	for {
		versions, resp, err := c.api.Organizations.PackageGetAllVersions(ctx, c.owner, "container", c.name, options)
		if err != nil {
			return nil, fmt.Errorf("list the versions of %s/%s: %w", c.owner, c.name, err)
		}
		for _, v := range versions {
			if len(v.GetMetadata().GetContainer().Tags) == 0 && time.Since(v.GetCreatedAt().Time) > c.older {
				due = append(due, v)
			}
		}
		if resp.NextPage == 0 {
			return due, nil
		}
		options.Page = resp.NextPage
	}
}

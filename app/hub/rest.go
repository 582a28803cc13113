package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/google/go-github/v60/github"
)

// get asks the REST API once. Decoders of our own are used where go-github's types lack
// fields, cannot page, or fail on values that are newer than they are.
func get(ctx context.Context, api *github.Client, path string, into any) (*github.Response, error) {
	req, err := api.NewRequest(http.MethodGet, path, nil)
	if err != nil {
		return nil, err
	}
	return api.Do(ctx, req, into)
}

// pages asks page by page, 100 rows each, until GitHub names no further one. More than
// limit pages are an error: a list that was cut must not pass for the whole.
func pages[T any](ctx context.Context, api *github.Client, path string, limit int, add func(T) error) error {
	next := 1
	for range limit {
		var page T
		resp, err := get(ctx, api, fmt.Sprintf("%s?per_page=100&page=%d", path, next), &page)
		if err != nil {
			return err
		}
		if err := add(page); err != nil {
			return err
		}
		if resp.NextPage == 0 {
			return nil
		}
		next = resp.NextPage
	}
	return fmt.Errorf("there are more than %d pages", limit)
}

// lacking is the error for an answer that came but does not tell what it must.
func lacking(what string) error {
	return &UnavailableError{Status: http.StatusOK, Err: errors.New("the answer does not tell " + what)}
}

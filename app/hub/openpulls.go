package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// graphPulls is a page of open pull requests.
type graphPulls struct {
	Nodes []*struct {
		Number                  int
		HeadRefOID, BaseRefName string
		UpdatedAt               time.Time
	}
	PageInfo *pageInfo
}

// read checks every row: a pull request that is left out would count as closed.
func (p *graphPulls) read(a *answer) (list []Pull, more string, err error) {
	if p == nil || p.Nodes == nil || p.PageInfo == nil {
		return nil, "", a.gap("the open pull requests")
	}
	for _, n := range p.Nodes {
		if n == nil || n.Number <= 0 || !idShape.MatchString(n.HeadRefOID) || n.BaseRefName == "" || n.UpdatedAt.IsZero() {
			return nil, "", a.gap("an open pull request")
		}
		list = append(list, Pull{Number: n.Number, Open: true, Head: n.HeadRefOID, BaseRef: n.BaseRefName, Updated: n.UpdatedAt})
	}
	return list, p.PageInfo.next(), nil
}

// openPulls reads the first page and asks for the others.
func (c *Client) openPulls(ctx context.Context, a *answer, repo Repo, first *graphPulls) ([]Pull, error) {
	all, more, err := first.read(a)
	for page := 1; err == nil && more != ""; page++ {
		if page == openPages {
			return nil, fmt.Errorf("%s has more than %d open pull requests", repo, openPages*100)
		}
		var next []Pull
		next, more, err = c.openPage(ctx, repo, more)
		all = append(all, next...)
	}
	return all, err
}

func (c *Client) openPage(ctx context.Context, repo Repo, after string) ([]Pull, string, error) {
	var data struct{ PullRequests *graphPulls }
	a, err := c.part(ctx, repo, `query OpenPage($owner: String!, $name: String!, $after: String!) {
  repository(owner: $owner, name: $name) { databaseId
    pullRequests(states: [OPEN], first: 100, after: $after) { `+openFields+` } } }`,
		map[string]any{"after": after}, &data)
	if err != nil {
		return nil, "", err
	}
	return data.PullRequests.read(a)
}

// part sends a query for something of one repository and decodes what it answers of it.
// The query must ask for databaseId, since names change hands.
func (c *Client) part(ctx context.Context, repo Repo, text string, vars map[string]any, into any) (*answer, error) {
	vars["owner"], vars["name"] = repo.Owner, repo.Name
	a, err := c.graph(ctx, text, vars)
	if err != nil {
		return nil, err
	}
	var data struct{ Repository json.RawMessage }
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return nil, unreadable(err)
	}
	if null(data.Repository) {
		if len(data.Repository) > 0 && (a.absent("repository") || a.denied("repository")) {
			return nil, ErrNoRepository
		}
		return nil, a.gap("the repository")
	}
	var id struct{ DatabaseID *int64 }
	if err := json.Unmarshal(data.Repository, &id); err != nil {
		return nil, unreadable(err)
	}
	if id.DatabaseID == nil {
		return nil, a.gap("the repository's id")
	}
	if *id.DatabaseID != repo.ID {
		return nil, fmt.Errorf("%w: %s is repository %d now, not %d", ErrMoved, repo, *id.DatabaseID, repo.ID)
	}
	return a, unreadable(json.Unmarshal(data.Repository, into))
}

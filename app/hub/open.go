package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
)

const (
	reposPerQuery = 50
	// gapsPerQuery is how many are asked for once more when an answer left them out:
	// few, because GitHub leaves out what costs too much.
	gapsPerQuery = 10
	openPages    = 100 // 10,000 open pull requests of one repository
)

// Open asks what is open: one GraphQL query for every 50 repositories, one more for
// every 10 that an answer left out and for every further 100 pull requests of one. There
// is one Open for each repository asked for, in that order; the names in it are those of
// today. Problem is ErrNoRepository, ErrMoved or, for what GitHub left out, an
// *UnavailableError. Errors: ErrNoInstallation, *LimitError, *UnavailableError.
func (c *Client) Open(ctx context.Context, repos []Repository) ([]Open, error) {
	all := make([]Open, len(repos))
	var asked, again []*Open
	for i, r := range repos {
		all[i] = Open{Repository: r, Problem: check(r.Repo)}
		if all[i].Problem == nil {
			asked = append(asked, &all[i])
		}
	}
	for part := range slices.Chunk(asked, reposPerQuery) {
		if err := c.open(ctx, part); err != nil {
			return nil, explain(fmt.Sprintf("asking what is open in %d repositories", len(part)), err)
		}
		for _, o := range part {
			if _, gap := errors.AsType[*UnavailableError](o.Problem); gap {
				*o, again = Open{Repository: o.Repository}, append(again, o)
			}
		}
	}
	for part := range slices.Chunk(again, gapsPerQuery) {
		if err := c.open(ctx, part); err != nil {
			return nil, explain(fmt.Sprintf("asking again what is open in %d repositories", len(part)), err)
		}
	}
	return all, nil
}

// open asks for all of list in one query, and for the further pages of each.
func (c *Client) open(ctx context.Context, list []*Open) error {
	text, vars := openQuery(list)
	a, err := c.graph(ctx, text, vars)
	if err != nil {
		return err
	}
	var data map[string]json.RawMessage
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return unreadable(err)
	}
	for i, o := range list {
		alias := fmt.Sprintf("r%d", i)
		err := c.fill(ctx, a.about(alias), alias, data[alias], o)
		if _, limited := errors.AsType[*LimitError](err); limited || ctx.Err() != nil {
			return errors.Join(err, ctx.Err())
		}
		if err != nil {
			o.Pulls, o.Groups = nil, nil
			o.Problem = explain("asking what is open in "+o.Repo.String(), err)
		}
	}
	return nil
}

// openQuery asks by name; a name follows a rename, so the id is asked for too.
func openQuery(list []*Open) (string, map[string]any) {
	q := query{vars: map[string]any{}}
	for i, o := range list {
		owner := q.variable(fmt.Sprintf("o%d", i), "String!", o.Owner)
		name := q.variable(fmt.Sprintf("n%d", i), "String!", o.Name)
		q.fields = append(q.fields, fmt.Sprintf("r%d: repository(owner: %s, name: %s) { ...Open }", i, owner, name))
	}
	return fmt.Sprintf("query Open(%s) {\n  %s\n}", strings.Join(q.params, ", "), strings.Join(q.fields, "\n  ")) + `
fragment Open on Repository {
  databaseId nameWithOwner isArchived defaultBranchRef { name }
  pullRequests(states: [OPEN], first: 100) { ` + openFields + ` }
  mergeQueue { entries(first: 50) { ` + entryFields + ` } }
}
`, q.vars
}

const openFields = `nodes { number headRefOid baseRefName updatedAt } pageInfo { hasNextPage endCursor }`

// graphOpen is a repository with what is open in it.
type graphOpen struct {
	DatabaseID       *int64
	NameWithOwner    string
	IsArchived       *bool
	DefaultBranchRef *struct{ Name string }
	PullRequests     *graphPulls
	MergeQueue       *graphQueue
}

// fill reads the answer of one alias into o.
func (c *Client) fill(ctx context.Context, a *answer, alias string, raw json.RawMessage, o *Open) error {
	if null(raw) {
		if len(raw) > 0 && (a.absent(alias) || a.denied(alias)) {
			return ErrNoRepository
		}
		return a.gap("the repository")
	}
	var r graphOpen
	if err := json.Unmarshal(raw, &r); err != nil {
		return unreadable(err)
	}
	if r.DatabaseID == nil || r.IsArchived == nil {
		return a.gap("the repository's id")
	}
	today, err := o.Repo.today(*r.DatabaseID, r.NameWithOwner)
	if err != nil {
		return err
	}
	o.Repo, o.Archived, o.Default = today, *r.IsArchived, ""
	switch {
	case r.DefaultBranchRef != nil:
		o.Default = r.DefaultBranchRef.Name
	case !a.absent(alias, "defaultBranchRef"):
		return a.gap("the default branch")
	}
	if o.Pulls, err = c.openPulls(ctx, a, today, r.PullRequests); err != nil {
		return err
	}
	if r.MergeQueue == nil && !a.denied(alias, "mergeQueue") && !a.absent(alias, "mergeQueue") {
		return a.gap("the merge queue")
	}
	o.Groups, err = c.entries(ctx, a, today, o.Default, r.MergeQueue)
	return err
}

// today gives the names that go with the id now; names change hands, ids do not.
func (r Repo) today(id int64, nameWithOwner string) (Repo, error) {
	if id != r.ID {
		return Repo{}, fmt.Errorf("%w: %s is repository %d now, not %d", ErrMoved, r, id, r.ID)
	}
	owner, name, _ := strings.Cut(nameWithOwner, "/")
	now := Repo{ID: id, Owner: owner, Name: name}
	return now, check(now)
}

// about leaves out the errors that concern another alias, so that one repository with
// trouble of its own does not make gaps of all that is null in its neighbours. A limit
// on the whole query concerns all.
func (a *answer) about(alias string) *answer {
	mine := &answer{Data: a.Data}
	for _, e := range a.Errors {
		if len(e.Path) == 0 || e.at(alias) || strings.Contains(e.Type, "LIMIT") {
			mine.Errors = append(mine.Errors, e)
		}
	}
	return mine
}

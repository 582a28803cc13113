package hub

import (
	"context"
	"fmt"
)

// queuePages bounds a merge queue: 1,000 entries.
const queuePages = 10

const entryFields = `nodes { headCommit { oid } baseCommit { oid } pullRequest { number } } pageInfo { hasNextPage endCursor }`

// Queue lists what waits in the merge queue of a branch, in its order; nothing where
// the branch has no queue or the app may not see it. One GraphQL query for each 100
// entries. Errors: ErrNoRepository, ErrMoved, *LimitError, *UnavailableError.
func (c *Client) Queue(ctx context.Context, repo Repo, branch string) ([]QueueEntry, error) {
	doing := fmt.Sprintf("reading the merge queue of %s@%s", repo, branch)
	if err := check(repo); err != nil {
		return nil, explain(doing, err)
	}
	a, q, err := c.queuePage(ctx, repo, branch, nil)
	if err != nil || q == nil {
		return nil, explain(doing, err)
	}
	list, err := c.entries(ctx, a, repo, branch, q)
	return list, explain(doing, err)
}

type graphQueue struct{ Entries *graphEntries }

type graphEntries struct {
	Nodes []*struct {
		HeadCommit, BaseCommit *struct{ OID string }
		PullRequest            *struct{ Number int }
	}
	PageInfo *pageInfo
}

// entries reads the first page of a queue and asks for the others.
func (c *Client) entries(ctx context.Context, a *answer, repo Repo, branch string, first *graphQueue) ([]QueueEntry, error) {
	if first == nil {
		return nil, nil
	}
	all, more, err := first.Entries.read(a)
	for page := 1; err == nil && more != ""; page++ {
		if page == queuePages {
			return nil, fmt.Errorf("the merge queue of %s@%s has more than %d pages", repo, branch, queuePages)
		}
		var q *graphQueue
		if a, q, err = c.queuePage(ctx, repo, branch, more); err != nil || q == nil {
			return all, err
		}
		var next []QueueEntry
		next, more, err = q.Entries.read(a)
		all = append(all, next...)
	}
	return all, err
}

// read checks every entry. One without a head commit waits for its group to be made:
// there is nothing to judge yet.
func (e *graphEntries) read(a *answer) (list []QueueEntry, more string, err error) {
	if e == nil || e.Nodes == nil || e.PageInfo == nil {
		return nil, "", a.gap("the entries of the merge queue")
	}
	for _, n := range e.Nodes {
		switch {
		case n != nil && n.HeadCommit == nil && a.whole():
			continue
		case n == nil || n.HeadCommit == nil || n.BaseCommit == nil || n.PullRequest == nil || n.PullRequest.Number <= 0 ||
			!idShape.MatchString(n.HeadCommit.OID) || !idShape.MatchString(n.BaseCommit.OID):
			return nil, "", a.gap("an entry of the merge queue")
		}
		list = append(list, QueueEntry{Pull: n.PullRequest.Number, Head: n.HeadCommit.OID, Base: n.BaseCommit.OID})
	}
	return list, e.PageInfo.next(), nil
}

// queuePage asks for one page; after is nil for the first. Nil: there is no queue.
func (c *Client) queuePage(ctx context.Context, repo Repo, branch string, after any) (*answer, *graphQueue, error) {
	var data struct{ MergeQueue *graphQueue }
	a, err := c.part(ctx, repo, `query Queue($owner: String!, $name: String!, $branch: String!, $after: String) {
  repository(owner: $owner, name: $name) { databaseId
    mergeQueue(branch: $branch) { entries(first: 100, after: $after) { `+entryFields+` } } } }`,
		map[string]any{"branch": branch, "after": after}, &data)
	if err != nil {
		return nil, nil, err
	}
	if data.MergeQueue == nil && !a.denied("repository", "mergeQueue") && !a.absent("repository", "mergeQueue") {
		return nil, nil, a.gap("the merge queue")
	}
	return a, data.MergeQueue, nil
}

package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// The parts of the state query. A node of a connection costs GitHub the same whether
// it is empty or not, so the numbers are as small as they can be.
const (
	fileFields = `mode type oid object { ... on Blob { oid byteSize isBinary isTruncated text } }`
	fragments  = `
fragment Tip on Ref { target { oid ... on Commit { tree { oid } file(path: $policy) { ` + fileFields + ` } } } }
fragment Pull on PullRequest {
  number state headRefOid baseRefName updatedAt baseRef { ...Tip }
  reviews(states: [APPROVED], first: 1) { totalCount }
  comments(first: 100) { nodes { fullDatabaseId body viewerDidAuthor } pageInfo { hasNextPage endCursor } }
}`
)

// query is a GraphQL query in the making: its text has only aliases and variables
// of ours, values travel beside it.
type query struct {
	params []string // "$p0: Int!"
	fields []string
	vars   map[string]any
}

// variable declares a variable and gives its value.
func (q *query) variable(name, kind string, value any) string {
	q.params = append(q.params, "$"+name+": "+kind)
	q.vars[name] = value
	return "$" + name
}

// stateQuery asks for pull requests by number; the first one also for all the rest.
func stateQuery(ask Ask, numbers []int, first bool) *stateText {
	q := &stateText{query: query{vars: map[string]any{}}, first: first}
	q.variable("owner", "String!", ask.Repo.Owner)
	q.variable("name", "String!", ask.Repo.Name)
	q.variable("policy", "String!", ask.Policy)
	for i, number := range numbers {
		v := q.variable(fmt.Sprintf("p%d", i), "Int!", number)
		q.fields = append(q.fields, fmt.Sprintf("p%d: pullRequest(number: %s) { ...Pull }", i, v))
	}
	if !first {
		return q
	}
	v := q.variable("head", "GitObjectID!", ask.Head)
	q.fields = append(q.fields, `head: object(oid: `+v+`) { oid ... on Commit {
  associatedPullRequests(first: 20) { nodes { ...Pull } pageInfo { hasNextPage endCursor } } } }`)
	for i, branch := range ask.Bases {
		v := q.variable(fmt.Sprintf("b%d", i), "String!", "refs/heads/"+branch)
		q.fields = append(q.fields, fmt.Sprintf("b%d: ref(qualifiedName: %s) { ...Tip }", i, v))
	}
	return q
}

type stateText struct {
	query
	first bool
}

func (q *stateText) text() string {
	var b strings.Builder
	fmt.Fprintf(&b, "query State(%s) {\n", strings.Join(q.params, ", "))
	fmt.Fprintf(&b, "  repository(owner: $owner, name: $name) {\n    databaseId nameWithOwner isArchived\n    %s\n  }\n",
		strings.Join(q.fields, "\n    "))
	if q.first {
		b.WriteString(`  org: repository(owner: $owner, name: ".github") { defaultBranchRef { ...Tip } }` + "\n")
	}
	b.WriteString("}" + fragments + "\n")
	return b.String()
}

type pageInfo struct {
	HasNextPage bool
	EndCursor   string
}

// next is the cursor of the following page, or empty.
func (p pageInfo) next() string {
	if p.HasNextPage {
		return p.EndCursor
	}
	return ""
}

// graphTip is a branch with its newest commit.
type graphTip struct {
	Target *struct {
		OID  string
		Tree *struct{ OID string }
		File *graphEntry
	}
}

// check finds what is missing: a null file may be a gap only where the answer has one.
func (t *graphTip) check(a *answer) error {
	if t.Target == nil || t.Target.OID == "" || t.Target.Tree == nil || (t.Target.File == nil && !a.whole()) {
		return a.gap("the tip of a branch")
	}
	if f := t.Target.File; f != nil && f.Type == "blob" && f.Object == nil {
		return a.gap("the policy file of a branch")
	}
	return nil
}

type graphComments struct {
	Nodes []*struct {
		FullDatabaseID  json.Number // a string: databaseId has 32 bits, too few
		Body            string
		ViewerDidAuthor bool
	}
	PageInfo pageInfo
}

type graphPull struct {
	Number                         int
	State, HeadRefOID, BaseRefName string
	UpdatedAt                      time.Time
	BaseRef                        *graphTip
	Reviews                        *struct{ TotalCount int } // approving ones
	Comments                       *graphComments
}

func (p *graphPull) check(a *answer) error {
	if p == nil || p.Number == 0 || p.State == "" || p.HeadRefOID == "" || p.BaseRefName == "" || p.UpdatedAt.IsZero() ||
		p.Reviews == nil || p.Comments == nil {
		return a.gap("a pull request")
	}
	return nil
}

// own is the comment that the app wrote: anybody can paste the marker, and the app
// may write other comments, so both must fit.
func (c *graphComments) own() *Comment {
	for _, n := range c.Nodes {
		if n == nil || !n.ViewerDidAuthor || !strings.Contains(n.Body, Marker) {
			continue
		}
		if id, err := n.FullDatabaseID.Int64(); err == nil {
			return &Comment{ID: id, Body: n.Body}
		}
	}
	return nil
}

// command reports whether one of the comments is meant for the app.
func (c *graphComments) command() bool {
	for _, n := range c.Nodes {
		if n != nil && commands(n.Body) {
			return true
		}
	}
	return false
}

// commentPages bounds the search; GitHub takes at most 2,500 comments.
const commentPages = 25

// comments looks for the app's own comment, page by page: taking a long conversation
// for one without it would write another comment each time. What it reads on the way
// also tells whether somebody spoke to the app.
func (g *gathering) comments(ctx context.Context, p *graphPull) (found *Comment, spoken bool, err error) {
	found, spoken = p.Comments.own(), p.Comments.command()
	after := p.Comments.PageInfo.next()
	for page := 1; found == nil && after != "" && p.State == "OPEN" && page < commentPages; page++ {
		var data struct {
			Repository *struct{ PullRequest *graphPull }
		}
		err := g.page(ctx, `query Comments($owner: String!, $name: String!, $number: Int!, $after: String!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) {
    comments(first: 100, after: $after) { nodes { fullDatabaseId body viewerDidAuthor } pageInfo { hasNextPage endCursor } } } } }`,
			map[string]any{"number": p.Number, "after": after}, &data)
		if err != nil {
			return nil, spoken, err
		}
		if data.Repository == nil || data.Repository.PullRequest == nil || data.Repository.PullRequest.Comments == nil {
			return nil, spoken, (&answer{}).gap(fmt.Sprintf("the comments of pull request %d", p.Number))
		}
		next := data.Repository.PullRequest.Comments
		found, after = next.own(), next.PageInfo.next()
		spoken = spoken || next.command()
	}
	return found, spoken, nil
}

// associatedPages bounds the pull requests that are looked through for one commit.
const associatedPages = 20

// associated lists further pull requests whose head is the commit. GitHub associates
// all that contain it, so most are left out.
func (g *gathering) associated(ctx context.Context, after string) ([]int, error) {
	var numbers []int
	for page := 0; after != "" && page < associatedPages; page++ {
		var data struct {
			Repository *struct {
				Object *struct {
					AssociatedPullRequests *struct {
						Nodes []*struct {
							Number     int
							HeadRefOID string
						}
						PageInfo pageInfo
					}
				}
			}
		}
		err := g.page(ctx, `query Associated($owner: String!, $name: String!, $head: GitObjectID!, $after: String!) {
  repository(owner: $owner, name: $name) { object(oid: $head) { ... on Commit {
    associatedPullRequests(first: 100, after: $after) { nodes { number headRefOid } pageInfo { hasNextPage endCursor } } } } } }`,
			map[string]any{"head": g.ask.Head, "after": after}, &data)
		if err != nil {
			return nil, err
		}
		if data.Repository == nil || data.Repository.Object == nil || data.Repository.Object.AssociatedPullRequests == nil {
			return nil, (&answer{}).gap("further pull requests of the head commit")
		}
		list := data.Repository.Object.AssociatedPullRequests
		for _, n := range list.Nodes {
			if n != nil && n.HeadRefOID == g.ask.Head {
				numbers = append(numbers, n.Number)
			}
		}
		after = list.PageInfo.next()
	}
	return numbers, nil
}

// page sends a query that follows a cursor; any error in its answer is a gap.
func (g *gathering) page(ctx context.Context, text string, vars map[string]any, into any) error {
	vars["owner"], vars["name"] = g.ask.Repo.Owner, g.ask.Repo.Name
	a, err := g.client.graph(ctx, text, vars)
	if err != nil {
		return err
	}
	if len(a.Errors) > 0 {
		return a.gap("a further page")
	}
	return unreadable(json.Unmarshal(a.Data, into))
}

// null reports that a value is absent from an answer or null in it.
func null(raw json.RawMessage) bool { return len(raw) == 0 || string(raw) == "null" }

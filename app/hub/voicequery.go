package hub

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// voiceParts are the lists that a query asks for; a nil one is known already.
type voiceParts struct{ commits, reviews, comments *cursor }

// cursor is where a list goes on; the empty one is its beginning.
type cursor struct{ after string }

func (p pageInfo) after() *cursor {
	if next := p.next(); next != "" {
		return &cursor{next}
	}
	return nil
}

// whoFields tell an account. A Bot's login has no "[bot]" here.
const whoFields = `__typename login ... on User { databaseId } ... on Bot { databaseId }`

// movedFields tell when the base was changed last: by a person, or by GitHub, which does
// so when the branch that was the base is deleted after its own merge.
const movedFields = `timelineItems(last: 1, itemTypes: [BASE_REF_CHANGED_EVENT, AUTOMATIC_BASE_CHANGE_SUCCEEDED_EVENT]) { nodes { ... on BaseRefChangedEvent { createdAt } ... on AutomaticBaseChangeSucceededEvent { createdAt } } }`

// voicesQuery asks for the parts that are wanted, 100 of each.
func voicesQuery(pull int, paths []string, want voiceParts) (string, map[string]any) {
	q := query{vars: map[string]any{}}
	q.variable("owner", "String!", "")
	q.variable("name", "String!", "")
	number := q.variable("number", "Int!", pull)
	q.list("commits", "commits", want.commits,
		`totalCount nodes { commit { oid authors(first: 10) { nodes { user { login databaseId } } pageInfo { hasNextPage endCursor } } committer { user { login databaseId } } } }`)
	if want.reviews != nil {
		files := ""
		for i, path := range paths {
			alias := fmt.Sprintf("f%d", i)
			files += fmt.Sprintf(" %s: file(path: %s) { oid }", alias, q.variable(alias, "String!", path))
		}
		q.list("reviews", "latestOpinionatedReviews", want.reviews,
			`nodes { fullDatabaseId author { `+whoFields+` } state submittedAt commit { oid`+files+` } }`)
	}
	q.list("comments", "comments", want.comments,
		`nodes { fullDatabaseId body createdAt lastEditedAt author { `+whoFields+` } }`)
	return fmt.Sprintf(`query Voices(%s) {
  repository(owner: $owner, name: $name) { databaseId
    pullRequest(number: %s) { number author { %s }
      %s
      %s
    } } }
`, strings.Join(q.params, ", "), number, whoFields, movedFields, strings.Join(q.fields, "\n      ")), q.vars
}

// list asks for a page of a connection under an alias, if it is wanted.
func (q *query) list(alias, connection string, from *cursor, fields string) {
	if from == nil {
		return
	}
	var after any // null: from the beginning
	if from.after != "" {
		after = from.after
	}
	q.fields = append(q.fields, fmt.Sprintf("%s: %s(first: 100, after: %s) { %s pageInfo { hasNextPage endCursor } }",
		alias, connection, q.variable(alias, "String", after), fields))
}

// graphVoices is a pull request with a page of each list.
type graphVoices struct {
	Number   int
	Author   *actor
	Commits  *graphCommits
	Reviews  *graphReviews
	Comments *graphSaid
	// TimelineItems are the changes of the base.
	TimelineItems *struct {
		Nodes []*struct{ CreatedAt time.Time }
	}
}

// retargeted is when the base was changed last; zero: never.
func (p *graphVoices) retargeted(a *answer) (last time.Time, err error) {
	if p.TimelineItems == nil || p.TimelineItems.Nodes == nil {
		return last, a.gap("the changes of the base")
	}
	for _, n := range p.TimelineItems.Nodes {
		if n == nil || n.CreatedAt.IsZero() {
			return last, a.gap("a change of the base")
		}
		last = n.CreatedAt
	}
	return last, nil
}

// actor is an account as GraphQL tells it.
type actor struct {
	TypeName   string `json:"__typename"`
	Login      string
	DatabaseID int64
}

// account is the zero Account where there is none.
func (w *actor) account(a *answer) (Account, error) {
	if w == nil {
		return Account{}, nil
	}
	human := w.TypeName == "User"
	if w.TypeName == "" || w.Login == "" || (human && w.DatabaseID <= 0) {
		return Account{}, a.gap("whose account it is")
	}
	return Account{ID: w.DatabaseID, Login: w.Login, Human: human}, nil
}

type graphCommits struct {
	TotalCount int
	Nodes      []*struct{ Commit *graphCommit }
	PageInfo   *pageInfo
}

type graphCommit struct {
	OID     string
	Authors *struct {
		Nodes    []*gitActor
		PageInfo *pageInfo
	}
	Committer *gitActor
}

// gitActor is who a commit names; user is null where no account has the address.
type gitActor struct {
	User *struct {
		Login      string
		DatabaseID int64
	}
}

// account is the zero Account where GitHub knows none. GraphQL has a bot as a User here,
// with the "[bot]" of its login.
func (g *gitActor) account(a *answer) (Account, error) {
	if g == nil || g.User == nil {
		return Account{}, nil
	}
	if g.User.Login == "" || g.User.DatabaseID <= 0 {
		return Account{}, a.gap("whose account a commit names")
	}
	return Account{ID: g.User.DatabaseID, Login: g.User.Login, Human: !strings.HasSuffix(g.User.Login, "[bot]")}, nil
}

func (c *graphCommit) people(a *answer) (people CommitPeople, err error) {
	people.SHA = c.OID
	for _, n := range c.Authors.Nodes {
		one, err := n.account(a)
		if err != nil {
			return people, err
		}
		if one != (Account{}) {
			people.Authors = append(people.Authors, one)
		}
	}
	people.Committer, err = c.Committer.account(a)
	return people, err
}

type graphReviews struct {
	Nodes    []*graphReview
	PageInfo *pageInfo
}

type graphReview struct {
	FullDatabaseID json.Number
	Author         *actor
	State          string
	SubmittedAt    time.Time
	Commit         map[string]json.RawMessage
}

// review reads one row; a file that is not there at the reviewed commit is null.
func (r *graphReview) review(a *answer, paths []string) (Review, error) {
	if r == nil || r.State == "" || r.SubmittedAt.IsZero() {
		return Review{}, a.gap("a review")
	}
	id, err := r.FullDatabaseID.Int64()
	if err != nil || id <= 0 {
		return Review{}, a.gap("a review's id")
	}
	by, err := r.Author.account(a)
	if err != nil {
		return Review{}, err
	}
	review := Review{ID: id, By: by, Approved: r.State == "APPROVED", At: r.SubmittedAt}
	if r.Commit == nil {
		return review, nil
	}
	if json.Unmarshal(r.Commit["oid"], &review.Commit) != nil || !idShape.MatchString(review.Commit) {
		return Review{}, a.gap("the commit of a review")
	}
	review.Blobs = map[string]string{}
	for i, path := range paths {
		var file *struct{ OID string }
		raw, told := r.Commit[fmt.Sprintf("f%d", i)]
		if !told || json.Unmarshal(raw, &file) != nil || (file != nil && !idShape.MatchString(file.OID)) {
			return Review{}, a.gap("a file of a reviewed commit")
		}
		if file != nil {
			review.Blobs[path] = file.OID
		}
	}
	return review, nil
}

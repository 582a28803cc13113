package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/checkrein/checkrein/checks/schema/deployed"
)

// AskLive is what Live is asked for.
type AskLive struct {
	Repo Repo
	Base string // commit id
	// Environments are told by their successful deployments.
	Environments []string
	// Names are what git calls commits: "refs/heads/main", "refs/tags/v1", an id.
	Names []string
	// Enough reports whether the tags so far, the youngest first, are enough; nil: none is wanted.
	Enough func([]deployed.Tag) bool
	// Settled does the same for the deployments to an environment.
	Settled func([]deployed.Success) bool
	// Release: the latest release is wanted.
	Release bool
}

// Live is what GitHub tells of what runs.
type Live struct {
	Base    time.Time // the date of the base
	Commits map[string]string
	Tags    []deployed.Tag
	Release *deployed.Tag // nil: there is none
	// Environments are by name: the deployments that have succeeded, the last one first.
	Environments map[string]Environment
}

// Environment is what was deployed somewhere. Problem says why that is not known.
type Environment struct {
	Successes []deployed.Success
	Problem   string
}

const (
	// livePages bounds the deployments and the tags that are looked through.
	livePages = 4
	liveSize  = 50 // deployments of an environment, and statuses of each
	tagsSize  = 100
)

// Live asks for everything at once: one GraphQL request, one more for each further page.
// Errors: ErrNoRepository, ErrMoved, *LimitError, *UnavailableError.
func (c *Client) Live(ctx context.Context, ask AskLive) (Live, error) {
	doing := fmt.Sprintf("asking what is deployed from %s", ask.Repo)
	if err := check(ask.Repo, ask.Base); err != nil {
		return Live{}, explain(doing, err)
	}
	l := &looking{client: c, ask: ask, live: Live{Commits: map[string]string{}, Environments: map[string]Environment{}}}
	if ask.Enough != nil {
		l.tags = &progress{}
	}
	for range ask.Environments {
		l.environments = append(l.environments, &progress{})
	}
	for page := 0; page < livePages && (page == 0 || l.more()); page++ {
		if err := l.look(ctx, page == 0); err != nil {
			return Live{}, explain(doing, err)
		}
	}
	l.close()
	return l.live, nil
}

// progress is how far a list has been read; after is empty at its beginning.
type progress struct {
	after string
	ended bool
}

// looking is one Live in the making.
type looking struct {
	client       *Client
	ask          AskLive
	live         Live
	tags         *progress   // nil: not wanted
	environments []*progress // as in ask.Environments
}

func (l *looking) more() bool {
	return l.tags != nil && !l.tags.ended || slices.ContainsFunc(l.environments, func(c *progress) bool { return !c.ended })
}

// close tells of the lists that were not read to where they would settle the question.
func (l *looking) close() {
	for i, name := range l.ask.Environments {
		e := l.live.Environments[name]
		if !l.environments[i].ended && len(e.Successes) == 0 {
			e.Problem = fmt.Sprintf("none of the newest %d deployments to %s has succeeded", livePages*liveSize, name)
			l.live.Environments[name] = e
		}
	}
}

// query asks for what is not known yet. Deployments stand apart: their list cannot be
// null, so that without permission it would take the rest with it.
func (l *looking) query(first bool) (string, map[string]any) {
	q := query{vars: map[string]any{}}
	q.variable("owner", "String!", l.ask.Repo.Owner)
	q.variable("name", "String!", l.ask.Repo.Name)
	fields := []string{"databaseId nameWithOwner"}
	if first {
		fields = append(fields, "base: object(oid: "+q.variable("base", "GitObjectID!", l.ask.Base)+") { ... on Commit { committedDate } }")
		for i, name := range l.ask.Names {
			v := q.variable(fmt.Sprintf("n%d", i), "String!", name)
			fields = append(fields, fmt.Sprintf("n%d: object(expression: %s) { ...Committed }", i, v))
		}
		if l.ask.Release {
			fields = append(fields, "release: latestRelease { tagName tagCommit { oid committedDate } }")
		}
	}
	if l.tags != nil && !l.tags.ended {
		fields = append(fields, fmt.Sprintf(`tags: refs(refPrefix: "refs/tags/", first: %d, after: %s, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) {
      nodes { name target { ...Committed } } pageInfo { hasNextPage endCursor } }`, tagsSize, q.cursor("tags", l.tags)))
	}
	var live []string
	for i, c := range l.environments {
		if c.ended {
			continue
		}
		v, after := q.variable(fmt.Sprintf("e%d", i), "[String!]", []string{l.ask.Environments[i]}), q.cursor(fmt.Sprintf("e%d", i), c)
		live = append(live, fmt.Sprintf(`e%d: deployments(environments: %s, first: %d, after: %s, orderBy: {field: CREATED_AT, direction: DESC}) {
      nodes { commitOid statuses(first: %[3]d) { nodes { state createdAt } } } pageInfo { hasNextPage endCursor } }`, i, v, liveSize, after))
	}
	return q.live(fields, live), q.vars
}

// cursor declares a variable for where a list goes on.
func (q *query) cursor(name string, c *progress) string {
	var after any
	if c.after != "" {
		after = c.after
	}
	return q.variable(name+"After", "String", after)
}

func (q *query) live(fields, live []string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "query Live(%s) {\n  repository(owner: $owner, name: $name) {\n    %s\n  }\n", strings.Join(q.params, ", "), strings.Join(fields, "\n    "))
	for _, field := range live {
		alias, _, _ := strings.Cut(field, ":")
		fmt.Fprintf(&b, "  of_%s: repository(owner: $owner, name: $name) {\n    %s\n  }\n", alias, field)
	}
	b.WriteString("}\n")
	if strings.Contains(b.String(), "...Committed") {
		b.WriteString(`fragment Committed on GitObject {
  oid ... on Commit { committedDate } ... on Tag { target { oid ... on Commit { committedDate } ... on Tag { target { oid ... on Commit { committedDate } } } } }
}
`)
	}
	return b.String()
}

func (l *looking) look(ctx context.Context, first bool) error {
	text, vars := l.query(first)
	a, err := l.client.graph(ctx, text, vars)
	if err != nil {
		return err
	}
	var data map[string]json.RawMessage
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return unreadable(err)
	}
	fields, err := l.repository(a.about("repository"), data["repository"])
	if err != nil {
		return err
	}
	if first {
		err = l.readNames(a.about("repository"), fields)
	}
	if err == nil && l.tags != nil && !l.tags.ended {
		err = l.readTags(a.about("repository"), fields["tags"])
	}
	if err != nil {
		return err
	}
	for i, c := range l.environments {
		alias := fmt.Sprintf("of_e%d", i)
		if c.ended {
			continue
		}
		if err := l.readEnvironment(a.about(alias), i, data[alias]); err != nil {
			return err
		}
	}
	return nil
}

// repository checks that the answer is about the repository that is meant.
func (l *looking) repository(a *answer, raw json.RawMessage) (map[string]json.RawMessage, error) {
	g := gathering{client: l.client, ask: Ask{Repo: l.ask.Repo}}
	return g.repository(a, raw)
}

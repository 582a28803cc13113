package hub

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
)

// Marker is in every comment of the app; with the author it tells our own.
const Marker = "<!-- checkrein -->"

// pullsPerQuery keeps one query within what GitHub computes at once.
const pullsPerQuery = 50

// State asks what judging one head needs to know: one GraphQL request, and one more
// for every 50 pull requests beyond 50, every page of comments beyond 100 in which the
// app's own was not found yet, and every policy that GraphQL cannot give as text.
// Errors: ErrNoRepository, ErrMoved, ErrUnknownCommit, ErrNoInstallation, *LimitError,
// *UnavailableError (also for an answer with gaps).
func (c *Client) State(ctx context.Context, ask Ask) (State, error) {
	doing := fmt.Sprintf("asking for the state of %s@%s", ask.Repo, ask.Head)
	if err := check(ask.Repo, ask.Head); err != nil {
		return State{}, explain(doing, err)
	}
	g := gathering{client: c, ask: ask, pulls: map[int]Pull{}, tips: map[string]*graphTip{}}
	if err := g.run(ctx); err != nil {
		return State{}, explain(doing, err)
	}
	s, err := g.state(ctx)
	return s, explain(doing, err)
}

// gathering collects the answers that make one State.
type gathering struct {
	client   *Client
	ask      Ask
	repo     Repo
	archived bool
	pulls    map[int]Pull
	tips     map[string]*graphTip
	org      *graphEntry
}

// run asks for the asked pull requests, the associated ones, and then for those that
// GitHub associates beyond its first page.
func (g *gathering) run(ctx context.Context) error {
	asked := slices.Compact(slices.Sorted(slices.Values(g.ask.Pulls)))
	first := asked[:min(len(asked), pullsPerQuery)]
	more, err := g.query(ctx, first, true)
	if err != nil {
		return err
	}
	rest := asked[len(first):]
	if more != "" {
		others, err := g.associated(ctx, more)
		if err != nil {
			return err
		}
		rest = append(slices.Clone(rest), others...)
	}
	rest = slices.DeleteFunc(rest, func(n int) bool { _, known := g.pulls[n]; return known })
	for part := range slices.Chunk(rest, pullsPerQuery) {
		if _, err := g.query(ctx, part, false); err != nil {
			return err
		}
	}
	return nil
}

// query sends one state query; more is the cursor of further associated pull requests.
func (g *gathering) query(ctx context.Context, numbers []int, first bool) (more string, err error) {
	q := stateQuery(g.ask, numbers, first)
	a, err := g.client.graph(ctx, q.text(), q.vars)
	if err != nil {
		return "", err
	}
	var data struct{ Repository, Org json.RawMessage }
	if err := json.Unmarshal(a.Data, &data); err != nil {
		return "", unreadable(err)
	}
	fields, err := g.repository(a, data.Repository)
	if err != nil {
		return "", err
	}
	if first {
		if more, err = g.head(ctx, a, fields); err != nil {
			return "", err
		}
		if err := g.organisation(a, data.Org); err != nil {
			return "", err
		}
	}
	return more, g.aliases(ctx, a, fields, numbers, first)
}

// state puts the answer together and fetches the policies GraphQL did not give.
func (g *gathering) state(ctx context.Context) (State, error) {
	s := State{Repo: g.repo, Archived: g.archived, Tips: map[string]Tip{}}
	for _, number := range slices.Sorted(maps.Keys(g.pulls)) {
		s.Pulls = append(s.Pulls, g.pulls[number])
	}
	files := map[string]*File{}
	for branch, t := range g.tips {
		file, err := g.client.policy(ctx, g.repo, t.Target.File, files)
		if err != nil {
			return State{}, err
		}
		s.Tips[branch] = Tip{Ref: branch, Commit: t.Target.OID, Tree: t.Target.Tree.OID, Policy: file}
	}
	var err error
	s.OrgPolicy, err = g.client.policy(ctx, Repo{Owner: g.repo.Owner, Name: ".github"}, g.org, files)
	return s, err
}

// policy is the file of an entry; known keeps what was read, since branches share it.
func (c *Client) policy(ctx context.Context, repo Repo, e *graphEntry, known map[string]*File) (*File, error) {
	if e == nil {
		return nil, nil
	}
	key := fmt.Sprint(e.Type, e.Mode, e.OID)
	if f := known[key]; f != nil {
		return f, nil
	}
	data, err := c.content(ctx, repo, e)
	if err != nil && !inFile(err) {
		return nil, err
	}
	f := &File{Blob: e.OID, Data: data}
	if err != nil {
		f.Problem = err.Error()
	}
	known[key] = f
	return f, nil
}

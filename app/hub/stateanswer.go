package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// repository checks that the answer is about the repository that is meant: names
// change hands, the id does not.
func (g *gathering) repository(a *answer, raw json.RawMessage) (map[string]json.RawMessage, error) {
	if null(raw) {
		if a.absent("repository") || a.denied("repository") {
			return nil, ErrNoRepository
		}
		return nil, a.gap("the repository")
	}
	var fields map[string]json.RawMessage
	var repo struct {
		DatabaseID    *int64
		NameWithOwner string
		IsArchived    bool
	}
	if err := errors.Join(json.Unmarshal(raw, &fields), json.Unmarshal(raw, &repo)); err != nil {
		return nil, unreadable(err)
	}
	if repo.DatabaseID == nil {
		return nil, a.gap("the repository's id")
	}
	var err error
	g.repo, err = g.ask.Repo.today(*repo.DatabaseID, repo.NameWithOwner)
	g.archived = repo.IsArchived
	return fields, err
}

// head reads the pull requests that GitHub associates with the commit.
func (g *gathering) head(ctx context.Context, a *answer, fields map[string]json.RawMessage) (more string, err error) {
	if null(fields["head"]) {
		if a.absent("repository", "head") {
			return "", ErrUnknownCommit
		}
		return "", a.gap("the head commit")
	}
	var head struct {
		OID                    string
		AssociatedPullRequests *struct {
			Nodes    []*graphPull
			PageInfo pageInfo
		}
	}
	if err := json.Unmarshal(fields["head"], &head); err != nil {
		return "", unreadable(err)
	}
	if head.OID != g.ask.Head || head.AssociatedPullRequests == nil {
		return "", a.gap("the pull requests of the head commit")
	}
	for _, p := range head.AssociatedPullRequests.Nodes {
		if err := g.add(ctx, a, p); err != nil {
			return "", err
		}
	}
	return head.AssociatedPullRequests.PageInfo.next(), nil
}

// organisation reads the default policy; a .github repository that does not exist or
// is not open to the installation has none.
func (g *gathering) organisation(a *answer, raw json.RawMessage) error {
	var org *struct{ DefaultBranchRef *graphTip }
	if err := json.Unmarshal(raw, &org); err != nil || len(raw) == 0 {
		return a.gap("the organisation's .github repository")
	}
	switch {
	case a.denied("org"):
		return nil
	case org == nil && !a.absent("org"):
		return a.gap("the organisation's .github repository")
	case org == nil:
		return nil
	case org.DefaultBranchRef == nil && !a.absent("org", "defaultBranchRef"):
		return a.gap("the default branch of the organisation's .github repository")
	case org.DefaultBranchRef == nil:
		return nil
	}
	tip := org.DefaultBranchRef
	if err := tip.check(a); err != nil {
		return err
	}
	g.org = tip.Target.File
	return nil
}

// aliases reads the asked pull requests and branches; each must have come back.
func (g *gathering) aliases(ctx context.Context, a *answer, fields map[string]json.RawMessage, numbers []int, first bool) error {
	for i, number := range numbers {
		alias := fmt.Sprintf("p%d", i)
		var p *graphPull
		if err := decodeAlias(a, fields, alias, &p); err != nil {
			return err
		}
		if p == nil {
			continue
		}
		if p.Number != number {
			return a.gap(fmt.Sprintf("pull request %d", number))
		}
		if err := g.add(ctx, a, p); err != nil {
			return err
		}
	}
	if !first {
		return nil
	}
	for i, branch := range g.ask.Bases {
		alias := fmt.Sprintf("b%d", i)
		var t *graphTip
		if err := decodeAlias(a, fields, alias, &t); err != nil {
			return err
		}
		if t == nil {
			continue
		}
		if err := t.check(a); err != nil {
			return err
		}
		g.tips[branch] = t
	}
	return nil
}

// decodeAlias leaves into nil where the answer is that it does not exist.
func decodeAlias(a *answer, fields map[string]json.RawMessage, alias string, into any) error {
	raw, ok := fields[alias]
	if !ok || (null(raw) && !a.absent("repository", alias)) {
		return a.gap("repository." + alias)
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return unreadable(err)
	}
	return nil
}

// add takes in one pull request with its base tip and the app's own comment.
func (g *gathering) add(ctx context.Context, a *answer, p *graphPull) error {
	if err := p.check(a); err != nil {
		return err
	}
	if _, known := g.pulls[p.Number]; known {
		return nil
	}
	pull := Pull{Number: p.Number, Open: p.State == "OPEN", Head: p.HeadRefOID, BaseRef: p.BaseRefName, Updated: p.UpdatedAt}
	if pull.Open && p.BaseRef != nil {
		if err := p.BaseRef.check(a); err != nil {
			return err
		}
		g.tips[p.BaseRefName] = p.BaseRef
	}
	if pull.Open && p.BaseRef == nil && !a.whole() {
		return a.gap(fmt.Sprintf("the base of pull request %d", p.Number))
	}
	comment, spoken, err := g.comments(ctx, p)
	pull.Comment, pull.Spoken = comment, spoken || p.Reviews.TotalCount > 0
	g.pulls[p.Number] = pull
	return err
}

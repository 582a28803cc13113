package hub

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/checkrein/checkrein/checks/schema/deployed"
)

// committed is a commit, or a tag of one.
type committed struct {
	OID           string
	CommittedDate *time.Time
	Target        *committed
}

// commit is what a tag stands for in the end; nil: no commit.
func (c *committed) commit() *committed {
	for c != nil && c.CommittedDate == nil {
		c = c.Target
	}
	return c
}

func (l *looking) readNames(a *answer, fields map[string]json.RawMessage) error {
	var base *committed
	if err := json.Unmarshal(fields["base"], &base); err != nil || base == nil || base.CommittedDate == nil {
		if a.absent("repository", "base") {
			return ErrUnknownCommit
		}
		return a.gap("the base")
	}
	l.live.Base = *base.CommittedDate
	for i, name := range l.ask.Names {
		alias := fmt.Sprintf("n%d", i)
		var found *committed
		if null(fields[alias]) && !a.absent("repository", alias) {
			return a.gap(name)
		}
		if err := json.Unmarshal(fields[alias], &found); err != nil {
			return unreadable(err)
		}
		if c := found.commit(); c != nil {
			l.live.Commits[name] = c.OID
		}
	}
	if !l.ask.Release {
		return nil
	}
	return l.readRelease(a, fields["release"])
}

func (l *looking) readRelease(a *answer, raw json.RawMessage) error {
	var release *struct {
		TagName   string
		TagCommit *committed
	}
	if null(raw) && !a.absent("repository", "release") {
		return a.gap("the latest release")
	}
	if err := json.Unmarshal(raw, &release); err != nil {
		return unreadable(err)
	}
	if release != nil && release.TagCommit == nil && !a.whole() {
		return a.gap("the latest release")
	}
	if release != nil && release.TagCommit != nil && release.TagCommit.CommittedDate != nil {
		l.live.Release = &deployed.Tag{Name: release.TagName, Commit: release.TagCommit.OID, When: *release.TagCommit.CommittedDate}
	}
	return nil
}

func (l *looking) readTags(a *answer, raw json.RawMessage) error {
	var page *struct {
		Nodes []*struct {
			Name   string
			Target *committed
		}
		PageInfo pageInfo
	}
	if err := json.Unmarshal(raw, &page); err != nil || page == nil {
		return a.gap("the tags")
	}
	for _, n := range page.Nodes {
		if n == nil || n.Target == nil {
			return a.gap("a tag")
		}
		if c := n.Target.commit(); c != nil {
			l.live.Tags = append(l.live.Tags, deployed.Tag{Name: n.Name, Commit: c.OID, When: *c.CommittedDate})
		}
	}
	l.tags.after = page.PageInfo.next()
	l.tags.ended = l.tags.after == "" || l.ask.Enough(l.live.Tags)
	return nil
}

func (l *looking) readEnvironment(a *answer, i int, raw json.RawMessage) error {
	name, c := l.ask.Environments[i], l.environments[i]
	alias := fmt.Sprintf("e%d", i)
	if a.denied("of_"+alias, alias) {
		c.ended = true
		l.live.Environments[name] = Environment{Problem: fmt.Sprintf("what runs in %s is not known: the App has no permission to read deployments", name)}
		return nil
	}
	if null(raw) {
		return a.gap("the deployments to " + name)
	}
	var fields map[string]*graphDeployments
	if err := json.Unmarshal(raw, &fields); err != nil || fields[alias] == nil {
		return a.gap("the deployments to " + name)
	}
	e := l.live.Environments[name]
	for _, d := range fields[alias].Nodes {
		if d == nil || d.Statuses == nil || idShape.FindString(d.CommitOID) == "" {
			return a.gap("a deployment to " + name)
		}
		if at, ok := d.succeeded(); ok {
			e.Successes = append(e.Successes, deployed.Success{Commit: d.CommitOID, At: at})
		}
	}
	slices.SortStableFunc(e.Successes, func(a, b deployed.Success) int { return b.At.Compare(a.At) })
	l.live.Environments[name] = e
	c.after = fields[alias].PageInfo.next()
	c.ended = c.after == "" || l.ask.Settled(e.Successes)
	return nil
}

type graphDeployments struct {
	Nodes    []*graphDeployment
	PageInfo pageInfo
}

type graphDeployment struct {
	CommitOID string
	Statuses  *struct {
		Nodes []*struct {
			State     string
			CreatedAt time.Time
		}
	}
}

// succeeded is when the deployment succeeded last; a later success elsewhere has made its
// newest status inactive.
func (d *graphDeployment) succeeded() (at time.Time, ok bool) {
	for _, s := range d.Statuses.Nodes {
		if s != nil && s.State == "SUCCESS" && s.CreatedAt.After(at) {
			at, ok = s.CreatedAt, true
		}
	}
	return at, ok
}

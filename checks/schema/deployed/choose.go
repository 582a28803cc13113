// Package deployed finds the commits that count as deployed: those that a policy names,
// or those of the default. Where a repository's history comes from is not its business.
package deployed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/checkrein/checkrein/checks/policy"
)

// History answers what choosing the deployed commits takes, about one repository and the
// base of one change. Implementations find things out when they are asked for them. An
// *UnknownError says that nobody can know; another error is one of the source.
type History interface {
	// Base is the base branch as it is told, with its commit.
	Base(ctx context.Context) (Tag, error)
	// Versions are the version tags that the base may have, the highest first; see Releases.
	Versions(ctx context.Context) ([]Tag, error)
	Tags(ctx context.Context) ([]Tag, error)
	// Lead is how many commits the base has that commit has not; ok is false where commit
	// has some that the base has not.
	Lead(ctx context.Context, commit string) (commits int, ok bool, err error)
	// Commit is what a name stands for; "" where nothing has it.
	Commit(ctx context.Context, name string) (string, error)
	// Successes are the deployments to an environment that have succeeded, the last one first.
	Successes(ctx context.Context, environment string) ([]Success, error)
	// LatestRelease is the one that the repository calls so; nil: it calls none so.
	LatestRelease(ctx context.Context) (*Tag, error)
}

// Success is a deployment that has succeeded.
type Success struct {
	Commit string
	At     time.Time
}

// UnknownError says why nobody knows what runs.
type UnknownError struct{ Reason string }

func (e *UnknownError) Error() string { return e.Reason }

// Chosen is what runs, by commit ids.
type Chosen struct {
	Commits          []Named
	Notices, Unknown []string
	// Until is when one of them no longer counts because the one after it has run for a
	// day; zero: none such.
	Until time.Time
}

// Named is a deployed commit and what it is called.
type Named struct{ Name, Commit string }

const (
	// A version tag that is both is too old to pass for what runs.
	oldAge     = 180 * 24 * time.Hour
	oldCommits = 500
	// overlap is how long the code before the newest deployment may still run, or run again.
	overlap = 24 * time.Hour
	// maxTried bounds the version tags that are held against the base's history.
	maxTried = 8
	// maxCommits bounds the deployed commits: each one is read as a whole.
	maxCommits = 20
)

// Choose finds the commits that list means, or those of the default when it is empty.
func Choose(ctx context.Context, list []policy.Deployed, h History, now time.Time) (Chosen, error) {
	c := &choosing{History: h, now: now}
	if len(list) == 0 {
		return c.Chosen, c.settle(c.standard(ctx))
	}
	for _, d := range list {
		if err := c.settle(c.add(ctx, d)); err != nil {
			return c.Chosen, fmt.Errorf("find what %s means: %w", d, err)
		}
	}
	return c.Chosen, nil
}

type choosing struct {
	History
	Chosen
	now time.Time
}

// settle takes what nobody knows as an answer.
func (c *choosing) settle(err error) error {
	if unknown := (*UnknownError)(nil); errors.As(err, &unknown) {
		c.Unknown = append(c.Unknown, unknown.Reason)
		return nil
	}
	return err
}

func (c *choosing) add(ctx context.Context, d policy.Deployed) error {
	switch {
	case d.Environment != "":
		return c.environment(ctx, d.Environment)
	case d.Release == "latest":
		return c.latest(ctx)
	case isGlob(d.Tag):
		return c.newest(ctx, d.Tag)
	}
	name, full := named(d)
	return c.named(ctx, name, full)
}

// named is what an entry means that is one name: as it is told, and as git calls it;
// empty: it means something else.
func named(d policy.Deployed) (name, full string) {
	switch {
	case d.Environment != "", d.Release == "latest", isGlob(d.Tag):
		return "", ""
	case d.Release != "":
		return d.Release, "refs/tags/" + d.Release
	case d.Branch != "":
		return d.Branch, "refs/heads/" + d.Branch
	case d.Tag != "":
		return d.Tag, "refs/tags/" + d.Tag
	}
	return d.Ref, d.Ref
}

func isGlob(tag string) bool { return strings.ContainsAny(tag, `*?[{\`) }

// Names are the names whose commits a list asks for, as History.Commit is handed them.
func Names(list []policy.Deployed) []string {
	var names []string
	for _, d := range list {
		if _, full := named(d); full != "" && !slices.Contains(names, full) {
			names = append(names, full)
		}
	}
	return names
}

// Globs are the globs over tags that a list asks for; versions: it asks for the version
// tags too.
func Globs(list []policy.Deployed) (globs []string, versions bool) {
	for _, d := range list {
		if isGlob(d.Tag) {
			globs = append(globs, d.Tag)
		}
		versions = versions || d.Release == "latest"
	}
	return globs, versions || len(list) == 0
}

// standard is what counts as deployed where nobody says: the newest version, and the base.
func (c *choosing) standard(ctx context.Context) error {
	base, err := c.Base(ctx)
	if err != nil {
		return err
	}
	release, lead, err := c.released(ctx)
	switch {
	case err != nil:
		return err
	case release == nil:
		c.notice("No version tag (v1.2.3) is reachable from %s: only %[1]s itself counts as deployed.", base.Name)
	case old(base, *release, lead):
		c.notice("%s does not count as deployed: the newest version tag of %s is %s older.", release.Name, base.Name, age(base, *release, lead))
	default:
		c.put(release.Name, release.Commit)
	}
	c.put(base.Name, base.Commit)
	return nil
}

// released is the highest version that the base has, and how far the base is ahead of it.
func (c *choosing) released(ctx context.Context) (*Tag, int, error) {
	versions, err := c.Versions(ctx)
	if err != nil {
		return nil, 0, err
	}
	for _, t := range versions[:min(len(versions), maxTried)] {
		lead, ok, err := c.Lead(ctx, t.Commit)
		if err != nil {
			return nil, 0, fmt.Errorf("find out whether the base has %s: %w", t.Name, err)
		}
		if ok {
			return &t, lead, nil
		}
	}
	return nil, 0, nil
}

// latest is the latest release. That it is old is told; it counts, for the policy says so.
func (c *choosing) latest(ctx context.Context) error {
	base, err := c.Base(ctx)
	if err != nil {
		return err
	}
	release, err := c.LatestRelease(ctx)
	if err != nil {
		return err
	}
	if release != nil {
		return c.moving(ctx, release.Name, release.Commit)
	}
	release, lead, err := c.released(ctx)
	if err != nil {
		return err
	}
	if release == nil {
		return &UnknownError{fmt.Sprintf("there is no latest release: no version tag (v1.2.3) is reachable from %s", base.Name)}
	}
	if old(base, *release, lead) {
		c.notice("The latest release, %s, is %s older than %s.", release.Name, age(base, *release, lead), base.Name)
	}
	c.put(release.Name, release.Commit)
	return nil
}

func (c *choosing) newest(ctx context.Context, glob string) error {
	tags, err := c.Tags(ctx)
	if err != nil {
		return err
	}
	tag, ok := NewestTag(glob, tags)
	if !ok {
		return &UnknownError{fmt.Sprintf("no tag matches %s", glob)}
	}
	return c.moving(ctx, tag.Name, tag.Commit)
}

// moving adds a commit that whoever may push a tag or report a deployment has chosen. It
// may hold what nobody has merged, the change itself even: as long as the base does not
// have it, the base counts as well.
func (c *choosing) moving(ctx context.Context, name, commit string) error {
	base, err := c.Base(ctx)
	if err != nil {
		return err
	}
	_, ok, err := c.Lead(ctx, commit)
	if err != nil {
		return fmt.Errorf("find out whether the base has %s: %w", commit, err)
	}
	c.put(name, commit)
	if !ok {
		c.notice("%s is %.7s, which %s does not have: %[3]s itself counts as deployed too.", name, commit, base.Name)
		c.put(base.Name, base.Commit)
	}
	return nil
}

func (c *choosing) named(ctx context.Context, name, ref string) error {
	commit, err := c.Commit(ctx, ref)
	if err != nil {
		return err
	}
	if commit == "" {
		return &UnknownError{fmt.Sprintf("there is no %s", name)}
	}
	c.put(name, commit)
	return nil
}

// environment is the commit that runs there, and for a day the one that ran before it. A
// commit that is deployed again and again has run since the first of these.
func (c *choosing) environment(ctx context.Context, name string) error {
	all, err := c.Successes(ctx, name)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		return &UnknownError{fmt.Sprintf("no deployment to %s has succeeded", name)}
	}
	other := slices.IndexFunc(all, func(s Success) bool { return s.Commit != all[0].Commit })
	if other < 0 {
		other = len(all)
	}
	since := all[other-1].At
	if err := c.moving(ctx, fmt.Sprintf("%s (since %s)", name, day(since)), all[0].Commit); err != nil {
		return err
	}
	end := since.Add(overlap)
	if other == len(all) || !c.now.Before(end) {
		return nil
	}
	if c.Until.IsZero() || end.Before(c.Until) {
		c.Until = end
	}
	return c.moving(ctx, fmt.Sprintf("%s (until %s)", name, day(since)), all[other].Commit)
}

// Settled reports whether no earlier deployment to an environment can matter, given the
// last ones that have succeeded.
func Settled(all []Success, now time.Time) bool {
	return slices.ContainsFunc(all, func(s Success) bool { return s.Commit != all[0].Commit || !now.Before(s.At.Add(overlap)) })
}

// put adds a commit, each once under all of its names.
func (c *choosing) put(name, commit string) {
	for i, have := range c.Commits {
		if have.Commit == commit {
			if have.Name != name {
				c.Commits[i].Name += ", " + name
			}
			return
		}
	}
	if len(c.Commits) == maxCommits {
		c.Unknown = append(c.Unknown, fmt.Sprintf("%s is not looked at: more than %d commits count as deployed", name, maxCommits))
		return
	}
	c.Commits = append(c.Commits, Named{name, commit})
}

func (c *choosing) notice(format string, args ...any) {
	c.Notices = append(c.Notices, fmt.Sprintf(format, args...))
}

func old(base, release Tag, lead int) bool {
	return base.When.Sub(release.When) > oldAge && lead > oldCommits
}

func age(base, release Tag, lead int) string {
	return fmt.Sprintf("%d days and %d commits", int(base.When.Sub(release.When).Hours()/24), lead)
}

func day(at time.Time) string { return at.UTC().Format(time.DateOnly) }

package deployed

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/policy"
)

// past is a history of hand: main is at day 0, everything else lies days behind it.
type past struct {
	tags      []Tag
	leads     map[string]int // of commits that main has
	commits   map[string]string
	successes map[string][]Success
	release   *Tag
	failing   error
}

var today = time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)

func ago(days float64) time.Time { return today.Add(-time.Duration(days * 24 * float64(time.Hour))) }

func tag(name string, days float64) Tag { return Tag{Name: name, Commit: name, When: ago(days)} }

func (p past) Base(context.Context) (Tag, error)       { return tag("main", 0), p.failing }
func (p past) Versions(context.Context) ([]Tag, error) { return Releases(p.tags), nil }
func (p past) Tags(context.Context) ([]Tag, error)     { return p.tags, nil }

// Lead has the commits called by one letter.
func (p past) Lead(_ context.Context, commit string) (int, bool, error) {
	n, ok := p.leads[commit]
	return n, ok || len(commit) == 1, nil
}
func (p past) Commit(_ context.Context, name string) (string, error) { return p.commits[name], nil }
func (p past) Successes(_ context.Context, environment string) ([]Success, error) {
	if environment == "locally" {
		return nil, &UnknownError{"nobody knows"}
	}
	return p.successes[environment], nil
}
func (p past) LatestRelease(context.Context) (*Tag, error) { return p.release, nil }

func TestChoose(t *testing.T) {
	released := past{tags: []Tag{tag("v1.9.0", 60), tag("v1.10.0", 30), tag("v2.0.0-rc.1", 1), tag("20261129", 0), tag("v3.0.0", 2)},
		leads: map[string]int{"v1.9.0": 40, "v1.10.0": 20, "v2.0.0-rc.1": 1, "20261129": 0}}
	stale := func(days float64, lead int) past {
		return past{tags: []Tag{tag("v1.0.0", days)}, leads: map[string]int{"v1.0.0": lead}}
	}
	at := func(commit string, days float64) Success { return Success{commit, ago(days)} }
	deployed := func(all ...Success) past { return past{successes: map[string][]Success{"production": all}} }
	production := []policy.Deployed{{Environment: "production"}}
	main := Named{"main", "main"}
	tests := map[string]struct {
		list []policy.Deployed
		past past
		want Chosen
	}{
		"the highest version that the base has, and the base": {nil, released, Chosen{Commits: []Named{{"v1.10.0", "v1.10.0"}, main}}},
		"no version tag": {nil, past{tags: []Tag{tag("nightly", 1)}}, Chosen{Commits: []Named{main},
			Notices: []string{"No version tag (v1.2.3) is reachable from main: only main itself counts as deployed."}}},
		"old in days alone":    {nil, stale(400, 500), Chosen{Commits: []Named{{"v1.0.0", "v1.0.0"}, main}}},
		"old in commits alone": {nil, stale(180, 900), Chosen{Commits: []Named{{"v1.0.0", "v1.0.0"}, main}}},
		"old in both": {nil, stale(181, 501), Chosen{Commits: []Named{main},
			Notices: []string{"v1.0.0 does not count as deployed: the newest version tag of main is 181 days and 501 commits older."}}},
		"the base is the release": {nil, past{tags: []Tag{{"v1.0.0", "main", ago(0)}}, leads: map[string]int{"main": 0}},
			Chosen{Commits: []Named{{"v1.0.0, main", "main"}}}},

		"the latest release, not the newest tag": {[]policy.Deployed{{Release: "latest"}},
			past{tags: released.tags, leads: released.leads, release: &Tag{Name: "v1.9.0", Commit: "v1.9.0"}}, Chosen{Commits: []Named{{"v1.9.0", "v1.9.0"}}}},
		"latest where nothing calls itself so":  {[]policy.Deployed{{Release: "latest"}}, released, Chosen{Commits: []Named{{"v1.10.0", "v1.10.0"}}}},
		"latest is old, and the policy says so": {[]policy.Deployed{{Release: "latest"}}, stale(181, 501), Chosen{Commits: []Named{{"v1.0.0", "v1.0.0"}}, Notices: []string{"The latest release, v1.0.0, is 181 days and 501 commits older than main."}}},
		"no release":                            {[]policy.Deployed{{Release: "latest"}}, past{}, Chosen{Unknown: []string{"there is no latest release: no version tag (v1.2.3) is reachable from main"}}},
		"a release by its tag": {[]policy.Deployed{{Release: "v1"}}, past{commits: map[string]string{"refs/tags/v1": "a"}},
			Chosen{Commits: []Named{{"v1", "a"}}}},

		"a branch, a tag, a commit": {[]policy.Deployed{{Branch: "live"}, {Tag: "t"}, {Ref: "abc"}},
			past{commits: map[string]string{"refs/heads/live": "a", "refs/tags/t": "b", "abc": "a"}}, Chosen{Commits: []Named{{"live, abc", "a"}, {"t", "b"}}}},
		"names that nothing has": {[]policy.Deployed{{Branch: "live"}, {Ref: "abc"}}, past{}, Chosen{Unknown: []string{"there is no live", "there is no abc"}}},
		"the newest tag of a glob": {[]policy.Deployed{{Tag: "api@*"}},
			past{tags: []Tag{tag("api@1.9.0", 1), tag("api@1.10.0", 9), tag("api@2.0.0-rc.1", 0), tag("web@3.0.0", 0)}, leads: map[string]int{"api@1.10.0": 9}}, Chosen{Commits: []Named{{"api@1.10.0", "api@1.10.0"}}}},
		"a glob of what are no versions": {[]policy.Deployed{{Tag: "prod-*"}},
			past{tags: []Tag{tag("prod-9", 3), tag("prod-10", 2)}, leads: map[string]int{"prod-10": 2}}, Chosen{Commits: []Named{{"prod-10", "prod-10"}}}},
		"a glob that nothing matches": {[]policy.Deployed{{Tag: "prod-*"}}, released, Chosen{Unknown: []string{"no tag matches prod-*"}}},

		"a tag that somebody has put on what is not merged": {[]policy.Deployed{{Tag: "v*"}}, past{tags: []Tag{tag("v1.0.0", 9), {"v99.0.0", "mischief", ago(0)}}},
			Chosen{Commits: []Named{{"v99.0.0", "mischief"}, main}, Notices: []string{"v99.0.0 is mischie, which main does not have: main itself counts as deployed too."}}},
		"what is not merged was reported as deployed": {production, deployed(at("mischief", 2)),
			Chosen{Commits: []Named{{"production (since 2026-11-27)", "mischief"}, main}, Notices: []string{"production (since 2026-11-27) is mischie, which main does not have: main itself counts as deployed too."}}},
		"a version tag on what is not merged is not the newest": {nil, past{tags: append([]Tag{{"v99.0.0", "mischief", ago(0)}}, released.tags...), leads: released.leads}, Chosen{Commits: []Named{{"v1.10.0", "v1.10.0"}, main}}},

		"never deployed": {production, past{}, Chosen{Unknown: []string{"no deployment to production has succeeded"}}},
		"locally":        {[]policy.Deployed{{Environment: "locally"}, {Branch: "x"}}, past{commits: map[string]string{"refs/heads/x": "a"}}, Chosen{Commits: []Named{{"x", "a"}}, Unknown: []string{"nobody knows"}}},
		"deployed once":  {production, deployed(at("a", 40)), Chosen{Commits: []Named{{"production (since 2026-10-20)", "a"}}}},
		"the one before still counts for a day": {production, deployed(at("b", 0.9), at("a", 40)), Chosen{Until: ago(-0.1),
			Commits: []Named{{"production (since 2026-11-28)", "b"}, {"production (until 2026-11-28)", "a"}}}},
		"after a day it does not": {production, deployed(at("b", 1.1), at("a", 40)), Chosen{Commits: []Named{{"production (since 2026-11-28)", "b"}}}},
		"what is deployed again runs since the first time": {production, deployed(at("b", 0.1), at("b", 2), at("a", 40)),
			Chosen{Commits: []Named{{"production (since 2026-11-27)", "b"}}}},
		"a rollback": {production, deployed(at("a", 0.5), at("b", 1), at("a", 40)), Chosen{Until: ago(-0.5),
			Commits: []Named{{"production (since 2026-11-29)", "a"}, {"production (until 2026-11-29)", "b"}}}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := Choose(t.Context(), test.list, test.past, today)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("-want +got:\n%s", diff)
			}
		})
	}
}

func TestChooseIsBounded(t *testing.T) {
	var many []policy.Deployed
	p := past{commits: map[string]string{}, leads: map[string]int{"v0.1.0": 1}}
	for i := range 30 {
		name := strings.Repeat("x", i+1)
		many, p.commits[name] = append(many, policy.Deployed{Ref: name}), name
	}
	got, err := Choose(t.Context(), many, p, today)
	if err != nil || len(got.Commits) != maxCommits || len(got.Unknown) != 10 {
		t.Errorf("%d commits and %q (%v)", len(got.Commits), got.Unknown, err)
	}
	// A tag of the base behind many that it has not is not looked for without end.
	for _, name := range []string{"v0.1.0", "v9.0.1", "v9.0.2", "v9.0.3", "v9.0.4", "v9.0.5", "v9.0.6", "v9.0.7", "v9.0.8"} {
		p.tags = append(p.tags, tag(name, 1))
	}
	if got, err = Choose(t.Context(), nil, p, today); err != nil || len(got.Commits) != 1 || len(got.Notices) != 1 {
		t.Errorf("%+v (%v)", got, err)
	}
	p.failing = errors.New("the source is down")
	if _, err = Choose(t.Context(), nil, p, today); !errors.Is(err, p.failing) {
		t.Errorf("an error of the source became %v", err)
	}
}

func TestReleases(t *testing.T) {
	names := []string{"1.2", "v1.10.0", "v1.2.10", "v1.2.9", "V1.3.0", "v2", "v2.0.0-beta", "v1.9.0+build.5", "2024.01.15", "api@9.9.9", "v99999999999999999999.0.0", "1.2.3.4"}
	var tags []Tag
	for _, name := range names {
		tags = append(tags, Tag{Name: name})
	}
	var got []string
	for _, t := range Releases(tags) {
		got = append(got, t.Name)
	}
	want := []string{"v99999999999999999999.0.0", "2024.01.15", "v1.10.0", "v1.9.0+build.5", "v1.2.10", "v1.2.9", "1.2"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

package hub_test

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/checks/schema/deployed"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// enough is so when one of the tags is a version.
func enough(tags []deployed.Tag) bool { return len(deployed.Releases(tags)) > 0 }

func (w *simulated) live(ask hub.AskLive) hub.Live {
	w.t.Helper()
	ask.Repo, ask.Base = w.at, w.repo.Tip("main")
	ask.Settled = func(all []deployed.Success) bool { return deployed.Settled(all, time.Now()) }
	return must(w.client.Live(w.t.Context(), ask))(w.t)
}

func TestLive(t *testing.T) {
	w := simulate(t)
	w.in.Grant(map[string]string{"metadata": "read", "contents": "read", "deployments": "read"})
	w.hub.Renew(w.in.ID)
	w.client = w.hub.Installation(w.in.ID)
	day := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	first := must(w.repo.Commit("main", "one", githubtest.Files{"a": githubtest.Text("1")}, githubtest.At(day)))(t)
	second := must(w.repo.Commit("main", "two", githubtest.Files{"a": githubtest.Text("2")}, githubtest.At(day.AddDate(0, 0, 1))))(t)
	for _, err := range []error{
		w.repo.Tag("v1.0.0", first, "annotated"), w.repo.Tag("v1.1.0", second, ""), w.repo.Release("v1.0.0", false),
		w.repo.Deploy(w.alice, first, "production", "success"), w.repo.Deploy(w.alice, second, "production", "in_progress"),
		w.repo.Deploy(w.alice, second, "production", "success"), w.repo.Deploy(w.alice, first, "production", "failure"),
		w.repo.Deploy(w.alice, first, "a \"b\"/é", "success"),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	w.live(hub.AskLive{}) // the token
	w.ResetRequests()
	got := w.live(hub.AskLive{Environments: []string{"production", "a \"b\"/é", "nowhere"}, Release: true, Enough: enough,
		Names: []string{"refs/heads/main", "refs/tags/v1.0.0", first, "refs/heads/nope", "main:a"}})
	w.costs(0, 1)
	for name, e := range got.Environments {
		if !slices.IsSortedFunc(e.Successes, func(a, b deployed.Success) int { return b.At.Compare(a.At) }) {
			t.Errorf("%s: %v", name, e.Successes)
		}
		for i, s := range e.Successes {
			if time.Since(s.At) > time.Minute {
				t.Errorf("%s: %v", name, e.Successes)
			}
			e.Successes[i].At = time.Time{}
		}
	}
	one := deployed.Tag{Name: "v1.0.0", Commit: first, When: day}
	want := hub.Live{Base: day.AddDate(0, 0, 1),
		Commits: map[string]string{"refs/heads/main": second, "refs/tags/v1.0.0": first, first: first},
		Tags:    []deployed.Tag{{Name: "v1.1.0", Commit: second, When: day.AddDate(0, 0, 1)}, one}, Release: &one,
		Environments: map[string]hub.Environment{"production": {Successes: []deployed.Success{{Commit: second}, {Commit: first}}},
			"a \"b\"/é": {Successes: []deployed.Success{{Commit: first}}}, "nowhere": {}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

// Without the permission what runs is not known, and the rest is.
func TestLiveWithoutPermission(t *testing.T) {
	w := simulate(t)
	if err := errors.Join(w.repo.Deploy(w.alice, "main", "production", "success"), w.repo.Tag("v1.0.0", "main", "")); err != nil {
		t.Fatal(err)
	}
	got := w.live(hub.AskLive{Environments: []string{"production"}, Enough: enough})
	if e := got.Environments["production"]; e.Problem != "what runs in production is not known: the App has no permission to read deployments" || len(got.Tags) != 1 {
		t.Errorf("got %+v", got)
	}
}

// Lists are read on until they settle the question, but not without end.
func TestLivePages(t *testing.T) {
	w := simulate(t)
	w.in.Grant(map[string]string{"metadata": "read", "contents": "read", "deployments": "read"})
	w.hub.Renew(w.in.ID)
	w.client = w.hub.Installation(w.in.ID)
	if err := errors.Join(w.repo.Tag("v1.0.0", "main", ""), w.repo.Deploy(w.alice, "main", "production", "success")); err != nil {
		t.Fatal(err)
	}
	young := must(w.repo.Commit("main", "young", githubtest.Files{"a": githubtest.Text("1")}, githubtest.At(time.Now().Add(time.Hour))))(t)
	for i := range 150 {
		if err := errors.Join(w.repo.Tag(fmt.Sprintf("build-%d", i), young, ""), w.repo.Deploy(w.alice, young, "production", "failure")); err != nil {
			t.Fatal(err)
		}
	}
	w.live(hub.AskLive{})
	w.ResetRequests()
	got := w.live(hub.AskLive{Environments: []string{"production"}, Enough: enough})
	w.costs(0, 4) // tags on two pages, deployments on four
	if e := got.Environments["production"]; len(e.Successes) != 1 || e.Problem != "" || len(got.Tags) != 151 {
		t.Errorf("%d tags, %+v", len(got.Tags), e)
	}
	for range 50 {
		if err := w.repo.Deploy(w.alice, young, "production", "failure"); err != nil {
			t.Fatal(err)
		}
	}
	got = w.live(hub.AskLive{Environments: []string{"production"}})
	w.costs(0, 4)
	if e := got.Environments["production"]; len(e.Successes) != 0 || e.Problem != "none of the newest 200 deployments to production has succeeded" {
		t.Errorf("%+v", e)
	}
}

// What GitHub leaves out of an answer is asked for again, not taken for absent.
func TestLiveGaps(t *testing.T) {
	w := simulate(t)
	if err := w.repo.Tag("v1.0.0", "main", ""); err != nil {
		t.Fatal(err)
	}
	for i := range 6 {
		w.Fault(githubtest.Match{Path: regexp.MustCompile(`^/graphql$`)}, githubtest.Action{DropAliases: 1})
		_, err := w.client.Live(t.Context(), hub.AskLive{Repo: w.at, Base: w.repo.Tip("main"), Names: []string{"refs/heads/main"}, Enough: enough, Release: true})
		if down := (*hub.UnavailableError)(nil); !errors.As(err, &down) {
			t.Errorf("gap %d: %v", i, err)
		}
	}
}

func TestLead(t *testing.T) {
	w := simulate(t)
	first := w.repo.Tip("main")
	p := w.pull("feature", githubtest.Files{"x": githubtest.Text("1")})
	for i := range 3 {
		must(w.repo.Commit("main", "more", githubtest.Files{"a": githubtest.Text(fmt.Sprint(i))}))(t)
	}
	main := w.repo.Tip("main")
	for _, c := range []struct {
		commit string
		lead   int
		ok     bool
	}{{first, 3, true}, {main, 0, true}, {p.Head(), 3, false}} {
		w.ResetRequests()
		lead, ok, err := w.client.Lead(t.Context(), w.at, c.commit, main)
		if lead != c.lead || ok != c.ok || err != nil {
			t.Errorf("lead over %s is %d, %v (%v), want %d, %v", c.commit, lead, ok, err, c.lead, c.ok)
		}
		w.costs(1, 0)
	}
	if _, _, err := w.client.Lead(t.Context(), w.at, "0123456789012345678901234567890123456789", main); !errors.Is(err, hub.ErrUnknownCommit) {
		t.Errorf("a commit that is not there: %v", err)
	}
}

func TestListAll(t *testing.T) {
	w := simulate(t)
	some := w.client.Tree(w.at, w.repo.Tip("main"), []tree.Entry{{Path: "run.sh", SHA: "x"}})
	if entries, _, _ := some.List(t.Context()); len(entries) != 1 {
		t.Errorf("before: %v", entries)
	}
	for range 2 {
		if err := tree.ListAll(t.Context(), some); err != nil {
			t.Fatal(err)
		}
	}
	w.costs(1, 0)
	var got []string
	entries, _, _ := some.List(t.Context())
	for _, e := range entries {
		got = append(got, fmt.Sprint(e.Path, " ", e.Mode, " ", len(e.SHA)))
	}
	if diff := cmp.Diff([]string{policyPath + " 0 40", "compose.yml 0 40", "link.yml 1 40", "run.sh 0 40", "sub 2 40"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if err := tree.ListAll(t.Context(), w.client.Tree(w.at, "0123456789012345678901234567890123456789", nil)); !errors.Is(err, hub.ErrUnknownCommit) {
		t.Errorf("a commit that is not there: %v", err)
	}
	cut := simulate(t, githubtest.WithSizes(githubtest.Sizes{TreeEntries: 3}))
	if err := tree.ListAll(t.Context(), cut.client.Tree(cut.at, cut.repo.Tip("main"), nil)); !errors.Is(err, tree.ErrIncomplete) {
		t.Errorf("a list that was cut: %v", err)
	}
}

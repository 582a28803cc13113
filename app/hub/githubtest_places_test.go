package hub_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

func TestPlacesAgainstGitHub(t *testing.T) {
	w := simulate(t)
	w.Install(w.app, "umbrella")
	docs := must(w.CreateRepo("acme", "docs", githubtest.Files{"a": githubtest.Text("a\n")}))(t)
	docs.Archive()
	w.ResetRequests()

	app := must(w.hub.App(t.Context()))(t)
	if app.Slug != "checkrein" || app.Owner != "apps" || app.Permissions["checks"] != "write" || len(app.Events) != 2 {
		t.Errorf("%+v", app)
	}
	var owners []string
	for _, in := range must(w.hub.Installations(t.Context()))(t) {
		owners = append(owners, in.Owner)
		if in.Suspended || in.Permissions["contents"] != "read" {
			t.Errorf("%+v", in)
		}
	}
	if diff := cmp.Diff([]string{"acme", "umbrella"}, owners); diff != "" {
		t.Error(diff)
	}
	repos := must(w.client.Repositories(t.Context()))(t)
	want := []hub.Repository{{Repo: w.at, Default: "main"}, {Repo: hub.Repo{ID: docs.ID, Owner: "acme", Name: "docs"}, Archived: true, Default: "main"}}
	if diff := cmp.Diff(want, repos); diff != "" {
		t.Error(diff)
	}
	w.costs(3, 0)
}

func TestOpenAgainstGitHub(t *testing.T) {
	w := simulate(t)
	one := w.pull("one", githubtest.Files{"a": githubtest.Text("1\n")})
	two := w.pull("two", githubtest.Files{"b": githubtest.Text("2\n")})
	w.pull("three", nil).Close(w.alice)
	w.repo.RequireCheck("checkrein", w.app) // nothing would wait in the queue without it
	base := w.repo.Tip("main")
	last := must(w.repo.EnqueueMerge(w.alice, one, two))(t)
	gone := must(w.CreateRepo("acme", "gone", nil))(t)
	gone.Delete()
	w.repo.Rename("store")
	w.ResetRequests()

	asked := []hub.Repository{{Repo: w.at}, {Repo: hub.Repo{ID: gone.ID, Owner: "acme", Name: "gone"}}}
	got := must(w.client.Open(t.Context(), asked))(t)
	w.costs(0, 1)
	store := hub.Repo{ID: w.at.ID, Owner: "acme", Name: "store"}
	if got[0].Problem != nil || got[0].Repo != store || got[0].Default != "main" || len(got[0].Pulls) != 2 {
		t.Fatalf("%v %q %v: %v", got[0].Repo, got[0].Default, got[0].Pulls, got[0].Problem)
	}
	for i, p := range []*githubtest.Pull{one, two} {
		if o := got[0].Pulls[i]; o.Number != p.Number || o.Head != p.Head() || o.BaseRef != "main" || o.Updated.IsZero() {
			t.Errorf("%+v", o)
		}
	}
	groups := got[0].Groups
	if len(groups) != 2 || groups[0].Base != base || groups[1].Base != groups[0].Head || groups[1].Head != last || groups[0].Pull != one.Number {
		t.Errorf("%+v", groups)
	}
	if !errors.Is(got[1].Problem, hub.ErrNoRepository) {
		t.Errorf("a deleted repository: %v", got[1].Problem)
	}
	if diff := cmp.Diff(groups, must(w.client.Queue(t.Context(), store, "main"))(t)); diff != "" {
		t.Error(diff)
	}
	if none := must(w.client.Queue(t.Context(), store, "one"))(t); none != nil {
		t.Errorf("a branch without a queue: %v", none)
	}
}

// The delivery that no receiver took is found with the very bytes that were sent.
func TestDeliveriesAgainstGitHub(t *testing.T) {
	w := simulate(t)
	down := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) { rw.WriteHeader(http.StatusServiceUnavailable) }))
	defer down.Close()
	w.app.SetWebhook(down.URL, "hush")
	w.pull("feature", githubtest.Files{"a": githubtest.Text("1\n")})
	if err := w.Settle(t.Context()); err != nil {
		t.Fatal(err)
	}
	if hook := must(w.hub.Hook(t.Context()))(t); hook != (hub.Hook{URL: down.URL, ContentType: "json"}) {
		t.Errorf("%+v", hook)
	}
	list := must(w.hub.Deliveries(t.Context(), time.Now().Add(-time.Hour)))(t)
	if len(list) == 0 {
		t.Fatal("no delivery is listed")
	}
	first := list[len(list)-1]
	if first.Event != "pull_request" || first.Action != "opened" || first.Status != 503 || first.Installation == 0 {
		t.Errorf("%+v", first)
	}
	event, guid, payload, err := w.hub.DeliveryPayload(t.Context(), first.ID)
	if err != nil || event != "pull_request" || guid != first.GUID || !strings.Contains(string(payload), w.repo.Tip("feature")) {
		t.Errorf("%s %s %v", event, guid, err)
	}
	if later := must(w.hub.Deliveries(t.Context(), time.Now().Add(time.Hour)))(t); len(later) != 0 {
		t.Errorf("of the future: %v", later)
	}
	if _, _, _, err := w.hub.DeliveryPayload(t.Context(), 1); !errors.Is(err, hub.ErrGone) {
		t.Errorf("no such delivery: %v", err)
	}
}

func TestRequiredAgainstGitHub(t *testing.T) {
	w := simulate(t)
	if none := must(w.client.Required(t.Context(), w.at, "main"))(t); len(none) != 0 {
		t.Errorf("%v", none)
	}
	if err := w.repo.AddRule(`{"type":"file_path_restriction","parameters":{"restricted_file_paths":["x"]}}`); err != nil {
		t.Fatal(err)
	}
	w.repo.RequireCheck("checkrein", w.app)
	w.RequireCheckInOrganization("acme", "checkrein", nil)
	w.repo.ProtectClassic("main", githubtest.ClassicCheck{Context: "lint"})
	got := must(w.client.Required(t.Context(), w.at, "main"))(t)
	bound := map[string]int64{}
	for _, r := range got {
		source, _, _ := strings.Cut(r.Source, " ")
		bound[source+" "+r.Context] += r.App
	}
	if diff := cmp.Diff(map[string]int64{"ruleset checkrein": w.app.ID, "branch lint": 0}, bound); diff != "" || len(got) != 3 {
		t.Errorf("%s %v", diff, got)
	}
	if _, err := w.client.Required(t.Context(), w.at, "nowhere"); !errors.Is(err, hub.ErrGone) {
		t.Errorf("no such branch: %v", err)
	}
}

func TestPeopleAgainstGitHub(t *testing.T) {
	w := simulate(t)
	bob, eve := w.User("bob"), w.Stranger("eve")
	p := w.pull("feature", githubtest.Files{})
	seen := must(w.repo.Commit("feature", "policy", githubtest.Files{policyPath: githubtest.Text("version: 1\ncomment: never\n")}, githubtest.By(w.alice)))(t)
	must(p.Review(bob, "COMMENTED"))(t)
	state := func() hub.Pull {
		return must(w.client.State(t.Context(), hub.Ask{Repo: w.at, Head: p.Head(), Pulls: []int{p.Number}, Policy: policyPath}))(t).Pulls[0]
	}
	if state().Spoken {
		t.Error("a review that only comments is taken for a yes")
	}
	review := must(p.Review(bob, "APPROVED"))(t)
	must(w.repo.Commit("feature", "more", githubtest.Files{"a": githubtest.Text("1\n")}, githubtest.Author(githubtest.Nobody("N", "n@x.test"))))(t)
	said := p.Comment(eve, "/checkrein recheck")
	p.Comment(bob, "nothing to say")
	w.ResetRequests()

	got := must(w.client.Voices(t.Context(), w.at, p.Number, []string{policyPath, "a"}))(t)
	w.costs(0, 1)
	alice := hub.Account{ID: w.alice.ID, Login: "alice", Human: true}
	if got.Problem != "" || got.Author != alice || len(got.Reviews) != 1 || len(got.Comments) != 1 || len(got.Commits) != 3 {
		t.Fatalf("%+v", got)
	}
	if r := got.Reviews[0]; r.ID != review || r.By.Login != "bob" || !r.By.Human || !r.Approved || r.Commit != seen || r.Blobs[policyPath] == "" || len(r.Blobs) != 1 {
		t.Errorf("%+v", r)
	}
	if first, last := got.Commits[1], got.Commits[2]; len(first.Authors) != 1 || first.Authors[0] != alice || len(last.Authors) != 0 || last.SHA != p.Head() {
		t.Errorf("%+v", got.Commits)
	}
	one := must(w.client.Comment(t.Context(), w.at, said))(t)
	if diff := cmp.Diff(got.Comments[0], one); diff != "" || one.Pull != p.Number || one.Edited {
		t.Errorf("GraphQL and REST tell it differently: %s", diff)
	}
	if !state().Spoken {
		t.Error("an approval and a command are not noticed")
	}
	if b := must(w.client.Permission(t.Context(), w.at, "bob"))(t); b != (hub.Permission{Account: hub.Account{ID: bob.ID, Login: "bob", Human: true}, Write: true}) {
		t.Errorf("%+v", b)
	}
	if e := must(w.client.Permission(t.Context(), w.at, "eve"))(t); e.ID != eve.ID || e.Write {
		t.Errorf("%+v", e)
	}
	if n := must(w.client.Permission(t.Context(), w.at, "nobody-at-all"))(t); n != (hub.Permission{}) {
		t.Errorf("%+v", n)
	}
	w.DeleteComment(said)
	if _, err := w.client.Comment(t.Context(), w.at, said); !errors.Is(err, hub.ErrGone) {
		t.Errorf("deleted: %v", err)
	}
}

func TestRulesetAgainstGitHub(t *testing.T) {
	w := simulate(t)
	ruleset := map[string]any{"name": "checkrein", "target": "branch", "enforcement": "active",
		"conditions": map[string]any{"ref_name": map[string]any{"include": []string{"~DEFAULT_BRANCH"}, "exclude": []string{}}},
		"rules": []any{map[string]any{"type": "required_status_checks", "parameters": map[string]any{
			"strict_required_status_checks_policy": false,
			"required_status_checks":               []any{map[string]any{"context": "checkrein", "integration_id": w.app.ID}}}}}}
	as := func(u *githubtest.User) (int64, error) {
		return must(hub.NewPerson(hub.Config{APIURL: w.URL}, u.Token))(t).CreateRuleset(t.Context(), w.at, ruleset)
	}
	if _, err := as(w.alice); !errors.Is(err, hub.ErrForbidden) || !strings.Contains(err.Error(), "administrator") {
		t.Errorf("a writer: %v", err)
	}
	if err := w.repo.Grant(w.alice, "admin"); err != nil {
		t.Fatal(err)
	}
	if id, err := as(w.alice); err != nil || id == 0 {
		t.Fatalf("an administrator: %d, %v", id, err)
	}
	got := must(w.client.Required(t.Context(), w.at, "main"))(t)
	if len(got) != 1 || got[0].Context != "checkrein" || got[0].App != w.app.ID {
		t.Errorf("%+v", got)
	}
}

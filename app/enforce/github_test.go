package enforce_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/app/enforce"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// world is a repository on a simulated GitHub, and the App's eyes on it.
type world struct {
	*testing.T
	server *githubtest.Server
	app    *githubtest.App
	repo   *githubtest.Repo
	client *hub.Client
}

func newWorld(t *testing.T) *world {
	server := githubtest.Must(githubtest.Start())
	t.Cleanup(server.Close)
	app := githubtest.Must(server.AddApp(githubtest.AppConfig{ID: 4711, Slug: "checkrein", Manifest: checkrein.Manifest, WebhookSecret: "a secret"}))
	repo := githubtest.Must(server.CreateRepo("acme", "shop", githubtest.Txtar([]byte("-- README.md --\nhello\n"))))
	installed := server.Install(app, "acme")
	github, err := hub.New(hub.Config{AppID: app.ID, PrivateKeyPEM: app.PEM(), APIURL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	return &world{t, server, app, repo, github.Installation(installed.ID)}
}

func (w *world) repository() hub.Repo {
	return hub.Repo{ID: w.repo.ID, Owner: "acme", Name: "shop"}
}

// look answers what stands there, without times and numbers of rulesets.
func (w *world) look() enforce.State {
	w.Helper()
	s, err := enforce.Look(context.Background(), w.client, w.repository(), "main", "checkrein", w.app.ID, enforce.State{}, time.Now())
	if err != nil {
		w.Fatal(err)
	}
	s.Checked, s.Sources = time.Time{}, nil
	return s
}

// newer are rules of types that go-github v60 does not know: with its types, one of them
// makes the whole answer unreadable.
var newer = []string{
	`{"type": "merge_queue", "parameters": {"check_response_timeout_minutes": 60}}`,
	`{"type": "code_scanning", "parameters": {"code_scanning_tools": []}}`,
	`{"type": "file_path_restriction", "parameters": {"restricted_file_paths": [".env"]}}`,
	`{"type": "max_file_size", "parameters": {"max_file_size": 10}}`,
	`{"type": "copilot_code_review"}`,
	`{"type": "of_next_year", "parameters": {"required_status_checks": "not a list"}}`,
}

// Rules of whatever type beside the one that counts change nothing.
func TestLookAmongNewerRules(t *testing.T) {
	w := newWorld(t)
	for _, rule := range newer {
		if err := w.repo.AddRule(rule); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(enforce.State{Branch: "main"}, w.look()); diff != "" {
		t.Errorf("nothing requires it (-want +got):\n%s", diff)
	}
	w.repo.RequireCheck("checkrein", nil)
	if diff := cmp.Diff(enforce.State{Branch: "main", Required: true}, w.look()); diff != "" {
		t.Errorf("of anybody (-want +got):\n%s", diff)
	}
	w.repo.RequireCheck("checkrein", w.app)
	if diff := cmp.Diff(enforce.State{Branch: "main", Required: true, Bound: true}, w.look()); diff != "" {
		t.Errorf("and bound (-want +got):\n%s", diff)
	}
}

func TestLookAtClassicProtection(t *testing.T) {
	w := newWorld(t)
	w.repo.ProtectClassic("main", githubtest.ClassicCheck{Context: "checkrein"})
	if diff := cmp.Diff(enforce.State{Branch: "main", Required: true}, w.look()); diff != "" {
		t.Errorf("of anybody (-want +got):\n%s", diff)
	}
	w.repo.ProtectClassic("main", githubtest.ClassicCheck{Context: "checkrein", App: w.app})
	if diff := cmp.Diff(enforce.State{Branch: "main", Required: true, Bound: true}, w.look()); diff != "" {
		t.Errorf("bound (-want +got):\n%s", diff)
	}
}

func TestLookAtOrganisation(t *testing.T) {
	w := newWorld(t)
	w.server.RequireCheckInOrganization("acme", "checkrein", w.app)
	if diff := cmp.Diff(enforce.State{Branch: "main", Required: true, Bound: true}, w.look()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLookWhereNoBranchIs(t *testing.T) {
	w := newWorld(t)
	s, err := enforce.Look(context.Background(), w.client, w.repository(), "gone", "checkrein", w.app.ID, enforce.State{}, time.Now())
	if err != nil || s.Problem != enforce.NoBranch {
		t.Errorf("%+v, %v", s, err)
	}
}

// What Ruleset describes GitHub takes, and it does what it is for.
func TestRulesetEnforces(t *testing.T) {
	w := newWorld(t)
	admin := w.server.User("ann")
	if err := w.repo.Grant(admin, "admin"); err != nil {
		t.Fatal(err)
	}
	person, err := hub.NewPerson(hub.Config{APIURL: w.server.URL}, admin.Token)
	if err != nil {
		t.Fatal(err)
	}
	// As it went through a file or a pipe: what is printed is what counts.
	printed, err := json.Marshal(enforce.Ruleset("checkrein", w.app.ID))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := person.CreateRuleset(context.Background(), w.repository(), json.RawMessage(printed)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(enforce.State{Branch: "main", Required: true, Bound: true}, w.look()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

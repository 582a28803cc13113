package hub_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

const manifest = `
default_permissions: {metadata: read, contents: read, checks: write, pull_requests: write, merge_queues: read}
default_events: [pull_request, merge_group]
`

const policyPath = ".github/checkrein.yml"

// simulated is a GitHub with acme/shop, the app installed there, and its client.
type simulated struct {
	*githubtest.Server
	t      *testing.T
	app    *githubtest.App
	in     *githubtest.Installation
	repo   *githubtest.Repo
	alice  *githubtest.User
	hub    *hub.Hub
	client *hub.Client
	at     hub.Repo
}

func simulate(t *testing.T, options ...githubtest.Option) *simulated {
	t.Helper()
	s := must(githubtest.Start(options...))(t)
	t.Cleanup(s.Close)
	app := must(s.AddApp(githubtest.AppConfig{ID: 4242, Slug: "checkrein", Manifest: []byte(manifest)}))(t)
	files := githubtest.Files{
		"compose.yml": githubtest.Text("services: {web: {image: web:1.2.3}}\n"),
		policyPath:    githubtest.Text("version: 1\n"),
		"link.yml":    githubtest.Symlink("compose.yml"),
		"run.sh":      githubtest.Executable("#!/bin/sh\n"),
		"sub":         githubtest.Submodule("1111111111111111111111111111111111111111"),
	}
	repo := must(s.CreateRepo("acme", "shop", files))(t)
	in := s.Install(app, "acme")
	h := must(hub.New(hub.Config{AppID: app.ID, PrivateKeyPEM: app.PEM(), APIURL: s.URL, UserAgent: "checkrein-test"}))(t)
	w := &simulated{Server: s, t: t, app: app, in: in, repo: repo, alice: s.User("alice"), hub: h, client: h.Installation(in.ID),
		at: hub.Repo{ID: repo.ID, Owner: "acme", Name: "shop"}}
	// The token is made now, so that counts are those with a token at hand.
	if _, err := w.client.Runs(t.Context(), w.at, repo.Tip("main")); err != nil {
		t.Fatal(err)
	}
	s.ResetRequests()
	t.Cleanup(func() {
		if got := s.Unexpected(); len(got) > 0 {
			t.Errorf("requests that GitHub would refuse: %v", got)
		}
	})
	return w
}

func must[T any](value T, err error) func(*testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}

// pull pushes a branch with these changes and opens a pull request.
func (w *simulated) pull(branch string, changes githubtest.Files) *githubtest.Pull {
	w.t.Helper()
	if err := w.repo.Branch(branch, "main"); err != nil {
		w.t.Fatal(err)
	}
	must(w.repo.Commit(branch, "change", changes))(w.t)
	return must(w.repo.OpenPull(w.alice, branch, "main"))(w.t)
}

func (w *simulated) costs(rest, graphql int) {
	w.t.Helper()
	if got := w.Count(); got.REST != rest || got.GraphQL != graphql || got.Token != 0 {
		w.t.Errorf("%d REST, %d GraphQL, %d tokens; want %d, %d, 0", got.REST, got.GraphQL, got.Token, rest, graphql)
	}
	w.ResetRequests()
}

func TestEvaluationAgainstGitHub(t *testing.T) {
	w := simulate(t)
	must(w.CreateRepo("acme", ".github", githubtest.Files{policyPath: githubtest.Text("version: 1\ncomment: never\n")}))(t)
	w.Install(w.app, "acme")
	p := w.pull("feature", githubtest.Files{"compose.yml": githubtest.Text("services: {web: {image: web}}\n"), "sub": nil})
	p.Comment(w.alice, hub.Marker+" forged")
	head, ctx := p.Head(), t.Context()

	state, err := w.client.State(ctx, hub.Ask{Repo: w.at, Head: head, Pulls: []int{p.Number, 99}, Bases: []string{"main", "gone"}, Policy: policyPath})
	if err != nil {
		t.Fatal(err)
	}
	if len(state.Pulls) != 1 || state.Pulls[0].Updated.IsZero() {
		t.Fatalf("pulls %+v", state.Pulls)
	}
	want := hub.Pull{Number: p.Number, Open: true, Head: head, BaseRef: "main", Updated: state.Pulls[0].Updated}
	if state.Pulls[0] != want {
		t.Errorf("pulls %+v", state.Pulls)
	}
	tip := state.Tips["main"]
	if len(state.Tips) != 1 || tip.Commit != w.repo.Tip("main") || tip.Policy == nil || string(tip.Policy.Data) != "version: 1\n" {
		t.Errorf("tips %+v", state.Tips)
	}
	if state.OrgPolicy == nil || string(state.OrgPolicy.Data) != "version: 1\ncomment: never\n" || state.Repo != w.at {
		t.Errorf("organisation %+v, repository %v", state.OrgPolicy, state.Repo)
	}
	w.costs(0, 1)

	change, err := w.client.Compare(ctx, w.at, tip.Commit, head, p.Number)
	if err != nil || change.Problem != "" || len(change.Files) != 2 || change.MergeBase != tip.Commit || change.MergeBaseTree != tip.Tree {
		t.Fatalf("%+v, %v", change, err)
	}
	if f := change.Files[0]; f.Path != "compose.yml" || f.Status != tree.Modified || change.Files[1].Status != tree.Removed {
		t.Errorf("files %+v", change.Files)
	}
	w.costs(1, 0)

	after := w.client.Tree(w.at, head, []tree.Entry{{Path: "compose.yml", SHA: change.Files[0].SHA}})
	before := w.client.Tree(w.at, change.MergeBase, nil)
	paths := []string{"compose.yml", "link.yml", "run.sh", "sub", "missing.yml"}
	if err := tree.Prefetch(ctx, tree.Want{Tree: after, Paths: paths}, tree.Want{Tree: before, Paths: paths}); err != nil {
		t.Fatal(err)
	}
	checkTree(t, after, map[string]any{"compose.yml": "services: {web: {image: web}}\n", "link.yml": tree.ErrNotRegular,
		"run.sh": "#!/bin/sh\n", "sub": fs.ErrNotExist, "missing.yml": fs.ErrNotExist})
	checkTree(t, before, map[string]any{"compose.yml": "services: {web: {image: web:1.2.3}}\n", "sub": tree.ErrNotRegular})
	w.costs(0, 1)

	run := hub.Run{Name: "checkrein", Head: head, ExternalID: "checkrein:1:" + head + ":all", Conclusion: "failure", Title: "1 problem", Summary: "see",
		Started: time.Now().Add(-time.Second), Completed: time.Now(), Actions: []hub.Action{{Label: "Judge again", Description: "d", Identifier: "rerun"}}}
	for i := range 50 {
		run.Annotations = append(run.Annotations, hub.Annotation{Path: "compose.yml", StartLine: 1, EndLine: 1, StartCol: i + 1, EndCol: i + 2, Level: "failure", Message: "m"})
	}
	if _, err := w.client.CreateRun(ctx, w.at, run); err != nil {
		t.Fatal(err)
	}
	w.costs(1, 0)
	if got := w.repo.CheckRuns(head); len(got) != 1 || got[0].Conclusion != "failure" || len(got[0].Annotations) != 50 || got[0].Name != "checkrein" {
		t.Errorf("runs %+v", got)
	}
}

func checkTree(t *testing.T, at tree.Tree, want map[string]any) {
	t.Helper()
	for path, want := range want {
		got, err := at.Read(path)
		if text, ok := want.(string); ok {
			if string(got) != text || err != nil {
				t.Errorf("%s: %q, %v; want %q", path, got, err, text)
			}
		} else if !errors.Is(err, want.(error)) {
			t.Errorf("%s: %v, want %v", path, err, want)
		}
	}
}

func TestRunsAgainstGitHub(t *testing.T) {
	w := simulate(t)
	ctx, head := t.Context(), w.repo.Tip("main")
	run := hub.Run{Name: "checkrein", Head: head, ExternalID: "x", Title: "judging", Summary: "wait", Started: time.Now()}
	run.ID = must(w.client.CreateRun(ctx, w.at, run))(t)
	for i := range 120 {
		run.Annotations = append(run.Annotations, hub.Annotation{Path: "compose.yml", StartLine: i + 1, EndLine: i + 1, Level: "warning", Message: "m"})
	}
	run.Conclusion, run.Completed = "action_required", time.Now()
	if err := w.client.UpdateRun(ctx, w.at, run); err != nil {
		t.Fatal(err)
	}
	w.costs(1+3, 0)
	other := run
	other.Name, other.Annotations = "checkrein / images", other.Annotations[:101]
	must(w.client.CreateRun(ctx, w.at, other))(t)
	w.costs(3, 0)
	runs := must(w.client.Runs(ctx, w.at, head))(t)
	var got []string
	for _, r := range runs {
		got = append(got, fmt.Sprintf("%s %s %s %d", r.Name, r.Conclusion, r.ExternalID, r.ID))
	}
	want := []string{fmt.Sprintf("checkrein action_required x %d", run.ID), fmt.Sprintf("checkrein / images action_required x %d", runs[1].ID)}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for i, count := range []int{120, 101} {
		if n := len(w.repo.CheckRuns(head)[i].Annotations); n != count {
			t.Errorf("run %d has %d annotations, want %d", i, n, count)
		}
	}
	unknown := strings.Repeat("1", 40)
	if _, err := w.client.CreateRun(ctx, w.at, hub.Run{Name: "n", Head: unknown, Title: "t", Summary: "s"}); !errors.Is(err, hub.ErrUnknownCommit) {
		t.Errorf("run on an unknown commit: %v", err)
	}
	if _, err := w.client.Runs(ctx, w.at, unknown); !errors.Is(err, hub.ErrUnknownCommit) {
		t.Errorf("runs of an unknown commit: %v", err)
	}
	if _, err := w.client.Compare(ctx, w.at, head, unknown, 0); !errors.Is(err, hub.ErrUnknownCommit) {
		t.Errorf("comparing an unknown commit: %v", err)
	}
	if _, err := w.client.State(ctx, hub.Ask{Repo: w.at, Head: unknown, Policy: policyPath}); !errors.Is(err, hub.ErrUnknownCommit) {
		t.Errorf("state of an unknown commit: %v", err)
	}
}

func TestCommentsAgainstGitHub(t *testing.T) {
	w := simulate(t)
	ctx := t.Context()
	p := w.pull("feature", githubtest.Files{"a": githubtest.Text("a")})
	for i := range 105 {
		p.Comment(w.alice, fmt.Sprintf("%d %s", i, hub.Marker))
	}
	id := must(w.client.CreateComment(ctx, w.at, p.Number, "found "+hub.Marker))(t)
	w.ResetRequests()
	state := must(w.client.State(ctx, hub.Ask{Repo: w.at, Head: p.Head(), Pulls: []int{p.Number}, Policy: policyPath}))(t)
	if c := state.Pulls[0].Comment; c == nil || c.ID != id || c.Body != "found "+hub.Marker {
		t.Errorf("comment %+v, want %d", c, id)
	}
	w.costs(0, 2)
	if err := w.client.UpdateComment(ctx, w.at, id, "again "+hub.Marker); err != nil {
		t.Error(err)
	}
	if err := w.client.UpdateComment(ctx, w.at, id+1000, "x"); !errors.Is(err, hub.ErrGone) {
		t.Errorf("a comment that is gone: %v", err)
	}
	p.Lock()
	if _, err := w.client.CreateComment(ctx, w.at, p.Number, "x"); !errors.Is(err, hub.ErrLocked) {
		t.Errorf("a locked conversation: %v", err)
	}
	if last := p.Comments()[105]; last.Body != "again "+hub.Marker || !last.Edited {
		t.Errorf("comment %+v", last)
	}
}

func TestLargeChangeAgainstGitHub(t *testing.T) {
	w := simulate(t)
	ctx := t.Context()
	changes := githubtest.Files{}
	for i := range 420 {
		changes[fmt.Sprintf("gen/f%03d.yml", i)] = githubtest.Text(fmt.Sprint(i))
	}
	p := w.pull("large", changes)
	base := w.repo.Tip("main")
	for _, number := range []int{p.Number, 0} {
		got := must(w.client.Compare(ctx, w.at, base, p.Head(), number))(t)
		if got.Problem != "" || len(got.Files) != 420 || got.Files[419].Path != "gen/f419.yml" || got.Files[419].Status != tree.Added {
			t.Errorf("pull %d: %d files, %q", number, len(got.Files), got.Problem)
		}
	}
}

func TestArchiveAgainstGitHub(t *testing.T) {
	w := simulate(t)
	var got []string
	err := w.client.Archive(t.Context(), w.at, w.repo.Tip("main"), func(name string, mode tree.Mode, size int64, r io.Reader) error {
		data, err := io.ReadAll(r)
		got = append(got, fmt.Sprintf("%s %d %d %d", name, mode, size, len(data)))
		return err
	})
	slices.Sort(got)
	want := []string{policyPath + " 0 11 11", "compose.yml 0 36 36", "link.yml 1 0 0", "run.sh 0 10 10"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for _, r := range w.Requests() {
		if r.Kind == githubtest.Download && r.Authorized {
			t.Error("the download carried a credential")
		}
	}
	if n := w.Count(); n.REST != 1 || n.Download != 1 {
		t.Errorf("%+v", n)
	}
}

func TestOddBlobsAgainstGitHub(t *testing.T) {
	w := simulate(t, githubtest.WithSizes(githubtest.Sizes{BlobText: 100}))
	odd := map[string]any{
		"latin.yml": "a: caf\xe9\n", "bom.yml": "\ufeffa: 1\n", "crlf.yml": "a: 1\r\nb: 2\r\n", "binary.yml": "a\x00b",
		"long.yml": strings.Repeat("a: 1\n", 100), "empty.yml": "", "huge.yml": tree.ErrTooLarge,
	}
	files := githubtest.Files{"huge.yml": githubtest.Text(strings.Repeat("x", tree.MaxFile+1))}
	var paths []string
	for path, text := range odd {
		paths = append(paths, path)
		if text, ok := text.(string); ok {
			files[path] = githubtest.Text(text)
		}
	}
	commit := must(w.repo.Commit("main", "odd", files))(t)
	at := w.client.Tree(w.at, commit, nil)
	if err := at.Prefetch(t.Context(), paths); err != nil {
		t.Fatal(err)
	}
	checkTree(t, at, odd)
}

func TestFaultsAgainstGitHub(t *testing.T) {
	path := regexp.MustCompile(`/graphql|check-runs`)
	tests := []struct {
		name  string
		fault githubtest.Action
		times int
		limit bool // else UnavailableError
		works bool
	}{
		{"limited", githubtest.SecondaryLimit(time.Minute), 1, true, false},
		{"429", githubtest.TooManyRequests(time.Minute), 1, true, false},
		{"hour is spent", githubtest.PrimaryLimit(time.Now().Add(time.Hour)), 1, true, false},
		{"one 502", githubtest.Action{Status: http.StatusBadGateway}, 1, false, true},
		{"cut once", githubtest.Action{CutAfterBytes: 10}, 1, false, true},
		{"answer lost", githubtest.Action{DropAnswer: true}, 1, false, true},
		{"down", githubtest.Action{Status: http.StatusServiceUnavailable}, 9, false, false},
		{"partial", githubtest.Action{DropAliases: 1}, 9, false, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			w := simulate(t)
			p := w.pull("feature", githubtest.Files{"a": githubtest.Text("a")})
			w.Fault(githubtest.Match{Path: path, Times: tt.times}, tt.fault)
			_, err := w.client.State(t.Context(), hub.Ask{Repo: w.at, Head: p.Head(), Pulls: []int{p.Number}, Bases: []string{"main"}, Policy: policyPath})
			_, limit := errors.AsType[*hub.LimitError](err)
			_, down := errors.AsType[*hub.UnavailableError](err)
			if tt.works != (err == nil) || limit != tt.limit || down != (!tt.limit && !tt.works) {
				t.Errorf("error %v", err)
			}
		})
	}
}

// The answer to a write is lost after its effect: it is not sent again, and the caller
// is told that it may have happened.
func TestLostAnswerAgainstGitHub(t *testing.T) {
	w := simulate(t)
	w.Fault(githubtest.Match{Method: http.MethodPost, Path: regexp.MustCompile(`/check-runs$`)}, githubtest.Action{DropAnswer: true})
	head := w.repo.Tip("main")
	_, err := w.client.CreateRun(context.Background(), w.at, hub.Run{Name: "checkrein", Head: head, Title: "t", Summary: "s"})
	if down, ok := errors.AsType[*hub.UnavailableError](err); !ok || !down.Sent {
		t.Errorf("error %v", err)
	}
	if runs := must(w.client.Runs(t.Context(), w.at, head))(t); len(runs) != 1 {
		t.Errorf("%d runs, want the one", len(runs))
	}
}

// A repository that was renamed is found by State, and its other name is an error elsewhere.
func TestRenamedAgainstGitHub(t *testing.T) {
	w := simulate(t)
	head := w.repo.Tip("main")
	w.repo.Rename("store")
	state := must(w.client.State(t.Context(), hub.Ask{Repo: w.at, Head: head, Policy: policyPath}))(t)
	if state.Repo != (hub.Repo{ID: w.at.ID, Owner: "acme", Name: "store"}) {
		t.Errorf("repository %v", state.Repo)
	}
	if _, err := w.client.Runs(t.Context(), w.at, head); !errors.Is(err, hub.ErrMoved) {
		t.Errorf("by the old name: %v", err)
	}
}

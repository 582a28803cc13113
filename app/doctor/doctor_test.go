package doctor

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/hub"
)

var update = flag.Bool("update", false, "write the golden files")

const ours = 4711

const manifest = `
name: Checkrein
default_permissions: {checks: write, contents: read}
default_events: [pull_request, push]
`

var noon = time.Date(2026, 1, 5, 12, 0, 0, 0, time.UTC)

// world is a GitHub in memory: everything is well in it until a test changes it.
type world struct {
	app           hub.App
	hook          hub.Hook
	deliveries    []hub.Delivery
	installations []hub.Installation
	repositories  map[int64][]hub.Repository
	skew          time.Duration
	owners, only  []string
	failing       map[string]error // by what is asked

	mu    sync.Mutex
	rules map[string][]hub.Required // by owner/name
	asked int
	since time.Time
}

func newWorld() *world {
	granted := map[string]string{"checks": "write", "contents": "read"}
	events := []string{"push", "pull_request"}
	return &world{
		app:        hub.App{ID: ours, Slug: "checkrein-acme", Name: "Checkrein", Owner: "acme", Permissions: granted, Events: events},
		hook:       hub.Hook{URL: "https://checkrein.example.com/webhook", ContentType: "json"},
		deliveries: []hub.Delivery{{ID: 1, GUID: "a", At: noon.Add(-time.Hour), Event: "push", Status: 202}},
		installations: []hub.Installation{
			{ID: 7, Owner: "acme", Permissions: granted, Events: events},
		},
		repositories: map[int64][]hub.Repository{7: {repo(1, "acme", "shop"), repo(2, "acme", "web")}},
		rules: map[string][]hub.Required{
			"acme/shop": {{Context: "checkrein", App: ours, Source: "ruleset 12 of acme"}},
			"acme/web":  {{Context: "checkrein", App: ours, Source: "ruleset 12 of acme"}},
		},
		failing: map[string]error{},
	}
}

func repo(id int64, owner, name string) hub.Repository {
	return hub.Repository{Repo: hub.Repo{ID: id, Owner: owner, Name: name}, Default: "main"}
}

func (w *world) App(context.Context) (hub.App, error)   { return w.app, w.failing["app"] }
func (w *world) Hook(context.Context) (hub.Hook, error) { return w.hook, w.failing["hook"] }
func (w *world) Deliveries(_ context.Context, since time.Time) ([]hub.Delivery, error) {
	w.since = since
	return w.deliveries, w.failing["deliveries"]
}
func (w *world) Installations(context.Context) ([]hub.Installation, error) {
	return w.installations, w.failing["installations"]
}

// seen is the world as one installation sees it.
type seen struct {
	*world
	id int64
}

func (s seen) Repositories(context.Context) ([]hub.Repository, error) {
	return slices.Clone(s.repositories[s.id]), s.failing["repositories"]
}

func (s seen) Required(_ context.Context, r hub.Repo, branch string) ([]hub.Required, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	if branch != "main" {
		return nil, fmt.Errorf("asked about %q", branch)
	}
	return s.rules[r.String()], s.failing[r.String()]
}

// CreateRuleset makes the world a person too.
func (w *world) CreateRuleset(_ context.Context, r hub.Repo, _ any) (int64, error) {
	if err := w.failing["rulesets of "+r.String()]; err != nil {
		return 0, err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.rules[r.String()] = append(w.rules[r.String()], hub.Required{Context: "checkrein", App: ours, Source: "ruleset 99 of " + r.String()})
	return 99, nil
}

func (w *world) doctor() *Doctor {
	return New(Config{
		GitHub: w, Installation: func(id int64) Installation { return seen{w, id} },
		AppID: ours, APIURL: "https://api.github.com", Owners: w.owners, Secrets: []string{strings.Repeat("s", 32)},
		Manifest: []byte(manifest), Check: "checkrein", Only: w.only,
		Skew: func() (time.Duration, bool) { return w.skew, true }, Now: func() time.Time { return noon }, Step: func(string) {},
	})
}

func (w *world) examine(t *testing.T) *Report {
	t.Helper()
	r, err := w.doctor().Examine(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// told are the lines that are not ok, as "section: level subject: found".
func told(r *Report) []string {
	var lines []string
	for _, s := range r.Sections {
		for _, l := range s.Lines {
			if l.Level != OK {
				lines = append(lines, fmt.Sprintf("%s: %s %s: %s", s.Name, l.Level, l.Subject, l.Found))
			}
			if l.Level != OK && l.Do == "" && s.Name != "repositories" {
				lines = append(lines, "nothing is said to do about it")
			}
		}
	}
	return lines
}

func golden(t *testing.T, name string, r *Report) {
	t.Helper()
	var text bytes.Buffer
	if err := r.Text(&text); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join("testdata", name+".txt")
	if *update {
		if err := os.WriteFile(file, text.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text.String()); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func TestAllIsWell(t *testing.T) {
	w := newWorld()
	r := w.examine(t)
	golden(t, "well", r)
	if r.Result != OK {
		t.Errorf("result %s", r.Result)
	}
	if want := noon.Add(-24 * time.Hour); !w.since.Equal(want) {
		t.Errorf("deliveries were asked for since %v, want %v", w.since, want)
	}
}

// TestExamine: each thing that can be wrong is told, and nothing else.
func TestExamine(t *testing.T) {
	down := &hub.UnavailableError{Status: 502}
	for name, c := range map[string]struct {
		change func(*world)
		result Level
		want   []string
	}{
		"key refused": {func(w *world) { w.failing["app"] = errors.New("status 401: bad") }, Bad,
			[]string{"key: bad private key: status 401: bad"}},
		"GitHub down": {func(w *world) { w.failing["app"] = down }, Unknown,
			[]string{"key: unknown private key: could not be asked: GitHub is not available (status 502)"}},
		"clock behind": {func(w *world) { w.skew = 61 * time.Second }, Warn, []string{"key: warn clock: 1m1s behind GitHub's"}},
		"clock ahead":  {func(w *world) { w.skew = -2 * time.Minute }, Warn, []string{"key: warn clock: 2m0s ahead of GitHub's"}},
		"clock nearly": {func(w *world) { w.skew = -time.Minute }, OK, nil},
		"permission too low": {func(w *world) {
			w.app.Permissions = map[string]string{"checks": "read", "contents": "read"}
			w.installations[0].Permissions = w.app.Permissions
		}, Bad, []string{"permissions and events: bad permission checks: read"}},
		"permission missing": {func(w *world) {
			w.app.Permissions = map[string]string{"checks": "write"}
			w.installations[0].Permissions = w.app.Permissions
		}, Bad, []string{"permissions and events: bad permission contents: none"}},
		"permissions too high": {func(w *world) {
			w.app.Permissions = map[string]string{"checks": "admin", "contents": "read", "members": "read"}
			w.installations[0].Permissions = w.app.Permissions
		}, Warn, []string{"permissions and events: warn permission checks: admin", "permissions and events: warn permission members: read"}},
		"events": {func(w *world) { w.app.Events = []string{"push", "star"}; w.installations[0].Events = w.app.Events }, Bad,
			[]string{"permissions and events: bad event pull_request: not subscribed", "permissions and events: warn event star: subscribed"}},
		"no webhook":  {func(w *world) { w.hook = hub.Hook{} }, Bad, []string{"webhook: bad address: none"}},
		"no TLS":      {func(w *world) { w.hook.URL = "http://x/webhook" }, Bad, []string{"webhook: bad address: http://x/webhook"}},
		"other path":  {func(w *world) { w.hook.URL = "https://x/hooks" }, Warn, []string{"webhook: warn address: https://x/hooks"}},
		"form":        {func(w *world) { w.hook.ContentType = "form" }, Bad, []string{"webhook: bad content type: form"}},
		"insecure":    {func(w *world) { w.hook.Insecure = true }, Bad, []string{"webhook: bad TLS: not verified by GitHub"}},
		"no delivery": {func(w *world) { w.deliveries = nil }, Warn, []string{"deliveries: warn last 24 hours: no events"}},
		"webhook unknown": {func(w *world) { w.failing["hook"] = down; w.failing["deliveries"] = down }, Unknown, []string{
			"webhook: unknown webhook: could not be asked: GitHub is not available (status 502)",
			"deliveries: unknown deliveries: could not be asked: GitHub is not available (status 502)"}},
		"suspended": {func(w *world) { w.installations[0].Suspended = true }, Bad,
			[]string{"installations: bad acme: suspended: nothing is judged there", "repositories: warn repositories: none to look at"}},
		"not accepted": {func(w *world) {
			w.installations[0].Permissions = map[string]string{"checks": "read", "contents": "write"}
			w.installations[0].Events = []string{"pull_request"}
		}, Bad, []string{"installations: bad acme: not accepted yet: event push, permission checks write"}},
		"nowhere":           {func(w *world) { w.installations = nil }, Bad, []string{"installations: bad all owners: the App is not installed there", "repositories: warn repositories: none to look at"}},
		"owner missing":     {func(w *world) { w.owners = []string{"ACME", "beta"} }, Bad, []string{"installations: bad beta: the App is not installed there"}},
		"owner not served":  {func(w *world) { w.owners = []string{"beta"}; w.installations[0].Suspended = true }, Bad, []string{"installations: bad beta: the App is not installed there", "repositories: warn repositories: none to look at"}},
		"installations":     {func(w *world) { w.failing["installations"] = down }, Unknown, []string{"installations: unknown installations: could not be asked: GitHub is not available (status 502)"}},
		"repositories":      {func(w *world) { w.failing["repositories"] = down }, Unknown, []string{"installations: unknown acme: could not be asked: GitHub is not available (status 502)", "repositories: warn repositories: none to look at"}},
		"only one is asked": {func(w *world) { w.only = []string{"Acme/Shop"}; w.rules["acme/web"] = nil }, OK, nil},
		"asked, not there": {func(w *world) { w.only = []string{"acme/shop", "acme/gone"} }, Bad,
			[]string{"repositories: bad acme/gone: the App is not installed on it"}},
		"asked, perhaps there": {func(w *world) { w.only = []string{"acme/gone"}; w.failing["repositories"] = down }, Unknown, []string{
			"installations: unknown acme: could not be asked: GitHub is not available (status 502)",
			"repositories: unknown acme/gone: not found, but not all repositories could be listed"}},
		"not required": {func(w *world) { w.rules["acme/web"] = nil }, Bad, []string{
			"repositories: bad acme/web: Nothing requires checkrein on main: a red run stops no merge."}},
		"not bound": {func(w *world) { w.rules["acme/web"][0].App = 0 }, Bad, []string{
			"repositories: bad acme/web: checkrein is required on main (ruleset 12 of acme), but anybody with write access can post a run of that name: choose this app as the source of the check."}},
		"not known": {func(w *world) { w.failing["acme/shop"] = down }, Unknown, []string{
			"repositories: unknown acme/shop: Whether checkrein is required on main is not known: GitHub did not answer."}},
		"archived and empty": {func(w *world) {
			w.repositories[7][0].Archived, w.failing["acme/web"], w.rules = true, hub.ErrGone, nil
		}, Warn, []string{"repositories: warn repositories: none to look at"}},
	} {
		w := newWorld()
		c.change(w)
		r := w.examine(t)
		if diff := cmp.Diff(c.want, told(r)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if r.Result != c.result {
			t.Errorf("%s: result %s, want %s", name, r.Result, c.result)
		}
	}
}

// TestDeliveries: of each event the newest attempt counts; when the newest event of all
// failed, the next will too.
func TestDeliveries(t *testing.T) {
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes-600) * time.Minute) }
	for name, c := range map[string]struct {
		list  []hub.Delivery
		level Level
		want  string
		do    string
	}{
		"redelivered": {[]hub.Delivery{{ID: 3, GUID: "a", At: at(2), Status: 202}, {ID: 1, GUID: "a", At: at(1), Status: 500}}, OK, "1 event, all taken in", ""},
		"same second": {[]hub.Delivery{{ID: 1, GUID: "a", At: at(1), Status: 500}, {ID: 3, GUID: "a", At: at(1), Status: 202}}, OK, "1 event, all taken in", ""},
		"some failed": {[]hub.Delivery{{ID: 1, GUID: "a", At: at(1), Event: "push", Status: 503}, {ID: 2, GUID: "b", At: at(2), Status: 204}}, Warn,
			"2 events, 1 of them not taken in; the last: push at 2026-01-05T02:01:00Z, status 503 Service Unavailable", "store"},
		"the newest failed": {[]hub.Delivery{{ID: 1, GUID: "a", At: at(1), Status: 202}, {ID: 2, GUID: "b", At: at(2), Event: "push", Status: 401}}, Bad,
			"2 events, 1 of them not taken in; the last: push at 2026-01-05T02:02:00Z, status 401 Unauthorized", "GITHUB_WEBHOOK_SECRET"},
		"no answer": {[]hub.Delivery{{ID: 2, GUID: "b", At: at(2), Event: "push"}}, Bad,
			"1 event, 1 of them not taken in; the last: push at 2026-01-05T02:02:00Z, no answer", "reached"},
	} {
		line := delivered(newest(c.list))
		if line.Level != c.level || line.Found != c.want || !strings.Contains(line.Do, c.do) {
			t.Errorf("%s: got %+v, want %s, %q, a remedy with %q", name, line, c.level, c.want, c.do)
		}
	}
}

// When GitHub does not answer, not each of many repositories waits its whole time.
func TestManySilentLooks(t *testing.T) {
	w := newWorld()
	w.repositories[7] = nil
	for i := range 500 {
		r := repo(int64(i), "acme", fmt.Sprintf("r%03d", i))
		w.repositories[7] = append(w.repositories[7], r)
		w.failing[r.String()] = &hub.UnavailableError{}
	}
	r := w.examine(t)
	if w.asked > maxSilent+parallel {
		t.Errorf("%d were asked", w.asked)
	}
	if n := r.Count(Unknown); n != 500 {
		t.Errorf("%d lines, want one for each repository", n)
	}
	var text bytes.Buffer
	if err := r.Text(&text); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(text.String(), "  unknown acme/"); n != 50 || !strings.Contains(text.String(), "and 450 more") {
		t.Errorf("%d lines are printed:\n%s", n, text.String())
	}
}

func TestInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := newWorld().doctor().Examine(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

// What was not examined for want of an answer is said, and what to do depends on the answer.
func TestUnasked(t *testing.T) {
	reach, again, later := "see that GITHUB_API_URL is right", "try again", "try again after that time"
	for name, c := range map[string]struct {
		failing       string
		err           error
		summary, want string
	}{
		"no answer":     {"app", &hub.UnavailableError{Err: errors.New("connection refused")}, "without an answer nothing else could be examined", reach},
		"no gateway":    {"app", &hub.UnavailableError{Status: 502}, "without an answer nothing else could be examined", again},
		"limited":       {"app", &hub.LimitError{Resource: hub.AppJWT, Until: noon}, "without an answer nothing else could be examined", later},
		"refused":       {"app", errors.New("status 401"), "without an answer nothing else could be examined", "compare GITHUB_APP_ID"},
		"no list":       {"installations", &hub.UnavailableError{Status: 502}, "without the list no repository could be examined", again},
		"one is silent": {"hook", &hub.UnavailableError{Status: 502}, "", again},
	} {
		w := newWorld()
		w.failing[c.failing] = c.err
		r := w.examine(t)
		found := false
		for _, s := range r.Sections {
			for _, l := range s.Lines {
				if l.Level == OK {
					continue
				}
				found = true
				if s.Summary != c.summary || !strings.HasPrefix(l.Do, c.want) || c.want == again && l.Do != again {
					t.Errorf("%s: summary %q, do %q; want %q, %q", name, s.Summary, l.Do, c.summary, c.want)
				}
			}
		}
		if !found {
			t.Errorf("%s: nothing is told", name)
		}
	}
}

// Names and messages are others': nothing in them reaches a terminal or a workflow's runner.
func TestNothingGetsOut(t *testing.T) {
	w := newWorld()
	w.app.Name = "a\x1b[31m\u202eb\n::error::##[error]"
	w.rules["acme/web"] = []hub.Required{{Context: "checkrein", Source: "x\x1b]0;y\x07"}}
	r := w.examine(t)
	var out bytes.Buffer
	if err := errors.Join(r.Text(&out), r.JSON(&out)); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"\x1b", "\x07", "\u202e", "##[", "\n::"} {
		if strings.Contains(out.String(), bad) {
			t.Errorf("%q gets out:\n%s", bad, out.String())
		}
	}
}

func TestConfiguration(t *testing.T) {
	d := newWorld().doctor()
	d.APIURL, d.Owners, d.Secrets = "http://ghe.example.com/api/v3", []string{"acme"}, []string{strings.Repeat("s", 32), "hunter2"}
	r, err := d.Examine(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"configuration: warn GitHub: App 4711 at http://ghe.example.com/api/v3",
		"configuration: warn webhook secrets: 2, one of them short",
	}
	if diff := cmp.Diff(want, told(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

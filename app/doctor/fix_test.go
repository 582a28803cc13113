package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/hub"
)

// sick has one repository that is well and three that are not; one is not known.
func sick() *world {
	w := newWorld()
	w.repositories[7] = append(w.repositories[7], repo(3, "acme", "api"), repo(4, "acme", "docs"))
	old := repo(5, "acme", "old")
	old.Archived = true
	w.repositories[7] = append(w.repositories[7], old, repo(6, "acme", "new"))
	w.failing["acme/new"] = hub.ErrGone
	w.rules["acme/web"] = nil
	w.rules["acme/api"] = []hub.Required{{Context: "checkrein", Source: "branch protection"}}
	w.failing["acme/docs"] = &hub.UnavailableError{}
	return w
}

func (w *world) fix(t *testing.T, by Person) *Report {
	t.Helper()
	d := w.doctor()
	if _, err := d.Examine(context.Background()); err != nil {
		t.Fatal(err)
	}
	r, err := d.Fix(context.Background(), by)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Without a person the fix is only told: for what is bad, not for what is not known.
func TestFixIsTold(t *testing.T) {
	w := sick()
	r := w.fix(t, nil)
	golden(t, "told", r)
	if r.Result != Bad || len(w.rules["acme/web"]) > 0 {
		t.Errorf("result %s, rules %v: nothing was to be changed", r.Result, w.rules["acme/web"])
	}
}

func TestFixIsApplied(t *testing.T) {
	w := sick()
	before := w.rules["acme/api"][0]
	r := w.fix(t, w)
	golden(t, "applied", r)
	if diff := cmp.Diff(before, w.rules["acme/api"][0]); diff != "" {
		t.Errorf("a rule that was there has changed:\n%s", diff)
	}
	if r.Result != Unknown {
		t.Errorf("result %s: what was mended is looked at again, what is not known stays", r.Result)
	}
}

// What cannot be applied is said for each, and after a limit no more is tried.
func TestFixThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want []string
	}{
		"refused": {errors.New("status 422: \x1b[31mname must be unique"), []string{"acme/api: status 422: [31mname must be unique", "acme/web: "}},
		"limited": {&hub.LimitError{Installation: 7, Resource: hub.REST, Until: noon}, []string{
			"acme/api: GitHub's rate limit of installation 7 (rest) is reached until 2026-01-05T12:00:00Z",
			"acme/web: not tried: GitHub limits the requests of this token"}},
		"wrong token": {hub.ErrBadToken, []string{
			"acme/api: GitHub refuses the token: it is wrong or has expired", "acme/web: not tried: GitHub refuses the token"}},
	} {
		w := sick()
		w.failing["rulesets of acme/api"] = c.err
		r := w.fix(t, w)
		var got []string
		for _, f := range r.Fixes {
			got = append(got, f.Repository+": "+f.Problem)
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if r.Result != Bad {
			t.Errorf("%s: result %s", name, r.Result)
		}
	}
}

// Whoever interrupts is told what was done, and nothing about what was not looked at.
func TestFixInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	w := sick()
	d := w.doctor()
	if _, err := d.Examine(ctx); err != nil {
		t.Fatal(err)
	}
	r, err := d.Fix(ctx, hasty{w, cancel})
	if !errors.Is(err, context.Canceled) || r == nil {
		t.Fatalf("%v, %v", r, err)
	}
	if r.Fixes[0].Ruleset != 0 || r.Fixes[1].Problem != "not tried: "+interrupted {
		t.Errorf("fixes %+v", r.Fixes)
	}
	want := []string{
		"repositories: bad acme/web: Nothing requires checkrein on main: a red run stops no merge.",
		"repositories: unknown acme/api: Whether checkrein is required on main is not known: the examination was interrupted.",
		"repositories: unknown acme/docs: Whether checkrein is required on main is not known: GitHub did not answer.",
	}
	if diff := cmp.Diff(want, told(r)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// hasty presses Ctrl-C at the first ruleset.
type hasty struct {
	*world
	cancel func()
}

func (h hasty) CreateRuleset(ctx context.Context, _ hub.Repo, _ any) (int64, error) {
	h.cancel()
	return 0, ctx.Err()
}

// A shell that runs the command hands gh exactly the body.
func TestCommand(t *testing.T) {
	w := sick()
	d := w.doctor()
	d.APIURL = "https://ghe.example.com:8443/api/v3"
	if _, err := d.Examine(context.Background()); err != nil {
		t.Fatal(err)
	}
	r, err := d.Fix(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	fix := r.Fixes[0]
	body, err := json.Marshal(fix.Body)
	if err != nil {
		t.Fatal(err)
	}
	if want := " | gh api --hostname ghe.example.com:8443 --method POST repos/acme/api/rulesets --input -"; !strings.HasSuffix(fix.Command, want) {
		t.Errorf("command %s, want it to end in %s", fix.Command, want)
	}
	printed, err := exec.Command("sh", "-c", strings.Split(fix.Command, " | ")[0]).Output()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(body), string(printed)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, odd := range []hub.Repo{{Owner: "a;rm", Name: "x"}, {Owner: "a", Name: ".."}, {Owner: "..", Name: "x"}, {Owner: "a", Name: "$(x)"}, {Owner: "a", Name: ""}} {
		if command, err := d.command(odd, fix.Body); err == nil {
			t.Errorf("%v: a command is written: %s", odd, command)
		}
	}
	if _, err := d.command(hub.Repo{Owner: "acme", Name: ".github"}, fix.Body); err != nil {
		t.Error(err)
	}
}

func TestHostFlag(t *testing.T) {
	for api, want := range map[string]string{
		"https://api.github.com":              "",
		"https://ghe.example.com/api/v3":      " --hostname ghe.example.com",
		"https://api.example.com/api/v3":      " --hostname api.example.com",
		"https://api.octocorp.ghe.com":        " --hostname octocorp.ghe.com",
		"https://ghe.example.com:8443/api/v3": " --hostname ghe.example.com:8443",
	} {
		if got := hostFlag(api); got != want {
			t.Errorf("%s: %q, want %q", api, got, want)
		}
	}
}

// The JSON holds everything, also what the text leaves out.
func TestJSON(t *testing.T) {
	r := sick().fix(t, nil)
	var out bytes.Buffer
	if err := r.JSON(&out); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Format, Result string
		Sections       []struct {
			Name  string
			Lines []struct{ Level, Subject, Found, Do string }
		}
		Fixes []struct {
			Repository, Command string
			Body                struct{ Rules []any }
		}
	}
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.Format != "checkrein-doctor/1" || got.Result != "bad" || len(got.Sections) != 7 || len(got.Fixes) != 2 || len(got.Fixes[0].Body.Rules) != 1 {
		t.Errorf("got %+v", got)
	}
}

type answers http.Header

func (a answers) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{Header: http.Header(a)}, nil
}

func TestClock(t *testing.T) {
	for name, c := range map[string]struct {
		date string
		want time.Duration
		seen bool
	}{
		"ahead":   {"Mon, 05 Jan 2026 12:02:00 GMT", 2 * time.Minute, true},
		"behind":  {"Mon, 05 Jan 2026 11:59:00 GMT", -time.Minute, true},
		"no date": {"", 0, false},
		"odd":     {"yesterday", 0, false},
	} {
		clock := NewClock(answers{"Date": []string{c.date}}, func() time.Time { return noon })
		if _, err := clock.RoundTrip(nil); err != nil {
			t.Fatal(err)
		}
		if skew, seen := clock.Skew(); skew != c.want || seen != c.seen {
			t.Errorf("%s: %v, %v; want %v, %v", name, skew, seen, c.want, c.seen)
		}
	}
}

package setup

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// TestRegister goes the whole way: the page, GitHub, and back to a file that holds what
// the App at GitHub has.
func TestRegister(t *testing.T) {
	w := newWorld(t)
	last := w.pressed().send(map[string]string{"app_name": "Checkrein Acme"}).
		says(200, "Checkrein Acme is registered", w.file.Path, w.github.WebURL+"/github-apps/checkrein-acme/installations/new")
	app, err := w.wait()
	if err != nil {
		t.Fatal(err)
	}
	made := w.github.FindApp("checkrein-acme")
	if made == nil || app.ID != made.ID || app.Owner != "acme" || app.PEM != string(made.PEM()) {
		t.Fatalf("registered %+v, told of %+v", made, app.ID)
	}
	if diff := cmp.Diff(map[string]string{"metadata": "read", "contents": "read", "checks": "write", "pull_requests": "write",
		"merge_queues": "read", "deployments": "read"}, made.Permissions); diff != "" {
		t.Errorf("permissions (-want +got):\n%s", diff)
	}
	want := "# The GitHub App " + w.github.WebURL + "/github-apps/checkrein-acme. Whoever has this file is the App: keep it secret.\n" +
		"GITHUB_APP_ID='" + strconv.FormatInt(made.ID, 10) + "'\n" +
		"GITHUB_APP_PRIVATE_KEY='" + strings.TrimSpace(string(made.PEM())) + "'\n" +
		"GITHUB_WEBHOOK_SECRET='" + app.WebhookSecret + "'\n" +
		"GITHUB_API_URL='" + w.github.URL + "'\n"
	if diff := cmp.Diff(want, w.written()); diff != "" {
		t.Errorf("written (-want +got):\n%s", diff)
	}
	if mode := githubtest.Must(os.Stat(w.file.Path)).Mode(); mode != 0o600 {
		t.Errorf("the file's mode is %v", mode)
	}
	for _, hidden := range []string{app.WebhookSecret, app.PEM[100:150], "PRIVATE KEY"} {
		if hidden == "" || strings.Contains(last.text, hidden) {
			t.Errorf("the last page holds %q", hidden)
		}
	}
	if got := w.github.Unexpected(); len(got) > 0 {
		t.Errorf("unexpected: %v", got)
	}
	if got := w.github.Tally()["POST /app-manifests/{code}/conversions"]; got != 1 {
		t.Errorf("%d exchanges", got)
	}
	if _, err := http.Get(w.URL()); err == nil {
		t.Error("the page is still served")
	}
}

func TestRegisterForOwnAccount(t *testing.T) {
	w := newWorld(t, func(_ *world, c *Config) { c.Webhook = "https://checkrein.example.com/webhook" })
	// What was said on the command line is not asked for; it can be changed.
	offer := w.open(w.URL()).says(200, "your own account", "https://checkrein.example.com/webhook")
	w.open(offer.link("Change")).send(nil).
		send(nil).says(200, "Create GitHub App for mona").
		send(nil).says(200, "Checkrein is registered")
	if app, err := w.wait(); err != nil || app.Owner != "mona" {
		t.Errorf("%s, %v", app.Owner, err)
	}
}

// TestFormSaysWhatIsWrong: beside the field, with what was entered still there.
func TestFormSaysWhatIsWrong(t *testing.T) {
	w := newWorld(t)
	again := w.open(w.URL()).send(map[string]string{"owner": "ac me<b>", "webhook": "ftp://x", "github": "https://h/api/v3"}).
		says(422, "Nothing was sent yet", `"ac me<b>" is no name of an organisation`, `"ftp://x" is no address: expected https://HOST/webhook`, "has something behind the host")
	for _, input := range find(again.one("form"), "input") {
		if attribute(input, "aria-invalid") != "true" || !strings.Contains(attribute(input, "aria-describedby"), "-problem") {
			t.Errorf("%s is not marked", attribute(input, "name"))
		}
	}
	again.send(map[string]string{"owner": "acme", "webhook": "https://x.example.com", "github": w.github.WebURL}).says(200, "acme, and nobody else")
}

func TestDenied(t *testing.T) {
	for query, says := range map[string]string{
		"&error=access_denied&error_description=The+owner+said+no": "The owner said no (access_denied)",
		"": "without a code",
	} {
		w := newWorld(t)
		state := stateOf(w.offered())
		denied := w.open("http://"+w.address+callback+"?state="+state+query).says(403, "GitHub registered nothing", says, "owner of acme")
		w.open(denied.link("Start again")).says(200, "Register Checkrein")
		w.stop()
		if _, err := w.wait(); err == nil || !strings.Contains(err.Error(), "no App was registered") || len(w.told) != 1 {
			t.Errorf("%v, told %v", err, w.told)
		}
	}
}

var stateParameter = regexp.MustCompile(`state=([A-Za-z0-9_-]+)`)

func stateOf(p page) string {
	p.Helper()
	m := stateParameter.FindStringSubmatch(attribute(p.one("form"), "action"))
	if m == nil {
		p.Fatalf("no state in:\n%s", p.text)
	}
	return m[1]
}

// TestCodeExpired: an hour passes between the button and the exchange.
func TestCodeExpired(t *testing.T) {
	now := time.Now()
	late := false
	w := newWorldAt(t, func() time.Time {
		if late {
			return now.Add(time.Hour)
		}
		return now
	}, func(_ *world, c *Config) {
		redeem := c.Redeem
		c.Redeem = func(ctx context.Context, api, code string) (hub.Registered, error) {
			late = true
			return redeem(ctx, api, code)
		}
	})
	expired := w.pressed().send(nil).says(502, "does not know the code any more", "more than an hour old", w.github.WebURL+"/organizations/acme/settings/apps")
	w.open(expired.link("Start again")).says(200, "Register Checkrein")
	w.stop()
	if _, err := w.wait(); err == nil || !strings.Contains(err.Error(), "no App was registered") {
		t.Error(err)
	}
}

// TestGitHubDown: the code is kept, and exchanged once GitHub is back.
func TestGitHubDown(t *testing.T) {
	w := newWorld(t)
	w.github.Fault(githubtest.Match{Method: "POST", Path: regexp.MustCompile("conversions")}, githubtest.Action{Status: 502})
	down := w.pressed().send(nil).says(502, "GitHub did not hand out the credentials", "GitHub is not available (status 502)", "reaches "+w.github.URL)
	down.send(nil).says(200, "Checkrein is registered")
	if _, err := w.wait(); err != nil || len(w.told) != 1 || !strings.Contains(w.told[0], "status 502") {
		t.Errorf("%v, told %v", err, w.told)
	}
}

// TestBrowserGoesAway: a code is good once, so its exchange is not given up with the
// page that waits for it.
func TestBrowserGoesAway(t *testing.T) {
	ctx, leave := context.WithCancel(t.Context())
	w := newWorld(t, func(_ *world, c *Config) {
		redeem := c.Redeem
		c.Redeem = func(ctx context.Context, api, code string) (hub.Registered, error) {
			leave()
			select {
			case <-ctx.Done():
			case <-time.After(200 * time.Millisecond): // in which the server notices
			}
			return redeem(ctx, api, code)
		}
	})
	made := w.pressed()
	http.DefaultTransport.(*http.Transport).CloseIdleConnections()
	req := githubtest.Must(http.NewRequestWithContext(ctx, http.MethodPost, w.github.WebURL+"/organizations/acme/settings/apps",
		strings.NewReader(url.Values{"pending": {attribute(find(made.one("form"), "input")[0], "value")}, "app_name": {"Mine"}}.Encode())))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if resp, err := http.DefaultClient.Do(req); err == nil {
		resp.Body.Close()
		t.Error("the browser has waited")
	}
	if app, err := w.wait(); err != nil || app.Slug != "mine" {
		t.Errorf("%s, %v", app.Slug, err)
	}
}

// TestUnwritten: what GitHub tells once is not lost because a disk is full.
func TestUnwritten(t *testing.T) {
	full := true
	w := newWorld(t, func(w *world, c *Config) {
		c.Keep = func(app App) (string, error) {
			if full {
				return "", errors.New("no space left on device")
			}
			return w.keep(app)
		}
	})
	failed := w.pressed().send(nil).says(500, "could not be written", "no space left on device", "this page still has it")
	full = false
	failed.send(nil).says(200, "Checkrein is registered")
	if _, err := w.wait(); err != nil || !strings.Contains(w.written(), "PRIVATE KEY") {
		t.Error(err)
	}
	if got := w.github.Tally()["POST /app-manifests/{code}/conversions"]; got != 1 {
		t.Errorf("%d exchanges", got)
	}
}

// TestEnds: what is left behind is said, whatever ends it.
func TestEnds(t *testing.T) {
	broken := func(_ *world, c *Config) { c.Keep = func(App) (string, error) { return "", errors.New("disk full") } }
	short := func(_ *world, c *Config) { c.Life = 50 * time.Millisecond }
	for name, c := range map[string]struct {
		tune tune
		do   func(*world)
		want string
	}{
		"nobody came":    {short, func(*world) {}, "nobody came within 50ms: no App was registered"},
		"stopped":        {nil, func(w *world) { w.offered(); w.stop() }, "it was stopped: no App was registered"},
		"not written":    {broken, func(w *world) { w.pressed().send(nil).says(500); w.stop() }, "/github-apps/checkrein are written nowhere"},
		"not exchanged":  {nil, func(w *world) { w.noExchange(); w.stop() }, "are not fetched: delete it at "},
		"listener ended": {nil, func(w *world) { w.listener.Close() }, "the page cannot be served"},
	} {
		t.Run(name, func(t *testing.T) {
			var tunes []tune
			if c.tune != nil {
				tunes = append(tunes, c.tune)
			}
			w := newWorld(t, tunes...)
			c.do(w)
			if _, err := w.wait(); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if _, err := os.Stat(w.file.Path); err == nil {
				t.Error("a file is left behind")
			}
		})
	}
}

func (w *world) noExchange() {
	w.github.Fault(githubtest.Match{Method: "POST", Path: regexp.MustCompile("conversions")}, githubtest.Action{Status: 500})
	w.pressed().send(nil).says(502)
}

// TestWaitsOnAfterGitHubAnswered: who mends something has the whole time again.
func TestWaitsOnAfterGitHubAnswered(t *testing.T) {
	s := githubtest.Must(New(Config{Manifest: checkrein.Manifest}, githubtest.Must(Listen(t.Context(), "127.0.0.1:0"))))
	waits := make(chan chan time.Time)
	wait := func() chan time.Time {
		select {
		case late := <-waits:
			return late
		case <-time.After(20 * time.Second):
			t.Fatal("it does not wait anew")
			return nil
		}
	}
	s.after = func(d time.Duration) <-chan time.Time {
		if d != Life {
			t.Errorf("waits for %s", d)
		}
		late := make(chan time.Time, 1)
		waits <- late
		return late
	}
	ended := make(chan error, 1)
	go func() {
		_, err := s.Run(context.Background())
		ended <- err
	}()
	first := wait()
	s.receive(attempt{}, "code")
	second := wait()
	first <- time.Now()
	s.receive(attempt{}, "code") // it would have ended by now
	third := wait()
	second <- time.Now()
	third <- time.Now()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "nobody came within 15m, and the credentials") {
		t.Error(err)
	}
}

package app_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/app"
)

var standsInAt = regexp.MustCompile(`"msg":"answering until then","instead of":"([^"]+)","address":"([^"]+)"`)

// standIns are where a process answers that waits for its database, by what it will serve there.
func (w *world) standIns(log *lockedBuffer) map[string]string {
	w.Helper()
	at := map[string]string{}
	w.until("something stands in", func() bool {
		for _, m := range standsInAt.FindAllStringSubmatch(log.String(), -1) {
			at[m[1]] = m[2]
		}
		return len(at) == 2
	})
	return at
}

// refuses opens a pull request, and fails unless GitHub hears that nothing was stored, and
// readiness says why.
func (w *world) refuses(at map[string]string, branch string) {
	w.Helper()
	resp, err := http.Get("http://" + at["serving health and metrics"] + "/readyz")
	if err != nil {
		w.Fatal(err)
	}
	defer resp.Body.Close()
	said, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusServiceUnavailable || !strings.Contains(string(said), "connect") {
		w.Errorf("/readyz answers %d %s %v, want 503 and why", resp.StatusCode, said, err)
	}
	w.app.SetWebhook("http://"+at["serving"]+"/webhook", secret)
	w.open(branch, compose("nginx:latest"))
	w.until("the delivery is refused", func() bool {
		for _, d := range w.github.Deliveries() {
			if d.Event == "pull_request" && d.StatusCode == http.StatusServiceUnavailable {
				return true
			}
		}
		return false
	})
}

// Without its database the App says so and takes nothing in; it can be stopped.
func TestWaitsForItsDatabase(t *testing.T) {
	t.Parallel()
	w := newGitHub(t, compose("nginx:1.27.3"))
	w.config.Listen, w.config.DatabaseURL = "127.0.0.1:0", "postgres://nobody:hunter2@"+freeAddress(w)+"/nothing?sslmode=disable"
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	ended := make(chan error, 1)
	go func() {
		_, err := app.New(ctx, w.config, "test", w.log)
		ended <- err
	}()
	w.refuses(w.standIns(w.log), "change")
	stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
	if strings.Contains(w.log.String(), "hunter2") {
		t.Error("the log has the password")
	}
}

// The App is up before its database: once that is there it works, and finds what it refused.
func TestDatabaseComesLater(t *testing.T) {
	t.Parallel()
	r := newServer(t, compose("nginx:1.27.3"))
	if err := r.server.Stop(); err != nil {
		t.Fatal(err)
	}
	p := r.launch()
	r.refuses(r.standIns(p.log), "before")
	if err := r.server.Restart(); err != nil {
		t.Fatal(err)
	}
	r.app.SetWebhook("http://"+p.serving()+"/webhook", secret)
	if run := r.verdict(r.repo.Tip("before")); run.Conclusion != "failure" {
		t.Errorf("the run is %s %q, want failure", run.Conclusion, run.Title)
	}
}

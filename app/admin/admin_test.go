package admin

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/work"
)

// config is of an App in which all is well and nothing has happened.
func config() Config {
	return Config{
		Ping:        func(context.Context) error { return nil },
		Key:         func() error { return nil },
		Backlog:     func(context.Context) ([]work.Backlog, error) { return nil, nil },
		Budgets:     func() []hub.Budget { return nil },
		Marks:       func(context.Context) (map[string]time.Time, error) { return nil, nil },
		Enforcement: func(context.Context) (map[string]int, error) { return nil, nil },
		Version:     "1.2.3",
		Log:         slog.New(slog.DiscardHandler),
	}
}

func newAdmin(t *testing.T, change func(*Config)) *Admin {
	t.Helper()
	c := config()
	if change != nil {
		change(&c)
	}
	a, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(a *Admin, path string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w
}

func TestHandlerKnowsItsPaths(t *testing.T) {
	for request, want := range map[string]int{
		"GET /healthz": 200, "GET /readyz": 200, "GET /metrics": 200, "HEAD /healthz": 200,
		"POST /healthz": 405, "PUT /readyz": 405, "DELETE /metrics": 405, "POST /metrics": 405,
		"GET /": 404, "GET /healthz/": 404, "GET /metrics/x": 404, "GET /debug/pprof/": 404, "POST /webhook": 404,
	} {
		method, path, _ := strings.Cut(request, " ")
		w := httptest.NewRecorder()
		newAdmin(t, nil).Handler().ServeHTTP(w, httptest.NewRequest(method, path, nil))
		if w.Code != want {
			t.Errorf("%s answered %d, want %d", request, w.Code, want)
		}
		if allow := w.Header().Get("Allow"); want == 405 && !strings.HasPrefix(allow, "GET") {
			t.Errorf("%s: Allow is %q, want GET", request, allow)
		}
	}
}

func TestReadyzTellsOfEachPart(t *testing.T) {
	bad := errors.New(`disk "full"`)
	for name, tt := range map[string]struct {
		change func(*Config)
		status int
		body   string
	}{
		"all is well": {nil, 200, `{"ready":true,"parts":{"key":{"ready":true},"store":{"ready":true}}}`},
		"store": {func(c *Config) { c.Ping = func(context.Context) error { return bad } }, 503,
			`{"ready":false,"parts":{"key":{"ready":true},"store":{"ready":false,"error":"disk \"full\""}}}`},
		"key": {func(c *Config) { c.Key = func() error { return bad } }, 503,
			`{"ready":false,"parts":{"key":{"ready":false,"error":"disk \"full\""},"store":{"ready":true}}}`},
		"panic": {func(c *Config) { c.Key = func() error { panic("no") } }, 503,
			`{"ready":false,"parts":{"key":{"ready":false,"error":"panic: no"},"store":{"ready":true}}}`},
	} {
		t.Run(name, func(t *testing.T) {
			w := get(newAdmin(t, tt.change), "/readyz")
			if w.Code != tt.status || strings.TrimSpace(w.Body.String()) != tt.body {
				t.Errorf("answered %d %s\nwant %d %s", w.Code, w.Body, tt.status, tt.body)
			}
			if w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("content type %q, want application/json", w.Header().Get("Content-Type"))
			}
		})
	}
}

// TestAStoreThatHangs: the process lives, is not ready, says so in time, and begins no
// second question while the first hangs.
func TestAStoreThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int32
		release := make(chan struct{})
		a := newAdmin(t, func(c *Config) {
			c.Ping = func(context.Context) error { asked.Add(1); <-release; return nil } // deaf to its context
		})
		for range 3 {
			begun := time.Now()
			w := get(a, "/readyz")
			if took := time.Since(begun); w.Code != 503 || took != 2*time.Second || !strings.Contains(w.Body.String(), "no answer within 2s") {
				t.Errorf("answered %d %s after %v; want 503 after 2s", w.Code, w.Body, took)
			}
		}
		begun := time.Now()
		if w := get(a, "/healthz"); w.Code != 200 || time.Since(begun) != 0 {
			t.Errorf("healthz answered %d after %v; want 200 at once", w.Code, time.Since(begun))
		}
		if asked.Load() != 1 {
			t.Errorf("asked %d times, want once", asked.Load())
		}
		close(release)
		synctest.Wait()
		if w := get(a, "/readyz"); w.Code != 200 {
			t.Errorf("answered %d once the store is back, want 200", w.Code)
		}
	})
}

func TestReadyzKeepsAnAnswerForASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		a := newAdmin(t, func(c *Config) {
			c.Ping = func(ctx context.Context) error {
				asked++
				if left, ok := ctx.Deadline(); !ok || time.Until(left) != 2*time.Second {
					t.Errorf("asked with %v left, %v; want 2s", time.Until(left), ok)
				}
				return nil
			}
		})
		for _, want := range []int{1, 1, 2, 2, 3} { // every 600 ms
			if get(a, "/readyz"); asked != want {
				t.Errorf("asked %d times, want %d", asked, want)
			}
			time.Sleep(600 * time.Millisecond)
		}
	})
}

func TestNewRefusesHalfAConfiguration(t *testing.T) {
	for name, change := range map[string]func(*Config){
		"ping":        func(c *Config) { c.Ping = nil },
		"key":         func(c *Config) { c.Key = nil },
		"backlog":     func(c *Config) { c.Backlog = nil },
		"budgets":     func(c *Config) { c.Budgets = nil },
		"marks":       func(c *Config) { c.Marks = nil },
		"enforcement": func(c *Config) { c.Enforcement = nil },
		"log":         func(c *Config) { c.Log = nil },
	} {
		c := config()
		change(&c)
		if _, err := New(c); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("without %s: error %v", name, err)
		}
	}
}

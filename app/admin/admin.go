// Package admin answers whoever runs the App: is the process alive, can it work, and
// what does it do. GitHub is not asked: that it is away is no reason to restart.
package admin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/work"
)

// Config is what Admin reads; every field but Now is mandatory. The funcs that measure are asked
// once for each look at /metrics.
type Config struct {
	Ping func(context.Context) error // can the store be written?
	Key  func() error                // can the App's private key sign?

	Backlog func(context.Context) ([]work.Backlog, error)
	Budgets func() []hub.Budget // of GitHub, as of its last answers
	// Marks are when each job last succeeded, by its name.
	Marks func(context.Context) (map[string]time.Time, error)
	// Enforcement counts repositories: enforced, unbound, missing, unknown.
	Enforcement func(context.Context) (map[string]int, error)

	Version string
	Log     *slog.Logger
	Now     func() time.Time // that the backlog's times go by; nil: time.Now
}

// Admin counts what happens and tells it.
type Admin struct {
	parts   []*part
	metrics http.Handler
	*counters
	*guardCounter
}

// New makes the instruments, in a registry of its own.
func New(c Config) (*Admin, error) {
	if c.Ping == nil || c.Key == nil || c.Backlog == nil || c.Budgets == nil || c.Marks == nil || c.Enforcement == nil || c.Log == nil {
		return nil, errors.New("admin: ping, key, backlog, budgets, marks, enforcement and log are needed")
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	m, metrics, err := newMeter(c.Log)
	if err != nil {
		return nil, fmt.Errorf("admin: start metrics: %w", err)
	}
	counters := newCounters(m)
	(&gauges{Config: c}).register(m)
	key := func(context.Context) error { return c.Key() }
	a := &Admin{
		parts:   []*part{{name: "store", check: c.Ping}, {name: "key", check: key}},
		metrics: metrics, counters: counters, guardCounter: newGuardCounter(m),
	}
	a.tellReady(m, c.Log)
	if err := m.err(); err != nil {
		return nil, fmt.Errorf("admin: make metrics: %w", err)
	}
	return a, nil
}

// Handler serves GET /healthz (200 while the process lives), /readyz (200 or 503, JSON
// with each part) and /metrics; other paths are 404, other methods 405.
func (a *Admin) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", healthz)
	mux.HandleFunc("GET /readyz", a.readyz)
	mux.Handle("GET /metrics", a.metrics)
	return mux
}

// healthz depends on nothing: a restart mends neither GitHub nor the store.
func healthz(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("ok\n")) // whoever asked has gone
}

package guard

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/checkrein/checkrein/registry/packages"
	"github.com/checkrein/checkrein/registry/retention"
)

// Mode says what becomes of versions that may not go.
type Mode string

// The modes.
const (
	Refuse Mode = "refuse" // their deletion is refused
	Hide   Mode = "hide"   // also, lists of versions leave them out
)

// Config is what a guard needs.
type Config struct {
	API, Registry string            // addresses of the upstreams
	Prefix        string            // path before everything, as /guard; empty for none
	Mode          Mode              // empty: Refuse
	Grace         time.Duration     // how long what is young is kept
	Policy        retention.Policy  // the zero value: only untagged versions may go
	KeepFile      string            // path; empty: none
	Memory        Memory            // what survives a restart
	Log           *slog.Logger      // never sees a credential
	Now           func() time.Time  // nil: time.Now
	Transport     http.RoundTripper // nil: the default one
	Tracer        trace.Tracer      // of a span for each decided deletion; nil: there are none
}

// Guard is an http.Handler that stands before the API and the registry.
type Guard struct {
	up            *packages.Upstreams
	api, registry *url.URL
	client        *http.Client
	prefix        string
	mode          Mode
	grace         time.Duration
	policy        retention.Policy
	keep          keepFile
	memory        Memory
	log           *slog.Logger
	now           func() time.Time
	tracer        trace.Tracer
	salt          []byte
	callers       callers
	views         views
	sights        sightings
}

// New reads what it needs from the memory; it does not ask upstream.
func New(ctx context.Context, c Config) (*Guard, error) {
	up, err := packages.New(c.API, c.Registry, c.Transport)
	if err != nil {
		return nil, err
	}
	g := &Guard{
		up: up, mode: c.Mode, prefix: c.Prefix, grace: c.Grace, policy: c.Policy, keep: keepFile{path: c.KeepFile},
		memory: c.Memory, log: c.Log, now: c.Now, tracer: c.Tracer,
	}
	if g.tracer == nil {
		g.tracer = noop.NewTracerProvider().Tracer("")
	}
	if g.now == nil {
		g.now = time.Now
	}
	g.api, g.registry = up.Addresses()
	g.client = &http.Client{Transport: c.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	if g.salt, err = c.Memory.Salt(ctx); err != nil {
		return nil, fmt.Errorf("salt for hashes of credentials: %w", err)
	}
	if _, err := g.keep.read(); err != nil {
		return nil, err
	}
	return g, nil
}

// Requests counts what was asked upstream for decisions, beside what was forwarded.
func (g *Guard) Requests() packages.Counts { return g.up.Counts() }

// rules are those for a package now.
func (g *Guard) rules(pkg string) rules {
	return rules{rule: g.policy.For(pkg), grace: g.grace, now: g.now()}
}

// maxVersions bounds what all views together hold, at about half a kilobyte each.
const maxVersions = 150_000

// views are what callers read lately; those that were used longest ago go first.
type views struct {
	mu  sync.Mutex
	all []*view // used last comes last
}

func (w *views) get(key viewKey) *view {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, v := range w.all {
		if v.key == key {
			w.all = append(append(w.all[:i:i], w.all[i+1:]...), v)
			return v
		}
	}
	return nil
}

// put keeps a view; size is how many versions it holds, counted while its package is
// locked.
func (w *views) put(v *view) {
	w.mu.Lock()
	defer w.mu.Unlock()
	v.size = len(v.versions)
	others := w.all[:0:0]
	for _, o := range w.all {
		if o.key != v.key {
			others = append(others, o)
		}
	}
	w.all = append(others, v)
	total := 0
	for i := len(w.all) - 1; i >= 0; i-- {
		if total += w.all[i].size; total > maxVersions && i < len(w.all)-1 || len(w.all)-i > maxViews {
			w.all = append([]*view(nil), w.all[i+1:]...)
			return
		}
	}
}

// maxViews bounds how many callers are remembered.
const maxViews = 256

func (w *views) drop(key viewKey) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, v := range w.all {
		if v.key == key {
			w.all = append(w.all[:i:i], w.all[i+1:]...)
			return
		}
	}
}

// sightings are the sights of packages, read from memory once; each is used under its
// package's lock.
type sightings struct {
	mu  sync.Mutex
	all map[string]*Sights
}

func (g *Guard) sightsOf(ctx context.Context, pkg string) (*Sights, error) {
	g.sights.mu.Lock()
	known := g.sights.all[pkg]
	g.sights.mu.Unlock()
	if known != nil {
		return known, nil
	}
	s, err := g.memory.Sights(ctx, pkg)
	if err != nil {
		return nil, fmt.Errorf("what was seen of %s: %w", pkg, err)
	}
	g.sights.mu.Lock()
	defer g.sights.mu.Unlock()
	if g.sights.all == nil {
		g.sights.all = map[string]*Sights{}
	}
	g.sights.all[pkg] = &s
	return &s, nil
}

// errBusy says that the caller went away while it waited for its turn.
var errBusy = errors.New("another deletion of this package is being decided")

package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/checkrein/checkrein/app/admin"
	"github.com/checkrein/checkrein/app/store"
	"github.com/checkrein/checkrein/app/traces"
	"github.com/checkrein/checkrein/registry/guard"
)

// Guard is the guard of deletions, running alone.
type Guard struct {
	config GuardConfig
	log    *slog.Logger
	store  *store.Store
	admin  *admin.Admin
	guard  *guarding
	traces *traces.Traces
}

// guarding is what runs a guard, alone or inside the App.
type guarding struct {
	config  GuardConfig
	log     *slog.Logger
	memory  *store.GuardMemory
	now     func() time.Time
	handler *guard.Guard
}

// NewGuard opens the store and wires the guard; it does not listen yet, but to say that a
// database is away for which it waits. out takes the log, one JSON object a line.
func NewGuard(ctx context.Context, c GuardConfig, version string, out io.Writer) (*Guard, error) {
	level, err := logLevel(c.LogLevel)
	if err != nil {
		return nil, err
	}
	g := &Guard{config: c, log: newLog(out, level)}
	if g.traces, err = traces.Start(ctx, c.Traces, version, g.log); err != nil {
		return nil, err
	}
	if err := g.open(ctx); err != nil {
		flush(g.traces)
		return nil, err
	}
	return g, nil
}

// open opens the store and makes the guard before it.
func (g *Guard) open(ctx context.Context) (err error) {
	c := g.config
	if g.store, err = openStore(ctx, c.DatabaseURL, g.log, g.standIn); err != nil {
		return err
	}
	if g.admin, err = admin.NewGuard(g.store.Ping, g.log); err == nil {
		g.guard, err = newGuarding(ctx, c, g.store, g.admin.Recorded, g.traces, g.log)
	}
	if err != nil {
		return errors.Join(err, g.store.Close())
	}
	return nil
}

// counted has every line of the journal counted.
type counted struct {
	guard.Memory
	count func(guard.Record)
}

func (c counted) End(id int64, o guard.Outcome, r guard.Record) {
	c.count(r)
	c.Memory.End(id, o, r)
}

func (c counted) Note(r guard.Record) {
	c.count(r)
	c.Memory.Note(r)
}

func newGuarding(ctx context.Context, c GuardConfig, s *store.Store, count func(guard.Record), spans *traces.Traces, log *slog.Logger) (*guarding, error) {
	memory := s.Guard(strings.TrimRight(c.RegistryURL, "/"))
	if err := memory.Alone(ctx); err != nil {
		return nil, err
	}
	handler, err := guard.New(ctx, guard.Config{
		API: c.APIURL, Registry: c.RegistryURL, Prefix: c.Prefix, Mode: guard.Mode(c.Mode), Grace: c.grace, Policy: c.policy,
		KeepFile: c.KeepFile, Memory: counted{memory, count}, Log: log, Now: s.Now,
		Transport: spans.Transport(http.DefaultTransport), Tracer: spans.Tracer(),
	})
	if err != nil {
		return nil, fmt.Errorf("guard: %w", err)
	}
	log.Info("guarding", "api", c.APIURL, "registry", c.RegistryURL, "mode", c.Mode, "grace", c.Grace, "policy", c.PolicyFile, "keep", c.KeepFile)
	return &guarding{config: c, log: log, memory: memory, now: s.Now, handler: handler}, nil
}

// listen opens the guard's address.
func (g *guarding) listen(ctx context.Context) (*server, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", g.config.Listen)
	if err != nil {
		return nil, fmt.Errorf("CHECKREIN_GUARD_LISTEN: %w", err)
	}
	if g.config.certificate != nil {
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{*g.config.certificate}, MinVersion: tls.VersionTLS12})
	}
	// Layers of gigabytes pass: only the head of a request has a time limit here.
	s := bounded(g.handler, g.log)
	s.ReadTimeout, s.WriteTimeout = 0, 0
	return &server{Server: s, listener: listener, says: "serving the guard"}, nil
}

// undoable is how long bytes of deleted manifests are kept: GitHub can restore as long.
const undoable = 30 * 24 * time.Hour

// tend forgets from time to time what is too old to be restored.
func (g *guarding) tend(ctx context.Context) error {
	ticker := time.NewTicker(time.Hour)
	defer ticker.Stop()
	for {
		if err := g.memory.Forget(ctx, g.now().Add(-undoable)); err != nil && ctx.Err() == nil {
			g.log.Error("old deletions are not forgotten", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// Run listens until ctx ends, then lets deletions that are under way come to their end.
func (g *Guard) Run(ctx context.Context) error {
	defer g.close()
	own, err := g.guard.listen(ctx)
	if err != nil {
		return err
	}
	all, err := listen(ctx, g.log, ofAdmin(g.config.AdminListen, g.admin))
	if err != nil {
		return errors.Join(err, servers{own}.close())
	}
	all = append(all, own)
	for _, s := range all {
		g.log.Info(s.says, "address", s.listener.Addr().String())
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, s := range all {
		group.Go(s.serve)
	}
	group.Go(func() error { return g.guard.tend(ctx) })
	group.Go(func() error {
		<-ctx.Done()
		g.log.Info("stopping")
		return all.shutdown(context.WithoutCancel(ctx))
	})
	return group.Wait()
}

func (g *Guard) close() {
	flush(g.traces)
	if err := g.store.Close(); err != nil {
		g.log.Error("the store did not close", "error", err)
	}
}

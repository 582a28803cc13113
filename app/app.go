// Package app is the GitHub App: configuration and wiring, nothing else.
package app

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/checkrein/checkrein/app/admin"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/store"
	"github.com/checkrein/checkrein/app/traces"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// App is one running GitHub App.
type App struct {
	config   Config
	version  string
	log      *slog.Logger
	store    *store.Store
	hub      *hub.Hub
	identity webhook.App
	admin    *admin.Admin
	webhooks *webhook.Handler
	worker   *work.Worker
	guard    *guarding // nil: none runs inside
	traces   *traces.Traces

	processes atomic.Int64 // that share the database
}

// helloTime bounds the wait for GitHub at the start.
const helloTime = 5 * time.Second

// New opens the store and wires everything; it does not listen yet, but to say that a
// database is away for which it waits. out takes the log, one JSON object a line.
func New(ctx context.Context, c Config, version string, out io.Writer) (*App, error) {
	level, err := c.level()
	if err != nil {
		return nil, err
	}
	a := &App{config: c, version: version, log: newLog(out, level)}
	if a.traces, err = traces.Start(ctx, c.Traces, version, a.log); err != nil {
		return nil, err
	}
	if err := a.open(ctx); err != nil {
		flush(a.traces)
		return nil, err
	}
	return a, nil
}

// open opens what the App works with.
func (a *App) open(ctx context.Context) (err error) {
	c := a.config
	a.hub, err = hub.New(hub.Config{
		AppID: c.AppID, PrivateKeyPEM: []byte(c.PrivateKey), APIURL: c.APIURL,
		UserAgent: "checkrein/" + a.version, Log: a.log, Now: a.now, Rates: c.rates, Around: a.traces.Transport,
		Processes: func() int { return int(a.processes.Load()) },
	})
	if err != nil {
		return err
	}
	if a.store, err = openStore(ctx, c.DatabaseURL, a.log, a.standIn); err != nil {
		return err
	}
	if err := a.wire(ctx); err != nil {
		return errors.Join(err, a.store.Close())
	}
	return nil
}

// now is what time it is to all who share the store. Nothing asks before that is open.
func (a *App) now() time.Time { return a.store.Now() }

func (a *App) wire(ctx context.Context) error {
	var err error
	a.admin, err = admin.New(admin.Config{
		Ping: a.store.Ping, Key: a.hub.CheckKey, Backlog: a.store.Backlog, Budgets: a.hub.Budgets,
		Marks: a.store.Marks, Now: a.now, Enforcement: a.store.Enforcements, Version: a.version, Log: a.log,
	})
	if err != nil {
		return err
	}
	a.identity = webhook.App{ID: a.config.AppID, Slug: a.slug(ctx), Owners: a.config.Owners}
	a.webhooks, err = webhook.NewHandler(webhook.Config{
		App: a.identity, Secrets: a.config.WebhookSecrets, Inbox: a.store, Log: a.log, Now: a.now,
		Count: a.admin.Delivered, Tracer: a.traces.Tracer(),
	})
	if err != nil {
		return err
	}
	judge := a.newJudge()
	a.worker = a.newWorker(judge, a.newSweeper(judge))
	if a.config.Guard != nil {
		a.guard, err = newGuarding(ctx, *a.config.Guard, a.store, a.admin.Recorded, a.traces, a.log)
	}
	return err
}

// slug asks GitHub for the App's name in addresses. A GitHub that is down must not
// keep deliveries from being stored: then only the App's id tells own events.
func (a *App) slug(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, helloTime)
	defer cancel()
	me, err := a.hub.App(ctx)
	if errors.Is(err, hub.ErrBadKey) {
		a.log.Error("GitHub refuses GITHUB_APP_ID and its private key: nothing can be judged; run `checkrein doctor`", "error", err)
		return ""
	}
	if err != nil {
		a.log.Warn("GitHub does not say who this App is; deliveries are taken in all the same", "error", err)
		return ""
	}
	a.log.Info("registered", "app", me.Name, "slug", me.Slug, "id", me.ID)
	return me.Slug
}

// Run listens and works until ctx ends, then stops in order: no new deliveries,
// running work to its end, the store last.
func (a *App) Run(ctx context.Context) error {
	defer a.close()
	servers, err := a.listen(ctx)
	if err != nil {
		return err
	}
	if err := a.schedule(ctx); err != nil {
		return errors.Join(err, servers.close())
	}
	for _, s := range servers {
		a.log.Info(s.says, "address", s.listener.Addr().String())
	}
	group, ctx := errgroup.WithContext(ctx)
	for _, s := range servers {
		group.Go(s.serve)
	}
	group.Go(func() error { return a.worker.Run(ctx) })
	group.Go(func() error { return a.countProcesses(ctx) })
	if a.guard != nil {
		group.Go(func() error { return a.guard.tend(ctx) })
	}
	group.Go(func() error {
		<-ctx.Done()
		a.log.Info("stopping")
		return servers.shutdown(context.WithoutCancel(ctx))
	})
	return group.Wait()
}

// countingTime is how often the processes are counted.
const countingTime = 10 * time.Second

// countProcesses keeps known how many processes share what GitHub lets an installation
// write.
func (a *App) countProcesses(ctx context.Context) error {
	ticker := time.NewTicker(countingTime)
	defer ticker.Stop()
	for {
		n, err := a.store.Processes(ctx)
		if err == nil {
			a.processes.Store(int64(n))
		} else if ctx.Err() == nil {
			a.log.Warn("the processes that share the database cannot be counted", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// flushTime is what is left of the ten seconds of a stop for spans that were not handed over.
const flushTime = time.Second

func flush(t *traces.Traces) {
	ctx, cancel := context.WithTimeout(context.Background(), flushTime)
	defer cancel()
	t.Close(ctx)
}

func (a *App) close() {
	flush(a.traces)
	if err := a.store.Close(); err != nil {
		a.log.Error("the store did not close", "error", err)
	}
}

var _ pull.Memory = (*store.Store)(nil)

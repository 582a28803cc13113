package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/store"
	"github.com/checkrein/checkrein/app/sweep"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
	"github.com/checkrein/checkrein/checks/all"
)

// The pace of the work. GitHub gives a webhook ten seconds; a verdict may take its time.
const (
	patience     = 5 * time.Second // then an in-progress run appears
	checkTime    = 2 * time.Minute // for one check of one change
	leaseTime    = time.Minute
	pollTime     = time.Second
	graceTime    = 5 * time.Second // of the ten that a shutdown may take
	maxTries     = 10
	parallel     = 8
	firstBackoff = 2 * time.Second
	lastBackoff  = 10 * time.Minute
	helloTime    = 5 * time.Second
	keep         = 30 * 24 * time.Hour // of what is no longer needed
	purgeEvery   = 24 * time.Hour
	purge        = "purge" // key and kind of the row that forgets
)

// App is one running GitHub App.
type App struct {
	config Config
	log    *slog.Logger
	store  *store.Store
	hub    *hub.Hub
	server *http.Server
	worker *work.Worker
}

// New opens the store and wires everything; it does not listen yet. out takes the
// log, one JSON object a line.
func New(ctx context.Context, c Config, version string, out io.Writer) (*App, error) {
	level, err := c.level()
	if err != nil {
		return nil, err
	}
	a := &App{config: c, log: slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level}))}
	a.hub, err = hub.New(hub.Config{
		AppID: c.AppID, PrivateKeyPEM: []byte(c.PrivateKey), APIURL: c.APIURL,
		UserAgent: "checkrein/" + version, Log: a.log, Now: time.Now,
	})
	if err != nil {
		return nil, err
	}
	if a.store, err = store.Open(ctx, c.DatabaseURL); err != nil {
		return nil, err
	}
	handler, err := webhook.NewHandler(webhook.Config{
		App:     webhook.App{ID: c.AppID, Slug: a.slug(ctx), Owners: c.Owners},
		Secrets: c.WebhookSecrets, Inbox: a.store, Log: a.log, Now: time.Now,
	})
	if err != nil {
		return nil, errors.Join(err, a.store.Close())
	}
	a.server = newServer(handler, a.log)
	a.worker = a.newWorker(version)
	return a, nil
}

// slug asks GitHub for the App's name in addresses. A GitHub that is down must not
// keep deliveries from being stored: then only the App's id tells own events.
func (a *App) slug(ctx context.Context) string {
	ctx, cancel := context.WithTimeout(ctx, helloTime)
	defer cancel()
	me, err := a.hub.App(ctx)
	if err != nil {
		a.log.Warn("GitHub does not say who this App is; deliveries are taken in all the same", "error", err)
		return ""
	}
	a.log.Info("registered", "app", me.Name, "slug", me.Slug, "id", me.ID)
	return me.Slug
}

func (a *App) newWorker(version string) *work.Worker {
	judge := &pull.Judge{
		GitHub: func(installation int64) pull.GitHub { return a.hub.Installation(installation) },
		Memory: a.store, Checks: all.Checks, Rules: all.RuleIDs(), Web: webOf(a.config.APIURL), Version: version,
		Patience: patience, CheckTime: checkTime, Now: time.Now, Log: a.log,
	}
	return &work.Worker{
		Queue: a.store, Handler: a.handler(judge), OnPark: judge.Park,
		Parallel: parallel, Lease: leaseTime, Poll: pollTime, Grace: graceTime, MaxTries: maxTries,
		Backoff: work.Exponential(firstBackoff, lastBackoff), Log: a.log, Now: time.Now,
	}
}

// handler does the work of a row by its kind.
func (a *App) handler(judge *pull.Judge) func(context.Context, *work.Claim) error {
	return func(ctx context.Context, claim *work.Claim) error {
		if claim.Kind == purge {
			return a.store.Purge(ctx, time.Now().Add(-keep))
		}
		return judge.Head(ctx, claim)
	}
}

// webOf is the address of GitHub's pages behind an API address.
func webOf(api string) string {
	u, err := url.Parse(api)
	if err != nil || u.Host == "api.github.com" {
		return "https://github.com"
	}
	return u.Scheme + "://" + u.Host
}

// newServer bounds what a client may hold open.
func newServer(webhooks http.Handler, log *slog.Logger) *http.Server {
	mux := http.NewServeMux()
	mux.Handle("/webhook", webhooks)
	return &http.Server{
		Handler:           mux,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// Run listens and works until ctx ends, then stops in order: no new deliveries,
// running work to its end, the store last.
func (a *App) Run(ctx context.Context) error {
	defer a.close()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.config.Listen)
	if err != nil {
		return fmt.Errorf("listen for webhooks: %w", err)
	}
	err = errors.Join(sweep.Start(ctx, a.store), a.store.Schedule(ctx, purge, purgeEvery))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	a.log.Info("serving", "address", listener.Addr().String())
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return a.serve(listener) })
	group.Go(func() error { return a.worker.Run(ctx) })
	group.Go(func() error { return a.shutdown(ctx) })
	return group.Wait()
}

func (a *App) serve(listener net.Listener) error {
	if err := a.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve webhooks: %w", err)
	}
	return nil
}

func (a *App) shutdown(ctx context.Context) error {
	<-ctx.Done()
	a.log.Info("stopping")
	bounded, cancel := context.WithTimeout(context.WithoutCancel(ctx), graceTime)
	defer cancel()
	if err := a.server.Shutdown(bounded); err != nil {
		return fmt.Errorf("stop serving: %w", err)
	}
	return nil
}

func (a *App) close() {
	if err := a.store.Close(); err != nil {
		a.log.Error("the store did not close", "error", err)
	}
}

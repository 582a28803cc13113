package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/checkrein/checkrein/app/admin"
	"github.com/checkrein/checkrein/app/store"
	"github.com/checkrein/checkrein/app/webhook"
)

// lookTime is how often a database that is away is looked for.
const lookTime = time.Second

// openStore opens the store. A database that is away is waited for, as it would be later: after
// a power cut it may be the last to come up. Until then standIn's servers answer.
func openStore(ctx context.Context, address string, log *slog.Logger, standIn func(context.Context, *absent) (servers, error)) (*store.Store, error) {
	s, err := store.Open(ctx, address)
	if errors.Is(err, store.ErrLater) {
		s, err = (&absent{trouble: err, log: log}).await(ctx, address, standIn)
	}
	if err != nil {
		return nil, fmt.Errorf("CHECKREIN_DATABASE_URL: %w", err)
	}
	return s, nil
}

// absent stands for a store whose database is away.
type absent struct {
	log     *slog.Logger
	mu      sync.Mutex
	trouble error
}

// Ping tells why the store cannot be opened.
func (a *absent) Ping(context.Context) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.trouble
}

// Accept acknowledges nothing.
func (a *absent) Accept(ctx context.Context, _ webhook.Intake) (webhook.Outcome, error) {
	return 0, a.Ping(ctx)
}

func (a *absent) await(ctx context.Context, address string, standIn func(context.Context, *absent) (servers, error)) (*store.Store, error) {
	all, err := standIn(ctx, a)
	if err != nil {
		return nil, err
	}
	a.log.Error("the database cannot be used; waiting for it", "error", a.trouble)
	var serving errgroup.Group
	for _, s := range all {
		a.log.Info("answering until then", "instead of", s.says, "address", s.listener.Addr().String())
		serving.Go(s.serve)
	}
	opened, err := a.look(ctx, address)
	if err == nil {
		a.log.Info("the database can be used")
	}
	if stopped := errors.Join(all.shutdown(context.WithoutCancel(ctx)), serving.Wait()); stopped != nil {
		a.log.Warn("what stood in did not stop", "error", stopped)
	}
	return opened, err
}

// look tries until the database opens, can never open as it is, or ctx ends.
func (a *absent) look(ctx context.Context, address string) (*store.Store, error) {
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-time.After(lookTime):
		}
		s, err := store.Open(ctx, address)
		if !errors.Is(err, store.ErrLater) {
			return s, err
		}
		a.mu.Lock()
		a.trouble = err
		a.mu.Unlock()
	}
}

// standIn opens the App's addresses: deliveries are refused, so that GitHub does not take them
// for delivered, and readiness says what is missing.
func (a *App) standIn(ctx context.Context, none *absent) (servers, error) {
	health, err := admin.NewGuard(none.Ping, a.log)
	if err != nil {
		return nil, err
	}
	webhooks, err := webhook.NewHandler(webhook.Config{
		App: webhook.App{ID: a.config.AppID, Owners: a.config.Owners}, Secrets: a.config.WebhookSecrets, Inbox: none, Log: a.log, Now: time.Now,
	})
	if err != nil {
		return nil, err
	}
	return listen(ctx, a.log, ofWebhooks(a.config.Listen, webhooks), ofAdmin(a.config.AdminListen, health))
}

// standIn opens the address of health alone: who calls the guard finds nobody, and deletes nothing.
func (g *Guard) standIn(ctx context.Context, none *absent) (servers, error) {
	health, err := admin.NewGuard(none.Ping, g.log)
	if err != nil {
		return nil, err
	}
	return listen(ctx, g.log, ofAdmin(g.config.AdminListen, health))
}

package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/checkrein/checkrein/app/admin"
)

// server is one address that is listened on.
type server struct {
	*http.Server
	listener net.Listener
	says     string // in the log, once it listens
}

type servers []*server

// place is an address and what answers there.
type place struct {
	says, variable, address string
	handler                 http.Handler
}

func ofWebhooks(address string, handler http.Handler) place {
	mux := http.NewServeMux()
	mux.Handle("/webhook", handler)
	return place{"serving", "CHECKREIN_LISTEN", address, mux}
}

func ofAdmin(address string, a *admin.Admin) place {
	return place{"serving health and metrics", "CHECKREIN_ADMIN_LISTEN", address, a.Handler()}
}

// listen opens all addresses or none.
func listen(ctx context.Context, log *slog.Logger, places ...place) (servers, error) {
	var all servers
	for _, p := range places {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.address)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", p.variable, err), all.close())
		}
		all = append(all, &server{Server: bounded(p.handler, log), listener: listener, says: p.says})
	}
	return all, nil
}

// listen opens the address for webhooks, the one for whoever runs the App, and the guard's.
func (a *App) listen(ctx context.Context) (servers, error) {
	all, err := listen(ctx, a.log, ofWebhooks(a.config.Listen, a.webhooks), ofAdmin(a.config.AdminListen, a.admin))
	if err != nil || a.guard == nil {
		return all, err
	}
	own, err := a.guard.listen(ctx)
	if err != nil {
		return nil, errors.Join(err, all.close())
	}
	return append(all, own), nil
}

// bounded is a server that bounds what a client may hold open.
func bounded(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       30 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

func (s *server) serve() error {
	if err := s.Serve(s.listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("%s: %w", s.says, err)
	}
	return nil
}

func (all servers) shutdown(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, graceTime)
	defer cancel()
	var errs []error
	for _, s := range all {
		if err := s.Shutdown(ctx); err != nil {
			errs = append(errs, fmt.Errorf("stop %s: %w", s.says, err))
		}
	}
	return errors.Join(errs...)
}

func (all servers) close() error {
	var errs []error
	for _, s := range all {
		errs = append(errs, s.listener.Close())
	}
	return errors.Join(errs...)
}

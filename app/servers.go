package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// server is one address that is listened on.
type server struct {
	*http.Server
	listener net.Listener
	says     string // in the log, once it listens
}

type servers []*server

// listen opens the address for webhooks and the one for whoever runs the App.
func (a *App) listen(ctx context.Context) (servers, error) {
	webhooks := http.NewServeMux()
	webhooks.Handle("/webhook", a.webhooks)
	var all servers
	for _, s := range []struct {
		says, variable, address string
		handler                 http.Handler
	}{
		{"serving", "CHECKREIN_LISTEN", a.config.Listen, webhooks},
		{"serving health and metrics", "CHECKREIN_ADMIN_LISTEN", a.config.AdminListen, a.admin.Handler()},
	} {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.address)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s: %w", s.variable, err), all.close())
		}
		all = append(all, &server{Server: bounded(s.handler, a.log), listener: listener, says: s.says})
	}
	if a.guard == nil {
		return all, nil
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

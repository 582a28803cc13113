package setup

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/checkrein/checkrein/app/hub"
)

// Life is how long the page waits for somebody; once GitHub has answered it waits as long
// again.
const Life = 15 * time.Minute

// Config says what is registered and what becomes of the credentials.
type Config struct {
	Manifest []byte // app.yml
	// What the page suggests, as a person would write it there; each may be empty.
	GitHub, Organization, Webhook string
	// Redeem exchanges a code at the API of that address: hub.Redeem.
	Redeem func(ctx context.Context, api, code string) (hub.Registered, error)
	// Keep puts the credentials where they belong and says where that is. After an
	// error it is asked again when somebody wants it.
	Keep func(App) (where string, err error)
	// Tell is told what goes wrong, for whoever looks at the terminal.
	Tell func(text string)
	Life time.Duration // 0: the constant
}

// Setup is one registration. Make it with New and let it Run.
type Setup struct {
	Config
	manifest manifest
	listener net.Listener
	address  string // "127.0.0.1:8400"
	key      string // part of the page's address: nobody else on this machine opens it
	attempts attempts

	after    func(time.Duration) <-chan time.Time
	renew    chan struct{} // GitHub has answered: wait as long again
	finished chan struct{} // closed when the credentials are kept

	mu    sync.Mutex // guards what follows
	back  answered
	where string
}

// answered is what GitHub has sent back so far; the zero value: nothing.
type answered struct {
	attempt attempt
	code    string // empty when there is none, or it is used up
	app     App    // has an id once the code was exchanged
}

// Listen listens on this machine only. address is HOST:PORT, port 0 for a free one.
func Listen(ctx context.Context, address string) (net.Listener, error) {
	const expected = "expected 127.0.0.1:PORT or [::1]:PORT: whoever reaches the page could register an App in your place"
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%q is no address: %s", address, expected)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("%q is not of this machine alone: %s", address, expected)
	}
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	return l, nil
}

// New makes the page that l will serve.
func New(c Config, l net.Listener) (*Setup, error) {
	m, err := readManifest(c.Manifest)
	if err != nil {
		return nil, err
	}
	if c.Life == 0 {
		c.Life = Life
	}
	return &Setup{Config: c, manifest: m, listener: l, address: l.Addr().String(), key: secret(16),
		after: time.After, renew: make(chan struct{}, 1), finished: make(chan struct{})}, nil
}

// URL is the page's address. It holds a secret that keeps others away.
func (s *Setup) URL() string { return "http://" + s.address + s.start() }

func (s *Setup) start() string { return "/" + s.key + "/" }

// Run serves the page until the App is registered and its credentials are kept, or ctx
// ends, or nobody came in time. The error says what is left behind at GitHub.
func (s *Setup) Run(ctx context.Context) (App, error) {
	server := &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: time.Minute}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(s.listener) }()
	defer server.Close()
	late := s.after(s.Life)
	for {
		select {
		case <-s.renew:
			late = s.after(s.Life)
			continue
		case <-ctx.Done():
			return s.outcome("it was stopped")
		case <-late:
			return s.outcome("nobody came within " + strings.Replace(s.Life.String(), "m0s", "m", 1))
		case err := <-failed:
			return s.outcome("the page cannot be served: " + err.Error())
		case <-s.finished:
		}
		// The last page is still on its way to the browser; a connection that a browser
		// opened beforehand and does not use is not waited for.
		last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		if err := server.Shutdown(last); err != nil && !errors.Is(err, context.DeadlineExceeded) {
			return App{}, fmt.Errorf("end the page: %w", err)
		}
		return s.outcome("")
	}
}

// outcome waits for an exchange that is under way and tells what came of it all.
func (s *Setup) outcome(why string) (App, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.where != "":
		return s.back.app, nil
	case s.back.app.ID != 0:
		return App{}, fmt.Errorf("%s, and the credentials of %s are written nowhere: make a new private key and a new webhook secret on its page, "+
			"as an owner of it, or delete it and run setup again", why, s.back.app.Page())
	case s.back.code != "":
		return App{}, fmt.Errorf("%s, and the credentials of the App that was created are not fetched: delete it at %s and run setup again", why, s.back.attempt.settings())
	}
	return App{}, fmt.Errorf("%s: no App was registered", why)
}

// settings is where the owner of an attempt has its Apps.
func (a attempt) settings() string {
	if a.organization == "" {
		return a.github.Web + "/settings/apps"
	}
	return a.github.Web + "/organizations/" + a.organization + "/settings/apps"
}

// receive takes a code in.
func (s *Setup) receive(a attempt, code string) {
	s.mu.Lock()
	s.back = answered{attempt: a, code: code}
	s.mu.Unlock()
	select {
	case s.renew <- struct{}{}:
	default:
	}
}

// finish goes on from where GitHub's answer has got to: exchanges the code, keeps the
// credentials. It may be tried again after an error. A browser that goes away does not
// interrupt it: a code is good once.
func (s *Setup) finish(ctx context.Context) (App, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.where != "" {
		return s.back.app, nil
	}
	if s.back.app.ID == 0 {
		got, err := s.Redeem(context.WithoutCancel(ctx), s.back.attempt.github.API, s.back.code)
		if errors.Is(err, hub.ErrBadCode) {
			s.back.code = ""
		}
		if err != nil {
			return App{}, err
		}
		s.back.app = App{got, s.back.attempt.github}
	}
	where, err := s.Keep(s.back.app)
	if err != nil {
		return App{}, &unkeptError{s.back.app, err}
	}
	s.where = where
	close(s.finished)
	return s.back.app, nil
}

// unkeptError says that the credentials are known and written nowhere.
type unkeptError struct {
	app App
	err error
}

func (e *unkeptError) Error() string { return "the credentials could not be written: " + e.err.Error() }

func (e *unkeptError) Unwrap() error { return e.err }

// Package packages asks GitHub Packages and registries with the distribution API, always
// with the credential of whoever wants something, which is kept nowhere. It follows no
// redirect and goes to no host but the two it is given.
package packages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync/atomic"
	"time"
)

// timeout bounds one request with its body.
const timeout = 30 * time.Second

// Upstreams are the two addresses behind a guard. They can be used at the same time.
type Upstreams struct {
	api, registry *url.URL
	client        *http.Client
	counts        counts
	challenge     atomic.Pointer[string] // what the registry asks for; no secret
}

// counts holds how many requests were sent; Counts is a snapshot.
type counts struct{ pages, versions, manifests, tags, referrers, tokens, writes atomic.Int64 }

// Counts says how many requests of each kind were sent.
type Counts struct{ Pages, Versions, Manifests, Tags, Referrers, Tokens, Writes int64 }

// New takes the addresses of the API and of the registry, as https://api.github.com and
// https://ghcr.io. transport carries the requests; nil is the default one.
func New(api, registry string, transport http.RoundTripper) (*Upstreams, error) {
	u := &Upstreams{}
	var err error
	if u.api, err = address(api); err != nil {
		return nil, fmt.Errorf("address of the API: %w", err)
	}
	if u.registry, err = address(registry); err != nil {
		return nil, fmt.Errorf("address of the registry: %w", err)
	}
	u.client = &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return u, nil
}

// address is an absolute URL without trailing slash.
func address(s string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimRight(s, "/"))
	switch {
	case err != nil:
		return nil, errors.New("no URL") // it could hold a password
	case u.Scheme != "https" && u.Scheme != "http", u.Host == "", u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, errors.New("expected https://HOST, without credentials or query")
	}
	return u, nil
}

// Counts is what was sent so far.
func (u *Upstreams) Counts() Counts {
	c := &u.counts
	return Counts{c.pages.Load(), c.versions.Load(), c.manifests.Load(), c.tags.Load(), c.referrers.Load(), c.tokens.Load(), c.writes.Load()}
}

// StatusError is an answer other than the one that was asked for.
type StatusError struct {
	Status int
	What   string      // what was asked, without host or credential
	Header http.Header // of the answer
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: answered %d %s", e.What, e.Status, http.StatusText(e.Status))
}

// Status is the HTTP status that err tells of; 0 for none: then nobody answered.
func Status(err error) int {
	var e *StatusError
	if errors.As(err, &e) {
		return e.Status
	}
	return 0
}

// blame names what was asked without the address: it says nothing that the operator does
// not know, and errors of net/http repeat whole URLs.
func blame(what string, err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		err = e.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%s: no answer within %s: %w", what, timeout, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// Addresses are the API's and the registry's, without trailing slashes.
func (u *Upstreams) Addresses() (api, registry *url.URL) {
	a, r := *u.api, *u.registry
	return &a, &r
}

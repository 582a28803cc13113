package hub

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	connectTimeout = 5 * time.Second
	requestTimeout = 30 * time.Second // with all repeats and the whole answer
	attempts       = 3
	// maxAnswer bounds one answer in memory; GitHub's largest, a recursive tree of
	// 100,000 entries, stays below it.
	maxAnswer = 64 << 20
)

// gate lies beneath all authentication. It knows the limits of one installation,
// repeats what may be repeated, and reads every answer whole, so that one that was
// cut is noticed here.
type gate struct {
	*ledger
	hub            *Hub
	writes         chan struct{} // GitHub asks for writes one after the other
	runs, comments pacer
	refused        func() // the token was refused
}

func newGate(h *Hub, installation int64) *gate {
	return &gate{ledger: newLedger(installation, h.now), hub: h, writes: make(chan struct{}, 1),
		runs: newPacer(h.rates.Runs), comments: newPacer(h.rates.Comments)}
}

// RoundTrip answers with *LimitError or *UnavailableError where GitHub refuses to
// talk; every other answer is passed on.
func (g *gate) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := takeBody(req)
	if err != nil {
		return nil, err
	}
	resource := g.resource(req.URL)
	// Queries and tokens are POSTs too, but asking for them twice changes nothing.
	repeatable := req.Method == http.MethodGet || resource != REST
	leave, err := g.enter(req, resource, !repeatable)
	if err != nil {
		return nil, err
	}
	defer leave()
	ctx, cancel := context.WithTimeout(req.Context(), g.hub.timeout)
	defer cancel()
	for attempt := 1; ; attempt++ {
		resp, err := g.once(req.Clone(ctx), resource, body)
		down, failed := errors.AsType[*UnavailableError](err)
		if !failed {
			return resp, err
		}
		down.Sent = !repeatable
		if !repeatable || attempt == attempts || !g.pause(ctx, attempt) {
			return nil, g.giveUp(req.Context(), ctx, down)
		}
		g.hub.log.DebugContext(ctx, "asking GitHub again", "installation", g.installation, "attempt", attempt+1, "reason", down.Error())
	}
}

// giveUp tells a caller who went away apart from a GitHub that is slow.
func (g *gate) giveUp(caller, whole context.Context, down *UnavailableError) error {
	if err := caller.Err(); err != nil {
		return err
	}
	if whole.Err() != nil {
		down.Err = fmt.Errorf("no whole answer within %s", g.hub.timeout)
	}
	return down
}

// once sends the request and reads its answer.
func (g *gate) once(req *http.Request, resource Resource, body []byte) (*http.Response, error) {
	if body != nil {
		req.Body = io.NopCloser(bytes.NewReader(body))
	}
	resp, err := g.hub.base.RoundTrip(req)
	if err != nil {
		return nil, &UnavailableError{Err: err}
	}
	defer resp.Body.Close()
	data, err := io.ReadAll(io.LimitReader(resp.Body, g.hub.maxAnswer+1))
	if err != nil {
		return nil, &UnavailableError{Status: resp.StatusCode, Err: fmt.Errorf("reading the answer: %w", err)}
	}
	if int64(len(data)) > g.hub.maxAnswer {
		return nil, fmt.Errorf("GitHub's answer to %s is larger than %d MiB", req.URL.Path, g.hub.maxAnswer>>20)
	}
	if err := g.judge(resp, resource, data); err != nil {
		return nil, err
	}
	// This ledger counts; go-github keeps one of its own that takes REST and GraphQL
	// for one budget and knows nothing of 429, so it gets nothing to count.
	for _, name := range []string{"Limit", "Remaining", "Reset", "Used", "Resource"} {
		resp.Header.Del("X-Ratelimit-" + name)
	}
	if resource == AppJWT && resp.StatusCode == http.StatusCreated {
		data = g.hub.here(data)
	}
	resp.Body = io.NopCloser(bytes.NewReader(data))
	return resp, nil
}

// judge sorts out limits and failures.
func (g *gate) judge(resp *http.Response, resource Resource, data []byte) error {
	g.note(resource, resp.Header)
	if wait, secondary, ok := refusal(resp.StatusCode, resp.Header, data, g.now); ok {
		limit := g.block(resource, wait, secondary)
		g.hub.log.Warn("GitHub limits requests", "installation", g.installation,
			"resource", resource, "secondary", secondary, "until", limit.Until)
		return limit
	}
	switch {
	case resp.StatusCode >= 500:
		return &UnavailableError{Status: resp.StatusCode}
	case resp.StatusCode == http.StatusUnauthorized && g.refused != nil && resource != AppJWT:
		g.refused()
	case resp.StatusCode/100 == 2 && resp.StatusCode != http.StatusNoContent && len(data) == 0:
		return &UnavailableError{Status: resp.StatusCode, Err: errors.New("the answer is empty")}
	}
	return nil
}

// resource tells by the path which budget a request draws on.
func (g *gate) resource(u *url.URL) Resource {
	if u.String() == g.hub.graphql {
		return GraphQL
	}
	if rest, ok := strings.CutPrefix(u.Path, g.hub.api.Path); ok && (rest == "app" || strings.HasPrefix(rest, "app/")) {
		return AppJWT
	}
	return REST
}

// pause waits a little before the next attempt; false when there is no time left.
func (g *gate) pause(ctx context.Context, attempt int) bool {
	wait := g.hub.backoff * time.Duration(attempt)
	timer := time.NewTimer(wait/2 + rand.N(wait+1))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// takeBody reads the request's body, which every attempt sends again.
func takeBody(req *http.Request) ([]byte, error) {
	if req.Body == nil {
		return nil, nil
	}
	defer req.Body.Close()
	data, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, fmt.Errorf("reading the request's body: %w", err)
	}
	return data, nil
}

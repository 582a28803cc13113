package admin

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

const (
	checkTime = 2 * time.Second // for each part
	fresh     = time.Second     // an answer is given again for as long
)

// part is something without which the App cannot work.
type part struct {
	name  string
	check func(context.Context) error

	flight singleflight.Group // a check that hangs is not begun again
	mu     sync.Mutex
	last   error
	at     time.Time // of last; zero: never asked
}

// state answers within checkTime, whether or not the check does.
func (p *part) state(ctx context.Context) error {
	if err, ok := p.known(); ok {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	select {
	case r := <-p.flight.DoChan("", p.ask):
		return r.Err
	case <-ctx.Done():
		return fmt.Errorf("no answer within %v", checkTime)
	}
}

func (p *part) known() (err error, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.last, !p.at.IsZero() && time.Since(p.at) < fresh
}

// ask serves all who wait, so its time is nobody's request's.
func (p *part) ask() (any, error) {
	ctx, cancel := context.WithTimeout(context.Background(), checkTime)
	defer cancel()
	err := guarded(func() error { return p.check(ctx) })
	p.mu.Lock()
	defer p.mu.Unlock()
	p.last, p.at = err, time.Now()
	return nil, err
}

// guarded turns a panic into an error: it would end the process, for neither checks nor
// measures run where net/http catches it.
func guarded(do func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("panic: %v", r)
		}
	}()
	return do()
}

// readiness is the answer of /readyz: {"ready":false,"parts":{"store":{"ready":false,"error":"…"}}}.
type readiness struct {
	Ready bool                     `json:"ready"`
	Parts map[string]partReadiness `json:"parts"`
}

type partReadiness struct {
	Ready bool   `json:"ready"`
	Error string `json:"error,omitempty"`
}

func (a *Admin) readyz(w http.ResponseWriter, r *http.Request) {
	answer, status := a.ready(r.Context()), http.StatusOK
	if !answer.Ready {
		status = http.StatusServiceUnavailable
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(answer) // whoever asked has gone
}

func (a *Admin) ready(ctx context.Context) readiness {
	all := readiness{Ready: true, Parts: map[string]partReadiness{}}
	errs := make([]error, len(a.parts))
	var asking sync.WaitGroup
	for i, p := range a.parts {
		asking.Go(func() { errs[i] = p.state(ctx) })
	}
	asking.Wait()
	for i, p := range a.parts {
		state := partReadiness{Ready: errs[i] == nil}
		if errs[i] != nil {
			state.Error, all.Ready = errs[i].Error(), false
		}
		all.Parts[p.name] = state
	}
	return all
}

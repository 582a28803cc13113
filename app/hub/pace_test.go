package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// paced has an installation whose writes go at these rates.
func paced(t *testing.T, rates Rates) (*fake, *Client) {
	t.Helper()
	f := start(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost && r.URL.Path != "/graphql" {
			w.WriteHeader(http.StatusCreated)
		}
		fmt.Fprint(w, `{"id":1,"check_runs":[]}`)
	})
	f.hub.rates = rates
	return f, f.hub.Installation(6)
}

// The windows are GitHub's: no stretch of that length may see more, bursts included.
func TestDefaultRates(t *testing.T) {
	tests := []struct {
		name          string
		rates         []Rate
		window        time.Duration
		processes     int
		most, atLeast int // of all processes together
	}{
		{"check runs a minute", defaultRates().Runs, time.Minute, 1, 150, 140},
		{"comments a minute", defaultRates().Comments, time.Minute, 1, 70, 65},
		{"comments an hour", defaultRates().Comments, time.Hour, 1, 450, 440},
		{"check runs of three processes", defaultRates().Runs, time.Minute, 3, 150, 130},
		{"comments of three processes", defaultRates().Comments, time.Hour, 3, 450, 430},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p, now, end, n := newPacer(tt.rates), time.Unix(0, 0), time.Unix(0, 0).Add(tt.window), 0
			for {
				wait, _ := p.reserve(now, tt.processes)
				if now = now.Add(wait); now.After(end) {
					break
				}
				n += tt.processes
			}
			if n > tt.most || n < tt.atLeast {
				t.Errorf("%d in %s, want %d to %d", n, tt.window, tt.atLeast, tt.most)
			}
		})
	}
}

func TestPacedWritesAreRefusedNotLost(t *testing.T) {
	f, c := paced(t, Rates{Runs: []Rate{{12, time.Minute}}, Comments: []Rate{{6, time.Minute}}})
	for i := range 2 {
		if err := create(t.Context(), c); err != nil {
			t.Fatalf("run %d is within the burst of a sixth: %v", i+1, err)
		}
	}
	err := create(t.Context(), c)
	limit, ok := errors.AsType[*LimitError](err)
	if !ok || !limit.Secondary || limit.Installation != 6 || limit.Until.Sub(f.now()).Round(time.Second) != 6*time.Second ||
		!strings.Contains(err.Error(), "paced by ourselves") {
		t.Fatalf("%v", err)
	}
	if err := comment(t.Context(), c); err != nil {
		t.Errorf("comments have a pace of their own: %v", err)
	}
	if err := listRuns(t.Context(), c); err != nil {
		t.Errorf("reading is not paced: %v", err)
	}
	if err := create(t.Context(), f.hub.Installation(7)); err != nil {
		t.Errorf("another installation: %v", err)
	}
	// The refused one took no turn of the bucket, so one fits as soon as it said.
	f.pass(limit.Until.Sub(f.now()))
	if err := create(t.Context(), c); err != nil {
		t.Errorf("when it said: %v", err)
	}
	if err := c.UpdateRun(t.Context(), shop, Run{ID: 1, Name: "x", Title: "t", Summary: "s"}); !is[*LimitError](err) {
		t.Errorf("updates count too: %v", err)
	}
}

func TestPacedWritesWaitAShortWhile(t *testing.T) {
	f, c := paced(t, Rates{Runs: []Rate{{6, 250 * time.Millisecond}}})
	began := time.Now()
	for range 3 {
		if err := create(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	// The clock of the pace stands still: waits of 50 and 100 ms.
	if took := time.Since(began); took < 140*time.Millisecond || len(f.seen()) != 3 {
		t.Errorf("%d writes in %s", len(f.seen()), took)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	if err := create(ctx, c); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a caller who goes away: %v", err)
	}
	if len(f.seen()) != 3 {
		t.Error("a write was sent for nobody")
	}
}

func TestBackgroundLeavesTheLastPart(t *testing.T) {
	var left atomic.Int64
	f := start(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-RateLimit-Reset", fmt.Sprint(time.Now().Add(20*time.Minute).Unix()))
		w.Header().Set("X-RateLimit-Limit", "1000")
		w.Header().Set("X-RateLimit-Remaining", fmt.Sprint(left.Load()))
		fmt.Fprint(w, `{"check_runs":[],"data":{"repository":null}}`)
	})
	spare := Background(t.Context())
	left.Store(350)
	for range 2 {
		if err := listRuns(spare, f.client); err != nil {
			t.Fatalf("35 %% are left: %v", err)
		}
	}
	left.Store(349)
	if err := listRuns(t.Context(), f.client); err != nil {
		t.Fatal(err)
	}
	err := listRuns(spare, f.client)
	limit, ok := errors.AsType[*LimitError](err)
	if !ok || limit.Secondary || limit.Until.Sub(f.now()).Round(time.Minute) != 20*time.Minute || !strings.Contains(err.Error(), "349 of 1000") ||
		!strings.Contains(err.Error(), "kept for judging") {
		t.Errorf("less is left: %v", err)
	}
	if err := ask(spare, f.client); is[*LimitError](err) {
		t.Errorf("GraphQL has its own budget: %v", err)
	}
	if err := listRuns(t.Context(), f.client); err != nil {
		t.Errorf("judging goes on: %v", err)
	}
	f.pass(21 * time.Minute)
	if err := listRuns(spare, f.client); err != nil {
		t.Errorf("after the reset: %v", err)
	}
}

// The app's own calls share one ledger, so a limit on them is remembered.
func TestAppLimitIsRemembered(t *testing.T) {
	f := start(t, says(429, `{}`, "Retry-After", "60"))
	for range 2 {
		if _, err := f.hub.App(t.Context()); !is[*LimitError](err) || !strings.Contains(err.Error(), "of the app itself") {
			t.Errorf("%v", err)
		}
	}
	if n := len(f.seen()); n != 1 {
		t.Errorf("%d requests while limited", n)
	}
}

// A write that waited for its turn while a limit was met is not sent any more.
func TestLimitMetWhileWaiting(t *testing.T) {
	f := start(t, func(w http.ResponseWriter, _ *http.Request) {
		time.Sleep(50 * time.Millisecond)
		w.Header().Set("Retry-After", "60")
		w.WriteHeader(http.StatusTooManyRequests)
	})
	if _, err := f.client.Runs(t.Context(), shop, shaA); !is[*LimitError](err) { // makes the token
		t.Fatal(err)
	}
	f.pass(61 * time.Second)
	done := make(chan error)
	for range 3 {
		go func() { done <- create(context.WithoutCancel(t.Context()), f.client) }()
	}
	for range 3 {
		if err := <-done; !is[*LimitError](err) {
			t.Error(err)
		}
	}
	if n := len(f.seen()); n != 2 {
		t.Errorf("%d requests, want the first and one of the three", n)
	}
}

func TestRequestsAtOnceAreBounded(t *testing.T) {
	var busy, most atomic.Int32
	release, full := make(chan struct{}), make(chan struct{}, 100)
	f := start(t, func(w http.ResponseWriter, _ *http.Request) {
		if n := busy.Add(1); n > most.Load() {
			most.Store(n)
		}
		full <- struct{}{}
		<-release
		busy.Add(-1)
		fmt.Fprint(w, `{"check_runs":[]}`)
	})
	f.hub.slots = make(chan struct{}, 3)
	done := make(chan error)
	for i := range 6 {
		go func() { done <- listRuns(t.Context(), f.hub.Installation(int64(i%2+1))) }()
	}
	for range 3 {
		<-full
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if err := listRuns(ctx, f.client); err == nil {
		t.Error("a caller who waits in vain goes away")
	}
	close(release)
	for range 6 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if most.Load() != 3 {
		t.Errorf("%d at once, want 3", most.Load())
	}
	if n := cap(start(t, nil).hub.slots); n != 50 {
		t.Errorf("%d places by default", n)
	}
}

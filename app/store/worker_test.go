package store

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/work"
)

// TestWorkerOnStore lets the real worker run the real queue: every wish is served,
// no key by two at a time, and a row that fails for good is parked.
func TestWorkerOnStore(t *testing.T) {
	s := open(t, t.TempDir())
	var mu sync.Mutex
	busy, runs, tries := map[string]bool{}, map[string]int64{}, 0
	var parked []string
	bad := work.HeadKey(42, shaC)
	w := &work.Worker{
		Queue: s, Parallel: 4, Lease: 10 * time.Second, Poll: 5 * time.Millisecond, Grace: 5 * time.Second, MaxTries: 3,
		Backoff: func(int) time.Duration { return time.Millisecond }, Log: slog.New(slog.DiscardHandler), Now: s.Now,
		Handler: func(_ context.Context, c *work.Claim) error {
			mu.Lock()
			if busy[c.Key] {
				t.Errorf("%s runs twice at a time", c.Key)
			}
			busy[c.Key] = true
			mu.Unlock()
			time.Sleep(time.Millisecond)
			mu.Lock()
			defer mu.Unlock()
			busy[c.Key] = false
			if c.Key == bad {
				tries++
				return errors.New("boom")
			}
			runs[c.Key] = max(runs[c.Key], c.Want)
			return nil
		},
		OnPark: func(_ context.Context, c *work.Claim, failure error) error {
			parked = append(parked, c.Key+": "+failure.Error())
			return nil
		},
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	accept(t, s, delivery("bad", shaC))
	for i := range 40 {
		accept(t, s, delivery(fmt.Sprint(i), []string{shaA, shaB}[i%2]))
	}
	waitFor(t, func() bool {
		return one[int](t, s, `SELECT count(*) FROM work WHERE want > done AND NOT parked`) == 0
	})
	stop()
	must(t, <-ended)
	if diff := cmp.Diff(map[string]int64{work.HeadKey(42, shaA): 20, work.HeadKey(42, shaB): 20}, runs); diff != "" {
		t.Errorf("served up to (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{bad + ": boom"}, parked); diff != "" || tries != 3 {
		t.Errorf("%d tries, then parked (-want +got):\n%s", tries, diff)
	}
	if n := one[int](t, s, `SELECT count(*) FROM work WHERE lease <> 0`); n != 0 {
		t.Errorf("%d leases left", n)
	}
}

func waitFor(t *testing.T, done func() bool) {
	t.Helper()
	for limit := time.Now().Add(8 * time.Second); !done(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatal("it takes too long")
		}
	}
}

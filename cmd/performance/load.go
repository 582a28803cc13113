package main

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// burst is what a number of deliveries took, one after the other or many at once.
type burst struct {
	took    []time.Duration // ascending
	elapsed time.Duration
}

func (b burst) median() float64 { return milliseconds(b.took[len(b.took)/2]) }
func (b burst) p99() float64    { return milliseconds(b.took[len(b.took)*99/100]) }
func (b burst) rate() float64   { return float64(len(b.took)) / b.elapsed.Seconds() }

// send calls one n times in all, from so many senders at once; the first error ends it.
func send(ctx context.Context, senders, n int, one func(context.Context) error) (burst, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var left atomic.Int64
	left.Store(int64(n))
	took := make([][]time.Duration, senders)
	began := time.Now()
	var all sync.WaitGroup
	for s := range senders {
		all.Go(func() {
			for left.Add(-1) >= 0 && ctx.Err() == nil {
				began := time.Now()
				if err := one(ctx); err != nil {
					cancel(err)
					return
				}
				took[s] = append(took[s], time.Since(began))
			}
		})
	}
	all.Wait()
	return burst{slices.Sorted(slices.Values(slices.Concat(took...))), time.Since(began)}, context.Cause(ctx)
}

// bursts are the runs of one row.
type bursts []burst

// of is what a figure was in each run.
func (all bursts) of(figure func(burst) float64) spread {
	var s spread
	for _, b := range all {
		s = append(s, figure(b))
	}
	return s
}

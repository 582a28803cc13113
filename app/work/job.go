package work

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"strings"
	"sync"
	"time"
)

const (
	// closing bounds the writes that end a job whose own time is over.
	closing = 10 * time.Second
	// longest bounds what an error may ask for: GitHub's limits reset within the hour.
	longest = 2 * time.Hour
	// maxReason bounds, in bytes, the reason that is stored with a row.
	maxReason = 1 << 10
)

// Delayed is an error of the other side: it asked for a wait, or it is away. It
// never parks a row. RetryAfter is when the next try makes sense; zero: after the
// usual back-off.
type Delayed interface {
	error
	RetryAfter() time.Time
}

// job runs one row under its lease and notes what became of it.
func (w *Worker) job(ctx context.Context, c *Claim) {
	log := w.Log.With("key", c.Key, "token", c.Token, "tries", c.Tries)
	started := w.Now()
	held, lose := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { w.renew(held, lose, c, log) })

	failure := w.guarded(log, func() error { return w.Handler(held, c) })
	end := w.ending(held, c, failure, log)
	lost := wasLost(held, failure)
	lose(nil)
	renewing.Wait()

	log = log.With("duration", w.Now().Sub(started), "waited", started.Sub(c.Since))
	if lost {
		log.Warn("work lost its lease", "error", failure)
		return
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if err := end(last); err != nil {
		log.Warn("the end of the work could not be noted", "error", err, "failure", failure)
	} else if failure != nil {
		log.Warn("work failed", "error", failure)
	} else {
		log.Info("work done")
	}
}

// wasLost: the lease's holder learns it from the renewal, or from the store that
// refuses what it writes.
func wasLost(held context.Context, failure error) bool {
	return errors.Is(context.Cause(held), ErrLost) || errors.Is(failure, ErrLost)
}

// ending chooses how a job ends. That a row is given up is told to the world here,
// while the lease is still held.
func (w *Worker) ending(held context.Context, c *Claim, failure error, log *slog.Logger) func(context.Context) error {
	var delayed Delayed
	backoff := w.Now().Add(w.Backoff(c.Tries + 1))
	switch {
	case failure == nil:
		return func(ctx context.Context) error { return w.Queue.Done(ctx, c) }
	case held.Err() != nil || wasLost(held, failure): // shut down: not its fault, at once again
		return w.again(c, w.Now(), failure)
	case errors.As(failure, &delayed):
		if t := delayed.RetryAfter(); !t.IsZero() {
			backoff = w.bounded(t)
		}
		return w.again(c, backoff, failure)
	case c.Tries+1 < w.MaxTries:
		return w.again(c, backoff, failure)
	}
	if w.OnPark != nil {
		if err := w.guarded(log, func() error { return w.OnPark(held, c, failure) }); err != nil {
			log.Warn("giving up could not be told", "error", err)
			return w.again(c, backoff, failure)
		}
	}
	return func(ctx context.Context) error { return w.Queue.Park(ctx, c, reason(failure)) }
}

func (w *Worker) again(c *Claim, next time.Time, failure error) func(context.Context) error {
	return func(ctx context.Context) error { return w.Queue.Retry(ctx, c, next, reason(failure)) }
}

// bounded keeps a time an error asks for after the first back-off, so that a clock
// that is wrong makes no busy loop, and before the longest wait.
func (w *Worker) bounded(t time.Time) time.Time {
	now := w.Now()
	soonest, latest := now.Add(w.Backoff(1)), now.Add(longest)
	switch {
	case t.Before(soonest):
		return soonest
	case t.After(latest):
		return latest
	}
	return t
}

// renew keeps the lease until ctx ends; it ends ctx when the lease is lost, or could
// not be renewed for as long as it lasts.
func (w *Worker) renew(ctx context.Context, lose context.CancelCauseFunc, c *Claim, log *slog.Logger) {
	tick := time.NewTicker(w.Lease / 3)
	defer tick.Stop()
	until := w.Now().Add(w.Lease)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asked := w.Now()
		err := w.renewOnce(ctx, c)
		switch {
		case err == nil:
			until = asked.Add(w.Lease)
		case ctx.Err() != nil: // the job is over
		case errors.Is(err, ErrLost):
			lose(err)
		case !w.Now().Before(until):
			lose(fmt.Errorf("%w: %w", ErrLost, err))
		default:
			log.Warn("lease could not be renewed", "error", err, "until", until)
		}
	}
}

func (w *Worker) renewOnce(ctx context.Context, c *Claim) error {
	ctx, cancel := context.WithTimeout(ctx, w.Lease/3)
	defer cancel()
	return w.Queue.Renew(ctx, c, w.Lease)
}

// guarded turns a panic into an error: it ends one job, never the process.
func (w *Worker) guarded(log *slog.Logger, do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			log.Error("panic", "value", p, "stack", string(debug.Stack()))
		}
	}()
	return do()
}

// reason is a failure's text, cut to what a row may hold.
func reason(failure error) string {
	text := failure.Error()
	return strings.ToValidUTF8(text[:min(len(text), maxReason)], "")
}

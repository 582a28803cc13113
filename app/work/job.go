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

// Delayed is an error of the other side: it asked for a wait, or it is away. A wait never
// parks a row. RetryAfter is when the next try makes sense; zero: it is away, and the
// usual back-off counts.
type Delayed interface {
	error
	RetryAfter() time.Time
}

// job is one row that runs under its lease.
type job struct {
	*Worker
	claim    *Claim
	log      *slog.Logger
	panicked bool
}

// ending is how a job ends, and the write that notes it.
type ending struct {
	outcome string
	note    func(context.Context) error
}

// job runs one row and notes what became of it.
func (w *Worker) job(ctx context.Context, c *Claim) {
	j := &job{Worker: w, claim: c, log: w.Log.With(fields(c)...)}
	started := w.Now()
	waited := max(0, started.Sub(c.Since))
	ctx, span := w.span(ctx, c, waited)
	defer span.End()
	held, lose := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { j.renew(held, lose) })

	failure := j.guarded(held, func() error { return w.Handler(held, c) })
	end := j.choose(held, failure)
	if wasLost(held, failure) {
		end = ending{OutcomeLost, nil}
	}
	lose(nil)
	renewing.Wait()

	ended := Ended{Kind: c.Kind, Duration: w.Now().Sub(started), Waited: waited}
	j.log = j.log.With("duration", ended.Duration, "waited", waited)
	ended.Outcome, ended.Panicked = j.finish(ctx, end, failure), j.panicked
	outcome(span, ended.Outcome)
	if w.Ended == nil {
		return
	}
	if err := j.guarded(ctx, func() error { w.Ended(ended); return nil }); err != nil {
		j.log.ErrorContext(ctx, "the end of the work could not be counted", "error", err)
	}
}

// finish notes how the job ended; where that fails the lease runs out.
func (j *job) finish(ctx context.Context, end ending, failure error) (outcome string) {
	if end.outcome == OutcomeLost {
		j.log.WarnContext(ctx, "work lost its lease", "error", failure)
		return OutcomeLost
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), closing)
	defer cancel()
	if err := end.note(last); err != nil {
		j.log.WarnContext(ctx, "the end of the work could not be noted", "error", err, "failure", failure)
		return OutcomeLost
	}
	if failure != nil {
		j.log.WarnContext(ctx, "work failed", "outcome", end.outcome, "error", failure)
	} else {
		j.log.InfoContext(ctx, "work done")
	}
	return end.outcome
}

// wasLost: the lease's holder learns it from the renewal, or from the store that
// refuses what it writes.
func wasLost(held context.Context, failure error) bool {
	return errors.Is(context.Cause(held), ErrLost) || errors.Is(failure, ErrLost)
}

// choose says how a job ends. That a row is given up is told to the world here,
// while the lease is still held.
func (j *job) choose(held context.Context, failure error) ending {
	var delayed Delayed
	backoff := j.Now().Add(j.Backoff(j.claim.Tries + 1))
	switch {
	case failure == nil:
		return ending{OutcomeDone, func(ctx context.Context) error { return j.Queue.Done(ctx, j.claim) }}
	case held.Err() != nil || wasLost(held, failure): // shut down: not its fault, at once again
		return j.again(OutcomeDelayed, j.Now(), failure)
	case errors.As(failure, &delayed) && !delayed.RetryAfter().IsZero():
		return j.again(OutcomeDelayed, j.bounded(delayed.RetryAfter()), failure)
	case errors.As(failure, &delayed):
		if j.MaxAway == 0 || j.claim.Tries+1 < j.MaxAway {
			return j.again(OutcomeDelayed, backoff, failure)
		}
	default:
		if j.claim.Failed++; j.claim.Failed < j.MaxTries {
			return j.again(OutcomeRetried, backoff, failure)
		}
	}
	if j.OnPark != nil {
		if err := j.guarded(held, func() error { return j.OnPark(held, j.claim, failure) }); err != nil {
			j.log.WarnContext(held, "giving up could not be told", "error", err)
			return j.again(OutcomeRetried, backoff, failure)
		}
	}
	return ending{OutcomeParked, func(ctx context.Context) error { return j.Queue.Park(ctx, j.claim, reason(failure)) }}
}

func (j *job) again(outcome string, next time.Time, failure error) ending {
	return ending{outcome, func(ctx context.Context) error { return j.Queue.Retry(ctx, j.claim, next, reason(failure)) }}
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
func (j *job) renew(ctx context.Context, lose context.CancelCauseFunc) {
	tick := time.NewTicker(j.Lease / 3)
	defer tick.Stop()
	until := j.Now().Add(j.Lease)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		asked := j.Now()
		err := j.renewOnce(ctx)
		switch {
		case err == nil:
			until = asked.Add(j.Lease)
		case ctx.Err() != nil: // the job is over
		case errors.Is(err, ErrLost):
			lose(err)
		case !j.Now().Before(until):
			lose(fmt.Errorf("%w: %w", ErrLost, err))
		default:
			j.log.WarnContext(ctx, "lease could not be renewed", "error", err, "until", until)
		}
	}
}

func (j *job) renewOnce(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, j.Lease/3)
	defer cancel()
	return j.Queue.Renew(ctx, j.claim, j.Lease)
}

// guarded turns a panic into an error: it ends one job, never the process.
func (j *job) guarded(ctx context.Context, do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err, j.panicked = fmt.Errorf("panic: %v", p), true
			j.log.ErrorContext(ctx, "panic", "value", p, "stack", string(debug.Stack()))
		}
	}()
	return do()
}

// reason is a failure's text, cut to what a row may hold.
func reason(failure error) string {
	text := failure.Error()
	return strings.ToValidUTF8(text[:min(len(text), maxReason)], "")
}

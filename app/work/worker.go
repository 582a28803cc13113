package work

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
)

// Worker runs due rows. All fields but OnPark, Ended, Most, Grace and
// Tracer are mandatory.
type Worker struct {
	Queue Queue
	// Handler does the work of one row. Its context ends when the lease is lost
	// (the cause is ErrLost then) or the grace of a shutdown is over.
	Handler func(ctx context.Context, c *Claim) error
	// OnPark tells the world of a row that is given up, with the last failure. When it
	// fails itself the row is tried again instead: nothing ends in silence.
	OnPark func(ctx context.Context, c *Claim, failure error) error
	// Ended hears of every job once it has ended; it must not wait.
	Ended func(Ended)

	Parallel int // rows at a time
	// Most are at most so many rows of a kind at a time, so that a slow kind does not
	// take every place; kinds that are missing are not bounded.
	Most     map[string]int
	Lease    time.Duration // renewed every third of it
	Poll     time.Duration // looks for due rows at least this often
	Grace    time.Duration // how long running rows may go on after a shutdown was asked for
	MaxTries int           // failures of its own in a row until it is parked
	// MaxAway is the attempts in a row after which a row is parked too for which the other
	// side is away and names no time; 0: never. What is away for one row only would
	// otherwise stay so for ever.
	MaxAway int
	Backoff func(tries int) time.Duration
	Log     *slog.Logger
	Now     func() time.Time
	Tracer  trace.Tracer // of a span for each job; nil: there are none
}

// Run works until ctx ends, then waits for the running rows: Grace for them to
// finish, and Grace again for them to notice that they shall stop. It answers an
// error only when some did not.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.complete(); err != nil {
		return err
	}
	jobs, cancel := context.WithCancel(context.WithoutCancel(ctx))
	defer cancel()
	var running sync.WaitGroup
	slots, crowd := make(chan struct{}, w.Parallel), newCrowd(w.Most)
	for w.takeSlot(ctx, slots) {
		claim := w.next(ctx, crowd)
		if claim == nil { // the shutdown came first
			break
		}
		crowd.enter(claim.Kind)
		running.Go(func() {
			w.job(jobs, claim)
			crowd.leave(claim.Kind)
			<-slots
		})
	}
	return w.shutDown(&running, cancel)
}

func (w *Worker) complete() error {
	switch {
	case w.Queue == nil || w.Handler == nil || w.Backoff == nil || w.Log == nil || w.Now == nil:
		return errors.New("worker: queue, handler, back-off, log and clock are needed")
	case w.Parallel < 1 || w.MaxTries < 1 || w.Lease < 3 || w.Poll <= 0 || w.Grace < 0:
		return errors.New("worker: parallel, tries, lease and poll must be above zero")
	}
	for kind, most := range w.Most {
		if most < 1 {
			return fmt.Errorf("worker: at most %d rows of %s at a time: it would never run", most, kind)
		}
	}
	return nil
}

func (w *Worker) takeSlot(ctx context.Context, slots chan struct{}) bool {
	select {
	case slots <- struct{}{}:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}

// next waits until a row is due whose kind has room; nil when ctx has ended.
func (w *Worker) next(ctx context.Context, crowd *crowd) *Claim {
	tick := time.NewTicker(w.Poll)
	defer tick.Stop()
	for {
		due, left := w.Queue.Due(), crowd.left
		claim, err := w.Queue.Claim(ctx, w.Lease, crowd.without()...)
		switch {
		case claim != nil:
			return claim
		case ctx.Err() != nil:
			return nil
		case err != nil:
			w.Log.Error("work cannot be claimed", "error", err)
			due, left = nil, nil // a store in trouble is asked at the slower pace
		}
		select {
		case <-due:
		case <-left:
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
}

func (w *Worker) shutDown(running *sync.WaitGroup, cancel context.CancelFunc) error {
	ended := make(chan struct{})
	go func() {
		running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-time.After(w.Grace):
	}
	cancel()
	select {
	case <-ended:
		return nil
	case <-time.After(w.Grace + closing):
		return errors.New("some work did not stop; its leases are released at the next start")
	}
}

package work

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func newWorker(q Queue, handler func(context.Context, *Claim) error) *Worker {
	return &Worker{
		Queue: q, Handler: handler, Parallel: 2, Lease: 30 * time.Second, Poll: time.Minute, Grace: time.Minute,
		MaxTries: 3, MaxAway: 5, Backoff: func(tries int) time.Duration { return time.Duration(tries) * time.Second },
		Log: slog.New(slog.DiscardHandler), Now: time.Now,
	}
}

// start runs the worker in the test's bubble; the answer stops it and gives Run's error.
func start(t *testing.T, w *Worker) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- w.Run(ctx) }()
	return func() error {
		cancel()
		return <-ended
	}
}

// later is an error that says when to come back.
type later struct{ at time.Time }

func (l later) Error() string         { return "rate limited" }
func (l later) RetryAfter() time.Time { return l.at }

// TestWorkerEndsARow lets the handler fail some times and reads what the queue was told.
func TestWorkerEndsARow(t *testing.T) {
	boom := errors.New("boom")
	for name, tt := range map[string]struct {
		failures func() []error // one a try; after them it succeeds
		park     func(context.Context, *Claim, error) error
		want     []string
	}{
		"success": {
			failures: func() []error { return nil },
			want:     []string{"done a"},
		},
		"back-off grows": {
			failures: func() []error { return []error{boom, boom} },
			want:     []string{"retry a in 1s: boom", "retry a in 2s: boom", "done a"},
		},
		"given up": {
			failures: func() []error { return []error{boom, boom, errors.New("last")} },
			park:     func(context.Context, *Claim, error) error { return nil },
			want:     []string{"retry a in 1s: boom", "retry a in 2s: boom", "park a: last"},
		},
		"given up without a hook": {
			failures: func() []error { return []error{boom, boom, boom} },
			want:     []string{"retry a in 1s: boom", "retry a in 2s: boom", "park a: boom"},
		},
		"giving up could not be told": {
			failures: func() []error { return []error{boom, boom, boom} },
			park:     func(context.Context, *Claim, error) error { return errors.New("GitHub is down") },
			want:     []string{"retry a in 1s: boom", "retry a in 2s: boom", "retry a in 3s: boom", "done a"},
		},
		"giving up panics": {
			failures: func() []error { return []error{boom, boom, boom} },
			park:     func(context.Context, *Claim, error) error { panic("no") },
			want:     []string{"retry a in 1s: boom", "retry a in 2s: boom", "retry a in 3s: boom", "done a"},
		},
		"told when to come back": {
			failures: func() []error { return []error{later{time.Now().Add(time.Hour)}} },
			want:     []string{"retry a in 1h0m0s: rate limited", "done a"},
		},
		"told to come back at once": {
			failures: func() []error { return []error{later{time.Now().Add(-time.Hour)}} },
			want:     []string{"retry a in 1s: rate limited", "done a"},
		},
		"told to come back next year": {
			failures: func() []error { return []error{later{time.Now().AddDate(1, 0, 0)}} },
			want:     []string{"retry a in 2h0m0s: rate limited", "done a"},
		},
		"a limit never parks": {
			failures: func() []error { return []error{boom, boom, later{time.Now().Add(time.Hour)}} },
			want:     []string{"retry a in 1s: boom", "retry a in 2s: boom", "retry a in 59m57s: rate limited", "done a"},
		},
		"waits do not count as failures": {
			failures: func() []error { return []error{later{}, later{}, boom, boom} },
			want:     []string{"retry a in 1s: rate limited", "retry a in 2s: rate limited", "retry a in 3s: boom", "retry a in 4s: boom", "done a"},
		},
		"away for too long": {
			failures: func() []error { return []error{later{}, later{}, later{}, later{}, later{}} },
			park:     func(context.Context, *Claim, error) error { return nil },
			want:     []string{"retry a in 1s: rate limited", "retry a in 2s: rate limited", "retry a in 3s: rate limited", "retry a in 4s: rate limited", "park a: rate limited"},
		},
		"a long reason is cut": {
			failures: func() []error { return []error{errors.New(strings.Repeat("x", 1023) + "é")} },
			want:     []string{"retry a in 1s: " + strings.Repeat("x", 1023), "done a"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q, failures := newFakeQueue("a"), tt.failures()
				w := newWorker(q, func(_ context.Context, c *Claim) error {
					if c.Tries < len(failures) {
						return failures[c.Tries]
					}
					return nil
				})
				w.OnPark, w.Poll = tt.park, time.Second
				stop := start(t, w)
				time.Sleep(3 * time.Hour)
				if err := stop(); err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(tt.want, q.told()); diff != "" {
					t.Errorf("the queue was told (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestWorkerSurvivesAPanic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log strings.Builder
		q := newFakeQueue("bad", "good")
		w := newWorker(q, func(_ context.Context, c *Claim) error {
			if c.Key == "bad" {
				panic("index out of range")
			}
			return nil
		})
		w.Log, w.Parallel = slog.New(slog.NewTextHandler(&log, nil)), 1
		stop := start(t, w)
		synctest.Wait()
		if err := stop(); err != nil {
			t.Error(err)
		}
		want := []string{"retry bad in 1s: panic: index out of range", "done good"}
		if diff := cmp.Diff(want, q.told()); diff != "" {
			t.Errorf("the queue was told (-want +got):\n%s", diff)
		}
		if !strings.Contains(log.String(), "worker_test.go") {
			t.Errorf("no stack in the log: %s", log.String())
		}
	})
}

func TestWorkerRunsInParallelButNotMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var now, most atomic.Int32
		q := newFakeQueue("a", "b", "c", "d", "e")
		w := newWorker(q, func(context.Context, *Claim) error {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			return nil
		})
		stop := start(t, w)
		time.Sleep(3 * time.Second)
		synctest.Wait()
		if len(q.told()) != 5 || most.Load() != 2 {
			t.Errorf("%d of 5 rows ended in 3 s, %d at a time; want all, two at a time", len(q.told()), most.Load())
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestWorkerWakesAndPolls(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newFakeQueue()
		stop := start(t, newWorker(q, func(context.Context, *Claim) error { return nil }))
		synctest.Wait()
		q.want("hinted")
		synctest.Wait()
		if diff := cmp.Diff([]string{"done hinted"}, q.told()); diff != "" {
			t.Errorf("after the hint (-want +got):\n%s", diff)
		}
		q.want("silent")
		select { // the hint gets lost
		case <-q.due:
		default:
		}
		time.Sleep(time.Minute) // Poll
		synctest.Wait()
		if len(q.told()) != 2 {
			t.Errorf("%v a poll later; want the silent row done", q.told())
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

func TestWorkerRenewsEveryThird(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newFakeQueue("long")
		stop := start(t, newWorker(q, func(ctx context.Context, _ *Claim) error {
			time.Sleep(65 * time.Second)
			return ctx.Err()
		}))
		time.Sleep(2 * time.Minute)
		if renews := q.renewals("long"); renews != 6 || len(q.told()) != 1 {
			t.Errorf("renewed %d times in 65 s, then %v; want 6 times and done", renews, q.told())
		}
		if err := stop(); err != nil {
			t.Error(err)
		}
	})
}

// TestWorkerLosesItsLease: the handler is told within a third of the lease (or at
// its end when the store cannot be asked), and nothing is written afterwards.
func TestWorkerLosesItsLease(t *testing.T) {
	for name, tt := range map[string]struct {
		lose func(*fakeQueue)
		want time.Duration
	}{
		"stolen":                 {func(q *fakeQueue) { q.steal("a") }, 10 * time.Second},
		"store does not answer":  {func(q *fakeQueue) { q.mu.Lock(); q.renewErr = errors.New("disk"); q.mu.Unlock() }, 30 * time.Second},
		"stolen while it's down": {func(q *fakeQueue) { q.steal("a"); q.mu.Lock(); q.renewErr = ErrLost; q.mu.Unlock() }, 10 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := newFakeQueue("a")
				var told time.Duration
				var parked bool
				w := newWorker(q, func(ctx context.Context, _ *Claim) error {
					begun := time.Now()
					tt.lose(q)
					<-ctx.Done()
					told = time.Since(begun)
					q.forget("a") // one run is enough
					if !errors.Is(context.Cause(ctx), ErrLost) {
						t.Errorf("cause %v, want ErrLost", context.Cause(ctx))
					}
					return ctx.Err()
				})
				w.MaxTries = 1
				w.OnPark = func(context.Context, *Claim, error) error { parked = true; return nil }
				stop := start(t, w)
				time.Sleep(time.Minute)
				if err := stop(); err != nil {
					t.Error(err)
				}
				if told != tt.want || len(q.told()) != 0 || parked {
					t.Errorf("told after %v, then %v, parked %v; want %v and silence", told, q.told(), parked, tt.want)
				}
			})
		})
	}
}

func TestWorkerBelievesTheStoreThatTheLeaseIsLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newFakeQueue("a")
		var told []error
		w := newWorker(q, func(context.Context, *Claim) error {
			q.forget("a")
			return errors.Join(errors.New("store verdict"), ErrLost)
		})
		w.MaxTries = 1
		w.OnPark = func(_ context.Context, _ *Claim, err error) error { told = append(told, err); return nil }
		stop := start(t, w)
		synctest.Wait()
		if err := stop(); err != nil || len(q.told()) != 0 || len(told) != 0 {
			t.Errorf("error %v, queue %v, told %v; want nothing written", err, q.told(), told)
		}
	})
}

func TestWorkerShutDown(t *testing.T) {
	for name, tt := range map[string]struct {
		needs   time.Duration // what the handler needs after the shutdown
		ignores bool          // and it looks at no context
		want    []string
		err     string
		after   time.Duration
	}{
		"in time":              {needs: 50 * time.Second, want: []string{"done a"}, after: 50 * time.Second},
		"not in time":          {needs: time.Hour, want: []string{"retry a in 0s: context canceled"}, after: time.Minute},
		"deaf to the shutdown": {needs: time.Hour, ignores: true, err: "did not stop", after: time.Minute + time.Minute + 10*time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				q := newFakeQueue("a", "b")
				w := newWorker(q, func(ctx context.Context, _ *Claim) error {
					timer := time.NewTimer(tt.needs)
					if tt.ignores {
						<-timer.C
						return nil
					}
					select {
					case <-timer.C:
						return nil
					case <-ctx.Done():
						return ctx.Err()
					}
				})
				w.Parallel, w.MaxTries = 1, 1 // b waits for a, and a shutdown parks nothing
				stop := start(t, w)
				synctest.Wait()
				begun := time.Now()
				err := stop()
				if (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				if took := time.Since(begun); took != tt.after {
					t.Errorf("took %v, want %v", took, tt.after)
				}
				if diff := cmp.Diff(tt.want, q.told()); diff != "" {
					t.Errorf("the queue was told (-want +got):\n%s", diff)
				}
				time.Sleep(2 * time.Hour) // the deaf one ends, else the bubble would not
			})
		})
	}
}

func TestWorkerWaitsWhileTheStoreFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		q := newFakeQueue("a")
		q.claimErr = errors.New("disk full")
		var log lines
		w := newWorker(q, func(context.Context, *Claim) error { return nil })
		w.Log = slog.New(slog.NewTextHandler(&log, nil))
		stop := start(t, w)
		time.Sleep(10*time.Minute + time.Second)
		if n := log.count("disk full"); n != 11 { // at once and at every poll
			t.Errorf("asked %d times in ten minutes, want 11", n)
		}
		q.mu.Lock()
		q.claimErr = nil
		q.mu.Unlock()
		time.Sleep(time.Minute)
		if err := stop(); err != nil || len(q.told()) != 1 {
			t.Errorf("error %v, queue %v; want the row done once the store is back", err, q.told())
		}
	})
}

// lines counts log lines.
type lines struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *lines) count(word string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.text.String(), word)
}

func TestWorkerRefusesHalfAConfiguration(t *testing.T) {
	for name, change := range map[string]func(*Worker){
		"no queue":     func(w *Worker) { w.Queue = nil },
		"no handler":   func(w *Worker) { w.Handler = nil },
		"no slots":     func(w *Worker) { w.Parallel = 0 },
		"no lease":     func(w *Worker) { w.Lease = 0 },
		"no poll":      func(w *Worker) { w.Poll = 0 },
		"no tries":     func(w *Worker) { w.MaxTries = 0 },
		"no back-off":  func(w *Worker) { w.Backoff = nil },
		"no clock":     func(w *Worker) { w.Now = nil },
		"no log":       func(w *Worker) { w.Log = nil },
		"minus grace":  func(w *Worker) { w.Grace = -1 },
		"no room":      func(w *Worker) { w.Most = map[string]int{KindSweep: 0} },
		"lease of 2ns": func(w *Worker) { w.Lease = 2 },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorker(newFakeQueue(), func(context.Context, *Claim) error { return nil })
			change(w)
			if err := w.Run(t.Context()); err == nil {
				t.Error("ran")
			}
		})
	}
}

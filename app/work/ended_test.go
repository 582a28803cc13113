package work

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// heard keeps what the worker tells of ended jobs.
type heard struct {
	mu  sync.Mutex
	all []Ended
}

func (h *heard) ended(e Ended) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, e)
}

// TestWorkerTellsHowAJobEnds: every job of one row, in order. It takes two seconds,
// and nothing keeps it waiting beyond its time.
func TestWorkerTellsHowAJobEnds(t *testing.T) {
	boom := errors.New("boom")
	told := func(outcome string) Ended { return Ended{Kind: KindHead, Outcome: outcome, Duration: 2 * time.Second} }
	panicked := func(outcome string) Ended { e := told(outcome); e.Panicked = true; return e }
	for name, tt := range map[string]struct {
		does func(q *fakeQueue, try int) error
		park func() error
		want []Ended
	}{
		"done":    {does: func(*fakeQueue, int) error { return nil }, want: []Ended{told("done")}},
		"delayed": {does: failFirst(later{}), want: []Ended{told("delayed"), told("done")}},
		"retried": {does: failFirst(boom), want: []Ended{told("retried"), told("done")}},
		"parked": {does: func(*fakeQueue, int) error { return boom },
			want: []Ended{told("retried"), told("retried"), told("parked")}},
		"parking could not be told": {does: func(_ *fakeQueue, try int) error {
			if try < 3 {
				return boom
			}
			return nil
		}, park: func() error { return boom }, want: []Ended{told("retried"), told("retried"), told("retried"), told("done")}},
		"panic": {does: func(_ *fakeQueue, try int) error {
			if try == 0 {
				panic("no")
			}
			return nil
		}, want: []Ended{panicked("retried"), told("done")}},
		"panic while parking": {does: func(q *fakeQueue, try int) error {
			if try == 2 {
				q.forget("head:1@a") // else it went on for ever
			}
			return boom
		}, park: func() error { panic("no") },
			want: []Ended{told("retried"), told("retried"), panicked("retried")}},
		"lost": {does: func(q *fakeQueue, _ int) error { q.forget("head:1@a"); return ErrLost }, want: []Ended{told("lost")}},
		"lost at the very end": {does: func(q *fakeQueue, _ int) error { q.forget("head:1@a"); q.steal("head:1@a"); return nil },
			want: []Ended{told("lost")}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var h heard
				q, try := newFakeQueue("head:1@a"), 0
				w := newWorker(q, func(context.Context, *Claim) error {
					time.Sleep(2 * time.Second)
					try++
					return tt.does(q, try-1)
				})
				w.Backoff = func(int) time.Duration { return time.Minute } // the poll
				w.Ended = h.ended
				if tt.park != nil {
					w.OnPark = func(context.Context, *Claim, error) error { return tt.park() }
				}
				stop := start(t, w)
				time.Sleep(time.Hour)
				if err := stop(); err != nil {
					t.Error(err)
				}
				for i := range h.all {
					h.all[i].Waited = 0 // see TestWorkerTellsHowLongARowWaited
				}
				if diff := cmp.Diff(tt.want, h.all); diff != "" {
					t.Errorf("told (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func failFirst(err error) func(*fakeQueue, int) error {
	return func(_ *fakeQueue, try int) error {
		if try == 0 {
			return err
		}
		return nil
	}
}

// TestWorkerTellsHowLongARowWaited: behind another in the only place.
func TestWorkerTellsHowLongARowWaited(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h heard
		w := newWorker(newFakeQueue("head:1@a", "base:1@main"), func(context.Context, *Claim) error {
			time.Sleep(7 * time.Second)
			return nil
		})
		w.Parallel, w.Ended = 1, h.ended
		stop := start(t, w)
		time.Sleep(time.Minute)
		if err := stop(); err != nil {
			t.Error(err)
		}
		want := []Ended{
			{Kind: KindHead, Outcome: OutcomeDone, Duration: 7 * time.Second},
			{Kind: KindBase, Outcome: OutcomeDone, Duration: 7 * time.Second, Waited: 7 * time.Second},
		}
		if diff := cmp.Diff(want, h.all); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

// TestWorkerShutDownIsADelay: what a shutdown cuts off has not failed. A hook that
// panics ends no process.
func TestWorkerShutDownIsADelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var h heard
		w := newWorker(newFakeQueue("head:1@a"), func(ctx context.Context, _ *Claim) error {
			<-ctx.Done()
			return ctx.Err()
		})
		w.Ended = func(e Ended) { h.ended(e); panic("in the hook") }
		stop := start(t, w)
		synctest.Wait()
		if err := stop(); err != nil {
			t.Error(err)
		}
		want := []Ended{{Kind: KindHead, Outcome: OutcomeDelayed, Duration: time.Minute}}
		if diff := cmp.Diff(want, h.all); diff != "" {
			t.Errorf("told (-want +got):\n%s", diff)
		}
	})
}

// TestWorkerLogsWhatTheKeyTells reads the one line of each job.
func TestWorkerLogsWhatTheKeyTells(t *testing.T) {
	for key, want := range map[string]string{
		HeadKey(42, "abc"):    "kind=head key=head:42@abc lease=1 tries=0 repository=42 head=abc duration=1s waited=0s",
		BaseKey(42, "a@b:c"):  "kind=base key=base:42@a@b:c lease=1 tries=0 repository=42 branch=a@b:c duration=1s waited=0s",
		VoiceKey(42, 7):       "kind=voice key=voice:42@7 lease=1 tries=0 repository=42 pull=7 duration=1s waited=0s",
		EnforceKey(42):        "kind=enforce key=enforce:42 lease=1 tries=0 repository=42 duration=1s waited=0s",
		SweepKey(9):           "kind=sweep key=sweep:9 lease=1 tries=0 installation=9 duration=1s waited=0s",
		KindPurge:             "kind=purge key=purge lease=1 tries=0 duration=1s waited=0s",
		KindHead + ":":        "kind=head key=head: lease=1 tries=0 duration=1s waited=0s",
		"unknown:42@whatever": "kind=unknown key=unknown:42@whatever lease=1 tries=0 duration=1s waited=0s",
	} {
		t.Run(key, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var log strings.Builder
				w := newWorker(newFakeQueue(key), func(context.Context, *Claim) error { time.Sleep(time.Second); return nil })
				w.Log = slog.New(slog.NewTextHandler(&log, nil))
				stop := start(t, w)
				time.Sleep(2 * time.Second)
				if err := stop(); err != nil {
					t.Error(err)
				}
				_, got, _ := strings.Cut(strings.TrimSpace(log.String()), `msg="work done" `)
				if got != want {
					t.Errorf("logged %s\nwant   %s", got, want)
				}
			})
		})
	}
}

// TestWaitedIsNeverNegative: the database's clock may be ahead of this machine's.
func TestWaitedIsNeverNegative(t *testing.T) {
	var h heard
	w := newWorker(newFakeQueue("head:1@a"), func(context.Context, *Claim) error { return nil })
	w.Ended = h.ended
	w.job(t.Context(), &Claim{Key: "head:1@a", Kind: KindHead, Since: time.Now().Add(time.Hour)})
	if len(h.all) != 1 || h.all[0].Waited != 0 {
		t.Errorf("told %+v, want one that waited 0s", h.all)
	}
}

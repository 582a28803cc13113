package store

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/webhook"
)

func TestMarks(t *testing.T) {
	s, _ := openTest(t)
	if at, err := s.Mark(t.Context(), "sweep"); !at.IsZero() || err != nil {
		t.Errorf("%v, %v before it was set", at, err)
	}
	must(t, s.SetMark(t.Context(), "sweep", noon))
	must(t, s.SetMark(t.Context(), "deliveries", noon))
	must(t, s.SetMark(t.Context(), "sweep", noon.Add(time.Hour)))
	must(t, s.Ping(t.Context()))
	if at, err := s.Mark(t.Context(), "sweep"); !at.Equal(noon.Add(time.Hour)) || err != nil {
		t.Errorf("%v, %v; want an hour after noon", at, err)
	}
	got, err := s.Marks(t.Context())
	must(t, err)
	if diff := cmp.Diff(map[string]time.Time{"sweep": noon.Add(time.Hour), "deliveries": noon}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestPing: a store that can only be read is not ready, one that is stuck is not waited for.
func TestPing(t *testing.T) {
	s, _ := openTest(t)
	commits := countCommits(t, s)
	must(t, s.Ping(t.Context()))
	must(t, s.Ping(t.Context())) // at the same time of the clock
	if n := commits.Load(); n != 2 {
		t.Errorf("%d writes for two pings", n)
	}
	release := hold(t, s)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	if err := s.Ping(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stuck: error %v, want context.DeadlineExceeded", err)
	}
	release()
	_, err := s.queue.(*writer).conn.ExecContext(t.Context(), `PRAGMA query_only = 1`)
	must(t, err)
	if err := s.Ping(t.Context()); !errors.Is(err, webhook.ErrUnavailable) {
		t.Errorf("read-only: error %v, want ErrUnavailable", err)
	}
}

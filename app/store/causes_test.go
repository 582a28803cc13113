package store

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"go.opentelemetry.io/otel/trace"

	"github.com/checkrein/checkrein/app/work"
)

// under is a context with a span of that number.
func under(t *testing.T, n byte) context.Context {
	return trace.ContextWithSpanContext(t.Context(), trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{n}, SpanID: trace.SpanID{n}}))
}

// TestCauses: a claim tells under which spans its row became due, until the row is done.
func TestCauses(t *testing.T) {
	s, clock := openTest(t)
	arrive := func(n byte) {
		t.Helper()
		_, err := s.Accept(under(t, n), delivery(fmt.Sprint("delivery ", n), shaA))
		must(t, err)
	}
	claimed := func(want ...byte) *work.Claim {
		t.Helper()
		var all work.Cause
		for _, n := range want {
			all += work.CauseOf(under(t, n))
		}
		c := claim(t, s)
		if c.Causes != all {
			t.Errorf("causes %q, want %q", c.Causes, all)
		}
		return c
	}
	arrive(1)
	arrive(2)
	c := claimed(1, 2)
	arrive(3) // while it is worked on
	must(t, s.Retry(t.Context(), c, clock.now(), "away"))
	c = claimed(1, 2, 3) // the same traces again
	arrive(4)
	must(t, s.Done(t.Context(), c))
	c = claimed(4)
	must(t, s.Park(t.Context(), c, "for good"))
	arrive(5)
	c = claimed(5) // what was given up is over
	must(t, s.Done(t.Context(), c))
	accept(t, s, delivery("that nobody follows", shaA))
	must(t, s.Done(t.Context(), claimed()))
}

// TestCausesAreBounded, by their number; what asks without end takes no place.
func TestCausesAreBounded(t *testing.T) {
	s, _ := openTest(t)
	for n := range byte(40) {
		_, err := s.Accept(under(t, n+1), delivery(fmt.Sprint(n), shaA))
		must(t, err)
	}
	c := claim(t, s)
	if n := strings.Count(string(c.Causes), " "); n != 9 {
		t.Errorf("%d causes are kept, want the parent and eight links", n)
	}
	job := "~" + work.CauseOf(under(t, 50)) // as a sweep's
	must(t, s.queue.do(t.Context(), func(ctx context.Context, c conn) (err error) {
		for range 40 {
			_, failed := makeDue(ctx, c, work.Due{Key: work.HeadKey(42, shaB)}, job, c.now())
			err = errors.Join(err, failed)
		}
		return err
	}))
	if c := claim(t, s); c.Causes != job {
		t.Errorf("causes %q, want that of the first job alone", c.Causes)
	}
	must(t, s.Schedule(t.Context(), "purge", time.Hour))
	if c := claim(t, s); c.Causes != "" {
		t.Errorf("a schedule has the causes %q", c.Causes)
	}
}

// TestCausesAfterRestart: another process continues what the first one has begun.
func TestCausesAfterRestart(t *testing.T) {
	dir := t.TempDir()
	s, _ := openAt(t, dir)
	_, err := s.Accept(under(t, 7), delivery("one", shaA))
	must(t, err)
	claim(t, s)
	must(t, s.Close())
	s, clock := openAt(t, dir)
	clock.advance(time.Hour) // on a server the lease has to end by itself
	if c := claim(t, s); c.Causes != work.CauseOf(under(t, 7)) || !c.Resumed {
		t.Errorf("claim %+v", c)
	}
}

package store

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/pull"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

func TestClaimOldestFirst(t *testing.T) {
	s, clock := openTest(t)
	for i, sha := range []string{shaA, shaB, shaC} {
		accept(t, s, delivery(fmt.Sprint(i), sha))
		clock.advance(time.Second)
	}
	accept(t, s, delivery("again", shaA)) // keeps its place in the line
	var order []string
	for range 3 {
		c := claim(t, s)
		order = append(order, c.Key)
		if c.Key == work.HeadKey(42, shaA) && (c.Want != 2 || !c.Since.Equal(noon) || c.Kind != "head") {
			t.Errorf("claim %+v; want level 2, due since noon, kind head", c)
		}
	}
	want := []string{work.HeadKey(42, shaA), work.HeadKey(42, shaB), work.HeadKey(42, shaC)}
	if diff := cmp.Diff(want, order); diff != "" {
		t.Errorf("order (-want +got):\n%s", diff)
	}
	nothingDue(t, s) // one lease per key
}

// TestCoalescing: ten events while the first is worked on are one more run.
func TestCoalescing(t *testing.T) {
	s, clock := openTest(t)
	accept(t, s, delivery("first", shaA))
	c := claim(t, s)
	for i := range 10 {
		accept(t, s, delivery(fmt.Sprint(i), shaA))
	}
	clock.advance(time.Second)
	must(t, s.Done(t.Context(), c))
	c = claim(t, s)
	if c.Want != 11 || c.Resumed || !c.Since.Equal(noon.Add(time.Second)) {
		t.Errorf("claim %+v; want level 11, not resumed, due since the first run ended", c)
	}
	must(t, s.Done(t.Context(), c))
	nothingDue(t, s)
}

func TestRerun(t *testing.T) {
	s, _ := openTest(t)
	due := func(rerun bool) {
		must(t, s.MakeDue(t.Context(), []webhook.Due{{Repository: 42, SHA: shaA, Rerun: rerun}}))
	}
	due(true)
	due(false) // does not take the wish back
	c := claim(t, s)
	if !c.Rerun {
		t.Error("the first claim forgot the rerun")
	}
	must(t, s.Retry(t.Context(), c, noon, "once more"))
	if c = claim(t, s); !c.Rerun {
		t.Error("the rerun was forgotten after a failure")
	}
	due(true) // during the run: a second one
	must(t, s.Done(t.Context(), c))
	if c = claim(t, s); !c.Rerun {
		t.Error("the second rerun was taken for the first")
	}
	must(t, s.Done(t.Context(), c))
	due(false)
	if c = claim(t, s); c.Rerun {
		t.Error("a rerun that is done is asked for again")
	}
}

func TestRetryAndPark(t *testing.T) {
	s, clock := openTest(t)
	accept(t, s, delivery("one", shaA))
	must(t, s.Retry(t.Context(), claim(t, s), noon.Add(time.Minute), "502"))
	nothingDue(t, s)
	clock.advance(time.Minute)
	c := claim(t, s)
	if c.Tries != 1 || !c.Resumed || !c.Since.Equal(noon) {
		t.Errorf("claim %+v; want one try, resumed, due since noon", c)
	}
	must(t, s.Park(t.Context(), c, "gave up"))
	clock.advance(24 * time.Hour)
	nothingDue(t, s)
	if reason := one[string](t, s, `SELECT reason FROM work`); reason != "gave up" {
		t.Errorf("reason %q", reason)
	}

	accept(t, s, delivery("two", shaA)) // wanted anew
	c = claim(t, s)
	if c.Tries != 0 || c.Want != 2 || !c.Resumed || !c.Since.Equal(noon.Add(24*time.Hour+time.Minute)) {
		t.Errorf("claim %+v; want no tries, level 2, still resumed, due since now", c)
	}
	must(t, s.Done(t.Context(), c))
	accept(t, s, delivery("three", shaA))
	if c = claim(t, s); c.Resumed || c.Tries != 0 {
		t.Errorf("claim %+v after success; want a clean one", c)
	}
}

// TestNewWishEndsBackoff: an event does not wait for the back-off of an older one.
func TestNewWishEndsBackoff(t *testing.T) {
	s, _ := openTest(t)
	accept(t, s, delivery("one", shaA))
	must(t, s.Retry(t.Context(), claim(t, s), noon.Add(time.Hour), "502"))
	accept(t, s, delivery("two", shaA))
	claim(t, s)
}

// TestParkMissesNoWish: what was wanted during the last run is not parked with it.
func TestParkMissesNoWish(t *testing.T) {
	s, _ := openTest(t)
	accept(t, s, delivery("one", shaA))
	c := claim(t, s)
	accept(t, s, delivery("two", shaA))
	must(t, s.Park(t.Context(), c, "gave up"))
	if c := claim(t, s); c.Want != 2 {
		t.Errorf("claim %+v, want level 2", c)
	}
}

// TestFencing: a holder that was away too long can write nothing any more.
func TestFencing(t *testing.T) {
	s, clock := openTest(t)
	accept(t, s, delivery("one", shaA))
	slow := claim(t, s)
	clock.advance(59 * time.Second)
	nothingDue(t, s)
	clock.advance(time.Second)
	must(t, s.Renew(t.Context(), slow, time.Minute)) // late, but nobody came meanwhile
	clock.advance(time.Minute)
	quick := claim(t, s)
	if quick.Token <= slow.Token || !quick.Resumed {
		t.Errorf("claim %+v after %+v; want a greater token, resumed", quick, slow)
	}
	refused := func(who string, c *work.Claim) {
		t.Helper()
		for name, err := range map[string]error{
			"Renew":      s.Renew(t.Context(), c, time.Minute),
			"Done":       s.Done(t.Context(), c),
			"Retry":      s.Retry(t.Context(), c, noon, "late"),
			"Park":       s.Park(t.Context(), c, "late"),
			"SetVerdict": s.SetVerdict(t.Context(), c, pull.Published{Repository: 42, SHA: shaA, Conclusion: "success"}),
		} {
			if !errors.Is(err, work.ErrLost) {
				t.Errorf("%s by %s: %v, want ErrLost", name, who, err)
			}
		}
	}
	refused("the slow one", slow)
	if _, found, err := s.Verdict(t.Context(), 42, shaA); found || err != nil {
		t.Errorf("the slow one left a verdict (error %v)", err)
	}
	must(t, s.SetVerdict(t.Context(), quick, pull.Published{Repository: 42, SHA: shaA, Conclusion: "failure"}))
	must(t, s.Done(t.Context(), quick))
	refused("one that is done", quick)
	refused("a stranger", &work.Claim{Key: work.HeadKey(42, shaA), Token: 99})
}

// TestReopenReleasesLeases: whoever held them is dead, and may have written.
func TestReopenReleasesLeases(t *testing.T) {
	dir := t.TempDir()
	s, _ := openAt(t, dir)
	accept(t, s, delivery("one", shaA))
	accept(t, s, delivery("two", shaB))
	dead := claim(t, s)
	must(t, s.Close())

	s, _ = openAt(t, dir)
	got := map[string]bool{}
	for range 2 {
		c := claim(t, s)
		got[c.Key] = c.Resumed
	}
	want := map[string]bool{work.HeadKey(42, shaA): true, work.HeadKey(42, shaB): false}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("resumed (-want +got):\n%s", diff)
	}
	if err := s.Done(t.Context(), dead); !errors.Is(err, work.ErrLost) {
		t.Errorf("the dead one's claim: %v, want ErrLost", err)
	}
}

func TestSchedule(t *testing.T) {
	s, clock := openTest(t)
	schedule := func(every time.Duration) { t.Helper(); must(t, s.Schedule(t.Context(), "sweep:open", every)) }
	schedule(time.Hour)
	c := claim(t, s) // first at once
	if c.Kind != "sweep" || c.Key != "sweep:open" {
		t.Errorf("claim %+v", c)
	}
	clock.advance(time.Minute)
	must(t, s.Done(t.Context(), c))
	nothingDue(t, s)
	clock.advance(59 * time.Minute)
	schedule(time.Hour) // as after a restart: keeps its time
	nothingDue(t, s)
	clock.advance(time.Minute)
	c = claim(t, s)
	if !c.Since.Equal(clock.now()) || c.Resumed {
		t.Errorf("claim %+v; want due since %v, not resumed", c, clock.now())
	}
	must(t, s.Park(t.Context(), c, "failed too often")) // waits for the next time, not for ever
	clock.advance(59 * time.Minute)
	nothingDue(t, s)
	clock.advance(time.Minute)
	must(t, s.Done(t.Context(), claim(t, s)))
	schedule(time.Minute) // shorter: counts at once
	clock.advance(time.Minute)
	claim(t, s)
	if err := s.Schedule(t.Context(), "sweep:open", 0); err == nil {
		t.Error("an interval of nothing was taken")
	}
}

func TestDueHints(t *testing.T) {
	s, _ := openTest(t)
	hinted := func() bool {
		select {
		case <-s.Due():
			return true
		default:
			return false
		}
	}
	var c *work.Claim
	for _, step := range []struct {
		name string
		do   func() error
		want bool
	}{
		{"nothing yet", func() error { return nil }, false},
		{"accept", func() error { _, err := s.Accept(t.Context(), delivery("one", shaA)); return err }, true},
		{"claim", func() (err error) { c, err = s.Claim(t.Context(), time.Minute); return err }, false},
		{"renew", func() error { return s.Renew(t.Context(), c, time.Minute) }, false},
		{"retry", func() error { return s.Retry(t.Context(), c, noon, "x") }, true},
		{"make due", func() error { return s.MakeDue(t.Context(), []webhook.Due{{Repository: 42, SHA: shaA}}) }, true},
		{"schedule", func() error { return s.Schedule(t.Context(), "sweep", time.Hour) }, true},
	} {
		must(t, step.do())
		if got := hinted(); got != step.want {
			t.Errorf("%s: hint %v, want %v", step.name, got, step.want)
		}
	}
}

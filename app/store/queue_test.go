package store

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/pull"
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
		must(t, s.MakeDue(t.Context(), []work.Due{{Key: work.HeadKey(42, shaA), Rerun: rerun}}))
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
	sqliteOnly(t, "other processes live on")
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
		{"make due", func() error { return s.MakeDue(t.Context(), []work.Due{{Key: work.HeadKey(42, shaA)}}) }, true},
		{"schedule", func() error { return s.Schedule(t.Context(), "sweep", time.Hour) }, true},
	} {
		must(t, step.do())
		if got := hinted(); got != step.want {
			t.Errorf("%s: hint %v, want %v", step.name, got, step.want)
		}
	}
}

func TestClaimWithout(t *testing.T) {
	s, clock := openTest(t)
	for _, key := range []string{"base:42@main", "head:42@a", "sweep:9", "purge"} {
		must(t, s.MakeDue(t.Context(), []work.Due{{Key: key}}))
		clock.advance(time.Second)
	}
	for _, tt := range []struct {
		without []string
		want    string
	}{
		{[]string{"base", "head"}, "sweep:9"},
		{[]string{"base"}, "head:42@a"},
		{[]string{"base", "purge"}, ""},
		{[]string{"base", "base", "no such kind"}, "purge"},
		{nil, "base:42@main"},
	} {
		c, err := s.Claim(t.Context(), time.Minute, tt.without...)
		must(t, err)
		got := ""
		if c != nil {
			got = c.Key
		}
		if got != tt.want {
			t.Errorf("without %v: claimed %q, want %q", tt.without, got, tt.want)
		}
	}
}

// TestReason: the next attempt knows why the last one failed, until one succeeds.
func TestReason(t *testing.T) {
	s, clock := openTest(t)
	expect := func(want string) *work.Claim {
		t.Helper()
		c := claim(t, s)
		if c.Reason != want {
			t.Errorf("reason %q, want %q", c.Reason, want)
		}
		return c
	}
	accept(t, s, delivery("one", shaA))
	must(t, s.Retry(t.Context(), expect(""), noon, "GitHub answered 502"))
	c := expect("GitHub answered 502")
	accept(t, s, delivery("two", shaA)) // a new wish is no success
	must(t, s.Retry(t.Context(), c, noon, "rate limit"))
	must(t, s.Park(t.Context(), expect("rate limit"), "gave up"))
	accept(t, s, delivery("three", shaA))
	must(t, s.Done(t.Context(), expect("gave up")))
	clock.advance(time.Second)
	accept(t, s, delivery("four", shaA))
	expect("")
}

// TestClaimStaysFast: thousands of rows that are due, not yet due or of kinds that are
// not wanted now make no claim slow.
func TestClaimStaysFast(t *testing.T) {
	s, clock := openTest(t)
	for _, without := range []int{0, 2} {
		args := []any{0, 0}
		for i := range without {
			args = append(args, fmt.Sprint("kind", i))
		}
		plan := explain(t, s, nextDue(without), args...)
		if !strings.Contains(plan, "INDEX work_due (next<?)") || strings.Contains(plan, "B-TREE") {
			t.Errorf("plan without %d kinds:\n%s", without, plan)
		}
	}
	var due []work.Due
	for i := range 2_000 {
		due = append(due, work.Due{Key: fmt.Sprintf("head:42@%040x", i)})
	}
	due = append(due, work.Due{Key: "sweep:9", At: noon.Add(time.Millisecond)})
	must(t, s.MakeDue(t.Context(), due))
	clock.advance(time.Second)
	begun := time.Now()
	for range 20 {
		claim(t, s)
	}
	c, err := s.Claim(t.Context(), time.Minute, "head")
	must(t, err)
	if c == nil || c.Key != "sweep:9" {
		t.Errorf("claimed %+v, want the sweep behind all heads", c)
	}
	// A hundred times what it takes: the plans above are the proof.
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("21 claims take %v", took)
	}
}

func TestBacklog(t *testing.T) {
	s, clock := openTest(t)
	backlog := func() []work.Backlog {
		t.Helper()
		all, err := s.Backlog(t.Context())
		must(t, err)
		return all
	}
	if got := backlog(); len(got) != 0 {
		t.Errorf("%+v in an empty store", got)
	}
	accept(t, s, delivery("parked", shaA))
	must(t, s.Park(t.Context(), claim(t, s), "gave up"))
	accept(t, s, delivery("backs off", shaB))
	must(t, s.Retry(t.Context(), claim(t, s), noon.Add(time.Hour), "502"))
	must(t, s.Schedule(t.Context(), "sweep", time.Hour))
	must(t, s.Done(t.Context(), claim(t, s)))
	clock.advance(time.Minute)
	accept(t, s, delivery("due", shaC))
	must(t, s.MakeDue(t.Context(), []work.Due{{Key: "base:42@held"}}))
	for held := ""; held != "base:42@held"; {
		c, err := s.Claim(t.Context(), time.Minute, "head")
		must(t, err)
		held = c.Key
	}
	must(t, s.MakeDue(t.Context(), []work.Due{{Key: "base:42@main"}, {Key: "base:42@later", At: clock.now().Add(time.Hour)}}))
	want := []work.Backlog{
		{Kind: "base", Due: 1, Oldest: noon.Add(time.Minute)},
		{Kind: "head", Due: 1, Oldest: noon, Parked: 1}, // the oldest is the one that backs off
		{Kind: "sweep"},
	}
	if diff := cmp.Diff(want, backlog()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

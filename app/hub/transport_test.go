package hub

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLimitsAreRecognised(t *testing.T) {
	in := func(d time.Duration) string { return fmt.Sprint(time.Now().Add(d).Unix()) }
	tests := []struct {
		name      string
		answer    http.HandlerFunc
		wait      time.Duration
		secondary bool
	}{
		{"429 with Retry-After", says(429, `{}`, "Retry-After", "30"), 30 * time.Second, true},
		{"429 with a date", says(429, `{}`, "Retry-After", time.Now().Add(90*time.Second).UTC().Format(http.TimeFormat)), 90 * time.Second, true},
		{"429 primary", says(429, `{}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(10*time.Minute)), 10 * time.Minute, false},
		{"429 bare", says(429, ``), time.Minute, true},
		{"403 primary", says(403, `{"message":"API rate limit exceeded"}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(40*time.Minute)), 40 * time.Minute, false},
		{"403 with Retry-After", says(403, `{"message":"slow down"}`, "Retry-After", "7"), 7 * time.Second, true},
		{"403 secondary by its words", says(403, `{"message":"You have exceeded a secondary rate limit."}`, "X-RateLimit-Remaining", "4000"), time.Minute, true},
		{"403 abuse", says(403, `{"message":"You have triggered an abuse detection mechanism."}`), time.Minute, true},
		{"absurd wait", says(429, `{}`, "Retry-After", "99999999999"), 2 * time.Hour, true},
		{"wait in the past", says(429, `{}`, "X-RateLimit-Remaining", "0", "X-RateLimit-Reset", in(-time.Hour)), time.Second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, tt.answer)
			_, err := f.client.Runs(t.Context(), shop, shaA)
			limit, ok := errors.AsType[*LimitError](err)
			if !ok {
				t.Fatalf("error %v is no LimitError", err)
			}
			wait := limit.RetryAfter().Sub(f.now())
			if limit.Secondary != tt.secondary || limit.Installation != 5 || wait < tt.wait-2*time.Second || wait > tt.wait+2*time.Second {
				t.Errorf("%+v: wait %s, want %s", limit, wait, tt.wait)
			}
			if got := len(f.seen()); got != 1 {
				t.Errorf("%d requests, want 1: a limit is not asked again", got)
			}
		})
	}
}

func TestForbiddenIsNoLimit(t *testing.T) {
	f := start(t, says(403, `{"message":"Resource not accessible by integration"}`, "X-RateLimit-Remaining", "4999"))
	_, err := f.client.Runs(t.Context(), shop, shaA)
	if !errors.Is(err, ErrForbidden) || !strings.Contains(err.Error(), "not accessible by integration") {
		t.Errorf("error %v", err)
	}
}

func TestLimitedIsSilentUntilItEnds(t *testing.T) {
	limited := says(429, `{}`, "Retry-After", "60")
	f := start(t, inTurn(limited, says(200, `{"check_runs":[]}`)))
	for range 3 {
		if _, err := f.client.Runs(t.Context(), shop, shaA); err == nil {
			t.Fatal("want the limit")
		}
	}
	if _, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA}); err == nil {
		t.Error("a secondary limit holds for GraphQL too")
	}
	if got := len(f.seen()); got != 1 {
		t.Fatalf("%d requests while limited, want the one that was refused", got)
	}
	if _, err := f.hub.Installation(6).Runs(t.Context(), shop, shaA); err != nil {
		t.Errorf("another installation: %v", err)
	}
	f.pass(61 * time.Second)
	if _, err := f.client.Runs(t.Context(), shop, shaA); err != nil {
		t.Errorf("after the limit: %v", err)
	}
}

func TestTheLongestWaitHolds(t *testing.T) {
	f := start(t, says(200, `{}`))
	l := f.client.gate.ledger
	l.block(REST, time.Hour, false)
	l.block(GraphQL, time.Minute, true)
	f.pass(2 * time.Minute)
	if l.check(REST) == nil || l.check(GraphQL) != nil {
		t.Errorf("REST %v, GraphQL %v", l.check(REST), l.check(GraphQL))
	}
}

func TestBudgetsAreCountedApart(t *testing.T) {
	reset := time.Now().Add(20 * time.Minute).Truncate(time.Second)
	f := start(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-RateLimit-Reset", fmt.Sprint(reset.Unix()))
		w.Header().Set("X-RateLimit-Limit", "5000")
		w.Header().Set("X-RateLimit-Remaining", "0")
		if r.URL.Path == "/graphql" {
			w.Header().Set("X-RateLimit-Remaining", "4321")
			fmt.Fprint(w, `{"data":{"repository":null},"errors":[{"type":"NOT_FOUND","path":["repository"]}]}`)
			return
		}
		fmt.Fprint(w, `{"check_runs":[]}`)
	})
	if _, err := f.client.Runs(t.Context(), shop, shaA); err != nil {
		t.Fatalf("the last request of the budget is still answered: %v", err)
	}
	if _, err := f.client.Runs(t.Context(), shop, shaA); err == nil || len(f.seen()) != 1 {
		t.Errorf("the next is not sent: %v", err)
	}
	if _, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA}); !errors.Is(err, ErrNoRepository) {
		t.Errorf("GraphQL has its own budget: %v", err)
	}
	got := map[Resource]int{}
	for _, b := range f.hub.Budgets() {
		got[b.Resource] = b.Remaining
		if b.Installation != 5 || b.Limit != 5000 || b.Reset.Sub(reset).Abs() > 2*time.Second {
			t.Errorf("budget %+v", b)
		}
	}
	if diff := cmp.Diff(map[Resource]int{REST: 0, GraphQL: 4321}, got); diff != "" {
		t.Error(diff)
	}
}

func TestGraphQLLimitWithStatus200(t *testing.T) {
	f := start(t, says(200, `{"errors":[{"type":"RATE_LIMITED","message":"API rate limit exceeded for installation ID 5."}]}`,
		"X-RateLimit-Remaining", "0", "X-RateLimit-Limit", "5000", "X-RateLimit-Reset", fmt.Sprint(time.Now().Add(30*time.Minute).Unix())))
	_, err := f.client.State(t.Context(), Ask{Repo: shop, Head: shaA})
	limit, ok := errors.AsType[*LimitError](err)
	if !ok || limit.Resource != GraphQL || limit.Secondary || limit.Until.Sub(f.now()) < 29*time.Minute {
		t.Errorf("%v", err)
	}
}

func TestFailuresAreRepeatedOnlyWhereNothingCanHappenTwice(t *testing.T) {
	empty := says(200, ``)
	tests := []struct {
		name    string
		answers []http.HandlerFunc
		call    func(context.Context, *Client) error
		calls   int
		fails   bool
		sent    bool
	}{
		{"GET after 502", []http.HandlerFunc{says(502, "bad gateway"), says(200, `{"check_runs":[]}`)}, listRuns, 2, false, false},
		{"GET after a cut answer", []http.HandlerFunc{cutShort(200, `{"check_`), says(200, `{"check_runs":[]}`)}, listRuns, 2, false, false},
		{"GET after an empty answer", []http.HandlerFunc{empty, says(200, `{"check_runs":[]}`)}, listRuns, 2, false, false},
		{"GET three times", []http.HandlerFunc{says(503, "")}, listRuns, 3, true, false},
		{"query three times", []http.HandlerFunc{says(502, "")}, ask, 3, true, false},
		{"run once after 500", []http.HandlerFunc{says(500, "")}, create, 1, true, true},
		{"run once after a lost answer", []http.HandlerFunc{cutShort(201, `{"id`)}, create, 1, true, true},
		{"run once without an id", []http.HandlerFunc{says(201, `{}`)}, create, 1, true, true},
		{"comment once", []http.HandlerFunc{says(502, "")}, comment, 1, true, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t, inTurn(tt.answers...))
			err := tt.call(t.Context(), f.client)
			if got := len(f.seen()); got != tt.calls {
				t.Errorf("%d requests, want %d", got, tt.calls)
			}
			down, ok := errors.AsType[*UnavailableError](err)
			if ok != tt.fails || (!tt.fails && err != nil) || (ok && down.Sent != tt.sent) {
				t.Errorf("error %v (%+v)", err, down)
			}
		})
	}
}

func listRuns(ctx context.Context, c *Client) error { return second(c.Runs(ctx, shop, shaA)) }
func ask(ctx context.Context, c *Client) error {
	return second(c.State(ctx, Ask{Repo: shop, Head: shaA}))
}
func create(ctx context.Context, c *Client) error {
	return second(c.CreateRun(ctx, shop, Run{Name: "checkrein", Head: shaA, Title: "t", Summary: "s"}))
}
func comment(ctx context.Context, c *Client) error {
	return second(c.CreateComment(ctx, shop, 1, "text"))
}

func TestSlowAnswer(t *testing.T) {
	release := make(chan struct{})
	f := start(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	f.hub.timeout = 50 * time.Millisecond
	_, err := f.client.Runs(t.Context(), shop, shaA)
	if down, ok := errors.AsType[*UnavailableError](err); !ok || !strings.Contains(down.Error(), "no whole answer within 50ms") {
		t.Errorf("error %v", err)
	}
	if errors.Is(err, context.DeadlineExceeded) {
		t.Error("GitHub's slowness looks like the caller's own deadline")
	}
}

func TestCallerGoesAway(t *testing.T) {
	release := make(chan struct{})
	f := start(t, func(http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := f.client.Runs(ctx, shop, shaA); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("error %v", err)
	}
}

func TestAnswerIsBounded(t *testing.T) {
	f := start(t, says(200, `{"check_runs":[],"x":"`+strings.Repeat("x", 3<<20)+`"}`))
	f.hub.maxAnswer = 2 << 20
	_, err := f.client.Runs(t.Context(), shop, shaA)
	if err == nil || !strings.Contains(err.Error(), "larger than 2 MiB") || len(f.seen()) != 1 {
		t.Errorf("error %v after %d requests", err, len(f.seen()))
	}
}

// A renamed repository answers with a redirect; following it could give the token away.
func TestRedirectIsNotFollowed(t *testing.T) {
	reached := false
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer other.Close()
	for _, code := range []int{301, 302, 307, 308} {
		f := start(t, says(code, `{"message":"Moved Permanently"}`, "Location", other.URL))
		if err := listRuns(t.Context(), f.client); !errors.Is(err, ErrMoved) {
			t.Errorf("GET, %d: %v", code, err)
		}
		if err := create(t.Context(), f.client); !errors.Is(err, ErrMoved) {
			t.Errorf("POST, %d: %v", code, err)
		}
	}
	if reached {
		t.Error("the redirect was followed")
	}
}

func TestNoSecretInErrors(t *testing.T) {
	for _, answer := range []http.HandlerFunc{says(500, "x"), says(404, `{}`), says(401, `{}`), cutShort(200, "{"), says(200, "no JSON")} {
		f := start(t, answer)
		for _, err := range []error{listRuns(t.Context(), f.client), create(t.Context(), f.client), ask(t.Context(), f.client)} {
			if err == nil || strings.Contains(err.Error(), "ghs_") || strings.Contains(err.Error(), "eyJ") {
				t.Errorf("error %v", err)
			}
		}
	}
}

// Writes of one installation go out one after the other, as GitHub asks.
func TestWritesQueue(t *testing.T) {
	var busy atomic.Int32
	f := start(t, func(w http.ResponseWriter, _ *http.Request) {
		if busy.Add(1) > 1 {
			t.Error("two writes at once")
		}
		time.Sleep(5 * time.Millisecond)
		busy.Add(-1)
		w.WriteHeader(201)
		fmt.Fprint(w, `{"id":1}`)
	})
	done := make(chan error)
	for range 4 {
		go func() { done <- create(context.WithoutCancel(t.Context()), f.client) }()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

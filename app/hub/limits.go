package hub

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// LimitError says that GitHub's rate limit is used up, or that a request is held back
// to keep clear of it: nothing is lost, it waits.
type LimitError struct {
	Installation int64
	Resource     Resource
	Secondary    bool // the limit on bursts, not the hourly budget
	// Why is the reason when it is not GitHub that refuses but this package.
	Why   string
	Until time.Time
}

// Error tells which limit and until when.
func (e *LimitError) Error() string {
	who, until := "the app itself", e.Until.UTC().Format(time.RFC3339)
	if e.Installation != 0 {
		who = fmt.Sprintf("installation %d", e.Installation)
	}
	if e.Why != "" {
		return fmt.Sprintf("requests of %s (%s) wait until %s: %s", who, e.Resource, until, e.Why)
	}
	kind := "rate limit"
	if e.Secondary {
		kind = "secondary rate limit"
	}
	return fmt.Sprintf("GitHub's %s of %s (%s) is reached until %s", kind, who, e.Resource, until)
}

// RetryAfter is when the work may be tried again.
func (e *LimitError) RetryAfter() time.Time { return e.Until }

// Resource is one of GitHub's budgets.
type Resource string

// The budgets that the app draws on.
const (
	REST    Resource = "rest"
	GraphQL Resource = "graphql"
	AppJWT  Resource = "app" // calls as the app itself: tokens
)

// Budget is what is left of one resource of one installation, as of GitHub's last answer.
type Budget struct {
	Installation int64
	Resource     Resource
	Limit        int
	Remaining    int
	Reset        time.Time
}

const (
	// secondaryWait is what GitHub asks for where it names no time itself.
	secondaryWait = time.Minute
	// The wait is kept within these, whatever a header says.
	shortestWait = time.Second
	longestWait  = 2 * time.Hour
	// keptShare is the part of a budget, in percent, that calls which can wait leave to others.
	keptShare = 35
)

// ledger remembers the budgets of one installation and until when it must be silent.
type ledger struct {
	installation int64
	now          func() time.Time

	mu      sync.Mutex
	left    map[Resource]Budget
	blocked map[Resource]*LimitError
}

func newLedger(installation int64, now func() time.Time) *ledger {
	return &ledger{installation: installation, now: now,
		left: map[Resource]Budget{}, blocked: map[Resource]*LimitError{}}
}

// check is the limit that still holds for a resource, or nil. Asking on while limited
// only makes GitHub's answer worse.
func (l *ledger) check(r Resource) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	limit := l.blocked[r]
	if limit == nil {
		return nil
	}
	if !l.now().Before(limit.Until) {
		delete(l.blocked, r)
		return nil
	}
	return limit
}

// kept is the limit for calls that can wait: the last part of a budget is not theirs.
func (l *ledger) kept(r Resource) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, known := l.left[r]
	if !known || !l.now().Before(b.Reset) || b.Remaining*100 >= b.Limit*keptShare {
		return nil
	}
	return &LimitError{Installation: l.installation, Resource: r, Until: b.Reset,
		Why: fmt.Sprintf("%d of %d requests are left, and the last %d %% are kept for judging", b.Remaining, b.Limit, keptShare)}
}

// block closes a resource; a secondary limit closes all of them.
func (l *ledger) block(r Resource, wait time.Duration, secondary bool) *LimitError {
	wait = min(max(wait, shortestWait), longestWait)
	limit := &LimitError{Installation: l.installation, Resource: r, Secondary: secondary, Until: l.now().Add(wait)}
	l.mu.Lock()
	defer l.mu.Unlock()
	closed := []Resource{r}
	if secondary {
		closed = []Resource{REST, GraphQL, AppJWT}
	}
	for _, r := range closed {
		// Answers to requests under way at once come in any order: the longest wait holds.
		if held := l.blocked[r]; held == nil || held.Until.Before(limit.Until) {
			l.blocked[r] = limit
		}
	}
	return limit
}

// note records the budget that an answer tells, and closes the resource when it was
// the last one: the next request could only be refused.
func (l *ledger) note(r Resource, h http.Header) {
	remaining, err1 := strconv.Atoi(h.Get("X-Ratelimit-Remaining"))
	limit, err2 := strconv.Atoi(h.Get("X-Ratelimit-Limit"))
	if err1 != nil || err2 != nil {
		return
	}
	wait, ok := untilReset(h, l.now)
	l.mu.Lock()
	l.left[r] = Budget{Installation: l.installation, Resource: r, Limit: limit, Remaining: remaining, Reset: l.now().Add(wait)}
	l.mu.Unlock()
	if remaining == 0 && ok && wait > 0 {
		l.block(r, wait, false)
	}
}

func (l *ledger) budgets() []Budget {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Budget
	for _, r := range []Resource{REST, GraphQL, AppJWT} {
		if b, ok := l.left[r]; ok {
			all = append(all, b)
		}
	}
	return all
}

// refusal recognises an answer that means "too many requests": 429 always, 403 by its
// headers or words. It tells how long to wait.
func refusal(status int, h http.Header, body []byte, now func() time.Time) (wait time.Duration, secondary, ok bool) {
	if status != http.StatusTooManyRequests && status != http.StatusForbidden {
		return 0, false, false
	}
	if wait, ok := retryAfter(h, now); ok {
		return wait, true, true
	}
	if h.Get("X-Ratelimit-Remaining") == "0" {
		if wait, ok := untilReset(h, now); ok {
			return wait, false, true
		}
		return secondaryWait, false, true
	}
	return secondaryWait, true, status == http.StatusTooManyRequests || speaksOfLimit(string(body))
}

func speaksOfLimit(text string) bool {
	text = strings.ToLower(text)
	for _, words := range []string{"secondary rate limit", "abuse detection", "rate limit exceeded"} {
		if strings.Contains(text, words) {
			return true
		}
	}
	return false
}

// retryAfter reads seconds or a date.
func retryAfter(h http.Header, now func() time.Time) (time.Duration, bool) {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.Atoi(value); err == nil {
		return time.Duration(min(max(seconds, 0), int(longestWait/time.Second))) * time.Second, true
	}
	if at, err := http.ParseTime(value); err == nil {
		return at.Sub(serverTime(h, now)), true
	}
	return 0, false
}

// untilReset is measured on GitHub's own clock, which the answer carries.
func untilReset(h http.Header, now func() time.Time) (time.Duration, bool) {
	epoch, err := strconv.ParseInt(h.Get("X-Ratelimit-Reset"), 10, 64)
	if err != nil {
		return 0, false
	}
	return time.Unix(epoch, 0).Sub(serverTime(h, now)), true
}

func serverTime(h http.Header, now func() time.Time) time.Time {
	if at, err := http.ParseTime(h.Get("Date")); err == nil {
		return at
	}
	return now()
}

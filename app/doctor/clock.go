package doctor

import (
	"net/http"
	"sync"
	"time"
)

// Clock is a transport that compares the time GitHub's answers carry with this machine's.
type Clock struct {
	base http.RoundTripper
	now  func() time.Time
	mu   sync.Mutex
	skew time.Duration
	seen bool
}

// NewClock puts a clock on a transport.
func NewClock(base http.RoundTripper, now func() time.Time) *Clock {
	return &Clock{base: base, now: now}
}

// RoundTrip implements http.RoundTripper.
func (c *Clock) RoundTrip(req *http.Request) (*http.Response, error) {
	resp, err := c.base.RoundTrip(req)
	if err != nil {
		return nil, err
	}
	if date, err := http.ParseTime(resp.Header.Get("Date")); err == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.skew, c.seen = date.Sub(c.now()), true
	}
	return resp, nil
}

// Skew is how much GitHub's clock is ahead; false: no answer carried a time.
func (c *Clock) Skew() (time.Duration, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.skew, c.seen
}

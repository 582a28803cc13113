// Package work claims due rows under a lease, runs the handler, retries and
// schedules. Work is a level, not a list of messages: a row says that a key is
// wanted up to a count, and done up to a count.
package work

import (
	"context"
	"errors"
	"time"
)

// ErrLost says that the lease was lost: another holder has the key now, and
// nothing may be written under the old claim any more.
var ErrLost = errors.New("lease lost")

// Claim is a row held under a lease.
type Claim struct {
	Key   string // "head:42@<sha>", "sweep"
	Kind  string // the word before the colon, or the whole key
	Want  int64  // what Done will mark as done
	Token int64  // fencing token: grows with every claim of the key
	Tries int    // attempts since the last success, or since it was asked for anew
	// Failed is how many attempts since the last success failed by their own fault; a
	// wait that the other side asked for is none. Retry keeps it.
	Failed int
	// Rerun: since the last Done somebody asked for a new run.
	Rerun bool
	// Resumed: an earlier holder of this key ended without Done, so requests of its
	// attempt may have reached GitHub.
	Resumed bool
	Since   time.Time // since when the row is due
	// Reason is why the last attempt failed; empty when none did since the last success.
	Reason string
	// Causes are why the row is due, one after the other; Done forgets those that it has got here.
	Causes Cause
}

// Queue is the store's side. Every method but Claim answers ErrLost when the
// token is no longer the row's.
type Queue interface {
	// Claim leases the row that has been due longest, of all kinds but these; nil when
	// none is due.
	Claim(ctx context.Context, lease time.Duration, without ...string) (*Claim, error)
	Renew(ctx context.Context, c *Claim, lease time.Duration) error
	// Done marks everything up to c.Want as done; the row stays due when more was wanted meanwhile.
	Done(ctx context.Context, c *Claim) error
	// Retry releases the row, due again at next, with the reason of the failure.
	Retry(ctx context.Context, c *Claim, next time.Time, reason string) error
	// Park releases the row as not due until something wants it anew.
	Park(ctx context.Context, c *Claim, reason string) error
	// Schedule makes key due every interval, first at once; a key that is scheduled keeps its time.
	Schedule(ctx context.Context, key string, every time.Duration) error
	// Due sends when work may have become due; it is a hint and may be late.
	Due() <-chan struct{}
}

// Backlog is what waits of one kind.
type Backlog struct {
	Kind   string
	Due    int       // rows that are due now
	Oldest time.Time // since when the longest waiting is due; zero: none
	Parked int
}

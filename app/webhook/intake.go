// Package webhook takes deliveries in: size limit, signature, one transaction, 202.
package webhook

import (
	"context"
	"errors"
	"time"
)

// Intake is all that one delivery changes in the store, written in one transaction.
type Intake struct {
	Delivery Delivery
	Repo     Repo    // the event's repository under its present name
	Pulls    []Pull  // pull requests as the payload shows them
	Groups   []Group // merge groups as the payload shows them
	Due      []Due   // heads to be judged
}

// Delivery is one webhook delivery; ID (X-GitHub-Delivery) is its identity.
type Delivery struct {
	ID           string
	Event        string // "pull_request"
	Action       string // "synchronize", or empty
	Installation int64
	Repository   int64 // 0 where the event has none
	Received     time.Time
	Payload      []byte
}

// Repo names a repository for display and requests; ID is its identity.
type Repo struct {
	ID           int64
	Installation int64
	Owner, Name  string
}

// Pull is a pull request at the time of a payload.
type Pull struct {
	Repo    Repo
	Number  int
	Head    string // commit id
	BaseRef string // branch name, without refs/heads/
	Open    bool
	Updated time.Time // the payload's updated_at: an older payload never overwrites a newer one
}

// Group is a merge group at the time of a payload.
type Group struct {
	Repo    Repo
	Head    string // commit id of the merge head
	Base    string // commit id
	BaseRef string // branch name, without refs/heads/
	Open    bool   // false once destroyed
}

// Due says that a head must be judged (again).
type Due struct {
	Repository int64
	SHA        string
	// Rerun: a new run is asked for even when the verdict stays the same.
	Rerun bool
}

// Outcome is what became of an Intake.
type Outcome int

const (
	Stored   Outcome = iota // new, or due again because its work had failed or was parked: 202
	Repeated                // its work is done or under way: 200
)

// ErrUnavailable is wrapped by a store that cannot be written: 503.
var ErrUnavailable = errors.New("store cannot be written")

// Inbox stores deliveries. Accept returns only when the transaction is durable.
type Inbox interface {
	Accept(ctx context.Context, in Intake) (Outcome, error)
}

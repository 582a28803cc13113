// Package webhook takes deliveries in: size limit, signature, one transaction, 202.
package webhook

import (
	"context"
	"errors"
	"time"

	"github.com/checkrein/checkrein/app/work"
)

// Intake is all that one delivery changes in the store, written in one transaction.
type Intake struct {
	Delivery Delivery
	Repo     Repo    // the event's repository under its present name
	Pulls    []Pull  // pull requests as the payload shows them
	Groups   []Group // merge groups as the payload shows them
	// Pushes are branches that moved. A base of open pull requests, a branch of which
	// something is kept, and any branch of a .github repository become due (work.BaseKey).
	Pushes []Push
	// Voices with a comment become due (work.VoiceKey); of others the head, where it waits
	// for a yes or rests on one.
	Voices []Voice
	// Pushers are commits and who pushed them, as a pull request's payload tells: of
	// forks no push event comes.
	Pushers []Pusher
	// Installation is a changed installation; nil for other events.
	Installation *Installation
	// Removed are ids of repositories that the installation may not see any more.
	Removed []int64
	// Deployed: something was deployed from the repository, or tagged; heads whose verdict hangs on
	// what runs become due.
	Deployed bool
	Due      []work.Due // what must be done
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

// Push is a branch that moved.
type Push struct {
	Repo   Repo
	Ref    string // branch name, without refs/heads/
	Before string // commit id; empty for a branch that is new
	After  string // commit id; empty for a branch that is gone
	// Sender is the login of who pushed: no API tells it afterwards. SenderID stays when
	// the login is another; 0: not told.
	Sender   string
	SenderID int64
	// Commits are those of the push that are new to the repository.
	Commits []string
	// Default: the branch is the repository's default branch.
	Default bool
}

// Pusher says who pushed a commit.
type Pusher struct {
	SHA      string
	Sender   string // login
	SenderID int64  // stays when the login is another; 0: not told
}

// Voice is something that a person did on a pull request and that may be a yes. What
// counts is read from GitHub again; here stands only where to look.
type Voice struct {
	Repo    Repo
	Pull    int
	Comment int64  // id of the comment; 0: a review, or a comment that was taken back
	Command string // of a comment: "accept" or "recheck"
}

// Installation is the app installed for an owner.
type Installation struct {
	ID     int64
	Owner  string
	Access Access
}

// Access is what an installation lets the app do.
type Access string

// The states of an installation.
const (
	Active    Access = "active"
	Suspended Access = "suspended"
	Removed   Access = "removed"
)

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

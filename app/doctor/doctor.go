// Package doctor examines whether the App is set up so that it can do what it is for:
// its key, its permissions and events, its webhook, its installations, and whether the
// check is required where it runs. It only asks; the one thing it ever writes is a
// ruleset, with an administrator's token.
package doctor

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/enforce"
	"github.com/checkrein/checkrein/app/hub"
)

// GitHub is what is asked as the App itself.
type GitHub interface {
	App(ctx context.Context) (hub.App, error)
	Hook(ctx context.Context) (hub.Hook, error)
	Deliveries(ctx context.Context, since time.Time) ([]hub.Delivery, error)
	Installations(ctx context.Context) ([]hub.Installation, error)
}

// Installation is what is asked as one installation.
type Installation interface {
	Repositories(ctx context.Context) ([]hub.Repository, error)
	enforce.GitHub
}

// Config says what is examined and with whose eyes.
type Config struct {
	GitHub       GitHub
	Installation func(id int64) Installation
	AppID        int64
	APIURL       string
	Owners       []string // whose installations are served; empty: all
	Secrets      []string // of the webhook; only their number and length are told
	Manifest     []byte   // app.yml
	Check        string   // name of the required check
	// Only names the repositories to look at, owner/name; empty: all.
	Only []string
	// Skew is how much GitHub's clock is ahead of this machine's; false: not known.
	Skew func() (time.Duration, bool)
	Now  func() time.Time
	// Step is told what is being asked.
	Step func(what string)
}

// Doctor is one examination.
type Doctor struct {
	Config
	report       Report
	me           hub.App
	want         asked
	repositories []*repository
	absent       []Line // asked for by name, and not there
	leftOut      leftOut
}

// New begins an examination; it asks nothing yet.
func New(c Config) *Doctor {
	return &Doctor{Config: c, report: Report{Format: Format}}
}

// Examine asks GitHub everything. What could not be asked is a line of the report; the
// error is that of a context that ended.
func (d *Doctor) Examine(ctx context.Context) (*Report, error) {
	d.configuration()
	for _, examine := range []func(context.Context) bool{d.key, d.manifest, d.webhook, d.deliveries, d.installations, d.look} {
		if goOn := examine(ctx); !goOn || ctx.Err() != nil {
			break
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("examine the App: %w", err)
	}
	return &d.report, nil
}

// unasked is the line about a question that GitHub did not answer.
func unasked(subject string, err error) Line {
	line := Line{Level: Unknown, Subject: subject, Found: "could not be asked: " + err.Error(), Do: "try again"}
	if down, ok := errors.AsType[*hub.UnavailableError](err); ok && down.Status == 0 {
		line.Do = "see that GITHUB_API_URL is right and that this machine reaches it (HTTPS_PROXY is obeyed), then try again"
	}
	if _, ok := errors.AsType[*hub.LimitError](err); ok {
		line.Do = "try again after that time"
	}
	return line
}

// silent tells whether GitHub gave no answer at all, rather than one that says no.
func silent(err error) bool {
	if _, ok := errors.AsType[*hub.LimitError](err); ok {
		return true
	}
	_, ok := errors.AsType[*hub.UnavailableError](err)
	return ok || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

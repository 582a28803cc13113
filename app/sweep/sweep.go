// Package sweep finds what no webhook tells: open heads without a verdict, deliveries
// that never came, installations and repositories that came and went, exceptions that
// have ended, branches that moved under an open head.
package sweep

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/checkrein/checkrein/app/enforce"
	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/review"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// App is what sweeping asks GitHub as the app itself.
type App interface {
	Installations(ctx context.Context) ([]hub.Installation, error)
	Deliveries(ctx context.Context, since time.Time) ([]hub.Delivery, error)
	DeliveryPayload(ctx context.Context, id int64) (event, guid string, payload []byte, err error)
}

// GitHub is what sweeping asks GitHub as one installation.
type GitHub interface {
	enforce.GitHub
	review.GitHub
	Repositories(ctx context.Context) ([]hub.Repository, error)
	Open(ctx context.Context, repos []hub.Repository) ([]hub.Open, error)
	Comment(ctx context.Context, repo hub.Repo, id int64) (hub.Said, error)
}

// Sweeper does the work of every row that is not a head. All fields are mandatory.
type Sweeper struct {
	App    App
	GitHub func(installation int64) GitHub
	Memory Memory
	Voices Voices
	Inbox  webhook.Inbox
	// Renew forgets an installation's token: its permissions may be others by now.
	Renew func(installation int64)
	// Decode reads a delivery that was missed.
	Decode func(event, delivery string, payload []byte, received time.Time) (webhook.Intake, bool, error)
	// Follow brings what is kept of a branch up to date; see pull.Judge.
	Follow func(ctx context.Context, repo webhook.Repo, branch string) error
	// Check is the name of the check run that must be required, AppID who makes it.
	Check  string
	AppID  int64
	Owners webhook.Owners
	// Window is how far back GitHub keeps deliveries.
	Window time.Duration
	Log    *slog.Logger
	Now    func() time.Time
}

const (
	// pace is the time between two heads that a sweep makes due: what people do
	// comes first.
	pace = time.Second
	// enforceEvery is how often the branch rules of a repository are looked at.
	enforceEvery = 6 * time.Hour
	// believed is after how many attempts a repository that GitHub does not show is gone.
	believed = 2
)

// Handles tells the kinds of rows that Do works on.
func Handles(kind string) bool {
	switch kind {
	case work.KindInstallations, work.KindSweep, work.KindDeliveries, work.KindRevisit,
		work.KindBase, work.KindVoice, work.KindEnforce:
		return true
	}
	return false
}

// Do does the work of one row. What GitHub answers for it can wait: judging keeps a part
// of the budget for itself.
func (s *Sweeper) Do(ctx context.Context, c *work.Claim) error {
	err := s.do(ctx, c)
	for _, over := range []error{hub.ErrNoInstallation, hub.ErrNoRepository} {
		if errors.Is(err, over) && c.Tries >= believed {
			s.Log.InfoContext(ctx, "nothing to do any more", "key", c.Key, "reason", err)
			return nil
		}
	}
	return err
}

func (s *Sweeper) do(ctx context.Context, c *work.Claim) error {
	switch c.Kind {
	case work.KindBase:
		return s.base(ctx, c.Key)
	}
	ctx = hub.Background(ctx)
	switch c.Kind {
	case work.KindVoice:
		return s.voice(ctx, c.Key) // strangers can make as many as they like
	case work.KindInstallations:
		return s.installations(ctx)
	case work.KindSweep:
		return s.installation(ctx, c.Key)
	case work.KindDeliveries:
		return s.deliveries(ctx)
	case work.KindEnforce:
		return s.enforce(ctx, c)
	case work.KindRevisit:
		return s.revisit(ctx)
	}
	return fmt.Errorf("work key %q is of no kind that is known", c.Key)
}

// installations finds out where the app is installed, and has each looked through.
func (s *Sweeper) installations(ctx context.Context) error {
	asked := s.Now()
	list, err := s.App.Installations(ctx)
	if err != nil {
		return err
	}
	var all []webhook.Installation
	var due []work.Due
	for _, in := range list {
		access := webhook.Active
		if in.Suspended {
			access = webhook.Suspended
		}
		all = append(all, webhook.Installation{ID: in.ID, Owner: in.Owner, Access: access})
		if access == webhook.Active && s.Owners.Serve(in.Owner) {
			due = append(due, work.Due{Key: work.SweepKey(in.ID)})
		}
	}
	if err := s.Memory.SetInstallations(ctx, all, asked); err != nil {
		return err
	}
	if err := s.Memory.MakeDue(ctx, due); err != nil {
		return err
	}
	return s.Memory.SetMark(ctx, work.KindInstallations, asked)
}

// revisit makes heads due whose exception has ended.
func (s *Sweeper) revisit(ctx context.Context) error {
	now := s.Now()
	due, err := s.Memory.Ended(ctx, now)
	if err != nil {
		return err
	}
	if err := s.Memory.MakeDue(ctx, paced(due, now)); err != nil {
		return err
	}
	return s.Memory.SetMark(ctx, work.KindRevisit, now)
}

// paced spreads what becomes due.
func paced(due []work.Due, from time.Time) []work.Due {
	for i := range due {
		due[i].At = from.Add(time.Duration(i) * pace)
	}
	return due
}

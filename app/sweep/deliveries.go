package sweep

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/webhook"
	"github.com/checkrein/checkrein/app/work"
)

// overlap is looked at again each time: a delivery is listed when its attempt is over.
const overlap = 10 * time.Minute

// deliveries takes in what GitHub could not deliver. It reads the payload rather than
// asking for another delivery: whatever kept the first one away may still be there.
func (s *Sweeper) deliveries(ctx context.Context) error {
	asked := s.Now()
	since, err := s.Memory.Mark(ctx, work.KindDeliveries)
	if err != nil {
		return err
	}
	since = since.Add(-overlap)
	if oldest := asked.Add(-s.Window); since.Before(oldest) {
		since = oldest
	}
	list, err := s.App.Deliveries(ctx, since)
	if err != nil {
		return err
	}
	missed, err := s.missed(ctx, list)
	if err != nil {
		return err
	}
	var errs []error
	for _, d := range missed {
		errs = append(errs, s.takeIn(ctx, d)) // one that cannot be had keeps none back
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	return s.Memory.SetMark(ctx, work.KindDeliveries, asked)
}

// missed are the events whose newest attempt failed and that the store does not have,
// the oldest first.
func (s *Sweeper) missed(ctx context.Context, list []hub.Delivery) ([]hub.Delivery, error) {
	seen := map[string]bool{}
	var failed []hub.Delivery
	var ids []string
	for _, d := range list { // the newest first
		if seen[d.GUID] {
			continue
		}
		seen[d.GUID] = true
		if (d.Status < 200 || d.Status > 299) && webhook.Hears(d.Event) {
			failed, ids = append([]hub.Delivery{d}, failed...), append(ids, d.GUID)
		}
	}
	have, err := s.Memory.HasDeliveries(ctx, ids)
	if err != nil {
		return nil, err
	}
	var missed []hub.Delivery
	for _, d := range failed {
		if !have[d.GUID] {
			missed = append(missed, d)
		}
	}
	return missed, nil
}

// takeIn stores a delivery as if it had come.
func (s *Sweeper) takeIn(ctx context.Context, d hub.Delivery) error {
	event, guid, payload, err := s.App.DeliveryPayload(ctx, d.ID)
	if errors.Is(err, hub.ErrGone) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read missed delivery %s: %w", d.GUID, err)
	}
	if guid != d.GUID {
		return fmt.Errorf("read missed delivery %s: GitHub answered with %q", d.GUID, guid)
	}
	in, ours, err := s.Decode(event, guid, payload, s.Now())
	if err != nil {
		s.Log.WarnContext(ctx, "a missed delivery cannot be read", "delivery", guid, "event", event, "error", err)
		return nil // no later attempt would read it either
	}
	if !ours {
		return nil
	}
	s.Log.WarnContext(ctx, "missed delivery taken in", "delivery", guid, "event", event, "repository", in.Repo.Owner+"/"+in.Repo.Name)
	_, err = s.Inbox.Accept(ctx, in)
	return err
}

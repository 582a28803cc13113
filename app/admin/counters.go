package admin

import (
	"context"
	"net/http"
	"slices"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/checkrein/checkrein/app/work"
)

// other is the label for what is not listed, so that nobody can make up labels.
const other = "other"

// counters are told of events as they happen.
type counters struct {
	deliveries, ended, verdicts, retries, losses, panics metric.Int64Counter
	duration, waited                                     metric.Float64Histogram
}

// kinds of work, which are shown even before there was any.
func kinds() []string {
	return []string{work.KindHead, work.KindBase, work.KindVoice, work.KindEnforce, work.KindSweep,
		work.KindInstallations, work.KindDeliveries, work.KindRevisit, work.KindPurge}
}

func conclusions() []string { return []string{"success", "failure", "undecided"} }

// newCounters starts those that alerts watch at zero: a series that appears with its
// first event shows no increase.
func newCounters(m *meter) *counters {
	c := &counters{
		deliveries: m.counter("checkrein_deliveries_total"),
		ended:      m.counter("checkrein_work_ended_total"),
		verdicts:   m.counter("checkrein_verdicts_total"),
		retries:    m.counter("checkrein_retries_total"),
		losses:     m.counter("checkrein_lease_losses_total"),
		panics:     m.counter("checkrein_panics_total"),
		duration:   m.histogram("checkrein_work_duration_seconds", .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300),
		waited:     m.histogram("checkrein_work_waited_seconds", .1, .5, 1, 5, 15, 60, 300, 900, 3600, 4*3600),
	}
	if m.err() != nil {
		return c // some are missing
	}
	add(c.panics, 0)
	for _, status := range []int{http.StatusAccepted, http.StatusUnauthorized, http.StatusServiceUnavailable} {
		add(c.deliveries, 0, attribute.Int("status", status))
	}
	for _, kind := range kinds() {
		add(c.retries, 0, attribute.String("kind", kind))
		add(c.losses, 0, attribute.String("kind", kind))
	}
	for _, conclusion := range conclusions() {
		add(c.verdicts, 0, attribute.String("conclusion", conclusion))
	}
	return c
}

func add(c metric.Int64Counter, n int64, labels ...attribute.KeyValue) {
	c.Add(context.Background(), n, metric.WithAttributes(labels...))
}

// listed is the label where it is one of these, else other.
func listed(label string, all []string) string {
	if slices.Contains(all, label) {
		return label
	}
	return other
}

// Delivered counts a webhook request that was answered.
func (a *Admin) Delivered(status int) { add(a.deliveries, 1, attribute.Int("status", status)) }

// Verdict counts a verdict that was published.
func (a *Admin) Verdict(conclusion string) {
	add(a.verdicts, 1, attribute.String("conclusion", listed(conclusion, conclusions())))
}

// Panicked counts a panic that ended a check.
func (a *Admin) Panicked() { add(a.panics, 1) }

// Ended counts a job.
func (a *Admin) Ended(e work.Ended) {
	kind := attribute.String("kind", listed(e.Kind, kinds()))
	add(a.ended, 1, kind, attribute.String("outcome", e.Outcome))
	a.duration.Record(context.Background(), e.Duration.Seconds(), metric.WithAttributes(kind))
	a.waited.Record(context.Background(), e.Waited.Seconds(), metric.WithAttributes(kind))
	switch e.Outcome {
	case work.OutcomeRetried, work.OutcomeDelayed:
		add(a.retries, 1, kind)
	case work.OutcomeLost:
		add(a.losses, 1, kind)
	}
	if e.Panicked {
		a.Panicked()
	}
}

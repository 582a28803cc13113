package admin

import (
	"context"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/checkrein/checkrein/registry/guard"
)

// guardCounter counts the lines of the guard's journal.
type guardCounter struct{ records metric.Int64Counter }

func newGuardCounter(m *meter) *guardCounter {
	g := &guardCounter{m.counter("checkrein_guard_records_total")}
	if m.err() != nil {
		return g
	}
	for _, event := range guardEvents() {
		if event != guard.Refused {
			add(g.records, 0, attribute.String("event", string(event)), attribute.String("code", ""))
		}
	}
	for _, code := range guardCodes() {
		add(g.records, 0, attribute.String("event", string(guard.Refused)), attribute.String("code", code))
	}
	return g
}

func guardEvents() []guard.Event {
	return []guard.Event{guard.Refused, guard.Deleted, guard.NotDeleted, guard.Unknown, guard.Moved, guard.Undone, guard.RestoreFailed, guard.Missing}
}

func guardCodes() []string {
	var all []string
	for _, c := range []guard.Code{guard.Referenced, guard.Pinned, guard.Deployed, guard.Young, guard.Tagged, guard.Unreadable, guard.WholePackage, guard.Brake, guard.NotUnderstood} {
		all = append(all, string(c))
	}
	return all
}

// Recorded counts a line of the guard's journal.
func (g *guardCounter) Recorded(r guard.Record) {
	code := ""
	if r.Event == guard.Refused {
		code = listed(r.Code, guardCodes())
	}
	add(g.records, 1, attribute.String("event", string(r.Event)), attribute.String("code", code))
}

// NewGuard is what the guard alone tells, and the App while it waits for its database: the
// only part is the store, its metrics are checkrein_ready and checkrein_guard_records_total.
// Nothing else of Admin may be called but Recorded and Handler.
func NewGuard(ping func(context.Context) error, log *slog.Logger) (*Admin, error) {
	m, metrics, err := newMeter(log)
	if err != nil {
		return nil, fmt.Errorf("admin: start metrics: %w", err)
	}
	a := &Admin{parts: []*part{{name: "store", check: ping}}, metrics: metrics, guardCounter: newGuardCounter(m)}
	a.tellReady(m, log)
	if err := m.err(); err != nil {
		return nil, fmt.Errorf("admin: make metrics: %w", err)
	}
	return a, nil
}

// tellReady measures what /readyz answers, part by part.
func (a *Admin) tellReady(m *meter, log *slog.Logger) {
	ready := m.gauge("checkrein_ready")
	(&gauges{Config{Log: log}}).observe(m, "readiness", func(ctx context.Context, o observer) error {
		for _, p := range a.parts {
			value := 1.0
			if p.state(ctx) != nil {
				value = 0
			}
			o.value(ready, value, attribute.String("part", p.name))
		}
		return nil
	}, ready)
}

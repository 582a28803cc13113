package admin

import (
	"context"
	"slices"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/metric"

	"github.com/checkrein/checkrein/app/work"
)

// gaugeTime bounds each question to the store for one look at /metrics.
const gaugeTime = 2 * time.Second

// gauges are measured when somebody looks.
type gauges struct{ Config }

// marked are the scheduled jobs whose success is kept.
func marked() []string {
	return []string{work.KindSweep, work.KindInstallations, work.KindDeliveries, work.KindRevisit}
}

// unknown is where it could not be found out.
const unknown = "unknown"

func enforcements() []string { return []string{"enforced", "unbound", "missing", unknown} }

func (g *gauges) register(m *meter) {
	due, parked, oldest := m.gauge("checkrein_work_due"), m.gauge("checkrein_work_parked"), m.gauge("checkrein_work_oldest_due_seconds")
	g.observe(m, "backlog", func(ctx context.Context, o observer) error { return g.backlog(ctx, o, due, parked, oldest) }, due, parked, oldest)

	remaining, limit := m.gauge("checkrein_github_remaining"), m.gauge("checkrein_github_limit")
	g.observe(m, "budgets", func(_ context.Context, o observer) error { return g.budgets(o, remaining, limit) }, remaining, limit)

	success := m.gauge("checkrein_last_success_timestamp_seconds")
	g.observe(m, "marks", func(ctx context.Context, o observer) error { return g.marks(ctx, o, success) }, success)

	repositories := m.gauge("checkrein_repositories")
	g.observe(m, "enforcement", func(ctx context.Context, o observer) error { return g.enforcement(ctx, o, repositories) }, repositories)

	build := m.gauge("checkrein_build_info")
	g.observe(m, "version", func(_ context.Context, o observer) error {
		o.value(build, 1, attribute.String("version", g.Version))
		return nil
	}, build)
}

// observe measures all of these at once. What cannot be measured is left out, and the
// log says why: the other metrics are wanted all the more then.
func (g *gauges) observe(m *meter, what string, measure func(context.Context, observer) error, all ...metric.Observable) {
	_, err := m.RegisterCallback(func(ctx context.Context, o metric.Observer) error {
		ctx, cancel := context.WithTimeout(ctx, gaugeTime)
		defer cancel()
		if err := guarded(func() error { return measure(ctx, observer{o}) }); err != nil {
			g.Log.WarnContext(ctx, "a metric cannot be measured", "metric", what, "error", err)
		}
		return nil
	}, all...)
	m.failed(err)
}

type observer struct{ metric.Observer }

func (o observer) value(g metric.Float64Observable, v float64, labels ...attribute.KeyValue) {
	o.ObserveFloat64(g, v, metric.WithAttributes(labels...))
}

func (g *gauges) backlog(ctx context.Context, o observer, due, parked, oldest metric.Float64Observable) error {
	all, err := g.Backlog(ctx)
	if err != nil {
		return err
	}
	byKind := map[string]work.Backlog{}
	for _, kind := range kinds() {
		byKind[kind] = work.Backlog{}
	}
	for _, b := range all {
		kind := listed(b.Kind, kinds())
		byKind[kind] = together(byKind[kind], b)
	}
	for kind, b := range byKind {
		label, age := attribute.String("kind", kind), 0.0
		if !b.Oldest.IsZero() {
			age = max(0, g.Now().Sub(b.Oldest).Seconds())
		}
		o.value(due, float64(b.Due), label)
		o.value(parked, float64(b.Parked), label)
		o.value(oldest, age, label)
	}
	return nil
}

// together adds up the kinds that share a label.
func together(a, b work.Backlog) work.Backlog {
	sum := work.Backlog{Due: a.Due + b.Due, Parked: a.Parked + b.Parked, Oldest: a.Oldest}
	if a.Oldest.IsZero() || !b.Oldest.IsZero() && b.Oldest.Before(a.Oldest) {
		sum.Oldest = b.Oldest
	}
	return sum
}

func (g *gauges) budgets(o observer, remaining, limit metric.Float64Observable) error {
	for of, left := range sumUp(g.Budgets()) {
		labels := []attribute.KeyValue{attribute.String("installation", of.installation), attribute.String("resource", string(of.resource))}
		o.value(remaining, float64(left.remaining), labels...)
		o.value(limit, float64(left.limit), labels...)
	}
	return nil
}

// marks tells of the listed jobs alone, and of a job that never succeeded: an alert
// cannot see what is not there.
func (g *gauges) marks(ctx context.Context, o observer, success metric.Float64Observable) error {
	all, err := g.Marks(ctx)
	if err != nil {
		return err
	}
	for _, job := range marked() {
		at := 0.0
		if t := all[job]; !t.IsZero() {
			at = float64(t.UnixMilli()) / 1000
		}
		o.value(success, at, attribute.String("job", job))
	}
	return nil
}

func (g *gauges) enforcement(ctx context.Context, o observer, repositories metric.Float64Observable) error {
	all, err := g.Enforcement(ctx)
	if err != nil {
		return err
	}
	counts := map[string]int{}
	for state, n := range all {
		if !slices.Contains(enforcements(), state) {
			state = unknown
		}
		counts[state] += n
	}
	for _, state := range enforcements() {
		o.value(repositories, float64(counts[state]), attribute.String("enforcement", state))
	}
	return nil
}

package admin

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/checkrein/checkrein/app/hub"
	"github.com/checkrein/checkrein/app/work"
	"github.com/checkrein/checkrein/registry/guard"
)

// busy lets everything happen that there is a metric for.
func busy(t *testing.T) *Admin {
	t.Helper()
	a := newAdmin(t, func(c *Config) {
		c.Backlog = func(context.Context) ([]work.Backlog, error) {
			return []work.Backlog{
				{Kind: work.KindHead, Due: 3, Parked: 1, Oldest: time.Now().Add(-time.Minute)},
				{Kind: work.KindBase, Parked: 2},
				{Kind: "made up", Due: 1, Oldest: time.Now().Add(-time.Hour)},
				{Kind: "made up too", Due: 4, Parked: 5, Oldest: time.Now().Add(-time.Minute)},
			}, nil
		}
		c.Budgets = func() []hub.Budget {
			return []hub.Budget{{Installation: 9, Resource: hub.REST, Limit: 12500, Remaining: 12000},
				{Installation: 9, Resource: hub.GraphQL, Limit: 5000, Remaining: 1}}
		}
		c.Marks = func(context.Context) (map[string]time.Time, error) {
			return map[string]time.Time{"sweep": time.UnixMilli(1_790_000_000_500), "made up": time.Now()}, nil
		}
		c.Enforcement = func(context.Context) (map[string]int, error) {
			return map[string]int{"enforced": 7, "missing": 2, "made up": 1}, nil
		}
	})
	a.Delivered(202)
	a.Delivered(202)
	a.Delivered(401)
	a.Ended(work.Ended{Kind: work.KindHead, Outcome: work.OutcomeDone, Duration: 3 * time.Second, Waited: 20 * time.Millisecond})
	a.Ended(work.Ended{Kind: work.KindHead, Outcome: work.OutcomeRetried, Panicked: true})
	a.Ended(work.Ended{Kind: work.KindHead, Outcome: work.OutcomeDelayed})
	a.Ended(work.Ended{Kind: work.KindSweep, Outcome: work.OutcomeLost})
	a.Ended(work.Ended{Kind: work.KindSweep, Outcome: work.OutcomeParked})
	a.Ended(work.Ended{Kind: "made up", Outcome: work.OutcomeDone})
	a.Verdict("failure")
	a.Verdict("made up")
	a.Panicked()
	a.Recorded(guard.Record{Event: guard.Refused, Code: "young"})
	a.Recorded(guard.Record{Event: guard.Refused, Code: "made up"})
	a.Recorded(guard.Record{Event: guard.Deleted})
	return a
}

// scrape reads /metrics as Prometheus would.
func scrape(t *testing.T, a *Admin) map[string]*dto.MetricFamily {
	t.Helper()
	w := get(a, "/metrics")
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(w.Body)
	if w.Code != 200 || err != nil {
		t.Fatalf("answered %d, error %v", w.Code, err)
	}
	return families
}

// TestMetricsAreThoseDescribed: by name, kind, labels and text, and no others.
func TestMetricsAreThoseDescribed(t *testing.T) {
	got := map[string]Metric{}
	runtime := map[string]bool{}
	for name, f := range scrape(t, busy(t)) {
		prefix, _, _ := strings.Cut(name, "_")
		if prefix != "checkrein" {
			runtime[prefix] = true
			continue
		}
		got[name] = Metric{Name: name, Kind: strings.ToLower(f.GetType().String()), Labels: labels(f), Says: f.GetHelp()}
	}
	want := map[string]Metric{}
	for _, m := range Metrics() {
		want[m.Name] = m
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("described (-) and told (+):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"go", "process"}, slices.Sorted(maps.Keys(runtime))); diff != "" {
		t.Errorf("others (-want +got):\n%s", diff)
	}
}

// labels are the names that any series of a family has, in order.
func labels(f *dto.MetricFamily) []string {
	names := map[string]bool{}
	for _, m := range f.Metric {
		for _, l := range m.Label {
			names[l.GetName()] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

// values are a family's series as "label,label value", those of histograms as count and sum.
func values(f *dto.MetricFamily) []string {
	var all []string
	for _, m := range f.GetMetric() {
		var of []string
		for _, l := range m.Label {
			of = append(of, l.GetValue())
		}
		value := fmt.Sprintf("%.13g", m.GetCounter().GetValue()+m.GetGauge().GetValue())
		if h := m.GetHistogram(); h != nil {
			value = fmt.Sprintf("%d in %gs", h.GetSampleCount(), h.GetSampleSum())
		}
		all = append(all, strings.TrimSpace(strings.Join(of, ",")+" "+value))
	}
	slices.Sort(all)
	return all
}

func TestMetricsTellWhatHappened(t *testing.T) {
	families := scrape(t, busy(t))
	for name, want := range map[string][]string{
		"checkrein_deliveries_total":               {"202 2", "401 1", "503 0"},
		"checkrein_work_ended_total":               {"head,delayed 1", "head,done 1", "head,retried 1", "other,done 1", "sweep,lost 1", "sweep,parked 1"},
		"checkrein_work_duration_seconds":          {"head 3 in 3s", "other 1 in 0s", "sweep 2 in 0s"},
		"checkrein_work_waited_seconds":            {"head 3 in 0.02s", "other 1 in 0s", "sweep 2 in 0s"},
		"checkrein_verdicts_total":                 {"failure 1", "other 1", "success 0", "undecided 0"},
		"checkrein_panics_total":                   {"2"},
		"checkrein_retries_total":                  {"base 0", "deliveries 0", "enforce 0", "head 2", "installations 0", "purge 0", "revisit 0", "sweep 0", "voice 0"},
		"checkrein_lease_losses_total":             {"base 0", "deliveries 0", "enforce 0", "head 0", "installations 0", "purge 0", "revisit 0", "sweep 1", "voice 0"},
		"checkrein_work_due":                       {"base 0", "deliveries 0", "enforce 0", "head 3", "installations 0", "other 5", "purge 0", "revisit 0", "sweep 0", "voice 0"},
		"checkrein_work_parked":                    {"base 2", "deliveries 0", "enforce 0", "head 1", "installations 0", "other 5", "purge 0", "revisit 0", "sweep 0", "voice 0"},
		"checkrein_github_remaining":               {"9,graphql 1", "9,rest 12000"},
		"checkrein_github_limit":                   {"9,graphql 5000", "9,rest 12500"},
		"checkrein_last_success_timestamp_seconds": {"deliveries 0", "installations 0", "revisit 0", "sweep 1790000000.5"},
		"checkrein_repositories":                   {"enforced 7", "missing 2", "unbound 0", "unknown 1"},
		"checkrein_ready":                          {"key 1", "store 1"},
		"checkrein_build_info":                     {"1.2.3 1"},
	} {
		if diff := cmp.Diff(want, values(families[name])); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for _, want := range []string{",deleted 1", "young,refused 1", "other,refused 1", "brake,refused 0", ",restore failed 0"} {
		if got := values(families["checkrein_guard_records_total"]); !slices.Contains(got, want) {
			t.Errorf("the guard's records are %q, want %q among them", got, want)
		}
	}
	ages := map[string]float64{}
	for _, m := range families["checkrein_work_oldest_due_seconds"].GetMetric() {
		ages[m.Label[0].GetValue()] = m.GetGauge().GetValue()
	}
	if len(ages) != 10 || ages["head"] < 60 || ages["head"] > 120 || ages["other"] < 3600 || ages["base"] != 0 {
		t.Errorf("oldest due %v; want head a minute, other an hour and base 0", ages)
	}
}

// TestAQuietAppTellsZero: alerts must see series before the first event.
func TestAQuietAppTellsZero(t *testing.T) {
	families := scrape(t, newAdmin(t, nil))
	for _, name := range []string{"checkrein_panics_total", "checkrein_retries_total", "checkrein_lease_losses_total", "checkrein_verdicts_total",
		"checkrein_work_due", "checkrein_work_parked", "checkrein_work_oldest_due_seconds", "checkrein_last_success_timestamp_seconds", "checkrein_repositories", "checkrein_guard_records_total"} {
		got := values(families[name])
		if len(got) == 0 || slices.ContainsFunc(got, func(v string) bool { return !strings.HasSuffix(v, "0") }) {
			t.Errorf("%s: %v, want zeros", name, got)
		}
	}
}

// TestWhatCannotBeMeasuredIsLeftOut: the others stay, and the log says why.
func TestWhatCannotBeMeasuredIsLeftOut(t *testing.T) {
	for what, fail := range map[string]func() error{
		"disk full": func() error { return errors.New("disk full") },
		"panic: no": func() error { panic("no") },
	} {
		t.Run(what, func(t *testing.T) {
			var log bytes.Buffer
			broken := false
			a := newAdmin(t, func(c *Config) {
				c.Log = slog.New(slog.NewTextHandler(&log, nil))
				c.Marks = func(context.Context) (map[string]time.Time, error) {
					if broken {
						return nil, fail()
					}
					return nil, nil
				}
			})
			before := scrape(t, a)
			broken = true
			after := scrape(t, a)
			for name := range before {
				if _, there := after[name]; there == (name == "checkrein_last_success_timestamp_seconds") {
					t.Errorf("%s is there: %v", name, there)
				}
			}
			if want := `metric=marks error="` + what + `"`; !strings.Contains(log.String(), want) {
				t.Errorf("logged %q, want %s", log.String(), want)
			}
		})
	}
}

// TestReadinessIsAMetric: an alert sees what a probe sees, of the App and of the guard alone.
func TestReadinessIsAMetric(t *testing.T) {
	full := func(context.Context) error { return errors.New("disk full") }
	alone, err := NewGuard(full, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	for want, a := range map[string]*Admin{"key 1, store 0": newAdmin(t, func(c *Config) { c.Ping = full }), "store 0": alone} {
		if got := strings.Join(values(scrape(t, a)["checkrein_ready"]), ", "); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}

// TestALookThatHangsStopsNobody: events are counted meanwhile, and the look ends.
func TestALookThatHangsStopsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := newAdmin(t, func(c *Config) {
			c.Backlog = func(ctx context.Context) ([]work.Backlog, error) { <-ctx.Done(); return nil, ctx.Err() }
		})
		begun := time.Now()
		ended := make(chan time.Duration)
		go func() { get(a, "/metrics"); ended <- time.Since(begun) }()
		synctest.Wait()
		a.Delivered(202)
		a.Ended(work.Ended{Kind: work.KindHead, Outcome: work.OutcomeDone})
		if waited := time.Since(begun); waited != 0 {
			t.Errorf("counting waited %v for the look", waited)
		}
		if took := <-ended; took != 2*time.Second {
			t.Errorf("the look took %v, want 2s", took)
		}
	})
}

// TestAScrapeHasAFixedCost: each source is asked once a look, however much there is to tell.
func TestAScrapeHasAFixedCost(t *testing.T) {
	synctest.Test(t, costOfScrapes) // so that three looks are at one time
}

func costOfScrapes(t *testing.T) {
	asked := map[string]int{}
	a := newAdmin(t, func(c *Config) {
		c.Ping = func(context.Context) error { asked["ping"]++; return nil }
		c.Key = func() error { asked["key"]++; return nil }
		c.Backlog = func(ctx context.Context) ([]work.Backlog, error) {
			asked["backlog"]++
			if _, ok := ctx.Deadline(); !ok {
				t.Error("the backlog is asked for without a bound")
			}
			return nil, nil
		}
		c.Budgets = func() []hub.Budget { asked["budgets"]++; return manyBudgets(1000) }
		c.Marks = func(context.Context) (map[string]time.Time, error) { asked["marks"]++; return nil, nil }
		c.Enforcement = func(context.Context) (map[string]int, error) { asked["enforcement"]++; return nil, nil }
	})
	for range 3 {
		scrape(t, a)
	}
	want := map[string]int{"backlog": 3, "budgets": 3, "marks": 3, "enforcement": 3, "ping": 1, "key": 1}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked in three looks (-want +got):\n%s", diff)
	}
}

// manyBudgets are installations 1 to n, the highest first.
func manyBudgets(n int) []hub.Budget {
	var all []hub.Budget
	for id := n; id > 0; id-- {
		all = append(all, hub.Budget{Installation: int64(id), Resource: hub.REST, Limit: 10, Remaining: 1})
	}
	return all
}

// TestInstallationsAreBounded: the lowest hundred have a label, the others one together.
func TestInstallationsAreBounded(t *testing.T) {
	for n, want := range map[int]string{
		99:  "99 series, the last 99: 10, others: 0",
		100: "100 series, the last 100: 10, others: 0",
		103: "101 series, the last 100: 10, others: 30",
	} {
		sums := sumUp(manyBudgets(n))
		last := min(n, 100)
		got := fmt.Sprintf("%d series, the last %d: %d, others: %d", len(sums), last,
			sums[budgetOf{fmt.Sprint(last), hub.REST}].limit, sums[budgetOf{"other", hub.REST}].limit)
		if got != want {
			t.Errorf("%d installations: %s; want %s", n, got, want)
		}
	}
}

package admin

import "slices"

// Metric documents one metric.
type Metric struct {
	Name   string
	Kind   string // "counter", "gauge" or "histogram"
	Labels []string
	Says   string
}

// The kinds of a Metric.
const (
	counter   = "counter"
	gauge     = "gauge"
	histogram = "histogram"
)

// Metrics lists what /metrics tells of the App, for the documentation; besides these it
// tells of the Go runtime (go_) and the process (process_).
func Metrics() []Metric {
	return []Metric{
		{"checkrein_deliveries_total", counter, []string{"status"}, "Webhook requests by the HTTP status of the answer."},
		{"checkrein_work_ended_total", counter, []string{"kind", "outcome"}, "Jobs that ended: done, retried, delayed, parked or lost."},
		{"checkrein_work_duration_seconds", histogram, []string{"kind"}, "How long jobs ran."},
		{"checkrein_work_waited_seconds", histogram, []string{"kind"}, "How long rows were due before their job began."},
		{"checkrein_verdicts_total", counter, []string{"conclusion"}, "Verdicts that were published: success, failure or undecided."},
		{"checkrein_retries_total", counter, []string{"kind"}, "Jobs that will be tried again: retried or delayed."},
		{"checkrein_lease_losses_total", counter, []string{"kind"}, "Jobs whose lease was lost, or whose end could not be noted."},
		{"checkrein_panics_total", counter, nil, "Panics; each ended one check or one job."},
		{"checkrein_work_due", gauge, []string{"kind"}, "Rows that are due now."},
		{"checkrein_work_parked", gauge, []string{"kind"}, "Rows that were given up until something wants them anew."},
		{"checkrein_work_oldest_due_seconds", gauge, []string{"kind"}, "How long the longest waiting row has been due; 0: none is."},
		{"checkrein_github_remaining", gauge, []string{"installation", "resource"}, "Requests or points left of a GitHub limit, as of its last answer. Beyond 100 installations the rest is summed up as \"other\"."},
		{"checkrein_github_limit", gauge, []string{"installation", "resource"}, "The GitHub limit that checkrein_github_remaining is left of."},
		{"checkrein_last_success_timestamp_seconds", gauge, []string{"job"}, "When the last success of a scheduled job began, as Unix time; 0: never."},
		{"checkrein_repositories", gauge, []string{"enforcement"}, "Repositories by whether the check is required and bound to this App: enforced, unbound, missing or unknown."},
		{"checkrein_ready", gauge, []string{"part"}, "Whether a part that /readyz asks is ready: 1, or 0."},
		{"checkrein_guard_records_total", counter, []string{"code", "event"}, "Lines of the guard's journal but for intents; code is why it refused."},
		{"checkrein_build_info", gauge, []string{"version"}, "Always 1; the label is the version that runs."},
	}
}

// described finds a metric's text by its name.
func described(name string) (Metric, bool) {
	all := Metrics()
	i := slices.IndexFunc(all, func(m Metric) bool { return m.Name == name })
	if i < 0 {
		return Metric{}, false
	}
	return all[i], true
}

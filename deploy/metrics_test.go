package deploy_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/app/admin"
)

// TestQueries: the dashboard and the alerts ask for metrics, labels and values that a
// running App tells.
func TestQueries(t *testing.T) {
	t.Parallel()
	told := exposition(t)
	queries := alerts(t)
	maps.Copy(queries, panels(t))
	if len(queries) < 20 {
		t.Fatalf("only %d queries were found", len(queries))
	}
	for _, where := range slices.Sorted(maps.Keys(queries)) {
		for _, problem := range examine(queries[where], told) {
			t.Errorf("%s: %s\n%s", where, problem, queries[where])
		}
	}
}

// TestAlertsAreTold: the operator's guide says what each alert means, and names no other.
func TestAlertsAreTold(t *testing.T) {
	guide, err := os.ReadFile(filepath.Join("..", "docs", "operate.md"))
	if err != nil {
		t.Fatal(err)
	}
	var told, there []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(Checkrein[A-Za-z]+)` \\|").FindAllStringSubmatch(string(guide), -1) {
		told = append(told, row[1])
	}
	for _, g := range readAlerts(t).Groups {
		for _, r := range g.Rules {
			there = append(there, r.Alert)
		}
	}
	if diff := cmp.Diff(there, told); diff != "" || len(there) == 0 {
		t.Errorf("alerts (-there +told):\n%s", diff)
	}
}

// TestQueriesCanFail: what does not exist is found out.
func TestQueriesCanFail(t *testing.T) {
	t.Parallel()
	told := exposition(t)
	for query, want := range map[string]int{
		`max by (kind) (checkrein_work_due{kind="head"}) > 1`:                                   0,
		`histogram_quantile(0.5, sum by (le) (rate(checkrein_work_waited_seconds_bucket[5m])))`: 0,
		`sum by (status) (rate(checkrein_deliverys_total[5m]))`:                                 1,
		`sum by (state) (checkrein_work_due)`:                                                   1,
		`checkrein_work_due{kinds="head"}`:                                                      1,
		`checkrein_work_due{kind="heads"}`:                                                      1,
		`checkrein_guard_records_total{event="refused",code="blind"}`:                           1,
		`checkrein_work_due_bucket`:                                                             1,
		`up == 0`:                                                                               1,
		`1 + 2`:                                                                                 1,
	} {
		if problems := examine(query, told); len(problems) != want {
			t.Errorf("%s: want %d problems, got %q", query, want, problems)
		}
	}
}

// exposition is what an App tells that has just started.
func exposition(t *testing.T) map[string]*dto.MetricFamily {
	t.Helper()
	o := newOperator(t)
	environment := map[string]string{
		"GITHUB_APP_PRIVATE_KEY_FILE": o.file("private-key", o.app.PEM()),
		"GITHUB_WEBHOOK_SECRET_FILE":  o.file("webhook-secret", []byte(webhookSecret)),
	}
	o.settle(environment, "serve")
	p := o.start(t.TempDir(), environment, product(t), "serve")
	p.ready(environment["CHECKREIN_ADMIN_LISTEN"])
	_, text := o.get("http://" + environment["CHECKREIN_ADMIN_LISTEN"] + "/metrics")
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	p.stop()
	for _, m := range admin.Metrics() { // those that tell nothing before something happened
		if families[m.Name] == nil {
			kind := map[string]dto.MetricType{"histogram": dto.MetricType_HISTOGRAM}[m.Kind]
			families[m.Name] = &dto.MetricFamily{Name: &m.Name, Type: &kind}
		}
	}
	return families
}

type alertRules struct {
	Groups []struct {
		Rules []struct {
			Alert, Expr string
			Labels      map[string]string
			Annotations map[string]string
		}
	}
}

func readAlerts(t *testing.T) (rules alertRules) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("prometheus", "alerts.yml"))
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, &rules); err != nil {
		t.Fatal(err)
	}
	return rules
}

func alerts(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for _, g := range readAlerts(t).Groups {
		for _, r := range g.Rules {
			if r.Labels["severity"] == "" || r.Annotations["summary"] == "" || r.Annotations["description"] == "" {
				t.Errorf("%s has no severity, summary or description", r.Alert)
			}
			all["alert "+r.Alert] = r.Expr
		}
	}
	return all
}

// panels are the queries of the dashboard; a variable stands for everything.
func panels(t *testing.T) map[string]string {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("grafana", "checkrein.json"))
	if err != nil {
		t.Fatal(err)
	}
	var dashboard struct {
		Templating struct {
			List []struct{ Name, Type, Query string }
		}
		Panels []struct {
			ID      int
			Title   string
			Targets []struct{ RefID, Expr string }
		}
	}
	if err := json.Unmarshal(data, &dashboard); err != nil {
		t.Fatal(err)
	}
	all, ids := map[string]string{}, map[int]bool{}
	for _, v := range dashboard.Templating.List {
		if inner, ok := strings.CutPrefix(v.Query, "label_values("); ok {
			metric, _, _ := strings.Cut(inner, ",")
			all["variable "+v.Name] = metric
		}
	}
	for _, p := range dashboard.Panels {
		if ids[p.ID] || len(p.Targets) == 0 {
			t.Errorf("panel %q: its id is not its own, or it asks nothing", p.Title)
		}
		ids[p.ID] = true
		for _, q := range p.Targets {
			all[fmt.Sprintf("panel %q %s", p.Title, q.RefID)] = strings.ReplaceAll(q.Expr, "$instance", ".*")
		}
	}
	return all
}

var (
	quoted   = regexp.MustCompile(`"(?:[^"\\]|\\.)*"`)
	braces   = regexp.MustCompile(`\{[^{}]*\}`)
	ranges   = regexp.MustCompile(`\[[^\]]*\]`)
	grouping = regexp.MustCompile(`\b(?:by|on|without|ignoring|group_left|group_right)\s*\(([^()]*)\)`)
	word     = regexp.MustCompile(`[a-zA-Z_:][a-zA-Z0-9_:]*`)
	function = regexp.MustCompile(`[a-zA-Z_][a-zA-Z0-9_]*\s*\(`)
	selector = regexp.MustCompile(`([a-zA-Z_:][a-zA-Z0-9_:]*)\{([^{}]*)\}`)
	matcher  = regexp.MustCompile(`([a-zA-Z_]+)\s*(=~|!~|!=|=)\s*"([^"]*)"`)
)

// fromScrape are labels that Prometheus adds.
var fromScrape = []string{"instance", "job", "exported_job", "le"}

// examine tells what a query asks for that is not there. It knows the part of PromQL that
// the files here use: what is left of a query without strings, ranges, functions and
// labels are metrics and operators.
func examine(query string, told map[string]*dto.MetricFamily) (problems []string) {
	bare := ranges.ReplaceAllString(braces.ReplaceAllString(quoted.ReplaceAllString(query, ""), ""), "")
	labels := []string{}
	for _, g := range grouping.FindAllStringSubmatch(bare, -1) {
		labels = append(labels, word.FindAllString(g[1], -1)...)
	}
	var metrics []string
	for _, w := range word.FindAllString(function.ReplaceAllString(grouping.ReplaceAllString(bare, ""), "("), -1) {
		if !slices.Contains([]string{"and", "or", "unless", "bool", "offset", "by", "e"}, w) {
			metrics = append(metrics, w)
		}
	}
	if len(metrics) == 0 {
		return []string{"it asks for nothing"}
	}
	known := slices.Clone(fromScrape)
	for _, name := range metrics {
		f := family(name, told)
		if f == nil {
			problems = append(problems, name+" is not told")
			continue
		}
		known = append(known, labelsOf(f)...)
	}
	if len(problems) > 0 {
		return problems
	}
	for _, l := range labels {
		if !slices.Contains(known, l) {
			problems = append(problems, "no metric in it has the label "+l)
		}
	}
	for _, s := range selector.FindAllStringSubmatch(query, -1) {
		problems = append(problems, unmatched(s[0], family(s[1], told), matcher.FindAllStringSubmatch(s[2], -1))...)
	}
	return problems
}

// family is that of a metric's name, also of a part of a histogram.
func family(name string, told map[string]*dto.MetricFamily) *dto.MetricFamily {
	if f := told[name]; f != nil {
		return f
	}
	for _, part := range []string{"_bucket", "_sum", "_count"} {
		if f := told[strings.TrimSuffix(name, part)]; strings.HasSuffix(name, part) && f.GetType() == dto.MetricType_HISTOGRAM {
			return f
		}
	}
	return nil
}

func labelsOf(f *dto.MetricFamily) (names []string) {
	for _, m := range admin.Metrics() {
		if m.Name == f.GetName() {
			names = append(names, m.Labels...)
		}
	}
	return names
}

// unmatched tells of labels that the metric lacks, and of values that no series has; a
// metric that tells nothing before something happened may have any.
func unmatched(where string, f *dto.MetricFamily, matchers [][]string) (problems []string) {
	for _, m := range matchers {
		label := strings.TrimPrefix(m[1], "exported_")
		if slices.Contains(labelsOf(f), label) {
			continue
		}
		if !slices.Contains(fromScrape, m[1]) {
			problems = append(problems, fmt.Sprintf("%s: there is no label %s", where, m[1]))
		}
	}
	if len(problems) > 0 || len(f.GetMetric()) == 0 || f.GetType() == dto.MetricType_HISTOGRAM {
		return problems
	}
	fits := func(s *dto.Metric) bool {
		for _, m := range matchers {
			for _, l := range s.GetLabel() {
				if l.GetName() == strings.TrimPrefix(m[1], "exported_") && !matches(m[2], m[3], l.GetValue()) {
					return false
				}
			}
		}
		return true
	}
	if !slices.ContainsFunc(f.GetMetric(), fits) {
		problems = append(problems, where+" selects nothing")
	}
	return problems
}

func matches(operator, want, got string) bool {
	equal := got == want
	if strings.HasSuffix(operator, "~") {
		equal = regexp.MustCompile("^(?:" + want + ")$").MatchString(got)
	}
	return equal != strings.HasPrefix(operator, "!")
}

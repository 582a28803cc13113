package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein"
	"github.com/checkrein/checkrein/app"
	"github.com/checkrein/checkrein/app/admin"
)

// TestOperateTables: whoever registers the App by hand finds exactly what app.yml asks for.
func TestOperateTables(t *testing.T) {
	var manifest struct {
		Permissions map[string]string `yaml:"default_permissions"`
		Events      []string          `yaml:"default_events"`
	}
	if err := yaml.Unmarshal(checkrein.Manifest, &manifest); err != nil {
		t.Fatal(err)
	}
	d := readDocument(t, "docs/operate.md")
	var want, got []string
	for name, level := range manifest.Permissions {
		want = append(want, fmt.Sprintf("`%s` %s", name, level))
	}
	for _, row := range d.rows("Permissions") {
		got = append(got, row[0]+" "+row[1])
	}
	inStep(t, "permissions", sorted(want), sorted(got))
	inStep(t, "events", sorted(manifest.Events), firstCells(d.rows("Events")))
}

var metricName = regexp.MustCompile(`checkrein_[a-z_]+`)

// TestOperateMetrics: every metric is told with its labels, and alerts name no other.
func TestOperateMetrics(t *testing.T) {
	d := readDocument(t, "docs/operate.md")
	var want, got []string
	known := map[string]bool{}
	for _, m := range admin.Metrics() {
		known[m.Name] = true
		want = append(want, fmt.Sprintf("`%s` %s", m.Name, strings.Join(m.Labels, ", ")))
	}
	for _, row := range d.rows("Metrics") {
		got = append(got, row[0]+" "+row[1])
	}
	inStep(t, "metrics", sorted(want), sorted(got))
	for _, name := range metricName.FindAllString(d.text(), -1) {
		if !known[name] {
			t.Errorf("%s is told and is not there", name)
		}
	}
}

// TestOperateTraces: every variable of traces is told, with its default.
func TestOperateTraces(t *testing.T) {
	var want, got []string
	for _, v := range app.TraceVariables() {
		want = append(want, fmt.Sprintf("`%s` %s", v.Name, v.Default))
	}
	for _, row := range readDocument(t, "docs/operate.md").rows("Traces") {
		if strings.HasPrefix(row[0], "`OTEL_") {
			got = append(got, row[0]+" "+strings.Trim(row[1], "`"))
		}
	}
	inStep(t, "variables", sorted(want), sorted(got))
}

// readScraping reads what of a Prometheus configuration concerns us: it asks where health and
// metrics are served when nothing else is said.
func readScraping(text string) string {
	var config struct {
		RuleFiles []string `yaml:"rule_files"`
		Scrape    []struct {
			Job    string                       `yaml:"job_name"`
			Static []struct{ Targets []string } `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	decoder := yaml.NewDecoder(strings.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&config); err != nil {
		return fmt.Sprintf("is no such configuration: %v", err)
	}
	served := slices.ContainsFunc(app.Variables(), func(v app.Variable) bool {
		return v.Name == "CHECKREIN_ADMIN_LISTEN" && len(config.Scrape) == 1 && len(config.Scrape[0].Static) == 1 &&
			slices.Equal(config.Scrape[0].Static[0].Targets, []string{v.Default})
	})
	if !served {
		return fmt.Sprintf("metrics are not served there: %+v", config.Scrape)
	}
	return ""
}

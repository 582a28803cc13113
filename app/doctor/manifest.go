package doctor

import (
	"context"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// asked is what app.yml asks for.
type asked struct {
	Permissions map[string]string `yaml:"default_permissions"`
	Events      []string          `yaml:"default_events"`
}

// manifest compares what the App may do and hears with app.yml.
func (d *Doctor) manifest(context.Context) bool {
	var want asked
	if err := yaml.Unmarshal(d.Manifest, &want); err != nil {
		d.report.set("permissions and events", Line{Level: Bad, Subject: "app.yml", Found: err.Error(), Do: "this binary is broken: build it anew"})
		return false
	}
	lines := append(permissions(want.Permissions, d.me.Permissions), events(want.Events, d.me.Events)...)
	d.report.set("permissions and events", lines...)
	d.want = want
	return true
}

const settings = "on the App's page at GitHub, under Permissions & events"

func permissions(want, have map[string]string) []Line {
	var lines []Line
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if level(have[name]) < level(want[name]) {
			lines = append(lines, Line{
				Level: Bad, Subject: "permission " + name, Found: orNone(have[name]), Expected: want[name],
				Do: "grant it " + settings + ", then let each installation's owner accept it",
			})
		}
	}
	for _, name := range slices.Sorted(maps.Keys(have)) {
		if level(have[name]) > level(want[name]) {
			lines = append(lines, Line{
				Level: Warn, Subject: "permission " + name, Found: have[name], Expected: orNone(want[name]),
				Do: "the App does not need it: take it away " + settings,
			})
		}
	}
	if len(lines) == 0 {
		lines = append(lines, Line{Level: OK, Subject: "permissions", Found: list(want)})
	}
	return lines
}

func events(want, have []string) []Line {
	var lines []Line
	for _, name := range slices.Sorted(slices.Values(want)) {
		if !slices.Contains(have, name) {
			lines = append(lines, Line{
				Level: Bad, Subject: "event " + name, Found: "not subscribed", Expected: "subscribed", Do: "tick it " + settings,
			})
		}
	}
	for _, name := range slices.Sorted(slices.Values(have)) {
		if !slices.Contains(want, name) {
			lines = append(lines, Line{
				Level: Warn, Subject: "event " + name, Found: "subscribed", Expected: "not subscribed", Do: "the App does nothing with it: untick it " + settings,
			})
		}
	}
	if len(lines) == 0 {
		lines = append(lines, Line{Level: OK, Subject: "events", Found: strings.Join(slices.Sorted(slices.Values(want)), ", ")})
	}
	return lines
}

// level orders what a permission allows; a level that is not known is above all, so that
// it is told as too much.
func level(name string) int {
	switch name {
	case "", "none":
		return 0
	case "read":
		return 1
	case "write":
		return 2
	}
	return 3
}

func orNone(level string) string {
	if level == "" {
		return "none"
	}
	return level
}

// list tells permissions: "checks write, contents read".
func list(permissions map[string]string) string {
	var words []string
	for _, name := range slices.Sorted(maps.Keys(permissions)) {
		words = append(words, name+" "+permissions[name])
	}
	return strings.Join(words, ", ")
}

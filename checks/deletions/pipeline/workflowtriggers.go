package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"
)

// triggers are what starts a workflow: one for each event, of a schedule one for each line.
func (w *workflow) triggers(on *yaml.Node) []Trigger {
	var triggers []Trigger
	for _, n := range w.oneOrMore(on) {
		if isText(n) {
			triggers = append(triggers, Trigger{Span: w.valueSpan(n), Event: nameOf(n)})
		}
	}
	for _, p := range w.pairs(on) {
		if p.name == "schedule" {
			triggers = append(triggers, w.schedules(p)...)
			continue
		}
		triggers = append(triggers, Trigger{Span: w.valueSpan(p.key), Event: p.name, Detail: w.filters(p.value)})
	}
	return triggers
}

func (w *workflow) schedules(p pair) []Trigger {
	var triggers []Trigger
	for _, item := range w.items(p.value) {
		if cron := w.value(w.field(item, "cron")); cron != nil {
			triggers = append(triggers, Trigger{Span: cron.Span, Event: "schedule", Detail: "cron " + cron.Text})
		}
	}
	if len(triggers) == 0 {
		triggers = append(triggers, Trigger{Span: w.valueSpan(p.key), Event: "schedule"})
	}
	return triggers
}

// filters say what an event is narrowed to: "types closed; branches main, v*".
func (w *workflow) filters(n *yaml.Node) string {
	var parts []string
	for _, p := range w.pairs(n) {
		switch p.name {
		case "types", "branches", "branches-ignore", "tags", "tags-ignore", "paths", "paths-ignore", "workflows":
			if values := w.textsOf(p.value); len(values) > 0 {
				parts = append(parts, p.name+" "+strings.Join(values, ", "))
			}
		}
	}
	return strings.Join(parts, "; ")
}

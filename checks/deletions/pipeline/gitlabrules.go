package pipeline

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// maxStaged is up to how many jobs stages count as needs.
const maxStaged = 500

// needs are the jobs that job i waits for: those it names, else all of earlier stages.
func (g *gitlab) needs(i int, n *yaml.Node) []string {
	named := g.inherited(n, "needs", 0)
	if named == nil {
		return g.earlier(i)
	}
	var needs []string
	for _, item := range g.oneOrMore(named) {
		if isMapping(item) {
			item = g.field(item, "job")
		}
		if name := nameOf(item); name != "" {
			needs = append(needs, name)
		}
	}
	return needs
}

func (g *gitlab) earlier(i int) []string {
	if len(g.jobs) > maxStaged {
		return nil
	}
	var names []string
	for k, job := range g.jobs {
		if g.staged[k] < g.staged[i] && !strings.HasPrefix(job.name, ".") {
			names = append(names, job.name)
		}
	}
	return names
}

// stage finds the stage of every job; one that is in none comes before all.
func (g *gitlab) stage() {
	stages := g.stages()
	for _, job := range g.jobs {
		g.staged = append(g.staged, slices.Index(stages, g.stageOf(job.value)))
	}
}

func (g *gitlab) stages() []string {
	stages := g.textsOf(g.named["stages"])
	if len(stages) == 0 {
		stages = []string{"build", "test", "deploy"}
	}
	return slices.Concat([]string{".pre"}, stages, []string{".post"})
}

func (g *gitlab) stageOf(n *yaml.Node) string {
	if stage := nameOf(g.inherited(n, "stage", 0)); stage != "" {
		return stage
	}
	return "test"
}

// triggersIn are the events that the conditions of rules name outright.
func (g *gitlab) triggersIn(rules *yaml.Node) []Trigger {
	var triggers []Trigger
	for _, rule := range g.items(rules) {
		condition := g.field(rule, "if")
		if !isText(condition) || !strings.Contains(condition.Value, "CI_PIPELINE_SOURCE") {
			continue
		}
		for _, event := range []string{"schedule", "merge_request_event", "push", "web", "trigger", "api", "pipeline"} {
			if strings.Contains(condition.Value, `"`+event+`"`) || strings.Contains(condition.Value, `'`+event+`'`) {
				triggers = append(triggers, Trigger{Span: g.valueSpan(condition), Event: event, Detail: condition.Value})
			}
		}
	}
	return triggers
}

// onlyTriggers are the events among the refs of an `only:`.
func (g *gitlab) onlyTriggers(n *yaml.Node) []Trigger {
	if isMapping(n) {
		n = g.field(n, "refs")
	}
	var triggers []Trigger
	for _, item := range g.oneOrMore(n) {
		switch name := nameOf(item); name {
		case "schedules", "merge_requests", "pushes", "web", "triggers", "api", "pipelines":
			event := map[string]string{"schedules": "schedule", "merge_requests": "merge_request_event", "pushes": "push"}[name]
			if event == "" {
				event = strings.TrimSuffix(name, "s")
			}
			triggers = append(triggers, Trigger{Span: g.valueSpan(item), Event: event, Detail: "only " + name})
		}
	}
	return triggers
}

// isOwnGitLabRunner reports whether tags ask for a runner of the owner: any but those of
// gitlab.com do.
func isOwnGitLabRunner(tags []string) bool {
	return len(tags) > 0 && !slices.ContainsFunc(tags, func(tag string) bool {
		return strings.HasPrefix(tag, "saas-") || strings.HasPrefix(tag, "gitlab-org") || strings.Contains(tag, "$")
	})
}

package pipeline

import (
	"go.yaml.in/yaml/v3"
)

// workflows reads what starts jobs and in which order, and the jobs of orbs.
func (c *circleci) workflows(n *yaml.Node, own map[string]bool) {
	for _, p := range c.pairs(n) {
		if !isMapping(p.value) {
			continue // version: 2
		}
		c.circleTriggers(p)
		aliases := c.aliases(p.value)
		for _, item := range c.items(c.field(p.value, "jobs")) {
			if isText(item) {
				c.useJob(pair{name: nameOf(item), key: item}, own, aliases)
			}
			for _, job := range c.pairs(item) {
				c.useJob(job, own, aliases)
			}
		}
	}
}

func (c *circleci) circleTriggers(p pair) {
	triggers := c.items(c.field(p.value, "triggers"))
	if len(triggers) == 0 {
		c.file.Triggers = append(c.file.Triggers, Trigger{Span: c.valueSpan(p.key), Event: "push", Detail: "workflow " + p.name})
	}
	for _, item := range triggers {
		if cron := c.value(c.path(item, "schedule", "cron")); cron != nil {
			c.file.Triggers = append(c.file.Triggers, Trigger{Span: cron.Span, Event: "schedule", Detail: "cron " + cron.Text})
		}
	}
}

// aliases are the jobs of a workflow by the names they are given there.
func (c *circleci) aliases(workflow *yaml.Node) map[string]string {
	aliases := map[string]string{}
	for _, item := range c.items(c.field(workflow, "jobs")) {
		for _, job := range c.pairs(item) {
			if name := nameOf(c.field(job.value, "name")); name != "" {
				aliases[name] = job.name
			}
		}
	}
	return aliases
}

// useJob notes what a workflow says of a job; one of an orb, or an approval, becomes a job.
func (c *circleci) useJob(p pair, own map[string]bool, aliases map[string]string) {
	use := c.used[p.name]
	var needs, contexts []string
	for _, need := range c.textsOf(c.field(p.value, "requires")) {
		if job, ok := aliases[need]; ok {
			need = job
		}
		needs = append(needs, need)
	}
	for _, context := range c.textsOf(c.field(p.value, "context")) {
		contexts = append(contexts, "context "+context)
	}
	if !c.visit(len(use.needs) + len(use.contexts)) {
		return
	}
	use.needs, use.contexts = union(use.needs, needs...), union(use.contexts, contexts...)
	c.used[p.name] = use
	if own[p.name] {
		return
	}
	j := Job{Span: c.valueSpan(p.key), ID: p.name, Needs: needs, Secrets: contexts}
	if kind := nameOf(c.field(p.value, "type")); kind == "approval" {
		j.If = kind
	} else {
		j.Uses = &Value{Span: j.Span, Text: c.orbName(p.name)}
		j.With = c.with(p.value)
	}
	c.file.Jobs = append(c.file.Jobs, j)
}

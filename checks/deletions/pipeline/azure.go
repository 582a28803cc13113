package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

func isAzure(p place) bool {
	if !p.isYAML() {
		return false
	}
	folder, _, nested := strings.Cut(p.path, "/")
	return strings.HasPrefix(p.base, "azure-pipeline") || nested && strings.HasPrefix(folder, ".azure")
}

// azure is one pipeline of Azure, or a template of some, while it is read.
type azure struct {
	*document
	file *File
}

// azureScope is what holds around a stage, a job or a step.
type azureScope struct {
	scope
	pool *yaml.Node
}

// readAzure reads stages, jobs and steps, whichever a file begins with; what stands under
// "${{ if … }}" and "${{ each … }}" is read as if it did not. Nil: it has none of them.
func readAzure(_ place, data []byte) *File {
	d := readDocument(data)
	root := d.root()
	a := azure{document: d, file: &File{Format: Azure}}
	if !a.hasWork(root) && len(d.unread) == 0 {
		return nil
	}
	a.file.Name = nameOf(a.field(root, "name"))
	a.parameters(a.field(root, "parameters"))
	a.triggers(root)
	a.include(a.field(root, "extends"))
	s := azureScope{scope: scope{dialect: shell.Sh}}
	a.container(root, a.inner(root, s))
	d.overrun()
	a.file.Unread = d.unread
	return a.file
}

func (a *azure) hasWork(root *yaml.Node) bool {
	for _, key := range []string{"stages", "jobs", "steps", "extends"} {
		if a.field(root, key) != nil {
			return true
		}
	}
	return false
}

// container reads what a pipeline or a stage holds.
func (a *azure) container(n *yaml.Node, s azureScope) {
	a.each(a.field(n, "stages"), 0, func(stage *yaml.Node) {
		inner := a.inner(stage, s)
		a.each(a.field(stage, "jobs"), 0, func(job *yaml.Node) { a.job(job, inner) })
	})
	a.each(a.field(n, "jobs"), 0, func(job *yaml.Node) { a.job(job, s) })
	if steps := a.field(n, "steps"); steps != nil {
		j := a.newJob(nil, s)
		j.Span = a.blockOf(steps)
		a.steps(&j, steps, s)
		a.file.Jobs = append(a.file.Jobs, j)
	}
}

// each calls fn for the elements of a list, those under conditions and loops included. A
// template among them is a file that belongs to this one.
func (a *azure) each(n *yaml.Node, depth int, fn func(item *yaml.Node)) {
	if depth > maxDepth {
		return
	}
	for _, item := range a.items(n) {
		if a.exhausted() {
			return
		}
		pairs := a.pairs(item)
		switch {
		case len(pairs) > 0 && strings.HasPrefix(pairs[0].name, "${{"):
			for _, p := range pairs {
				a.each(p.value, depth+1, fn)
			}
		case a.include(item):
		case isMapping(item):
			fn(item)
		}
	}
}

// include notes the template that a mapping names.
func (a *azure) include(n *yaml.Node) bool {
	v := a.value(a.field(n, "template"))
	if v != nil {
		a.file.Includes = append(a.file.Includes, *v)
	}
	return v != nil
}

// inner is the scope of what stands in a stage or a job.
func (a *azure) inner(n *yaml.Node, s azureScope) azureScope {
	if pool := a.field(n, "pool"); pool != nil {
		s.pool = pool
	}
	s.scope = a.variables(s.scope, a.field(n, "variables"))
	return s
}

// variables are a mapping, or a list of names with values, of groups and of templates.
func (a *azure) variables(s scope, n *yaml.Node) scope {
	if !isSequence(n) {
		return s.within(a.document, n)
	}
	var pairs []*yaml.Node
	var groups []string
	a.each(n, 0, func(item *yaml.Node) {
		if group := nameOf(a.field(item, "group")); group != "" {
			groups = append(groups, "group "+group)
		}
		name, value := a.field(item, "name"), a.field(item, "value")
		if name != nil && value != nil {
			pairs = append(pairs, name, value)
		}
	})
	s = s.within(a.document, &yaml.Node{Kind: yaml.MappingNode, Content: pairs})
	s.secrets = union(s.secrets, groups...)
	return s
}

// parameters are a list of declarations, or in old templates a mapping of defaults.
func (a *azure) parameters(n *yaml.Node) {
	defaults := map[string]string{}
	for _, p := range a.pairs(n) {
		if p.value.Kind == yaml.ScalarNode {
			defaults[p.name] = textOf(p.value)
		}
	}
	for _, item := range a.items(n) {
		name, value := nameOf(a.field(item, "name")), a.field(item, "default")
		if name != "" && value != nil && value.Kind == yaml.ScalarNode {
			defaults[name] = textOf(value)
		}
	}
	if len(defaults) > 0 {
		a.file.Defaults = defaults
	}
}

func (a *azure) triggers(root *yaml.Node) {
	for _, p := range a.pairs(root) {
		switch p.name {
		case "schedules":
			a.each(p.value, 0, func(item *yaml.Node) {
				if cron := a.value(a.field(item, "cron")); cron != nil {
					a.file.Triggers = append(a.file.Triggers, Trigger{Span: cron.Span, Event: "schedule", Detail: "cron " + cron.Text})
				}
			})
		case "trigger", "pr":
			if nameOf(p.value) != "none" {
				event := map[string]string{"trigger": "push", "pr": "pull_request"}[p.name]
				a.file.Triggers = append(a.file.Triggers, Trigger{Span: a.valueSpan(p.key), Event: event, Detail: a.branches(p.value)})
			}
		}
	}
}

func (a *azure) branches(n *yaml.Node) string {
	if isMapping(n) {
		n = a.path(n, "branches", "include")
	}
	if names := a.textsOf(n); len(names) > 0 {
		return "branches " + strings.Join(names, ", ")
	}
	return ""
}

package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

func (w *workflow) job(p pair, s scope) Job {
	n := p.value
	runner, selfHosted, windows := w.runner(w.field(n, "runs-on"), w.path(n, "strategy", "matrix"))
	if windows {
		s.dialect = shell.PowerShell
	}
	s = s.within(w.document, w.field(n, "env")).withDefaults(w.document, w.field(n, "defaults"))
	j := Job{
		Span: w.valueSpan(p.key), ID: p.name, Name: nameOf(w.field(n, "name")),
		Environment: w.environment(w.field(n, "environment")),
		Runner:      runner, SelfHosted: selfHosted,
		Container:   w.container(w.field(n, "container")),
		Permissions: w.permissions,
		Needs:       w.textsOf(w.field(n, "needs")),
		If:          nameOf(w.field(n, "if")),
		Uses:        w.value(w.field(n, "uses")),
		Env:         s.env,
		Matrix:      w.scalars(w.path(n, "strategy", "matrix")),
	}
	if permissions := permissionsOf(w.document, w.field(n, "permissions")); permissions != nil {
		j.Permissions = permissions
	}
	if j.Container != "" {
		s.dialect = shell.Sh
	}
	if j.Uses != nil {
		j.With = w.with(w.field(n, "with"))
		j.Secrets = w.handed(w.field(n, "secrets"), j.With)
		return j
	}
	j.Steps = w.jobSteps(p, s)
	return j
}

func (w *workflow) jobSteps(p pair, s scope) []Step {
	steps := w.field(p.value, "steps")
	if steps == nil {
		w.lacks(p.value, "job "+p.name, "steps and no uses")
		return nil
	}
	return w.steps(steps, "job "+p.name, s)
}

// environment is the name that an environment is given, alone or in a mapping.
func (w *workflow) environment(n *yaml.Node) *Value {
	if isMapping(n) {
		n = w.field(n, "name")
	}
	return w.value(n)
}

func (d *document) container(n *yaml.Node) string {
	if isMapping(n) {
		n = d.field(n, "image")
	}
	return nameOf(n)
}

// with are the inputs of an action or a reusable workflow, names as written.
func (d *document) with(n *yaml.Node) map[string]Value {
	pairs := d.pairs(n)
	if len(pairs) == 0 {
		return nil
	}
	with := make(map[string]Value, len(pairs))
	for _, p := range pairs {
		if p.value.Kind != yaml.ScalarNode {
			continue
		}
		v := Value{Span: d.valueSpan(p.value), Text: textOf(p.value)}
		if holdsCommands(p.name) {
			v.Lines = d.commands(p.value).Lines
		}
		with[p.name] = v
	}
	return with
}

// holdsCommands reports whether an input's name is one of those by which actions are given
// commands.
func holdsCommands(name string) bool {
	name = strings.ToLower(name)
	for _, word := range []string{"script", "run", "command", "cmd", "args"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// handed are the credentials that a reusable workflow is given: "inherit", or expressions.
func (w *workflow) handed(n *yaml.Node, with map[string]Value) []string {
	if isText(n) {
		return []string{nameOf(n)}
	}
	var found []string
	for _, p := range w.pairs(n) {
		found = append(found, credentials(textOf(p.value))...)
	}
	for _, v := range with {
		found = append(found, credentials(v.Text)...)
	}
	return union(nil, found...)
}

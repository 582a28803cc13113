package pipeline

import (
	"maps"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// scope is what holds around a job or a step.
type scope struct {
	env     map[string]string
	secrets []string
	// shell and dir are the defaults of steps; dialect is that of a step without a shell.
	shell, dir string
	dialect    shell.Dialect
}

// envCost is what a variable of a merged map costs, as values that are looked at.
const envCost = 4

// within is the scope of what has an `env:` of its own. The outer map is shared where
// nothing is added to it.
func (s scope) within(d *document, env *yaml.Node) scope {
	pairs := d.pairs(env)
	if len(pairs) == 0 {
		s.secrets = union(s.secrets, credentials(textOf(env))...) // env: ${{ fromJSON(secrets.X) }}
		return s
	}
	if !d.visit(envCost * (len(s.env) + len(pairs))) {
		return s
	}
	merged := make(map[string]string, len(s.env)+len(pairs))
	maps.Copy(merged, s.env)
	var secrets []string
	for _, p := range pairs {
		merged[p.name] = textOf(p.value)
		secrets = append(secrets, credentials(textOf(p.value))...)
	}
	s.env, s.secrets = merged, union(s.secrets, secrets...)
	return s
}

// withDefaults is the scope below a `defaults:` of a workflow or a job.
func (s scope) withDefaults(d *document, defaults *yaml.Node) scope {
	run := d.field(defaults, "run")
	if name := nameOf(d.field(run, "shell")); name != "" {
		s.shell = name
	}
	if dir := nameOf(d.field(run, "working-directory")); dir != "" {
		s.dir = dir
	}
	return s
}

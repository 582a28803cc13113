package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// steps are the steps of a job or a composite action; of says whose.
func (d *document) steps(n *yaml.Node, of string, s scope) []Step {
	if !isSequence(n) {
		d.expected(n, "steps of "+of, "a list")
		return nil
	}
	items := d.items(n)
	steps := make([]Step, 0, len(items))
	for i, item := range items {
		if d.exhausted() {
			break
		}
		if !isMapping(item) {
			d.expected(item, "step of "+of, "a mapping")
			continue
		}
		if group := d.field(item, "parallel"); group != nil {
			steps = append(steps, d.group(group, i, of, s)...)
		} else if !d.waits(item) {
			steps = append(steps, d.step(item, i, of, s))
		}
	}
	return steps
}

// group are the steps of a group that run side by side; all have the place of the group.
func (d *document) group(n *yaml.Node, index int, of string, s scope) []Step {
	steps := d.steps(n, of, s)
	for i := range steps {
		steps[i].Index = index
	}
	return steps
}

// waits reports whether a step only waits for those in the background, or stops one.
func (d *document) waits(n *yaml.Node) bool {
	for _, p := range d.pairs(n) {
		switch p.name {
		case "wait", "wait-all", "cancel":
			return true
		}
	}
	return false
}

func (d *document) step(n *yaml.Node, index int, of string, s scope) Step {
	step := Step{Span: d.blockOf(n), Index: index, Dir: s.dir, Dialect: dialectOf(s.shell, s.dialect)}
	var env, run, with *yaml.Node
	shelled := false
	for _, p := range d.pairs(n) {
		switch p.name {
		case "id":
			step.ID = nameOf(p.value)
		case "name":
			step.Name = nameOf(p.value)
		case "if":
			step.If = nameOf(p.value)
		case "uses":
			step.Uses = d.value(p.value)
		case "with":
			with = p.value
		case "env":
			env = p.value
		case "run":
			run = p.value
		case "shell":
			step.Dialect, shelled = dialectOf(nameOf(p.value), s.dialect), true
		case "working-directory":
			step.Dir = nameOf(p.value)
		}
	}
	if !shelled && s.shell == "" && onWindowsOnly(step.If) {
		step.Dialect = shell.PowerShell
	}
	s = s.within(d, env)
	step.Env, step.Secrets = s.env, s.secrets
	if run != nil && run.Kind == yaml.ScalarNode {
		step.Run = d.commandsIn(step.Dialect, run)
		step.Secrets = union(step.Secrets, credentials(step.Run.Body)...)
	}
	step.With = d.with(with)
	for _, v := range step.With {
		step.Secrets = union(step.Secrets, credentials(v.Text)...)
	}
	if step.Run == nil && step.Uses == nil {
		d.lacks(n, "step of "+of, "run and no uses")
	}
	return step
}

// onWindowsOnly reports whether a condition lets a step run on Windows alone, where the shell
// is another one; the runner itself may be one of a matrix.
func onWindowsOnly(condition string) bool {
	words := strings.Join(strings.Fields(condition), "")
	return strings.Contains(words, "runner.os=='Windows'") && !strings.Contains(words, "||")
}

// blockOf is the place of a collection, from its first key to its last value.
func (d *document) blockOf(n *yaml.Node) checks.Span {
	first := n
	if len(n.Content) > 0 {
		first = n.Content[0]
	}
	return d.SpanOf(d.at(first), d.end(n))
}

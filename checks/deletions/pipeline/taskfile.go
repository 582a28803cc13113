package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

func isTaskfile(p place) bool {
	switch p.base {
	case "taskfile.yml", "taskfile.yaml", "taskfile.dist.yml", "taskfile.dist.yaml":
		return true
	}
	return false
}

// taskfile is a Taskfile while it is read.
type taskfile struct {
	*document
	file *File
	vars map[string]string
	env  scope
}

// readTaskfile reads tasks. Nil: it has none.
func readTaskfile(_ place, data []byte) *File {
	d := readDocument(data)
	root := d.root()
	tasks := d.field(root, "tasks")
	if !isMapping(tasks) && len(d.unread) == 0 && d.field(root, "includes") == nil {
		return nil
	}
	f := taskfile{document: d, file: &File{Format: Taskfile}}
	f.vars = f.variables(nil, d.field(root, "vars"))
	f.env = scope{}.within(d, d.field(root, "env"))
	for _, p := range d.pairs(d.field(root, "includes")) {
		f.include(p.name, p.value)
	}
	for _, p := range d.pairs(tasks) {
		f.file.Targets = append(f.file.Targets, f.task(p))
	}
	d.overrun()
	f.file.Unread = d.unread
	return f.file
}

func (f *taskfile) include(as string, n *yaml.Node) {
	if isMapping(n) {
		n = f.field(n, "taskfile")
	}
	if v := f.value(n); v != nil {
		v.As = as
		f.file.Includes = append(f.file.Includes, *v)
	}
}

// variables are the outer ones with those of a `vars:`; one that a command answers is that command.
func (f *taskfile) variables(outer map[string]string, n *yaml.Node) map[string]string {
	pairs := f.pairs(n)
	if len(pairs) == 0 || !f.visit(len(outer)+len(pairs)) {
		return outer
	}
	vars := make(map[string]string, len(outer)+len(pairs))
	for name, value := range outer {
		vars[name] = value
	}
	for _, p := range pairs {
		switch command := textOf(f.field(p.value, "sh")); {
		case command != "":
			vars[p.name] = "$(" + command + ")"
		case p.value.Kind == yaml.ScalarNode && !strings.Contains(p.value.Value, "{{"):
			vars[p.name] = textOf(p.value)
		default:
			delete(vars, p.name)
		}
	}
	return vars
}

func (f *taskfile) task(p pair) Target {
	t := Target{Span: f.valueSpan(p.key), Name: p.name, Dialect: shell.Sh, Env: f.env.env}
	var b textBuilder
	n := p.value
	if !isMapping(n) {
		f.commandsOf(n, f.vars, &t, &b)
		t.Commands = b.text()
		return t
	}
	vars := f.variables(f.vars, f.field(n, "vars"))
	t.Env = f.env.within(f.document, f.field(n, "env")).env
	for _, dep := range f.oneOrMore(f.field(n, "deps")) {
		t.Needs = append(t.Needs, f.callee(dep)...)
	}
	for _, key := range []string{"cmd", "cmds"} {
		f.commandsOf(f.field(n, key), vars, &t, &b)
	}
	t.Commands = b.text()
	return t
}

// callee is the task that a text or a `task:` names.
func (f *taskfile) callee(n *yaml.Node) []string {
	if isMapping(n) {
		n = f.field(n, "task")
	}
	if name := nameOf(n); name != "" {
		return []string{name}
	}
	return nil
}

// commandsOf adds the commands of a text or a list; tasks among them are needed.
func (f *taskfile) commandsOf(n *yaml.Node, vars map[string]string, t *Target, b *textBuilder) {
	for _, item := range f.oneOrMore(n) {
		if isMapping(item) {
			if deferred := f.field(item, "defer"); deferred != nil {
				item = deferred
			}
		}
		if isMapping(item) {
			t.Needs = append(t.Needs, f.callee(item)...)
			item = f.field(item, "cmd")
		}
		if isText(item) {
			b.addTemplated(f.commandsIn(shell.Sh, item), taskLookup(vars))
		}
	}
}

// taskLookup answers ".NAME".
func taskLookup(vars map[string]string) func(string) (string, bool) {
	return func(inner string) (string, bool) {
		value, ok := vars[strings.TrimPrefix(inner, ".")]
		return value, ok
	}
}

package pipeline

import (
	"path"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

const workflowFolder = ".github/workflows"

func isWorkflow(p place) bool { return p.isYAML() && path.Dir(p.path) == workflowFolder }

// workflow is one workflow while it is read.
type workflow struct {
	*document
	file        *File
	permissions []string
}

// readWorkflow reads a workflow of GitHub. What has no jobs is none, but where workflows lie
// it is told; a file of comments alone starts nothing.
func readWorkflow(p place, data []byte) *File {
	d := readDocument(data)
	file := &File{Format: Workflow, Unread: d.unread}
	root := d.root()
	jobs := d.field(root, "jobs")
	switch {
	case len(d.unread) > 0 && root == nil, root == nil && isWorkflow(p):
		return file
	case !isMapping(jobs) && !isWorkflow(p):
		return nil
	case !isMapping(jobs):
		d.lacks(root, "workflow", "jobs")
		file.Unread = d.unread
		return file
	}
	w := workflow{document: d, file: file, permissions: permissionsOf(d, d.field(root, "permissions"))}
	w.read(root, jobs)
	d.overrun()
	file.Unread = d.unread
	return file
}

func (w *workflow) read(root, jobs *yaml.Node) {
	w.file.Name = nameOf(w.field(root, "name"))
	on := w.field(root, "on")
	w.file.Triggers = w.triggers(on)
	w.file.Defaults = w.inputDefaults(w.path(on, "workflow_call", "inputs"), w.path(on, "workflow_dispatch", "inputs"))
	s := scope{dialect: shell.Sh}.within(w.document, w.field(root, "env")).withDefaults(w.document, w.field(root, "defaults"))
	for _, p := range w.pairs(jobs) {
		if !isMapping(p.value) {
			w.expected(p.value, "job "+p.name, "a mapping")
			continue
		}
		w.file.Jobs = append(w.file.Jobs, w.job(p, s))
	}
}

// inputDefaults are the defaults of inputs; an input that has several keeps the first.
func (d *document) inputDefaults(declared ...*yaml.Node) map[string]string {
	defaults := map[string]string{}
	for _, inputs := range declared {
		for _, p := range d.pairs(inputs) {
			value := d.field(p.value, "default")
			if _, again := defaults[p.name]; value == nil || value.Kind != yaml.ScalarNode || again {
				continue
			}
			defaults[p.name] = textOf(value)
		}
	}
	if len(defaults) == 0 {
		return nil
	}
	return defaults
}

// permissionsOf are permissions as they are written down; nil: none are.
func permissionsOf(d *document, n *yaml.Node) []string {
	if isText(n) {
		return []string{nameOf(n)}
	}
	if !isMapping(n) {
		return nil
	}
	permissions := []string{}
	for _, p := range d.pairs(n) {
		permissions = append(permissions, p.name+": "+nameOf(p.value))
	}
	return slices.Clip(permissions)
}

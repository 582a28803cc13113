package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

func isAction(p place) bool { return p.base == "action.yml" || p.base == "action.yaml" }

// readAction reads the metadata of an action: the steps of a composite one, what another runs.
// Nil: it has no `runs:`.
func readAction(_ place, data []byte) *File {
	d := readDocument(data)
	root := d.root()
	runs := d.field(root, "runs")
	if runs == nil && len(d.unread) == 0 {
		return nil
	}
	file := &File{Format: Action, Name: nameOf(d.field(root, "name")), Defaults: d.inputDefaults(d.field(root, "inputs"))}
	if isMapping(runs) {
		d.runs(file, runs)
	}
	d.overrun()
	file.Unread = d.unread
	return file
}

func (d *document) runs(file *File, n *yaml.Node) {
	using := strings.ToLower(nameOf(d.field(n, "using")))
	job := Job{Span: d.blockOf(n), Name: file.Name}
	switch {
	case using == "composite":
		if steps := d.field(n, "steps"); steps != nil {
			job.Steps = d.steps(steps, "action", scope{dialect: shell.Sh})
		} else {
			d.lacks(n, "composite action", "steps")
		}
	case using == "docker":
		job.Container = nameOf(d.field(n, "image"))
		job.Steps = d.entrypoints(n)
	case strings.HasPrefix(using, "node"):
		for _, key := range []string{"pre", "main", "post"} {
			if v := d.value(d.field(n, key)); v != nil {
				file.Main = append(file.Main, *v)
			}
		}
	default:
		d.lacks(n, "runs", "using: composite, docker or node")
	}
	file.Jobs = []Job{job}
}

// entrypoints are what a docker action starts in its image, each as a step with the words
// of entrypoint and args; none: the image decides.
func (d *document) entrypoints(n *yaml.Node) []Step {
	s := scope{dialect: shell.Sh}.within(d, d.field(n, "env"))
	args := d.items(d.field(n, "args"))
	var steps []Step
	for _, key := range []string{"pre-entrypoint", "entrypoint", "post-entrypoint"} {
		entry := d.field(n, key)
		words := args
		if key != "entrypoint" {
			words = nil
		}
		if isText(entry) {
			words = append([]*yaml.Node{entry}, words...)
		}
		if len(words) == 0 || key != "entrypoint" && entry == nil {
			continue
		}
		steps = append(steps, Step{
			Span: d.blockOf(n), Index: len(steps), Name: key, Run: d.commandLine(words),
			Dialect: shell.Sh, Env: s.env, Secrets: s.secrets,
		})
	}
	return steps
}

// commandLine is a list of words as one line for a shell, at the place of the first.
func (d *document) commandLine(words []*yaml.Node) *shell.Text {
	var line []string
	for _, word := range words {
		line = append(line, quoted(textOf(word)))
	}
	at := d.position(d.walker(words[0]).at)
	return &shell.Text{Body: strings.Join(line, " "), Lines: []shell.Position{at}}
}

// quoted is a word as a shell reads it back on one line.
func quoted(word string) string {
	if word != "" && !strings.ContainsAny(word, " \t\n'\"\\$`*?[]{}()<>|&;#~!") {
		return word
	}
	word = strings.Join(strings.Fields(word), " ")
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

package pipeline

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

const (
	// maxCalls is how deep commands call commands.
	maxCalls = 10
	// callCost is what a step costs, as values that are looked at: a command may be called often.
	callCost = 50
)

func isCircleCI(p place) bool {
	return p.isYAML() && (strings.HasPrefix(p.path, ".circleci/") || strings.Contains(p.path, "/.circleci/"))
}

// circleci is one configuration of CircleCI while it is read.
type circleci struct {
	*document
	file   *File
	called map[string]*yaml.Node
	orbs   map[string]string // alias -> "circleci/aws-s3@4.0"
	used   map[string]circleUse
}

// circleUse is what workflows say of a job.
type circleUse struct{ needs, contexts []string }

// readCircleCI reads jobs; the commands of the file that they call stand in them step by
// step. A parameter is written as an expression. Nil: it has neither jobs nor workflows.
func readCircleCI(_ place, data []byte) *File {
	d := readDocument(data)
	root := d.root()
	jobs, workflows := d.field(root, "jobs"), d.field(root, "workflows")
	if jobs == nil && workflows == nil && d.field(root, "commands") == nil && len(d.unread) == 0 {
		return nil
	}
	c := circleci{
		document: d, file: &File{Format: CircleCI}, called: map[string]*yaml.Node{},
		orbs: map[string]string{}, used: map[string]circleUse{},
	}
	c.file.Defaults = c.inputDefaults(c.field(root, "parameters"))
	for _, p := range c.pairs(c.field(root, "commands")) {
		c.called[p.name] = p.value
	}
	for _, p := range c.pairs(c.field(root, "orbs")) {
		c.orbs[p.name] = nameOf(p.value)
	}
	own := map[string]bool{}
	for _, p := range c.pairs(jobs) {
		own[p.name] = true
	}
	c.workflows(workflows, own)
	for _, p := range c.pairs(jobs) {
		if !isMapping(p.value) {
			c.expected(p.value, "job "+p.name, "a mapping")
			continue
		}
		c.file.Jobs = append(c.file.Jobs, c.job(root, p))
	}
	d.overrun()
	c.file.Unread = d.unread
	return c.file
}

func (c *circleci) job(root *yaml.Node, p pair) Job {
	n := p.value
	use := c.used[p.name]
	machine := c.executor(root, n)
	s := scope{secrets: use.contexts, dialect: shell.Sh, shell: nameOf(c.field(n, "shell")), dir: nameOf(c.field(n, "working_directory"))}
	s = s.within(c.document, c.field(machine, "environment")).within(c.document, c.field(n, "environment"))
	j := Job{
		Span: c.valueSpan(p.key), ID: p.name, Env: s.env, Needs: use.needs, Secrets: use.contexts,
		Runner: c.machineName(n, machine),
	}
	j.SelfHosted = strings.Contains(j.Runner, "/") && !strings.Contains(j.Runner, "<<")
	if images := c.items(c.either(n, machine, "docker")); len(images) > 0 {
		j.Container = nameOf(c.field(images[0], "image"))
	}
	if strings.HasPrefix(j.Runner, "windows") {
		s.dialect = shell.PowerShell
	}
	c.steps(&j, c.field(n, "steps"), s, 0)
	return j
}

// executor is the executor that a job names; nil: none of the file.
func (c *circleci) executor(root, n *yaml.Node) *yaml.Node {
	name := c.field(n, "executor")
	if isMapping(name) {
		name = c.field(name, "name")
	}
	if textOf(name) == "" {
		return nil
	}
	return c.path(root, "executors", textOf(name))
}

// either is a key of the job, else of its executor.
func (c *circleci) either(n, machine *yaml.Node, key string) *yaml.Node {
	if own := c.field(n, key); own != nil {
		return own
	}
	return c.field(machine, key)
}

// machineName is the resource class: with a namespace in it, it is a runner of the owner.
func (c *circleci) machineName(n, machine *yaml.Node) string {
	class := c.either(n, machine, "resource_class")
	if class == nil {
		class = c.field(c.either(n, machine, "machine"), "resource_class")
	}
	return nameOf(class)
}

func (c *circleci) steps(j *Job, n *yaml.Node, s scope, depth int) {
	for _, item := range c.items(n) {
		if depth > maxCalls || !c.visit(callCost) || c.exhausted() {
			return
		}
		if isText(item) {
			c.call(j, item, pair{name: nameOf(item), key: item}, s, depth)
			continue
		}
		for _, p := range c.pairs(item) {
			c.call(j, item, p, s, depth)
		}
	}
}

// call is one step by its name: commands, a condition, a command of the file, of an orb, or
// one of CircleCI's own.
func (c *circleci) call(j *Job, n *yaml.Node, p pair, s scope, depth int) {
	switch command := c.called[p.name]; {
	case p.name == "run":
		c.run(j, n, p.value, s)
	case p.name == "when" || p.name == "unless":
		c.steps(j, c.field(p.value, "steps"), s, depth+1)
	case command != nil:
		c.steps(j, c.field(command, "steps"), s, depth+1)
	default:
		c.use(j, n, p, s)
	}
}

func (c *circleci) run(j *Job, n, run *yaml.Node, s scope) {
	step := Step{Span: c.blockOf(n), Index: len(j.Steps), Dir: s.dir}
	command := run
	if isMapping(run) {
		command = c.field(run, "command")
		step.Name, step.If = nameOf(c.field(run, "name")), nameOf(c.field(run, "when"))
		if dir := nameOf(c.field(run, "working_directory")); dir != "" {
			step.Dir = dir
		}
		if name := nameOf(c.field(run, "shell")); name != "" {
			s.shell = name
		}
		s = s.within(c.document, c.field(run, "environment"))
	}
	if command == nil || command.Kind != yaml.ScalarNode {
		c.lacks(n, "run of job "+j.ID, "command")
		return
	}
	step.Dialect, step.Env, step.Secrets = dialectOf(s.shell, s.dialect), s.env, s.secrets
	t := c.commandsIn(step.Dialect, command)
	step.Run = &shell.Text{Body: circleExpressions(t.Body), Lines: t.Lines}
	j.Steps = append(j.Steps, step)
}

// use is a step of an orb, "circleci/aws-s3/sync@4.0", or of CircleCI itself, "save_cache".
func (c *circleci) use(j *Job, n *yaml.Node, p pair, s scope) {
	step := Step{Span: c.blockOf(n), Index: len(j.Steps), Dialect: shell.Sh, Env: s.env, Secrets: s.secrets}
	step.Uses = &Value{Span: c.valueSpan(p.key), Text: c.orbName(p.name)}
	step.With = c.with(p.value)
	for name, v := range step.With {
		v.Text = circleExpressions(v.Text)
		step.With[name] = v
	}
	j.Steps = append(j.Steps, step)
}

// orbName is "alias/command" with the orb's own name and version.
func (c *circleci) orbName(name string) string {
	alias, command, ok := strings.Cut(name, "/")
	orb, version, versioned := strings.Cut(c.orbs[alias], "@")
	if !ok || !versioned {
		return name
	}
	return orb + "/" + command + "@" + version
}

// circleExpressions writes "<< parameters.x >>" as "${{parameters.x }}": as long, where a
// blank stands in it, and no here-document to a shell.
func circleExpressions(text string) string {
	if !strings.Contains(text, "<<") {
		return text
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "<<")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		end := strings.Index(rest[:min(len(rest), maxCircleName)], ">>")
		if end < 0 || !isCircleName(strings.TrimSpace(rest[:end])) {
			b.WriteString("<<")
			text = rest
			continue
		}
		b.WriteString("${{" + strings.TrimPrefix(rest[:end], " ") + "}}")
		text = rest[end+len(">>"):]
	}
}

// maxCircleName is how long the name of a parameter is looked for, in bytes.
const maxCircleName = 300

func isCircleName(name string) bool {
	return strings.HasPrefix(name, "parameters.") || strings.HasPrefix(name, "pipeline.") || strings.HasPrefix(name, "matrix.")
}

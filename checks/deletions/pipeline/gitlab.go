package pipeline

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// maxExtends is how deep jobs extend jobs, and texts refer to texts: GitLab's own bound.
const maxExtends = 11

func isGitLab(p place) bool {
	return strings.HasSuffix(p.base, ".gitlab-ci.yml") || strings.HasSuffix(p.base, ".gitlab-ci.yaml") ||
		p.isYAML() && strings.HasPrefix(p.path, ".gitlab/")
}

// gitlab is one pipeline of GitLab while it is read.
type gitlab struct {
	*document
	file  *File
	top   *yaml.Node
	jobs  []pair                // hidden ones included
	named map[string]*yaml.Node // what the pipeline's keys say
	// defaults are what holds for jobs that do not say it, staged the jobs' stages by number.
	defaults map[string]*yaml.Node
	staged   []int
	env      scope
}

// readGitLab reads the jobs of a pipeline, each with what it extends in the same file. A
// hidden job that no other here extends is a job too: another file may. Nil: it has none.
func readGitLab(p place, data []byte) *File {
	d := readDocument(data)
	g := gitlab{document: d, file: &File{Format: GitLab}, named: map[string]*yaml.Node{}, defaults: map[string]*yaml.Node{}}
	if n := len(d.roots); n > 0 {
		g.top = d.roots[n-1] // before it the inputs are declared
	}
	for _, root := range d.roots {
		g.file.Defaults = g.inputDefaults(g.path(root, "spec", "inputs"))
		if g.file.Defaults != nil {
			break
		}
	}
	g.collect()
	g.includes()
	if len(g.jobs) == 0 && len(d.unread) == 0 && len(g.file.Includes) == 0 && !strings.HasSuffix(p.base, "gitlab-ci.yml") {
		return nil
	}
	g.env = scope{}.within(d, g.named["variables"])
	g.stage()
	extended := g.extended()
	for i, job := range g.jobs {
		if d.exhausted() {
			break
		}
		if !strings.HasPrefix(job.name, ".") || !extended[job.name] {
			g.file.Jobs = append(g.file.Jobs, g.job(i, job))
		}
	}
	g.file.Triggers = append(g.triggersIn(g.field(g.named["workflow"], "rules")), g.file.Triggers...)
	d.overrun()
	g.file.Unread = d.unread
	return g.file
}

// collect finds the jobs: what is named and does something.
func (g *gitlab) collect() {
	for _, p := range g.pairs(g.top) {
		g.named[p.name] = p.value
		switch p.name {
		case "image", "before_script", "after_script":
			g.defaults[p.name] = p.value
			continue
		case "default", "include", "stages", "variables", "workflow", "services", "cache", "spec":
			continue
		}
		if isMapping(p.value) && g.isJob(p.value) {
			g.jobs = append(g.jobs, p)
		}
	}
	for _, p := range g.pairs(g.named["default"]) {
		g.defaults[p.name] = p.value
	}
}

func (g *gitlab) isJob(n *yaml.Node) bool {
	for _, p := range g.pairs(n) {
		switch p.name {
		case "script", "before_script", "after_script", "extends", "trigger", "run":
			return true
		}
	}
	return false
}

// extended are the names of the jobs that others extend.
func (g *gitlab) extended() map[string]bool {
	extended := map[string]bool{}
	for _, job := range g.jobs {
		for _, name := range g.textsOf(g.field(job.value, "extends")) {
			extended[name] = true
		}
	}
	return extended
}

// includes are local files, and those of child pipelines.
func (g *gitlab) includes() {
	g.include(g.named["include"])
	for _, job := range g.jobs {
		g.include(g.path(job.value, "trigger", "include"))
	}
}

func (g *gitlab) include(n *yaml.Node) {
	for _, item := range g.oneOrMore(n) {
		if isMapping(item) {
			item = g.field(item, "local")
		}
		if v := g.value(item); v != nil && !strings.Contains(v.Text, "://") {
			g.file.Includes = append(g.file.Includes, *v)
		}
	}
}

// inherited is a job's key: its own, or that of what it extends, the last first.
func (g *gitlab) inherited(n *yaml.Node, name string, depth int) *yaml.Node {
	if own := g.field(n, name); own != nil || depth > maxExtends || n == nil {
		return own
	}
	parents := g.textsOf(g.field(n, "extends"))
	for _, parent := range slices.Backward(parents) {
		if found := g.inherited(g.named[parent], name, depth+1); found != nil {
			return found
		}
	}
	return nil
}

// setting is a job's key, else the pipeline's default.
func (g *gitlab) setting(n *yaml.Node, name string) *yaml.Node {
	if found := g.inherited(n, name, 0); found != nil {
		return found
	}
	return g.defaults[name]
}

// variables are those of all that a job extends, the nearest last.
func (g *gitlab) variables(s scope, n *yaml.Node, depth int) scope {
	if n == nil || depth > maxExtends || !g.visit(1) {
		return s
	}
	for _, parent := range g.textsOf(g.field(n, "extends")) {
		s = g.variables(s, g.named[parent], depth+1)
	}
	return s.within(g.document, g.field(n, "variables"))
}

func (g *gitlab) job(i int, p pair) Job {
	n := p.value
	s := g.variables(g.env, n, 0)
	tags := g.textsOf(g.setting(n, "tags"))
	j := Job{
		Span: g.valueSpan(p.key), ID: p.name, Env: s.env,
		Runner: strings.Join(tags, ", "), SelfHosted: isOwnGitLabRunner(tags),
		Container: g.imageOf(g.setting(n, "image")),
		Needs:     g.needs(i, n),
		If:        nameOf(g.inherited(n, "when", 0)),
		Uses:      g.downstream(g.inherited(n, "trigger", 0)),
	}
	if environment := g.inherited(n, "environment", 0); isMapping(environment) {
		j.Environment = g.value(g.field(environment, "name"))
		j.Stops = nameOf(g.field(environment, "action")) == "stop"
	} else {
		j.Environment = g.value(environment)
	}
	g.file.Triggers = append(g.file.Triggers, g.triggersIn(g.inherited(n, "rules", 0))...)
	g.file.Triggers = append(g.file.Triggers, g.onlyTriggers(g.inherited(n, "only", 0))...)
	s.dialect = shell.Sh
	if isWindows(tags) || slices.Contains(tags, "saas-windows-medium-amd64") {
		s.dialect = shell.PowerShell
	}
	j.Steps = g.steps(n, s)
	return j
}

func (g *gitlab) imageOf(n *yaml.Node) string {
	if isMapping(n) {
		n = g.field(n, "name")
	}
	return nameOf(n)
}

// downstream is the project or the file of a pipeline that a job starts.
func (g *gitlab) downstream(n *yaml.Node) *Value {
	if !isMapping(n) {
		return g.value(n)
	}
	if project := g.value(g.field(n, "project")); project != nil {
		return project
	}
	for _, item := range g.oneOrMore(g.field(n, "include")) {
		if isMapping(item) {
			item = g.field(item, "local")
		}
		if v := g.value(item); v != nil {
			return v
		}
	}
	return nil
}

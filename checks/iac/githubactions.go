package iac

import (
	"bytes"
	"fmt"
	"path"
	"regexp"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// GitHubActions reads workflows, by their content, and actions, by their name:
// the containers and services of jobs, and the steps and actions that are images.
// Calls of other workflows and the text of commands are not read.
func GitHubActions() Reader {
	return Reader{
		Name:  "github-actions",
		Where: "YAML with `on` and `jobs`; `action.yml`, `action.yaml` with `runs`",
		What:  "`container`, `services`, `docker://` steps, an action's own image; matrix, `env`, input defaults and `a || 'b'` that stand in the file",
		Path:  isYAMLName,
		Read:  readGitHubActions,
	}
}

var actionName = regexp.MustCompile(`^action\.ya?ml$`)

// maxActionsParts bounds the pieces of all expressions of a file: a matrix multiplies them.
const maxActionsParts = 20_000

func readGitHubActions(p string, data []byte) *File {
	a := &actions{File: &File{}, action: actionName.MatchString(path.Base(p))}
	text := data
	if bytes.IndexByte(data, 0) >= 0 { // UTF-16 is told, not passed over
		text = bytes.ReplaceAll(data, []byte{0}, nil)
	}
	if !a.action && !(mentions(text, "runs-on") && mentions(text, "jobs")) {
		return nil
	}
	sure := a.shows(text)
	if !mentions(text, "container", "services") && !namesDocker(text) {
		if sure {
			return &File{Format: "github-actions"}
		}
		return nil
	}
	a.read(data, sure)
	if a.Format == "" {
		return nil
	}
	return a.File
}

// shows reports whether the bytes are plainly of this format, parsed or not.
func (a *actions) shows(text []byte) bool {
	return a.action && hasTopKey(text, "runs") || hasTopKey(text, "jobs") && hasTopKey(text, "on")
}

// hasTopKey reports whether a line begins with a key: quotes around it, and what an editor put
// before the first line, do not matter.
func hasTopKey(text []byte, name string) bool {
	for line := range bytes.Lines(text) {
		line = bytes.TrimLeftFunc(line, func(r rune) bool { return r >= utf8.RuneSelf })
		rest, ok := bytes.CutPrefix(withoutQuote(line), []byte(name))
		if ok && bytes.HasPrefix(bytes.TrimLeft(withoutQuote(rest), " \t"), []byte(":")) {
			return true
		}
	}
	return false
}

func withoutQuote(text []byte) []byte {
	if len(text) > 0 && (text[0] == '"' || text[0] == '\'') {
		return text[1:]
	}
	return text
}

// namesDocker reports whether the text holds "docker://", in whatever case.
func namesDocker(text []byte) bool {
	for {
		scheme, rest, found := bytes.Cut(text, []byte("://"))
		if !found {
			return false
		}
		if n := len(scheme) - len("docker"); n >= 0 && bytes.EqualFold(scheme[n:], []byte("docker")) {
			return true
		}
		text = rest
	}
}

func (a *actions) read(data []byte, sure bool) {
	docs, unread := boundedDocs(data)
	a.Unread = unread
	for _, doc := range docs {
		if u := doc.parse(); u != nil {
			if sure {
				a.Format = "github-actions"
				a.Unread = append(a.Unread, *u)
			}
			continue
		}
		a.told, a.cuts = map[*yaml.Node]bool{}, nil // nodes are used again
		a.document(doc)
		doc.forget()
	}
}

// actions is one workflow or action while it is read.
type actions struct {
	*File
	*yamlDoc
	action bool // by its name
	told   map[*yaml.Node]bool
	cuts   map[*yaml.Node][]actionsPiece // values taken apart
	parts  int                           // pieces of expressions so far
	full   bool                          // that it names too much is told
}

func (a *actions) document(doc *yamlDoc) {
	a.yamlDoc = doc
	jobs, runs := doc.field(doc.root, "jobs"), doc.field(doc.root, "runs")
	switch {
	case a.action && isKind(runs, yaml.MappingNode):
		a.Format = "github-actions"
		a.runs(runs)
	case isKind(jobs, yaml.MappingNode) && doc.field(doc.root, "on") != nil:
		a.Format = "github-actions"
		a.workflow(jobs)
	}
	if u := doc.overrun(); u != nil && a.Format != "" {
		a.Unread = append(a.Unread, *u)
	}
}

// runs reads what an action is: an image, or steps.
func (a *actions) runs(n *yaml.Node) {
	scope := actionsScope{inputs: []*yaml.Node{a.field(a.root, "inputs")}}
	if image := a.field(n, "image"); isDockerURI(image) {
		a.image("runs.image", image, scope)
	}
	a.steps("runs", a.field(n, "steps"), scope)
}

func (a *actions) workflow(jobs *yaml.Node) {
	on := a.field(a.root, "on")
	scope := actionsScope{
		env: []*yaml.Node{a.field(a.root, "env")},
		inputs: []*yaml.Node{
			a.path(on, "workflow_call", "inputs"), a.path(on, "workflow_dispatch", "inputs"),
		},
	}
	for _, p := range a.pairs(jobs) {
		address := "jobs." + p.name()
		job := scope.within(a.field(p.value, "env"))
		job.rows = a.rows(a.path(p.value, "strategy", "matrix"))
		a.container(address+".container", a.field(p.value, "container"), job)
		services := a.field(p.value, "services")
		if isText(services) { // an expression that makes all of them
			a.image(address+".services", services, job)
		}
		for _, service := range a.pairs(services) {
			a.container(address+".services."+service.name(), service.value, job)
		}
		a.steps(address, a.field(p.value, "steps"), job)
	}
}

// container reads a job's container or a service: an image, or a mapping with one.
func (a *actions) container(address string, n *yaml.Node, scope actionsScope) {
	if isText(n) {
		scope.container = true
		a.image(address, n, scope)
		return
	}
	if image := a.field(n, "image"); isText(image) {
		a.image(address+".image", image, scope)
	}
}

func (a *actions) steps(address string, n *yaml.Node, scope actionsScope) {
	for i, step := range a.items(n) {
		uses := a.field(step, "uses")
		if !isDockerURI(uses) {
			continue
		}
		at := fmt.Sprintf("[%d]", i)
		for _, key := range []string{"name", "id"} {
			if name := yamlValue(a.field(step, key)); name != "" {
				at = "[" + key + "=" + name + "]"
			}
		}
		a.image(address+".steps"+at+".uses", uses, scope.within(a.field(step, "env")))
	}
}

const dockerURI = "docker://"

func hasDockerURI(text string) bool {
	return len(text) >= len(dockerURI) && strings.EqualFold(text[:len(dockerURI)], dockerURI)
}

func isDockerURI(n *yaml.Node) bool { return hasDockerURI(yamlValue(n)) }

// image adds the site of a field, unless it comes out as no image. A field that
// several jobs share is told once, if nothing of a job can change it.
func (a *actions) image(address string, field *yaml.Node, scope actionsScope) {
	if a.told[yamlTarget(field)] || !a.room(field) {
		return
	}
	a.told[yamlTarget(field)] = !strings.Contains(yamlValue(field), "${{")
	expr, ok := a.choices(field, scope)
	if !ok {
		return
	}
	site := Site{Address: cut(address, longestAddress), Raw: a.raw(field), Span: a.span(field), Role: RoleCI, Expr: expr}
	if hasDockerURI(site.Raw) && site.Span.Line == site.Span.EndLine {
		site.Raw = site.Raw[len(dockerURI):]
		site.Span.Column += len(dockerURI)
	}
	if site.Expr.Op == Cat || site.Expr.Op == Any {
		site.Expr.Span = site.Span
	}
	site.Line = a.lineOf(site.Span.Line)
	a.parts += weigh(expr)
	a.Sites = append(a.Sites, site)
}

// room reports whether the file may name more, and tells once when not.
func (a *actions) room(at *yaml.Node) bool {
	if a.visits > yamlVisits { // overrun tells it
		return false
	}
	if len(a.Sites) < yamlSites && a.parts < maxActionsParts {
		return true
	}
	if !a.full {
		a.full = true
		a.Unread = append(a.Unread, Unread{
			Line: a.span(at).Line, Kind: checks.Defeated, Reason: "names too many images; the rest was left out",
		})
	}
	return false
}

package iac

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// ciSystem is one row of the table of CI systems: all that tells one from another.
type ciSystem struct {
	name        string
	where, what string         // for the documents, as in Reader
	mark        string         // a part of every path that is the system's: it spares others the expression
	files       *regexp.Regexp // the paths that are the system's, whatever a malformed one holds; nil: any YAML
	// words: one of them is in every file that is the system's, so that others need no
	// parser; none: the path says enough.
	words []string
	// deploys: what it names is deployed; else it runs in a pipeline.
	deploys bool
	// marks are keys of the top level, one of which is there; none: the path says enough.
	marks []string
	// runs are fields of the top level that must read like this, or no image is run.
	runs map[string]*regexp.Regexp
	// reserved are the keys of the top level that "*" does not mean.
	reserved []string
	// header is the key of a first document that holds values for the others.
	header string
	// through matches the keys of conditions around a part of the file.
	through *regexp.Regexp
	// machine matches values that name a virtual machine.
	machine *regexp.Regexp
	// aliases is the path of the names that stand for images told elsewhere.
	aliases string

	images []ciImage
	builds string // path of the images that are built; empty: none
	names  []ciName
	// includes are the paths of the names of files that hold more of the same, gives
	// is that of the values that are handed to them.
	includes []string
	gives    string
}

// ciImage is where an image stands; see ciWalk for paths.
type ciImage struct {
	path   string
	prefix string // what makes it an image, and is no part of it
	alias  bool   // it may be one of the system's aliases instead
	named  bool   // a bare word is a name that stands for an image told elsewhere
}

// ciName is a way to write a name, and where its values stand, the strongest first.
type ciName struct {
	ref  *regexp.Regexp // the first group that matched is the name
	what string
	from []ciSource
}

// ciSource is where values stand, seen from the image's own part of the file or
// from what is around it: the nearest counts.
type ciSource struct {
	path  string
	top   bool // only at the top level
	fixed bool // nothing from outside replaces these values
}

var (
	gitlabFiles     = regexp.MustCompile(`(?:\.gitlab-ci[^/]*|(?:^|/)\.gitlab(?:-ci)?/.+)\.ya?ml$`)
	gitlabMachine   = regexp.MustCompile(`^macos-\d+-xcode-\d+$`)
	gitlabVariable  = regexp.MustCompile(`\$\{(\w+)\}|\$(\w+)`)
	gitlabInput     = regexp.MustCompile(`\$\[\[\s*inputs\.([\w-]+)\s*\]\]`)
	gitlabOpaque    = regexp.MustCompile(`\$\[\[.*?\]\]`)
	circleFiles     = regexp.MustCompile(`(?:^|/)\.circleci/[^/]+\.ya?ml$`)
	circlePipeline  = regexp.MustCompile(`<<\s*pipeline\.parameters\.([\w-]+)\s*>>`)
	circleParameter = regexp.MustCompile(`<<\s*parameters\.([\w-]+)\s*>>`)
	circleOpaque    = regexp.MustCompile(`<<.*?>>`)
	azureFiles      = regexp.MustCompile(`(?:^|/)(?:azure-pipelines[^/]*|\.azuredevops/.+|\.?azure-pipelines/.+)\.ya?ml$`)
	azureThrough    = regexp.MustCompile(`^\$\{\{\s*(?:if|else|elseif|each|insert)\b`)
	azureParameter  = regexp.MustCompile(`\$\{\{\s*parameters(?:\.([\w-]+)|\['([\w-]+)'\])\s*\}\}`)
	azureVariable   = regexp.MustCompile(`\$\{\{\s*variables(?:\.([\w.-]+)|\['([\w.-]+)'\])\s*\}\}|` +
		`\$\[\s*variables(?:\.([\w.-]+)|\['([\w.-]+)'\])\s*\]|\$\(([\w.-]+)\)`)
	azureOpaque     = regexp.MustCompile(`\$\[.*\]`)
	bitbucketFiles  = regexp.MustCompile(`(?:^|/)bitbucket-pipelines\.ya?ml$`)
	cloudBuildFiles = regexp.MustCompile(`(?:^|/)cloudbuild[^/]*\.(?:ya?ml|json)$`)
	cloudBuildName  = regexp.MustCompile(`\$\{(_[A-Z0-9_]+)\}|\$(_[A-Z0-9_]+)`)
	droneFiles      = regexp.MustCompile(`(?:^|/)\.drone\.ya?ml$`)
	droneKind       = regexp.MustCompile(`^(?:pipeline)?$`)
	droneType       = regexp.MustCompile(`^(?:docker|kubernetes)?$`)
	matrixName      = regexp.MustCompile(`\$\{(\w+)\}`)
	woodpeckerFiles = regexp.MustCompile(`(?:^|/)(?:\.woodpecker|\.woodpecker/.+)\.ya?ml$`)
)

// Pipelines are the readers of CI systems that are no more than paths over YAML,
// one for each row of the table.
func Pipelines() []Reader {
	return pathReaders(gitlabCI(), circleCI(), azurePipelines(), bitbucketPipelines(), cloudBuild(), drone(), woodpecker())
}

func pathReaders(rows ...ciSystem) []Reader {
	var readers []Reader
	for _, s := range rows {
		readers = append(readers, Reader{Name: s.name, Where: s.where, What: s.what, Path: s.isPath, Read: s.read})
	}
	return readers
}

func (s ciSystem) isPath(p string) bool {
	if s.files == nil {
		return isYAMLName(p)
	}
	return strings.Contains(p, s.mark) && s.files.MatchString(p)
}

func gitlabCI() ciSystem {
	return ciSystem{
		where: "`.gitlab-ci.yml`, `*.gitlab-ci.yml`, YAML in `.gitlab`",
		what:  "`image` and `services` of jobs and defaults; variables, also those of extending jobs and of the including file, matrix and input defaults",
		name:  "gitlab-ci", mark: ".gitlab", files: gitlabFiles, header: "spec", machine: gitlabMachine,
		reserved: []string{"spec", "include", "variables", "workflow", "stages", "image", "services"},
		images:   ciPaths("image.name?", "services[].name?", "*.image.name?", "*.services[].name?"),
		names: []ciName{
			{ref: gitlabInput, what: "input", from: []ciSource{{path: "spec.inputs.$.default"}}},
			{ref: gitlabOpaque},
			{ref: gitlabVariable, what: "variable", from: []ciSource{
				{path: "parallel.matrix[].$", fixed: true}, {path: "parallel.matrix[].$[]", fixed: true},
				{path: "*@extends.variables.$", top: true, fixed: true},
				{path: "variables.$"}, {path: "variables.$.value"},
			}},
		},
		includes: []string{"include", "include[]", "include.local", "include[].local"},
		gives:    "variables.*.value?",
	}
}

func circleCI() ciSystem {
	return ciSystem{
		where: "YAML in `.circleci`",
		what:  "`docker` of jobs and executors; parameters with defaults, or as workflows give them",
		name:  "circleci", mark: ".circleci/", files: circleFiles,
		marks: []string{"version", "jobs", "workflows", "executors", "orbs", "setup"},
		images: ciPaths("jobs.*.docker[].image", "executors.*.docker[].image",
			"orbs.*.jobs.*.docker[].image", "orbs.*.executors.*.docker[].image"),
		names: []ciName{
			{ref: circlePipeline, what: "pipeline parameter", from: []ciSource{{path: "parameters.$.default", top: true}}},
			{ref: circleParameter, what: "parameter", from: []ciSource{
				{path: "workflows.*.jobs[].@.$", top: true, fixed: true},
				{path: "workflows.*.jobs[].@.matrix.parameters.$[]", top: true, fixed: true},
				{path: "parameters.$.default"},
			}},
			{ref: circleOpaque},
		},
	}
}

func azurePipelines() ciSystem {
	s := ciSystem{
		where: "`azure-pipelines*.yml`, YAML in `azure-pipelines`, `.azure-pipelines`, `.azuredevops`",
		what:  "container resources, `container` and `services` of jobs; parameters with defaults, variables, matrix",
		name:  "azure-pipelines", mark: "azure", files: azureFiles, through: azureThrough, aliases: "resources.containers[].container",
		marks: []string{"trigger", "pr", "pool", "stages", "jobs", "steps", "resources", "extends", "container",
			"parameters", "variables"},
		images: ciPaths("resources.containers[].image"),
		names: []ciName{
			{ref: azureParameter, what: "parameter", from: []ciSource{{path: "parameters[$].default"}, {path: "parameters.$"}}},
			{ref: azureVariable, what: "variable", from: []ciSource{
				{path: "strategy.matrix.*.$", fixed: true},
				{path: "variables[$].value"}, {path: "variables.$"},
			}},
			{ref: azureOpaque},
		},
	}
	for _, job := range []string{"", "jobs[].", "stages[].jobs[]."} {
		s.images = append(s.images, ciImage{path: job + "container.image?", alias: true}, ciImage{path: job + "services.*", alias: true})
	}
	return s
}

func bitbucketPipelines() ciSystem {
	const docker = "docker://"
	return ciSystem{
		where: "`bitbucket-pipelines.yml`",
		what:  "`image`, services, `docker://` pipes",
		name:  "bitbucket-pipelines", mark: "bitbucket-pipelines.", files: bitbucketFiles,
		images: append(ciPaths("image.name?", "definitions.services.*.image.name?", "**.step.image.name?"),
			ciImage{path: "**.script[].pipe", prefix: docker}, ciImage{path: "**.after-script[].pipe", prefix: docker}),
	}
}

func cloudBuild() ciSystem {
	return ciSystem{
		where: "`cloudbuild*.yaml`, `cloudbuild*.json`",
		what:  "steps; substitutions that stand in the file; what it builds is local",
		name:  "cloud-build", mark: "cloudbuild", files: cloudBuildFiles, marks: []string{"steps"},
		images: ciPaths("steps[].name"), builds: "images[]",
		names: []ciName{{ref: cloudBuildName, what: "substitution", from: []ciSource{{path: "substitutions.$"}}}},
	}
}

func drone() ciSystem {
	return ciSystem{
		where: "`.drone.yml`",
		what:  "steps and services; matrix",
		name:  "drone", mark: ".drone.", files: droneFiles, marks: []string{"kind", "steps", "pipeline"},
		runs:   map[string]*regexp.Regexp{"kind": droneKind, "type": droneType},
		images: ciPaths("steps[].image", "services[].image", "pipeline.*.image", "services.*.image", "clone.*.image"),
		names:  ciMatrix(),
	}
}

func woodpecker() ciSystem {
	return ciSystem{
		where: "`.woodpecker.yml`, YAML in `.woodpecker`",
		what:  "steps, services, `clone`; matrix",
		name:  "woodpecker", mark: ".woodpecker", files: woodpeckerFiles, marks: []string{"steps", "pipeline", "services", "clone"},
		images: ciPaths("steps[].image", "steps.*.image", "pipeline.*.image", "services[].image", "services.*.image",
			"clone[].image", "clone.*.image"),
		names: ciMatrix(),
	}
}

// ciMatrix is how Drone and Woodpecker write the variables of a matrix.
func ciMatrix() []ciName {
	return []ciName{{ref: matrixName, what: "variable", from: []ciSource{
		{path: "matrix.$[]", fixed: true}, {path: "matrix.include[].$", fixed: true},
	}}}
}

func ciPaths(paths ...string) []ciImage {
	var images []ciImage
	for _, p := range paths {
		images = append(images, ciImage{path: p})
	}
	return images
}

// read ignores the path, so that facts can be kept by the reader's name and the blob.
func (s ciSystem) read(_ string, data []byte) *File {
	if s.words != nil && !mentions(data, s.words...) {
		return nil
	}
	docs, unread := boundedDocs(data)
	f := &ciFile{ciSystem: s, File: &File{Unread: unread}, seen: map[checks.Span]bool{}}
	for _, doc := range docs {
		if u := doc.parse(); u != nil {
			f.Format = s.name
			f.Unread = append(f.Unread, *u)
			continue
		}
		f.document(doc)
		if f.outer == nil || f.outer.doc != doc {
			doc.forget()
		}
	}
	if f.Format == "" {
		return nil
	}
	slices.SortStableFunc(f.Sites, func(a, b Site) int {
		if a.Span.Line != b.Span.Line {
			return a.Span.Line - b.Span.Line
		}
		return a.Span.Column - b.Span.Column
	})
	return f.File
}

// ciFile is one file while it is read.
type ciFile struct {
	ciSystem
	*File
	seen  map[checks.Span]bool // sites already told: an alias leads to a place again
	outer *ciPlace             // the top of the document with the header
	known map[string]bool      // the aliases of the document
	// pipeline: the document is started by itself, not a template of others.
	pipeline bool
	parts    int                 // of the expression that is being made
	open     map[*yaml.Node]bool // the values that it stands inside of
	owner    string              // the job that it belongs to
}

func (f *ciFile) document(doc *yamlDoc) {
	if !f.isOwn(doc) {
		return
	}
	f.Format = f.name
	top := &ciPlace{doc: doc, node: doc.root, up: f.outer}
	if f.header != "" && f.outer == nil && doc.field(doc.root, f.header) != nil {
		f.outer = top
	}
	if f.isRun(doc) {
		f.contents(top)
	}
	if u := doc.overrun(); u != nil {
		f.Unread = append(f.Unread, *u)
	}
}

// isOwn reports whether a document is of the system: a mapping, and no object of a cluster.
func (f *ciFile) isOwn(doc *yamlDoc) bool {
	return isKind(doc.root, yaml.MappingNode) && doc.field(doc.root, "apiVersion") == nil &&
		(f.marks == nil || slices.ContainsFunc(f.marks, func(key string) bool { return doc.field(doc.root, key) != nil }))
}

func (f *ciFile) isRun(doc *yamlDoc) bool {
	for key, like := range f.runs {
		if !like.MatchString(yamlValue(doc.field(doc.root, key))) {
			return false
		}
	}
	return true
}

func (f *ciFile) contents(top *ciPlace) {
	f.known = map[string]bool{}
	f.pipeline = slices.ContainsFunc([]string{"trigger", "pr", "schedules", "resources", "extends"}, func(key string) bool {
		return top.doc.field(top.doc.root, key) != nil
	})
	f.each(top, f.aliases, "", func(at *ciPlace) { f.known[yamlValue(at.node)] = true })
	for _, image := range f.images {
		f.each(top, image.path, "", func(at *ciPlace) { f.site(at, image) })
	}
	f.hand(top)
	f.each(top, f.builds, "", func(at *ciPlace) {
		switch {
		case !isText(at.node):
		case len(f.Builds) >= yamlSites:
			at.doc.stop()
		default:
			f.Builds = append(f.Builds, f.expr(at, 0))
		}
	})
}

// site notes the image at a place, where there is one.
func (f *ciFile) site(at *ciPlace, image ciImage) {
	value := yamlValue(at.node)
	name, ok := strings.CutPrefix(value, image.prefix)
	if name == "" || !ok || image.named && !strings.ContainsAny(name, "/:@$") || f.machine != nil && f.machine.MatchString(name) {
		return
	}
	span := at.doc.span(at.node)
	if f.seen[span] {
		return
	}
	f.seen[span] = true
	if len(f.Sites) >= yamlSites {
		at.doc.stop()
		return
	}
	site := Site{Raw: at.doc.raw(at.node), Span: span, Expr: f.expr(at, len(image.prefix))}
	if !f.deploys {
		site.Role = RoleCI
	}
	if image.alias {
		if site.Expr, ok = f.unaliased(site.Expr); !ok {
			return
		}
	}
	if image.prefix != "" && strings.HasPrefix(site.Raw, image.prefix) {
		site.Raw, site.Span = site.Raw[len(image.prefix):], at.doc.pieces(at.node).span(len(image.prefix), len(value))
	}
	site.Address, site.Line = at.address(), at.doc.lineOf(site.Span.Line)
	f.Sites = append(f.Sites, site)
}

// unaliased is the expression of what may be an alias; false when it is one. A
// bare word in a template is one of the pipeline that uses it; in a pipeline of its own
// it may be an image or what an extended template declares.
func (f *ciFile) unaliased(e Expr) (Expr, bool) {
	end := &e
	for end.Op == Name && end.Else != nil {
		end = end.Else
	}
	switch {
	case end.Op != Lit || strings.ContainsAny(end.Text, "/:@"):
		return e, true
	case f.known[end.Text] || !f.pipeline:
		return e, false
	}
	return Expr{Op: Unknown, Text: end.Text, What: "container resource or image", Span: e.Span, Line: e.Line}, true
}

package iac

import (
	"bytes"
	"cmp"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// Bounds of a Compose file, far above what anybody writes by hand.
const (
	maxCompose          = 1 << 20
	maxComposeDocuments = 100
	maxComposeSites     = 5000
)

// resetTag takes away a field that another file of the project sets.
const resetTag = "!reset"

// Compose reads Compose files and Swarm stacks: by name, and any YAML file with a
// top-level "services" whose entries are images or builds.
func Compose() Reader {
	return Reader{
		Name:  "compose",
		Where: "`compose.yml`, `docker-compose.yml` and their variants; other YAML with `services` that hold images or builds",
		What:  "`image`, `build`, inline Dockerfiles; variables with their defaults and those of `.env`; what an included or extended file builds is local",
		Path:  isYAMLName,
		Read:  readCompose,
	}
}

var (
	composeName = regexp.MustCompile(`(?i)^((docker-)?compose([._-].*)?|.*\.compose|.*docker-compose.*)\.ya?ml$`)
)

func readCompose(p string, data []byte) *File {
	named := composeName.MatchString(path.Base(p))
	if !named && !mayHaveServices(data) {
		return nil
	}
	c := &compose{File: &File{Format: "compose"}, named: named, fields: map[*yaml.Node]bool{}}
	if len(data) > maxCompose {
		c.Unread = []Unread{{Kind: checks.Defeated, Reason: "a Compose file larger than 1 MiB"}}
		return c.File
	}
	c.read(data)
	if !c.found && (!named || c.foreign) {
		return nil
	}
	return c.File
}

// mayHaveServices rejects most files of other formats without parsing them: there
// is no line that begins with the key, and no flow mapping that could hold it. A key
// spelled with escapes is missed; no hand writes one.
func mayHaveServices(data []byte) bool {
	key := []byte("services")
	if !bytes.Contains(data, []byte("image")) && !bytes.Contains(data, []byte("build")) {
		return false
	}
	if bytes.HasPrefix(bytes.TrimLeft(data, "\ufeff- \t\r\n"), []byte("{")) {
		return bytes.Contains(data, key)
	}
	for at := 0; ; at += len(key) {
		next := bytes.Index(data[at:], key)
		if next < 0 {
			return false
		}
		at += next
		before := bytes.TrimRight(data[max(0, at-4):at], "\"'\ufeff")
		after := bytes.TrimLeft(data[at+len(key):], "\"' \t")
		if (len(before) == 0 || before[len(before)-1] == '\n') && bytes.HasPrefix(after, []byte(":")) {
			return true
		}
	}
}

func (c *compose) read(data []byte) {
	docs := yamlDocs(data)
	defer forgetAll(docs)
	if len(docs) > maxComposeDocuments {
		c.Unread = append(c.Unread, *docs[maxComposeDocuments].defeated(0, "more than 100 documents; the rest was left out"))
		docs = docs[:maxComposeDocuments]
	}
	for _, doc := range docs {
		if u := doc.parse(); u != nil {
			c.Unread = append(c.Unread, *u)
		} else if doc.root != nil {
			c.document(doc)
		}
	}
}

// compose is one file while it is read.
type compose struct {
	*File
	*yamlDoc
	named    bool
	found    bool // services that are Compose's
	foreign  bool // a document that says it is something else
	services *yaml.Node
	fields   map[*yaml.Node]bool // the fields that are sites already
	dotenv   bool                // that ".env" is used is told
}

func (c *compose) document(doc *yamlDoc) {
	c.yamlDoc = doc
	prefix := "services."
	c.services = doc.field(doc.root, "services")
	if c.services == nil && c.named && c.isFirstVersion(doc.root) {
		c.services, prefix = doc.root, ""
	}
	if c.isOther(doc.root) {
		c.foreign = true
		return
	}
	if !c.named && !slices.ContainsFunc(doc.pairs(c.services), func(p yamlPair) bool { return c.isService(p.value) }) {
		return
	}
	c.included()
	for _, service := range doc.pairs(c.services) {
		if image := c.field(service.value, "image"); !c.named && image != nil && c.isPicture(service.value, image) {
			continue
		}
		c.found = true
		c.service(prefix+cmp.Or(service.name(), "?"), service.value)
		if len(c.Sites) > maxComposeSites {
			c.Unread = append(c.Unread, *doc.defeated(0, "more than 5000 images; the rest was left out"))
			return
		}
	}
	if u := doc.overrun(); u != nil {
		c.Unread = append(c.Unread, *u)
	}
}

// isOther reports whether a document is of a format that has "services" too, or a
// name like Compose's: Kubernetes, CloudFormation, and what CI systems read.
func (c *compose) isOther(root *yaml.Node) bool {
	return slices.ContainsFunc([]string{"apiVersion", "kind", "Resources", "jobs", "stages", "steps", "pipeline"},
		func(key string) bool { return c.field(root, key) != nil })
}

// isFirstVersion reports whether the top level itself is the services, as before version 2.
func (c *compose) isFirstVersion(root *yaml.Node) bool {
	for _, service := range c.pairs(root) {
		if c.isService(service.value) && !strings.HasPrefix(service.name(), "x-") {
			return c.field(root, "version") == nil
		}
	}
	return false
}

func (c *compose) isService(n *yaml.Node) bool {
	image := c.field(n, "image")
	return isText(image) && (c.named || !c.isPicture(n, image)) || c.field(n, "build") != nil
}

// pictureName matches what is a picture, or an address of one.
var pictureName = regexp.MustCompile(`(?i)\.(?:png|jpe?g|gif|svg|webp|avif|ico|bmp)$|://|^/`)

// proseKeys are fields of what is described to readers; no service of Compose has one.
func proseKeys() []string {
	return []string{"title", "description", "text", "icon", "link", "href", "alt", "slug", "price", "heading"}
}

// isPicture reports whether a service of a website is described, not one that runs.
func (c *compose) isPicture(n, image *yaml.Node) bool {
	return pictureName.MatchString(yamlValue(image)) ||
		slices.ContainsFunc(proseKeys(), func(key string) bool { return c.field(n, key) != nil })
}

func (c *compose) service(address string, n *yaml.Node) {
	built := c.builds(n, 0)
	image := c.field(n, "image")
	if c.isBraces(image) {
		c.Unread = append(c.Unread, Unread{Line: c.span(image).Line, Kind: checks.Unsupported, Reason: address + ".image: a template, not plain YAML"})
	}
	if isText(image) && image.Tag != resetTag {
		local := ""
		if built {
			local = "built by this service"
		}
		site := c.add(Site{Address: address + ".image", Local: local, Pull: c.pulled(n)}, image, "")
		if built {
			c.Builds = append(c.Builds, site.Expr)
		}
	}
	c.build(address+".build", c.field(n, "build"))
	c.dockerfile(address+".build", c.field(n, "build"))
	c.volumes(address+".volumes", c.field(n, "volumes"))
}

// pulled is when a service's image is pulled: where nothing is said, only a missing one.
func (c *compose) pulled(n *yaml.Node) string {
	switch yamlValue(c.field(n, "pull_policy")) {
	case "never":
		return PullNever
	case "", "missing", "if_not_present":
		return PullMissing
	}
	return PullAlways
}

// isBraces reports whether a value is "{{ x }}", which YAML takes for a mapping of a mapping.
func (c *compose) isBraces(n *yaml.Node) bool {
	return isKind(n, yaml.MappingNode) && len(yamlTarget(n).Content) > 0 && isKind(yamlTarget(n).Content[0], yaml.MappingNode)
}

// builds reports whether a service is built here, itself or as an extension of
// another service of the file.
func (c *compose) builds(n *yaml.Node, depth int) bool {
	if build := c.field(n, "build"); isText(build) && build.Tag != resetTag || isKind(build, yaml.MappingNode) || yamlValue(c.field(n, "pull_policy")) == "build" {
		return true
	}
	extends := c.field(n, "extends")
	base := yamlValue(extends)
	if isKind(extends, yaml.MappingNode) && c.field(extends, "file") == nil {
		base = yamlValue(c.field(extends, "service"))
	}
	return base != "" && depth < maxDepth && c.builds(c.field(c.services, base), depth+1)
}

// build reads the images that a build names beside its Dockerfile.
func (c *compose) build(address string, n *yaml.Node) {
	const image = "docker-image://"
	contexts := c.field(n, "additional_contexts")
	for _, p := range c.pairs(contexts) {
		c.Makes = append(c.Makes, Make{Do: Context, Name: p.name(), Line: c.span(p.value).Line})
		if strings.HasPrefix(yamlValue(p.value), image) {
			c.add(Site{Address: address + ".additional_contexts." + p.name(), Role: "build"}, p.value, image)
		}
	}
	for _, item := range c.items(contexts) {
		name, value, _ := strings.Cut(yamlValue(item), "=")
		c.Makes = append(c.Makes, Make{Do: Context, Name: name, Line: c.span(item).Line})
		if strings.HasPrefix(value, image) {
			c.add(Site{Address: address + ".additional_contexts." + name, Role: "build"}, item, name+"="+image)
		}
	}
	if inline := c.field(n, "dockerfile_inline"); isText(inline) {
		c.inline(address+".dockerfile_inline", inline)
	}
}

// volumes reads the volumes whose content is an image's.
func (c *compose) volumes(address string, n *yaml.Node) {
	for i, item := range c.items(n) {
		source := c.field(item, "source")
		if yamlValue(c.field(item, "type")) == "image" && isText(source) {
			c.add(Site{Address: fmt.Sprintf("%s[%d].source", address, i)}, source, "")
		}
	}
}

// add completes a site with a field's value behind a prefix. The place is the
// field's; the parts of an alias stand where its anchor is.
func (c *compose) add(site Site, field *yaml.Node, prefix string) Site {
	target := yamlTarget(field)
	p := c.passage(target, len(prefix))
	site.Expr = fillIns(interpolate(p, dialect{name: composeVariable}), p)
	site.Raw, site.Span = c.raw(field), c.span(field)
	if c.fields[field] { // merged into several services: written once, told once
		return site
	}
	c.fields[field] = true
	if prefix != "" && target == field && strings.HasPrefix(site.Raw, prefix) {
		site.Raw, site.Span = site.Raw[len(prefix):], p.span(0, len(p.text))
	}
	site.Line = c.lineOf(site.Span.Line)
	c.Sites = append(c.Sites, site)
	c.variables(site.Expr)
	return site
}

func composeVariable(string) (*Expr, string) { return nil, "variable" }

// passage is a scalar's decoded text from a byte on, with the place of each byte.
func (c *compose) passage(n *yaml.Node, from int) passage {
	text := n.Value[from:]
	pieces := c.pieces(n)
	var places []checks.Span
	if len(text) <= maxPassage {
		places = make([]checks.Span, len(text)+1)
		for i := range places {
			places[i] = pieces.span(from+i, from+i)
		}
	}
	return passage{text: text, line: c.lineOf, span: func(a, b int) checks.Span {
		if places == nil {
			return c.span(n)
		}
		span, last := places[a], places[max(a, b-1)]
		if !isPoint(span) || !isPoint(last) {
			return c.span(n) // an escape hides the place
		}
		if a < b { // the end of the last byte, not the beginning of what follows a folded line
			span.EndLine, span.EndColumn = last.EndLine, last.EndColumn+1
		}
		return span
	}}
}

func isPoint(s checks.Span) bool { return s.Line == s.EndLine && s.Column == s.EndColumn }

// variables notes that the names of this file may get their values from ".env" beside it.
func (c *compose) variables(e Expr) {
	if name := firstName(e); name != nil && !c.dotenv {
		c.dotenv = true
		c.Uses = append(c.Uses, Use{Path: ".env", Takes: true, Span: name.Span, Line: name.Line})
	}
}

// firstName is the first name in an expression, nil when there is none.
func firstName(e Expr) *Expr {
	if e.Op == Name {
		return &e
	}
	for _, arg := range e.Args {
		if name := firstName(arg); name != nil {
			return name
		}
	}
	return nil
}

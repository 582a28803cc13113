package iac

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Bounds of what a Compose file hands to Dockerfiles.
const (
	maxComposeUses = 500
	maxBuildArgs   = 100
)

// use notes another file of the project, once.
func (c *compose) use(use Use, at *yaml.Node) {
	if len(c.Uses) >= maxComposeUses {
		return
	}
	use.Span = c.span(at)
	use.Line = c.lineOf(use.Span.Line)
	if use.Gives == nil && slices.ContainsFunc(c.Uses, func(u Use) bool { return u.Path == use.Path && u.Gives == nil }) {
		return
	}
	c.Uses = append(c.Uses, use)
}

// included notes the files whose services count as this file's own: those that it
// includes, and those that a service extends.
func (c *compose) included() {
	for _, item := range c.items(c.field(c.root, "include")) {
		paths := []*yaml.Node{item}
		if isKind(item, yaml.MappingNode) {
			at := c.field(item, "path")
			paths = append([]*yaml.Node{at}, c.items(at)...)
		}
		for _, p := range paths {
			c.takes(p)
		}
	}
	for _, service := range c.pairs(c.services) {
		c.takes(c.path(service.value, "extends", "file"))
	}
}

func (c *compose) takes(file *yaml.Node) {
	if isText(file) && isPlainPath(yamlValue(file)) {
		c.use(Use{Path: path.Clean(yamlValue(file)), Takes: true}, file)
	}
}

// dockerfile notes the Dockerfile of a build, with the arguments that the build gives it.
// Without arguments it is used all the same: its defaults win there.
func (c *compose) dockerfile(address string, build *yaml.Node) {
	folder, file := yamlValue(build), "Dockerfile"
	if build == nil || yamlTarget(build).Tag == resetTag {
		return
	}
	if isKind(build, yaml.MappingNode) {
		folder = yamlValue(c.field(build, "context"))
		if named := yamlValue(c.field(build, "dockerfile")); named != "" {
			file = named
		}
		if c.field(build, "dockerfile_inline") != nil {
			return
		}
	}
	if target := path.Join(folder, file); isPlainPath(folder) && isPlainPath(file) && isDockerfilePath(target) {
		c.use(Use{Path: target, Hands: true, Gives: c.buildArgs(build), Address: address}, build)
	}
}

// isPlainPath reports whether a path leads to a file beside this one: no URL, no variable.
func isPlainPath(p string) bool {
	return !strings.ContainsAny(p, "$:@") && !path.IsAbs(p) && !strings.HasPrefix(p, "~")
}

// buildArgs are the arguments of a build. Of one that may be a secret it is known only
// that it has a value; one without a value comes from the environment, or not at all.
func (c *compose) buildArgs(build *yaml.Node) map[string]Expr {
	gives := map[string]Expr{}
	give := func(name string, value *yaml.Node, from int) {
		switch text := yamlValue(value); {
		case text == "" || len(gives) >= maxBuildArgs:
		case !isPublic(name, text[from:]):
			gives[name] = hiddenArg(c.yamlDoc, name, value)
		default:
			gives[name] = interpolate(c.passage(yamlTarget(value), from), dialect{name: composeVariable})
			c.variables(gives[name])
		}
	}
	args := c.field(build, "args")
	for _, p := range c.pairs(args) {
		give(p.name(), p.value, 0)
	}
	for _, item := range c.items(args) {
		if name, _, ok := strings.Cut(yamlValue(item), "="); ok {
			give(name, item, len(name)+1)
		}
	}
	if len(gives) == 0 {
		return nil
	}
	return gives
}

// hiddenArg is an argument whose value is not kept.
func hiddenArg(doc *yamlDoc, name string, value *yaml.Node) Expr {
	return Expr{Op: Unknown, Text: "${" + cut(name, longestLine) + "}", Span: doc.span(value)}
}

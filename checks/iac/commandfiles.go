package iac

import (
	"bytes"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	bakeVariable = regexp.MustCompile(`variable\s+"(\w+)"\s*\{[^{}]*?default\s*=\s*"([^"\n]*)"`)
	bakeTags     = regexp.MustCompile(`(?s)"?\btags"?\s*[=:]\s*\[([^\]]*)\]`)
	bakeContexts = regexp.MustCompile(`(?s)"?\bcontexts"?\s*[=:]\s*\{([^}]*)\}`)
	bakeContext  = regexp.MustCompile(`(?m)^\s*"?([\w.-]+)"?\s*[=:]`)
	bakeText     = regexp.MustCompile(`"([^"\n]*)"`)
)

// bakeMakes are what the targets of a bake file are called, and the contexts that they name.
func bakeMakes(data []byte) []Make {
	c := &commands{vars: map[string]string{}}
	for _, m := range bakeVariable.FindAllSubmatch(data, maxCommandVars) {
		c.vars[string(m[1])] = string(m[2])
	}
	lineAt := func(at int) int { return 1 + bytes.Count(data[:at], []byte("\n")) }
	for _, m := range bakeTags.FindAllSubmatchIndex(data, maxMakes) {
		for _, tag := range bakeText.FindAllSubmatch(data[m[2]:m[3]], maxMakes-len(c.makes)) {
			c.add(Builds, c.expand(string(tag[1])), lineAt(m[0]))
		}
	}
	for _, m := range bakeContexts.FindAllSubmatchIndex(data, maxMakes) {
		for _, name := range bakeContext.FindAllSubmatch(data[m[2]:m[3]], maxMakes-len(c.makes)) {
			c.add(Context, string(name[1]), lineAt(m[0]))
		}
	}
	return c.makes
}

var tiltBuild = regexp.MustCompile(`(?:docker_build\w*|custom_build\w*)\(\s*(?:ref\s*=\s*)?['"]([^'"\n]+)['"]`)

// tiltMakes are the images that a Tiltfile builds, under tags of Tilt's own.
func tiltMakes(data []byte) []Make {
	c := &commands{}
	for _, m := range tiltBuild.FindAllSubmatchIndex(data, maxMakes) {
		c.add(Builds, string(data[m[2]:m[3]])+":"+string(gap), 1+bytes.Count(data[:m[0]], []byte("\n")))
	}
	return c.makes
}

var buildStep = regexp.MustCompile(`\b(docker/build-push-action|docker/metadata-action|docker/bake-action|redhat-actions/(buildah-build|push-to-registry))@`)

// mayBuildStep spares most workflows the expression.
func mayBuildStep(data []byte) bool {
	return bytes.Contains(data, []byte("docker/")) || bytes.Contains(data, []byte("redhat-actions/"))
}

// stepMakes are what the steps of a workflow build and push that are actions, not commands.
func stepMakes(data []byte) []Make {
	if !mayBuildStep(data) || !buildStep.Match(data) {
		return nil
	}
	c := &commands{vars: commandVars(data)}
	docs, _ := boundedDocs(data)
	for _, doc := range docs {
		if doc.parse() != nil {
			continue
		}
		steps := doc.items(doc.path(doc.root, "runs", "steps"))
		for _, job := range doc.pairs(doc.field(doc.root, "jobs")) {
			steps = append(steps, doc.items(doc.field(job.value, "steps"))...)
		}
		for _, step := range steps {
			c.step(doc, step)
		}
		doc.forget()
	}
	return c.makes
}

func (c *commands) step(doc *yamlDoc, step *yaml.Node) {
	uses, with := yamlValue(doc.field(step, "uses")), doc.field(step, "with")
	if !buildStep.MatchString(uses) || len(c.makes) >= maxMakes {
		return
	}
	line := doc.span(doc.field(step, "uses")).Line
	input := func(name string) string { return yamlValue(doc.field(with, name)) }
	action, _, _ := strings.Cut(uses, "@")
	switch action {
	case "docker/metadata-action": // whoever computes names and tags does so for a registry
		c.each(input("images"), func(image string) { c.add(Pushes, image+":"+string(gap), line) })
	case "docker/build-push-action":
		push := input("push")
		pushes := push != "" && push != "false" || strings.Contains(input("outputs"), "registry") || strings.Contains(input("outputs"), "push=true")
		c.each(input("tags"), func(image string) {
			c.add(Builds, image, line)
			if pushes {
				c.add(Pushes, image, line)
			}
		})
		c.each(input("build-contexts"), func(pair string) {
			if name, _, ok := strings.Cut(pair, "="); ok {
				c.add(Context, name, line)
			}
		})
	case "redhat-actions/buildah-build":
		c.add(Builds, c.expand(input("image"))+":"+string(gap), line)
	default:
		c.add(Pushes, "", line)
	}
}

// each calls fn for the entries of an input: lines, or a list with commas.
func (c *commands) each(list string, fn func(string)) {
	for _, entry := range strings.FieldsFunc(c.expand(list), func(r rune) bool { return r == '\n' || r == ',' }) {
		if entry = strings.TrimSpace(entry); entry != "" && len(c.makes) < maxMakes {
			fn(entry)
		}
	}
}

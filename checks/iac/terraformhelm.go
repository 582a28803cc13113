package iac

import (
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks"
)

// helmRelease finds the images that a release sets in its chart's values.
func (m *tfModule) helmRelease(address string, v hclValue) {
	m.helmSets(address, v)
	for _, f := range v.fields {
		if f.name != "values" {
			continue
		}
		for _, item := range f.value.elements() {
			m.helmFile(item)
			m.helmValues(m.decode(item), "", tfTrail{address + ".values", strings.SplitN(address, ".", 2)})
		}
	}
}

var (
	// helmTag, helmRepository and helmDigest are values that are parts of an image.
	helmTag      = regexp.MustCompile(`(?i)(^|\.)(image[._]?tag|[\w-]*image\.tag)$`)
	helmImageKey = regexp.MustCompile(`(?i)image$`)
	// tfImageKey are names of a template's values that are an image or its tag.
	tfImageKey     = regexp.MustCompile(`(?i)(^|_)image(_|$)|(^|_)tag$`)
	helmRepository = []string{"repository", "name"}
)

// helmFile tells a template of values that an image goes into: it is not followed.
func (m *tfModule) helmFile(v hclValue) {
	if v.kind != hclFile || len(v.parts) == 0 {
		return
	}
	for _, f := range v.parts[0].entries() {
		if tfImageKey.MatchString(f.name) && !isSecret(f.name) {
			m.file.Unread = append(m.file.Unread, Unread{Line: m.LineAt(v.from), Kind: checks.Unsupported,
				Reason: "a template of chart values that takes " + cut(f.name, 100)})
			return
		}
	}
}

// helmSets reads the blocks, or the list, of single values.
func (m *tfModule) helmSets(address string, v hclValue) {
	sets := map[string]hclValue{}
	var order []string
	for _, f := range v.fields {
		if f.name != "set" && f.name != "set_list" && f.name != "set_sensitive" {
			continue
		}
		items := []hclValue{f.value}
		if f.value.kind == hclList {
			items = f.value.items
		}
		for _, item := range items {
			if name := item.field("name").word(); name != "" {
				sets[name] = item.field("value")
				order = append(order, name)
			}
		}
	}
	for _, name := range order {
		prefix, ok := strings.CutSuffix(name, "tag")
		trail := tfTrail{address + ".set[" + name + "]", strings.SplitN(address, ".", 2)}
		switch {
		case ok && helmTag.MatchString(name) || strings.HasSuffix(name, "imageTag"):
			m.helmImage(sets[name], firstThere(sets, prefix), sets[prefix+"digest"], trail)
		case helmImageKey.MatchString(name):
			m.helmWhole(sets[name], trail)
		}
	}
}

func firstThere(sets map[string]hclValue, prefix string) hclValue {
	for _, name := range helmRepository {
		if v, ok := sets[prefix+name]; ok && prefix != "" {
			return v
		}
	}
	return hclValue{}
}

// helmValues walks values that are written as an object.
func (m *tfModule) helmValues(v hclValue, key string, trail tfTrail) {
	if m.steps++; m.steps > hclSteps {
		return
	}
	switch v.kind {
	case hclList, hclChoice:
		for _, item := range v.items {
			m.helmValues(item, key, trail)
		}
	case hclObject:
		repository := v.field("repository")
		if tag := v.field("tag"); tag.kind != hclNothing && (helmImageKey.MatchString(key) || repository.kind != hclNothing) {
			m.helmImage(tag, repository, v.field("digest"), trail)
		}
		for _, f := range v.fields {
			inner := trail.into(f.name)
			if helmImageKey.MatchString(f.name) && (f.value.kind == hclText || f.value.kind == hclName) {
				m.helmWhole(f.value, inner)
				continue
			}
			m.helmValues(f.value, f.name, inner)
		}
	}
}

// helmImage is an image whose tag is set; without a repository the chart's own.
func (m *tfModule) helmImage(tag, repository, digest hclValue, trail tfTrail) {
	value, ok := m.scalar(tag)
	if !ok || value.Op == Lit && value.Text == "" {
		return
	}
	name, ok := m.scalar(repository)
	if !ok {
		name = m.open(tag.from, tag.to, "repository of the chart").expr
		name.Text = "${chart}"
	}
	site := m.site(tag, name)
	site.Address = cut(trail.address, longestAddress)
	site.Split = &Split{Tag: &value}
	if sum, ok := m.scalar(digest); ok && (sum.Op != Lit || sum.Text != "") {
		site.Split.Digest = &sum
	}
	m.add(site, strings.Join(trail.names[:2], "."))
}

// helmWhole is a whole reference; a bare word may be anything.
func (m *tfModule) helmWhole(v hclValue, trail tfTrail) {
	x, ok := m.scalar(v)
	if !ok || x.Op == Lit && !strings.ContainsAny(x.Text, "/:") || strings.Contains(x.Text, "://") {
		return
	}
	site := m.site(v, x)
	site.Address = cut(trail.address, longestAddress)
	m.add(site, strings.Join(trail.names[:2], "."))
}

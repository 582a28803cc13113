package iac

import (
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// images finds what is plainly an image among values: which template takes it, if any, is not seen.
func (v *values) images(n *yaml.Node, address string, depth int) {
	if !v.within(depth) || len(address) > longestAddress || !v.visit(10) { // addresses cost
		return
	}
	switch {
	case isKind(n, yaml.MappingNode):
		if v.imageFields(n, address) {
			return
		}
		for _, p := range v.pairs(n) {
			below := strings.TrimPrefix(address+"."+p.name(), ".")
			if !v.imageText(n, p, below) && !isSchema(p.name()) {
				v.images(p.value, below, depth+1)
			}
		}
	case isKind(n, yaml.SequenceNode):
		for i, item := range v.items(n) {
			v.images(item, address+"["+elementName(v.yamlDoc, item, i)+"]", depth+1)
		}
	}
}

func isSchema(key string) bool { return key == "openAPIV3Schema" || key == "$schema" }

// imageFields tells a mapping that keeps an image in fields: {registry, repository, tag, digest}.
func (v *values) imageFields(n *yaml.Node, address string) bool {
	key := address[strings.LastIndexByte(address, '.')+1:]
	pairs := v.pairs(n)
	scalar := func(name string) *yaml.Node {
		if at := slices.IndexFunc(pairs, func(p yamlPair) bool { return p.isNamed(name) }); at >= 0 && isKind(pairs[at].value, yaml.ScalarNode) {
			return pairs[at].value
		}
		return nil
	}
	get := func(names ...string) *yaml.Node {
		for _, name := range names {
			if field := scalar(name); isText(field) {
				return field
			}
		}
		return nil
	}
	registry, repository := get("registry", "imageRegistry"), get("repository")
	tag, digest := get("tag", "imageTag"), get("digest", "sha")
	named, says := endsInImage(key), tag != nil || digest != nil
	if repository == nil && named && says {
		repository = get("name", "image")
	}
	switch {
	case repository == nil && (!named || !says || v.field(n, "repository") != nil):
		return false
	case repository != nil && !named && !says && scalar("tag") == nil && scalar("digest") == nil:
		return false
	case repository != nil && isNoReference(maskPlaceholders(yamlValue(repository))):
		return false
	case repository != nil && !named && get("ref", "revision", "chart", "path") != nil:
		return false // a git repository, or a chart's
	}
	v.site(address, registry, repository, tag, digest)
	return true
}

// imageText tells an image in one text, or one whose tag stands beside it: {image: nginx, tag: 1.2.3}.
func (v *values) imageText(parent *yaml.Node, p yamlPair, address string) bool {
	if !isText(p.value) || yamlTarget(p.value).Tag != "!!str" || !endsInImage(p.name()) && p.name() != "imageName" {
		return false
	}
	text := maskPlaceholders(yamlValue(p.value))
	if isNoReference(text) {
		return false
	}
	if isReference(text) && strings.ContainsAny(text[strings.LastIndexByte(text, '/')+1:], ":@") {
		v.site(address, nil, p.value, nil, nil)
		return true
	}
	beside := []string{p.name() + "Tag", p.name() + "Version"}
	if p.name() == "image" {
		beside = append(beside, "tag", "version")
	}
	for _, name := range beside {
		if tag := v.field(parent, name); isText(tag) && (repository.MatchString(text) || isReference(text)) {
			v.site(address, nil, p.value, tag, nil)
			return true
		}
	}
	return false
}

// site tells an image at its tag, else at its repository.
func (v *values) site(address string, registry, name, tag, digest *yaml.Node) {
	field := name
	for _, part := range []*yaml.Node{digest, tag} {
		if part != nil {
			field = part
		}
	}
	span := v.span(field)
	if v.told[span] {
		return
	}
	if len(v.Sites) >= yamlSites {
		v.stop()
		return
	}
	v.told[span] = true
	v.Sites = append(v.Sites, Site{
		Address: cut(address, longestAddress), Raw: v.raw(field), Span: span, Line: v.lineOf(span.Line),
		Expr: v.name(span, registry, name), Split: v.split(span, name, tag, digest), Fallback: v.own,
	})
}

func (v *values) name(span checks.Span, registry, name *yaml.Node) Expr {
	if name == nil {
		return Expr{Op: Unknown, Text: "(no repository)", Span: span}
	}
	walk := kubeWalk{doc: v.yamlDoc}
	expr := walk.text(name)
	if registry != nil {
		slash := Expr{Op: Lit, Text: "/", Span: expr.Span, Line: expr.Line}
		expr = Expr{Op: Cat, Span: expr.Span, Line: expr.Line, Args: []Expr{walk.text(registry), slash, expr}}
	}
	return expr
}

// split are the parts beside the name. Without a tag it is the default of a chart that is
// elsewhere: this one's templates do not take the value.
func (v *values) split(span checks.Span, name, tag, digest *yaml.Node) *Split {
	walk, split := kubeWalk{doc: v.yamlDoc}, &Split{}
	if digest != nil {
		e := walk.text(digest)
		if !strings.Contains(e.Text, ":") && e.Op == Lit {
			e.Text = "sha256:" + e.Text
		}
		split.Digest = &e
	}
	if tag != nil {
		e := walk.text(tag)
		split.Tag = &e
	}
	if tag == nil && digest == nil && name != nil {
		if withTag.MatchString(maskPlaceholders(yamlValue(name))) {
			return nil
		}
		split.Tag = &Expr{Op: Unknown, Text: "(no tag)", Span: span}
	}
	return split
}

package iac

import (
	"bytes"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// elementName names an element of a list: by its name where it has one, else by its number.
func elementName(d *yamlDoc, item *yaml.Node, index int) string {
	if name := yamlValue(d.field(item, "name")); name != "" && len(name) <= 253 {
		return "name=" + name
	}
	return strconv.Itoa(index)
}

// image tells the image that an image field names; false where the field is
// something else and may hold images further down.
func (w *kubeWalk) image(parent *yaml.Node, p yamlPair) bool {
	value := yamlTarget(p.value)
	switch {
	case value.Kind == yaml.ScalarNode:
		w.scalarImage(parent, p)
		return true
	case value.Kind == yaml.MappingNode && w.isTemplate(value):
		w.unsupported(value, "a template fills in this image")
		return true
	case value.Kind == yaml.MappingNode:
		return w.chartImage(value) || w.mapImage(value)
	}
	return false
}

// isTemplate: "{{ .Values.image }}" is a mapping in a mapping to YAML.
func (w *kubeWalk) isTemplate(n *yaml.Node) bool {
	from := w.doc.at(n)
	return bytes.HasPrefix(w.doc.data[from:w.doc.to], []byte("{{"))
}

func (w *kubeWalk) unsupported(n *yaml.Node, reason string) {
	w.file.Unread = append(w.file.Unread, Unread{
		Line: w.doc.span(n).Line, Kind: checks.Unsupported, Reason: reason,
	})
}

func (w *kubeWalk) scalarImage(parent *yaml.Node, p yamlPair) {
	if !isText(p.value) || yamlTarget(p.value).Tag != "!!str" {
		return
	}
	found := placeholders(yamlValue(p.value))
	text := mask(yamlValue(p.value), found)
	if isNoReference(text) {
		return
	}
	expr := w.fill(p.value, found)
	split := w.siblings(parent, p.value, text)
	if rest, ok := w.besideRepository(parent, p, text); ok {
		expr.Args = []Expr{rest, {Op: Lit, Text: "/", Span: expr.Span}, {Op: Lit, Text: text, Span: expr.Span}}
		expr.Op, expr.Text, split = Cat, "", w.byOperator(parent)
	}
	whole := p.name() == "image" && (expr.Op == Unknown || expr.Op == Name)
	if split != nil || whole || w.runs(parent) || isReference(text) {
		w.site(p.value, expr, split)
		w.pulled(parent, p.value)
	}
}

// pulled notes what a container says of when its image is pulled.
func (w *kubeWalk) pulled(container, image *yaml.Node) {
	policies := map[string]string{"Never": PullNever, "IfNotPresent": PullMissing, "Always": PullAlways}
	pull := policies[yamlValue(w.doc.field(container, "imagePullPolicy"))]
	if at := len(w.file.Sites) - 1; at >= 0 && w.file.Sites[at].Span == w.doc.span(image) {
		w.file.Sites[at].Pull = pull
	}
}

// imported is what KubeVirt's importer takes from a registry: registry: {url: docker://…}.
func (w *kubeWalk) imported(n *yaml.Node) {
	url := w.doc.field(n, "url")
	text, ok := strings.CutPrefix(yamlValue(url), dockerURI)
	if !ok || len(placeholders(text)) > 0 {
		return
	}
	w.steps = append(w.steps, kubeStep{key: "url"})
	span := w.doc.pieces(url).span(len(dockerURI), len(dockerURI)+len(text))
	w.site(url, Expr{Op: Lit, Text: text, Span: span, Line: w.doc.lineOf(span.Line)}, nil)
	w.steps = w.steps[:len(w.steps)-1]
}

var (
	// withTag is a name with a tag or a digest; withHost one that begins with a registry's host.
	withTag  = regexp.MustCompile(`^[a-z0-9][\w.-]*(?::\d+/)?[a-z0-9._/-]*(?::\w[\w.-]{0,127}(?:@sha256:[0-9a-fx]+)?|@sha256:[0-9a-fx]+)$`)
	withHost = regexp.MustCompile(`^(?:localhost|[a-z0-9-]+(?:\.[a-z0-9-]+)+)(?::\d+)?/[a-z0-9][a-z0-9._/-]*$`)
)

// isNoReference: a URL, a picture, a disk image, a pattern, prose.
func isNoReference(text string) bool {
	return len(text) > 1024 || strings.ContainsAny(text, " \t\n\f\r*?!|&;,\"'\\^~=") || strings.Contains(text, "://") ||
		strings.HasPrefix(text, "data:") || text != "" && (text[0] == '.' || text[0] == '/') || isPicture(text)
}

// pictures are the endings of files that "image" may mean, too.
var pictures = []string{"png", "jpg", "jpeg", "gif", "svg", "webp", "ico", "bmp", "tif", "tiff", "avif", "iso", "qcow2", "img", "vmdk", "ova"}

func isPicture(text string) bool {
	dot := strings.LastIndexByte(text, '.')
	return dot >= 0 && slices.ContainsFunc(pictures, func(ending string) bool { return strings.EqualFold(ending, text[dot+1:]) })
}

// isReference reports whether a text names an image beyond doubt: a bare word may be anything.
func isReference(text string) bool {
	return withTag.MatchString(text) || withHost.MatchString(text)
}

// siblings reads an image whose tag stands in a field beside it, as operators have it.
// Beside a version the operator decides which tag it gets.
func (w *kubeWalk) siblings(parent, image *yaml.Node, text string) *Split {
	if withTag.MatchString(text) || !withHost.MatchString(text) && !repository.MatchString(text) {
		return nil
	}
	split := Split{Tag: w.part(parent, "tag"), Digest: w.part(parent, "sha")}
	if split.Tag != nil || split.Digest != nil {
		return &split
	}
	if withHost.MatchString(text) {
		return w.byOperator(parent)
	}
	return nil
}

// byOperator is the tag that an operator makes of a version beside an image; nil without one.
func (w *kubeWalk) byOperator(parent *yaml.Node) *Split {
	version := w.doc.field(parent, "version")
	if !isText(version) {
		return nil
	}
	span := w.doc.span(version)
	return &Split{Tag: &Expr{Op: Unknown, Text: "(what the operator makes of version)", Span: span, Line: w.doc.lineOf(span.Line)}}
}

// besideRepository is the rest of the name where an operator keeps only its last word as the
// image: {repository: nvcr.io/nvidia, image: driver, version}.
func (w *kubeWalk) besideRepository(parent *yaml.Node, p yamlPair, text string) (Expr, bool) {
	beside := w.doc.field(parent, "repository")
	if p.name() != "image" || !isText(beside) || !withHost.MatchString(yamlValue(beside)) ||
		!isText(w.doc.field(parent, "version")) || !repository.MatchString(text) || strings.Contains(text, "/") {
		return Expr{}, false
	}
	return w.text(beside), true
}

var repository = regexp.MustCompile(`^[a-z0-9][a-z0-9._-]*(?:/[a-z0-9][a-z0-9._-]*)*$`)

// part is the expression of a sibling field; nil where it says nothing.
func (w *kubeWalk) part(parent *yaml.Node, name string) *Expr {
	value := w.doc.field(parent, name)
	if !isText(value) {
		return nil
	}
	expr := w.text(value)
	return &expr
}

// mapImage reads an image kept in fields: {reference}, {registry, repository or
// name, tag, digest}. False where the mapping is something else.
func (w *kubeWalk) mapImage(n *yaml.Node) bool {
	if reference := w.doc.field(n, "reference"); isText(reference) {
		w.steps = append(w.steps, kubeStep{key: "reference"})
		w.site(reference, w.text(reference), nil)
		w.steps = w.steps[:len(w.steps)-1]
		return true
	}
	fields := map[string]*yaml.Node{}
	for _, name := range []string{"registry", "repository", "name", "tag", "digest"} {
		value := w.doc.field(n, name)
		if value != nil && !isKind(value, yaml.ScalarNode) && name != "name" {
			w.unsupported(n, "an image in fields that are not plain text")
			return true
		}
		if isText(value) {
			fields[name] = value
		}
	}
	tagged := fields["tag"] != nil || fields["digest"] != nil
	if fields["repository"] == nil && fields["name"] != nil && tagged {
		fields["repository"] = fields["name"]
	}
	if fields["repository"] == nil && !tagged {
		return false
	}
	w.fieldsImage(n, fields)
	return true
}

// dockerImage reads OpenShift's reference to an image outside the cluster, in
// image streams and build configurations: {kind: DockerImage, name}.
func (w *kubeWalk) dockerImage(n *yaml.Node) {
	name := w.doc.field(n, "name")
	if yamlValue(w.doc.field(n, "kind")) != "DockerImage" || !isText(name) {
		return
	}
	w.steps = append(w.steps, kubeStep{key: "name"})
	w.site(name, w.text(name), nil)
	w.steps = w.steps[:len(w.steps)-1]
}

// fieldsImage tells an image kept in fields. What is not set is the chart's or
// the operator's own to decide, which cannot be known here.
func (w *kubeWalk) fieldsImage(n *yaml.Node, fields map[string]*yaml.Node) {
	split := Split{Tag: w.part(n, "tag"), Digest: w.part(n, "digest")}
	field := fields["repository"]
	if field == nil {
		field = fields["tag"]
		if field == nil {
			field = fields["digest"]
		}
		w.site(field, Expr{Op: Unknown, Text: "(no repository)", Span: w.doc.span(field)}, &split)
		return
	}
	if isNoReference(maskPlaceholders(yamlValue(field))) {
		return
	}
	span := w.doc.span(field)
	if split.Tag == nil && split.Digest == nil {
		split.Tag = &Expr{Op: Unknown, Text: "(no tag)", Span: span}
	}
	expr := w.text(field)
	if registry := fields["registry"]; registry != nil {
		slash := Expr{Op: Lit, Text: "/", Span: span}
		expr = Expr{Op: Cat, Span: span, Args: []Expr{w.text(registry), slash, expr}}
	}
	w.site(field, expr, &split)
}

// site tells an image once, however many aliases lead to it.
func (w *kubeWalk) site(n *yaml.Node, expr Expr, split *Split) {
	span := w.doc.span(n)
	if w.seen[span] {
		return
	}
	if len(w.file.Sites) >= yamlSites {
		w.doc.stop()
		return
	}
	w.seen[span] = true
	local := ""
	byName, byIndex := w.container()
	if byName != "" {
		w.containers[len(w.file.Sites)] = true
	}
	if w.triggered[byName] || w.triggered[byIndex] {
		local = byTrigger
	}
	w.file.Sites = append(w.file.Sites, Site{
		Address: w.address(), Object: w.name, Pointer: w.pointer(), Raw: w.doc.raw(n), Span: span, Line: w.doc.lineOf(span.Line),
		Expr: expr, Split: split, Role: w.role, Local: local,
	})
}

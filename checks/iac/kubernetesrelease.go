package iac

import (
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// release reads what Flux and Argo CD hand to a chart: values that are kept as a text, parameters,
// and the chart itself where it is in the repository.
func (w *kubeWalk) release(n *yaml.Node, version, kind string) {
	switch {
	case kind == "HelmRelease" && strings.HasPrefix(version, "helm.toolkit.fluxcd.io/"):
		w.values = &values{yamlDoc: w.doc, File: w.file, told: w.seen}
		w.fluxRelease(n)
	case strings.HasPrefix(kind, "Application") && strings.HasPrefix(version, "argoproj.io/"):
		w.values = &values{yamlDoc: w.doc, File: w.file, told: w.seen}
		w.argoSources(n, 0)
	}
}

// chartImage tells an image that a release keeps in fields, as any file of values does.
func (w *kubeWalk) chartImage(n *yaml.Node) bool {
	return w.values != nil && w.doc.visit(10) && w.values.imageFields(n, w.address())
}

// fluxRelease: with a git repository as its source, the chart's name is a folder in it,
// which is taken for this one.
func (w *kubeWalk) fluxRelease(n *yaml.Node) {
	spec := w.doc.path(n, "spec", "chart", "spec")
	chart := w.doc.field(spec, "chart")
	if yamlValue(w.doc.path(spec, "sourceRef", "kind")) != "GitRepository" {
		return
	}
	w.chartHere(chart, w.doc.path(n, "spec", "values"))
}

// argoSources looks for the "helm" of every source, wherever an application or a set of them has it.
func (w *kubeWalk) argoSources(n *yaml.Node, depth int) {
	if !w.doc.within(depth) {
		return
	}
	if helm := w.doc.field(n, "helm"); isKind(helm, yaml.MappingNode) {
		w.argoHelm(n, helm)
	}
	for _, p := range w.doc.pairs(n) {
		w.argoSources(p.value, depth+1)
	}
	for _, item := range w.doc.items(n) {
		w.argoSources(item, depth+1)
	}
}

func (w *kubeWalk) argoHelm(source, helm *yaml.Node) {
	if object := w.doc.field(helm, "valuesObject"); object != nil {
		w.chartHere(w.doc.field(source, "path"), object)
	}
	switch text := yamlTarget(w.doc.field(helm, "values")); {
	case !isText(text) || !strings.Contains(text.Value, "mage"):
	case text.Style&yaml.LiteralStyle != 0:
		w.valuesText(text)
	default:
		w.unsupported(text, "values in a text that is not written as it is (values: |)")
	}
	for _, parameter := range w.doc.items(w.doc.field(helm, "parameters")) {
		w.helmParameter(parameter)
	}
}

// valuesText reads values that stand as a block of text: its lines are YAML where they are.
func (w *kubeWalk) valuesText(n *yaml.Node) {
	if w.seen[w.doc.span(n)] {
		return
	}
	w.seen[w.doc.span(n)] = true
	from, to := w.doc.extent(n)
	block := &yamlDoc{lineText: w.doc.lineText, from: w.doc.Start(w.doc.LineAt(from)), to: to}
	if u := block.parse(); u != nil {
		w.file.Unread = append(w.file.Unread, Unread{Line: u.Line, Kind: checks.Unsupported, Reason: "values in a text: " + u.Reason})
		return
	}
	v := &values{yamlDoc: block, File: w.file, told: w.seen}
	v.images(block.root, w.name+".helm.values", 0)
}

// imageParameter is a parameter that sets an image, or the tag of one.
var imageParameter = regexp.MustCompile(`(?i)(?:^|[.])(?:[\w-]*image)([.]?tag)?$`)

func (w *kubeWalk) helmParameter(n *yaml.Node) {
	name, value := yamlValue(w.doc.field(n, "name")), w.doc.field(n, "value")
	m := imageParameter.FindStringSubmatch(name)
	if m == nil || !isText(value) {
		return
	}
	expr, split := w.text(value), (*Split)(nil)
	if m[1] != "" {
		tag := expr
		split = &Split{Tag: &tag}
		expr = Expr{Op: Unknown, Text: "(no repository)", Span: w.doc.span(value)}
	} else if !isReference(maskPlaceholders(yamlValue(value))) {
		return
	}
	span := w.doc.span(value)
	if w.seen[span] {
		return
	}
	w.seen[span] = true
	w.file.Sites = append(w.file.Sites, Site{Address: cut(w.name+".helm.parameters[name="+name, longestAddress) + "]",
		Raw: w.doc.raw(value), Span: span, Line: w.doc.lineOf(span.Line), Expr: expr, Split: split})
}

// chartHere notes that a chart of this repository gets values here. The images among
// them are then told where the chart's templates take them.
func (w *kubeWalk) chartHere(chart, given *yaml.Node) {
	folder := yamlValue(chart)
	if folder == "" || strings.Contains(folder, "{{") || len(w.file.Uses) >= maxEntries {
		return
	}
	part := &values{yamlDoc: w.doc, File: &File{Gives: map[string]Expr{}}}
	part.give(strings.TrimSuffix(helmValues, "."), given, 0)
	use := Use{Path: "/" + path.Clean("/" + folder)[1:], Unit: UnitHelm, Gives: part.Gives,
		Address: w.name, Span: w.doc.span(chart)}
	use.Line = w.doc.lineOf(use.Span.Line)
	w.file.Uses = append(w.file.Uses, use)
	w.handed = given
}

package iac

import (
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// HelmValues reads values of charts: what a chart's own values.yaml gives its templates,
// and in any file of values what is plainly an image, for charts that are elsewhere.
func HelmValues() Reader {
	return Reader{
		Name: "helm-values", Path: isValuesFile, Read: readValues,
		Where: "`values.yaml`, `values-prod.yaml`, `prod.values.yaml` and the like, YAML in a folder `values`, `helmfile.yaml`",
		What:  "what is plainly an image, where no template here takes it",
	}
}

var valuesName = regexp.MustCompile(`(?i)^(?:.+[._-])?values(?:[._-].+)?\.ya?ml$`)

// helmfileName: its releases hold values, too.
var helmfileName = regexp.MustCompile(`^helmfile(?:[._-].+)?\.ya?ml$`)

func isValuesFile(p string) bool {
	base := path.Base(p)
	if isYAMLName(base) && (saysWord(base, "values") && valuesName.MatchString(base) || helmfileName.MatchString(base)) {
		return true
	}
	return path.Base(path.Dir(p)) == "values" && isYAMLPath(p) && path.Ext(p) != ".json"
}

// maxChartValues bounds the values that one file gives.
const maxChartValues = 10_000

func readValues(name string, data []byte) *File {
	docs := yamlDocs(data)
	defer forgetAll(docs)
	if len(docs) == 0 || maybeKubernetes(docs[0].body()) && declaresObject(docs[0].body()) {
		return nil
	}
	doc, file := docs[0], &File{Format: "helm-values"}
	own := path.Base(name) == "values.yaml"
	if own {
		file.Unit = UnitHelm
	}
	if u := doc.parse(); u != nil {
		file.Unread = []Unread{*u}
		return file
	}
	v := &values{yamlDoc: doc, File: file, own: own, told: map[checks.Span]bool{}}
	if own {
		v.Gives = map[string]Expr{}
		v.give(strings.TrimSuffix(helmValues, "."), doc.root, 0)
	}
	v.images(doc.root, "", 0)
	if u := doc.overrun(); u != nil {
		file.Unread = append(file.Unread, *u)
	}
	if len(file.Sites)+len(file.Gives)+len(file.Unread) == 0 {
		return nil
	}
	return file
}

// kubernetesLine is how an object of a cluster begins, in a file that is called values.
var kubernetesLine = regexp.MustCompile(`(?m)^(?:apiVersion|kind):`)

func declaresObject(body []byte) bool { return len(kubernetesLine.FindAll(body, 2)) == 2 }

// values is one file of values while it is read.
type values struct {
	*yamlDoc
	*File
	own  bool // the chart's own: a site counts only where no template takes the value
	told map[checks.Span]bool
}

// give notes every value under its name. Elements of a list share the name "x[]"; so do
// the entries of a mapping of mappings, which templates go through alike.
func (v *values) give(name string, n *yaml.Node, depth int) {
	if len(v.Gives) >= maxChartValues || !v.within(depth) || len(name) > longestAddress || !v.visit(10) {
		return
	}
	switch {
	case isKind(n, yaml.MappingNode):
		pairs := v.pairs(n)
		v.add(name, v.whole(n, len(pairs)))
		alike := len(pairs) > 0
		for _, p := range pairs {
			v.give(name+"."+p.name(), p.value, depth+1)
			alike = alike && isKind(p.value, yaml.MappingNode)
		}
		if alike && !strings.HasSuffix(name, "[]") {
			for _, p := range pairs {
				v.fields(name+"[]", p.value)
			}
		}
	case isKind(n, yaml.SequenceNode):
		items := v.items(n)
		v.add(name, v.whole(n, len(items)))
		for _, item := range items {
			v.give(name+"[]", item, depth+1)
		}
	case n != nil:
		v.add(name, v.lit(n))
	}
}

// fields gives the plain fields of an element, and those of its image.
func (v *values) fields(name string, element *yaml.Node) {
	for _, p := range v.pairs(element) {
		if isKind(p.value, yaml.ScalarNode) {
			v.add(name+"."+p.name(), v.lit(p.value))
			continue
		}
		if isKind(p.value, yaml.MappingNode) && endsInImage(p.name()) {
			v.add(name+"."+p.name(), v.whole(p.value, 1))
			for _, field := range v.pairs(p.value) {
				if isKind(field.value, yaml.ScalarNode) {
					v.add(name+"."+p.name()+"."+field.name(), v.lit(field.value))
				}
			}
		}
	}
}

// whole stands for a mapping or a list: it is not empty, and no text.
func (v *values) whole(n *yaml.Node, size int) Expr {
	span := v.span(n)
	if size == 0 {
		return Expr{Op: Lit, Span: span}
	}
	return Expr{Op: Unknown, Text: "{…}", What: mapping, Span: span}
}

func (v *values) add(name string, e Expr) {
	before, ok := v.Gives[name]
	switch {
	case !ok:
		v.Gives[name] = e
	case before.Op == Any && len(before.Args) < maxValues:
		before.Args = append(before.Args, e)
		v.Gives[name] = before
	case before.Op != Any:
		v.Gives[name] = Expr{Op: Any, Args: []Expr{before, e}, Span: before.Span, Line: before.Line}
	}
}

func endsInImage(key string) bool { return strings.HasSuffix(strings.ToLower(key), "image") }

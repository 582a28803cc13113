package iac

import (
	"maps"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

var (
	// kubePlaceholder is what some other tool fills in before the cluster sees the object:
	// ${X} $(X) $X {{x}} [[x]] ((x)) {x} <X> %X% #{X}# @X@ __X__
	kubePlaceholder = regexp.MustCompile(`\$?\{\{.*?\}\}|\$\{[^{}]*\}|\$\([^()]*\)|\$[A-Za-z_]\w*|\[\[.*?\]\]|\(\([^()]*\)\)|` +
		`#\{[^{}]*\}#?|\{[A-Za-z_.][\w.]*\}|<[^<>\s]+>|%[A-Za-z_]\w*%|@[A-Z][A-Z0-9_]*@|__[A-Za-z]\w*?__`)
	// kubeShouted is a word in capitals: no repository is spelled so. As a tag it is a
	// placeholder only when it says so, because "HEAD" and "RELEASE" are tags.
	kubeShouted    = regexp.MustCompile(`(?:^|/)([A-Z][A-Z0-9]+(?:[_-][A-Z0-9]+)*)(?:$|[:/@])`)
	kubeShoutedTag = regexp.MustCompile(`:((?:[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)|TAG|VERSION|SHA|COMMIT|DIGEST|BUILD|PLACEHOLDER|CHANGEME|REPLACEME|TODO|XXX+)(?:$|@)`)

	kubeDefault = regexp.MustCompile(`^\$\{([A-Za-z_]\w*):[-=]([^{}$]*)\}$`)
)

// capitals are what every placeholder without brackets has.
const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// maskPlaceholders replaces what is filled in by as many letters x.
func maskPlaceholders(text string) string { return mask(text, placeholders(text)) }

func mask(text string, found [][]int) string {
	b := []byte(text)
	for _, r := range found {
		for i := r[0]; i < r[1]; i++ {
			b[i] = 'x'
		}
	}
	return string(b)
}

// placeholders are the parts [from, to) of a text that are filled in, in order.
func placeholders(text string) [][]int {
	found := bracketed(text)
	if found == nil && !strings.ContainsAny(text, capitals) {
		return nil // as most images are
	}
	masked := []byte(text)
	for _, r := range found {
		for i := r[0]; i < r[1]; i++ {
			masked[i] = 'x'
		}
	}
	// Neighbours share the slash between them, so each search begins at the end of the last word.
	for at := 0; at < len(masked) && len(found) < yamlParts; {
		m := kubeShouted.FindSubmatchIndex(masked[at:])
		if m == nil {
			break
		}
		if at == 0 || m[0] > 0 || masked[at] == '/' {
			found = append(found, []int{at + m[2], at + m[3]})
		}
		at += m[3]
	}
	if m := kubeShoutedTag.FindSubmatchIndex(masked); m != nil {
		found = append(found, m[2:4])
	}
	slices.SortFunc(found, func(a, b []int) int { return a[0] - b[0] })
	return found
}

// bracketed are the placeholders that signs stand around, searched from the first such sign.
func bracketed(text string) [][]int {
	from := strings.IndexAny(text, "$[({<%@#_")
	if from < 0 {
		return nil
	}
	found := kubePlaceholder.FindAllStringIndex(text[from:], yamlParts)
	for _, r := range found {
		r[0], r[1] = r[0]+from, r[1]+from
	}
	return found
}

// text is the expression of a scalar: literals and what is filled in between them.
func (w *kubeWalk) text(n *yaml.Node) Expr { return w.fill(n, placeholders(yamlTarget(n).Value)) }

// fill is the expression of a scalar in which these placeholders were found.
func (w *kubeWalk) fill(n *yaml.Node, found [][]int) Expr {
	value := yamlTarget(n)
	span := w.doc.span(value)
	whole := Expr{Op: Lit, Text: value.Value, Span: span, Line: w.doc.lineOf(span.Line)}
	if len(found) == 0 {
		return whole
	}
	pieces := w.doc.pieces(n)
	cat := Expr{Op: Cat, Span: span, Line: whole.Line}
	literal := func(from, to int) {
		if from < to {
			at := pieces.span(from, to)
			cat.Args = append(cat.Args, Expr{Op: Lit, Text: value.Value[from:to], Span: at, Line: w.doc.lineOf(at.Line)})
		}
	}
	end := 0
	for _, r := range found {
		literal(end, r[0])
		cat.Args = append(cat.Args, w.filled(value.Value[r[0]:r[1]], r[0], pieces))
		end = r[1]
	}
	literal(end, len(value.Value))
	if len(cat.Args) == 1 {
		return cat.Args[0]
	}
	return cat
}

// filled is the expression of a placeholder that begins at the decoded byte from:
// a parameter of the object, a shell-like default, or unknown.
func (w *kubeWalk) filled(text string, from int, pieces *yamlPieces) Expr {
	e := Expr{Op: Unknown, Text: text, Span: pieces.span(from, from+len(text))}
	e.Line = w.doc.lineOf(e.Span.Line)
	if name := parameterName(text); name != "" {
		if value, declared := w.params[name]; declared || strings.HasPrefix(text, "$(") {
			e.Op, e.Text, e.What = Name, name, "parameter"
			if value.Op != "" {
				e.Else = &value
			}
			return e
		}
	}
	if m := kubeDefault.FindStringSubmatchIndex(text); m != nil {
		e.Op, e.Text, e.What, e.Empty = Name, text[m[2]:m[3]], "variable", true
		at := pieces.span(from+m[4], from+m[5])
		e.Else = &Expr{Op: Lit, Text: text[m[4]:m[5]], Span: at, Line: w.doc.lineOf(at.Line)}
	}
	return e
}

// parameterReference: OpenShift's ${X} and ${{X}}, Tekton's $(params.x), Argo's
// {{workflow.parameters.x}} and {{inputs.parameters.x}}.
var parameterReference = regexp.MustCompile(`^\$\{\{?([\w.-]+)\}?\}$|^\$\((?:inputs\.)?params\.([\w.-]+)\)$|` +
	`^\$\((?:inputs\.)?params\[["']([^"']+)["']\]\)$|^\{\{ *workflow\.parameters\.([\w.-]+) *\}\}$|` +
	`^\{\{ *(inputs\.parameters\.[\w.-]+) *\}\}$`)

func parameterName(text string) string {
	if m := parameterReference.FindStringSubmatch(text); m != nil {
		return strings.Join(m[1:], "")
	}
	return ""
}

// parameters are what an object declares to be filled in, with the defaults: an
// OpenShift template's parameters, a Tekton task's params, an Argo workflow's
// arguments, beside those of the template around it. One without a default has no expression.
func (w *kubeWalk) parameters(object *yaml.Node, kind string, around map[string]Expr) map[string]Expr {
	params := around
	if kind == "Template" {
		params = w.declare(params, w.doc.field(object, "parameters"), "", "value")
	}
	spec := w.doc.field(object, "spec")
	params = w.declare(params, w.doc.field(spec, "params"), "", "default")
	params = w.declare(params, w.doc.path(spec, "inputs", "params"), "", "default")
	params = w.declare(params, w.doc.path(spec, "arguments", "parameters"), "", "value")
	return w.declare(params, w.doc.path(spec, "workflowSpec", "arguments", "parameters"), "", "value")
}

// declare adds the parameters of a list, under a prefix, to those known around it.
func (w *kubeWalk) declare(around map[string]Expr, list *yaml.Node, prefix, value string) map[string]Expr {
	items := w.doc.items(list)
	if len(items) == 0 {
		return around
	}
	params := maps.Clone(around)
	if params == nil {
		params = map[string]Expr{}
	}
	for _, item := range items {
		name := yamlValue(w.doc.field(item, "name"))
		if name == "" {
			continue
		}
		e := Expr{}
		if n := w.doc.field(item, value); isText(n) {
			e = w.text(n)
		}
		params[prefix+name] = e
	}
	return params
}

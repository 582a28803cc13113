package iac

import (
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"go.yaml.in/yaml/v3"
)

// jsonBody is a file of Terraform's JSON as a value: its strings are templates.
func (m *tfModule) jsonBody() hclValue {
	docs, unread := boundedDocs(m.data)
	m.file.Unread = append(m.file.Unread, unread...)
	v := hclValue{kind: hclObject}
	for _, doc := range docs {
		if u := doc.parse(); u != nil {
			m.file.Unread = append(m.file.Unread, *u)
			continue
		}
		j := tfJSON{m, doc}
		for _, p := range doc.pairs(doc.root) {
			v.fields = append(v.fields, j.top(p.name(), p.value)...)
		}
	}
	return v
}

// tfJSON is one document of Terraform's JSON.
type tfJSON struct {
	*tfModule
	doc *yamlDoc
}

// top are the blocks of one type.
func (j tfJSON) top(block string, n *yaml.Node) []hclField {
	var fields []hclField
	for _, p := range j.doc.pairs(n) {
		switch block {
		case "locals":
			v := j.node(p.value)
			j.known[p.name()] = v
			fields = append(fields, hclField{name: "local " + p.name(), value: v})
		case "variable", "output", "module":
			fields = append(fields, hclField{name: block + " " + p.name(), value: j.node(p.value)})
		case "resource", "data":
			if !tfMatters(block, p.name()) {
				continue
			}
			for _, named := range j.doc.pairs(p.value) {
				fields = append(fields, hclField{name: block + " " + p.name() + " " + named.name(), value: j.node(named.value)})
			}
		}
	}
	return fields
}

func (j tfJSON) node(n *yaml.Node) hclValue {
	from, to := j.doc.extent(n)
	v := hclValue{from: from, to: to}
	if j.steps++; j.steps > hclSteps {
		return v
	}
	switch n = yamlTarget(n); n.Kind {
	case yaml.MappingNode:
		v.kind = hclObject
		for _, p := range j.doc.pairs(n) {
			v.fields = append(v.fields, hclField{name: p.name(), value: j.node(p.value)})
		}
	case yaml.SequenceNode:
		v.kind = hclList
		for _, item := range j.doc.items(n) {
			v.items = append(v.items, j.node(item))
		}
	case yaml.ScalarNode:
		if n.Tag != "!!null" {
			return j.templateText(n.Value, from, to)
		}
	}
	return v
}

// templateText is a text with what is interpolated in it.
func (e *hclEval) templateText(text string, from, to int) hclValue {
	if !strings.Contains(text, "${") && !strings.Contains(text, "%{") {
		return e.text(text, from, to)
	}
	if text != string(e.data[from:to]) || boundHCL([]byte(text)) != nil {
		return e.open(from, to, "text")
	}
	span := e.SpanOf(from, to)
	x, diags := hclsyntax.ParseTemplate([]byte(text), "", hcl.Pos{Byte: from, Line: span.Line, Column: span.Column})
	if diags.HasErrors() {
		return e.open(from, to, "text")
	}
	v := e.value(x, nil)
	v.from, v.to = from, to
	return v
}

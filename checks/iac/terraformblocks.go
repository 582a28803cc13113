package iac

import (
	"maps"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
)

// instances are the values of a block: with for_each one for every element that is known.
func (m *tfModule) instances(body *hclsyntax.Body) []hclValue {
	each, ok := body.Attributes["for_each"]
	if !ok {
		return []hclValue{m.block(body, nil)}
	}
	var all []hclValue
	for _, entry := range m.value(each.Expr, nil).entries() {
		all = append(all, m.block(body, (*hclEnv)(nil).bind("each", m.iteration(entry))))
	}
	if len(all) == 0 { // a collection that is empty or computed in a way that is not followed
		all = append(all, m.block(body, nil))
	}
	return all
}

// iteration is what a loop over blocks knows of an element: its key and its value.
func (m *tfModule) iteration(entry hclField) hclValue {
	key := m.keyOf(entry)
	if entry.name == "" && entry.value.kind == hclText {
		key = entry.value // of a set
	}
	return hclValue{kind: hclObject, fields: []hclField{{name: "key", value: key}, {name: "value", value: entry.value}}}
}

// block is a block's content as an object. Blocks that repeat are entries of one name.
func (m *tfModule) block(body *hclsyntax.Body, env *hclEnv) hclValue {
	v := hclValue{kind: hclObject}
	m.depth++
	defer func() { m.depth-- }()
	if m.depth > hclNesting {
		return v
	}
	v.fields = make([]hclField, 0, len(body.Attributes)+len(body.Blocks))
	for _, name := range slices.SortedFunc(maps.Keys(body.Attributes), byPlace(body.Attributes)) {
		v.fields = append(v.fields, hclField{name: name, value: m.value(body.Attributes[name].Expr, env)})
	}
	for _, block := range body.Blocks {
		switch {
		case block.Type == "lifecycle":
			v.fields = append(v.fields, hclField{name: block.Type, value: m.lifecycle(block.Body)})
		case block.Type == "dynamic" && len(block.Labels) == 1:
			v.fields = append(v.fields, m.dynamic(block, env)...)
		default:
			v.fields = append(v.fields, hclField{name: block.Type, value: m.block(block.Body, env)})
		}
	}
	return v
}

func byPlace(attributes hclsyntax.Attributes) func(a, b string) int {
	return func(a, b string) int {
		return attributes[a].SrcRange.Start.Byte - attributes[b].SrcRange.Start.Byte
	}
}

// dynamic are the blocks that a dynamic block writes.
func (m *tfModule) dynamic(block *hclsyntax.Block, env *hclEnv) []hclField {
	each, ok := block.Body.Attributes["for_each"]
	iterator := block.Labels[0]
	if named, ok := block.Body.Attributes["iterator"]; ok {
		iterator = hcl.ExprAsKeyword(named.Expr)
	}
	var content *hclsyntax.Body
	for _, inner := range block.Body.Blocks {
		if inner.Type == "content" {
			content = inner.Body
		}
	}
	if !ok || content == nil {
		return nil
	}
	entries := m.value(each.Expr, env).entries()
	if len(entries) == 0 {
		from, to := m.bytesOf(each.Expr)
		entries = []hclField{{value: m.open(from, to, "expression")}}
	}
	var fields []hclField
	for _, entry := range entries {
		fields = append(fields, hclField{name: block.Labels[0], value: m.block(content, env.bind(iterator, m.iteration(entry)))})
	}
	return fields
}

// lifecycle are the attributes whose changes are ignored, as texts without indexes.
func (m *tfModule) lifecycle(body *hclsyntax.Body) hclValue {
	ignored := hclValue{kind: hclList}
	if a, ok := body.Attributes["ignore_changes"]; ok {
		list, _ := a.Expr.(*hclsyntax.TupleConsExpr)
		if list == nil {
			list = &hclsyntax.TupleConsExpr{Exprs: []hclsyntax.Expression{a.Expr}}
		}
		for _, x := range list.Exprs {
			from, to := m.bytesOf(x)
			ignored.items = append(ignored.items, m.text(withoutIndexes(string(m.data[from:to])), from, to))
		}
	}
	return hclValue{kind: hclObject, fields: []hclField{{name: "ignore_changes", value: ignored}}}
}

// withoutIndexes is "template.containers" for "template[0].containers[0]".
func withoutIndexes(path string) string {
	var names []string
	for _, name := range strings.Split(path, ".") {
		name, _, _ = strings.Cut(name, "[")
		names = append(names, name)
	}
	return strings.Join(names, ".")
}

const tfIgnored = "Changes of this image are ignored (ignore_changes): what runs is set elsewhere, and what is " +
	"written here wins when the resource is created anew."

// ignores reports whether a resource ignores changes of what stands at a path.
func ignores(resource hclValue, path []string) bool {
	for _, item := range resource.field("lifecycle").field("ignore_changes").items {
		word := item.word()
		if word == "all" || word == strings.Join(path, ".") || strings.HasPrefix(strings.Join(path, ".")+".", word+".") {
			return true
		}
	}
	return false
}

func (f *tfFinder) ignoredNote(trail tfTrail) string {
	if len(trail.names) > 2 && ignores(f.resource, trail.names[2:]) {
		return tfIgnored
	}
	return ""
}

func (f *tfFinder) resourceName(trail tfTrail) string { return strings.Join(trail.names[:2], ".") }

// service notes the images of the task definition that a service ignores changes of.
func (m *tfModule) service(v hclValue) {
	task := v.field("task_definition")
	if !ignores(v, []string{"task_definition"}) || task.kind == hclNothing {
		return
	}
	const kind = "aws_ecs_task_definition."
	_, rest, ok := strings.Cut(string(m.data[task.from:task.to]), kind)
	if !ok {
		return
	}
	end := strings.IndexFunc(rest, func(r rune) bool { return !isNameStart(byte(r)) && r != '-' && (r < '0' || r > '9') })
	if end < 0 {
		end = len(rest)
	}
	for _, i := range m.sitesOf[kind+rest[:end]] {
		m.file.Sites[i].Note = tfIgnored
	}
}

package iac

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"

	"github.com/checkrein/checkrein/checks"
)

// Terraform reads the configuration files of Terraform and OpenTofu, and the files that
// give their variables values.
func Terraform() Reader {
	return Reader{
		Name: "terraform", Path: isTerraformPath, Read: readTerraform,
		Where: "`*.tf`, `*.tofu`, `*.tf.json`, `*.tfvars`",
		What:  "the resources of [Terraform](#terraform) below; variables, locals, modules of the repository, `jsonencode`, heredocs, loops",
	}
}

func isTerraformPath(p string) bool {
	switch path.Ext(p) {
	case ".tf", ".tofu", ".tfvars":
		return true
	}
	return strings.HasSuffix(p, ".tf.json")
}

func readTerraform(p string, data []byte) *File {
	file := &File{Format: "terraform", Unit: UnitTerraform}
	m := newTFModule(data, file)
	name := path.Base(p)
	body := m.body(name)
	if strings.HasSuffix(name, ".tfvars") {
		file.Overrides = name == "terraform.tfvars" || strings.HasSuffix(name, ".auto.tfvars")
		for _, f := range body.fields {
			m.give("var."+f.name, f.value)
		}
	} else {
		m.module(body)
	}
	m.finish()
	return file
}

// tfModule is one file of a module while it is read.
type tfModule struct {
	hclEval
	file    *File
	told    map[Unread]bool
	siteAt  map[checks.Span]int
	sitesOf map[string][]int // by resource
	gives   map[string][]Expr
	// modules are the module calls whose inputs are judged where they stand.
	modules map[string]bool
	secrets map[string]bool
	looped  map[int]bool // sites that are a choice because of a loop
	// whens are the conditions of blocks, by type and labels; here is that of the one that is read.
	whens map[string]*Expr
	here  *Expr
	// inside are the local values that a condition is being followed through, asked how many parts all have had.
	inside map[string]bool
	asked  int
}

func newTFModule(data []byte, file *File) *tfModule {
	m := &tfModule{
		file: file, told: map[Unread]bool{}, siteAt: map[checks.Span]int{},
		sitesOf: map[string][]int{}, gives: map[string][]Expr{}, modules: map[string]bool{}, looped: map[int]bool{}, whens: map[string]*Expr{}, inside: map[string]bool{}, secrets: map[string]bool{},
	}
	m.hclEval = hclEval{
		lineText: newLineText(data), locals: map[string]hclsyntax.Expression{}, known: map[string]hclValue{}, contents: map[string]hclValue{},
		names: tfName, files: m.usesFile,
	}
	return m
}

// body is the file as a value: blocks are objects in a list under their type and labels.
func (m *tfModule) body(name string) hclValue {
	if strings.HasSuffix(name, ".json") {
		return m.jsonBody()
	}
	body, unread := parseHCL(m.lineText, 0, len(m.data), tfNeedless)
	if unread != nil {
		m.file.Unread = append(m.file.Unread, *unread)
	}
	if body == nil {
		return hclValue{}
	}
	for _, block := range body.Blocks {
		if block.Type == "locals" {
			for name, attribute := range block.Body.Attributes {
				m.locals[name] = attribute.Expr
			}
		}
	}
	return hclValue{kind: hclObject, fields: m.top(body)}
}

// top are the blocks of a file that matter: of resources only those that name images.
func (m *tfModule) top(body *hclsyntax.Body) []hclField {
	var fields []hclField
	for _, name := range slices.Sorted(maps.Keys(body.Attributes)) {
		fields = append(fields, hclField{name: name, value: m.value(body.Attributes[name].Expr, nil)})
	}
	for _, name := range slices.Sorted(maps.Keys(m.locals)) {
		v, _ := m.local(name)
		fields = append(fields, hclField{name: "local " + name, value: v})
	}
	blocks := slices.Clone(body.Blocks)
	slices.SortStableFunc(blocks, func(a, b *hclsyntax.Block) int { return tfOrder(a) - tfOrder(b) })
	for _, block := range blocks {
		if block.Type == "locals" || tfNeedless(block.Type, block.Labels) {
			continue
		}
		key := strings.Join(append([]string{block.Type}, block.Labels...), " ")
		if when := m.when(block.Body); when != nil && (block.Type == "resource" || block.Type == "module") {
			m.whens[key] = when
		}
		for _, instance := range m.instances(block.Body) {
			fields = append(fields, hclField{name: key, value: instance})
			if strings.HasPrefix(key, "data template_file ") {
				m.templateFile(block.Labels[1], instance)
			}
		}
	}
	return fields
}

// tfOrder puts the data sources first whose content others take.
func tfOrder(b *hclsyntax.Block) int {
	if b.Type == "data" {
		return 0
	}
	return 1
}

// tfNeedless reports whether a block is a resource or data source that does not matter.
func tfNeedless(block string, labels []string) bool {
	return (block == "resource" || block == "data") && (len(labels) == 0 || !tfMatters(block, labels[0]))
}

// tfMatters reports whether a resource or data source names images, or gives a part of a name.
func tfMatters(block, kind string) bool {
	switch kind {
	case "template_file", "aws_ecr_repository", "docker_registry_image":
		return true
	case "aws_ecs_service", "helm_release", "nomad_job":
		return block == "resource"
	}
	return block == "resource" && tfResourceFields(kind) != nil
}

// module tells what a file of configuration gives, uses and names.
func (m *tfModule) module(body hclValue) {
	for _, order := range [][]string{{"variable", "local", "output", "data"}, {"module"}, {"resource"}} {
		for _, f := range body.fields {
			words := strings.Split(f.name, " ")
			if !slices.Contains(order, words[0]) || len(words) < 2 {
				continue
			}
			m.here = m.whens[f.name]
			switch name := words[1]; {
			case words[0] == "variable":
				m.variable(name, f.value)
			case words[0] == "local":
				m.give("local."+name, f.value)
			case words[0] == "output":
				m.give("output."+name, f.value.field("value"))
			case words[0] == "module":
				m.call("module."+name, f.value)
			case len(words) == 3:
				m.resource(words[0], name, words[2], f.value)
			}
		}
	}
	for _, f := range body.fields {
		if words := strings.Split(f.name, " "); len(words) == 3 && words[0] == "resource" && words[1] == "aws_ecs_service" {
			m.service(f.value)
		}
	}
}

// resource finds the images that a resource names, and gives those of its attributes
// that are parts of names.
func (m *tfModule) resource(block, kind, name string, v hclValue) {
	address := kind + "." + name
	switch {
	case kind == "aws_ecr_repository":
		m.repository(block, address, v)
		return
	case block == "data" && kind == "docker_registry_image":
		m.give("data."+address+".name", v.field("name"))
		return
	case block == "data":
		return
	case kind == "helm_release":
		m.helmRelease(address, v)
		return
	case kind == "nomad_job":
		m.nomadJob(address, v)
		return
	}
	for _, field := range tfResourceFields(kind) {
		f := tfFinder{tfModule: m, kind: kind, resource: v, field: field}
		f.find(v, strings.Split(field.image, "."), tfTrail{address, []string{kind, name}})
	}
}

// repository gives the address of a registry's repository, which ends in its name.
func (m *tfModule) repository(block, address string, v hclValue) {
	if block == "data" {
		address = "data." + address
	}
	name := v.field("name")
	if name.kind == hclNothing {
		return
	}
	registry := m.open(name.from, name.to, "registry")
	registry.expr.Text = "${" + address + ".registry}"
	m.give(address+".repository_url", m.joined([]hclValue{registry, m.text("/", name.from, name.to), name}, name))
}

// tfName is how a traversal's value is known in the module. Indexes of instances are left out.
func tfName(t hcl.Traversal) (name, what string, fixed bool) {
	fixed, keep := true, 2
	switch t.RootName() {
	case "var":
		what, fixed = "variable", false
	case "local":
		what = "local value"
	case "module":
		what = "module output"
	case "data":
		what, keep = "data source", 3
	case "each", "count", "self", "path", "terraform":
		return "", "", false
	default:
		what = "attribute"
	}
	if len(t) < 2 || what == "attribute" && len(t) < 3 {
		return "", "", false
	}
	steps := []string{t.RootName()}
	for i, step := range t[1:] {
		if _, index := step.(hcl.TraverseIndex); index && i+1 == keep && what != "variable" && what != "local value" {
			continue
		}
		steps = append(steps, stepName(step))
	}
	return strings.Join(steps, "."), what, fixed
}

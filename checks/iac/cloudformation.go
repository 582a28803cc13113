package iac

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks"
)

// CloudFormation reads templates of AWS CloudFormation and SAM, in YAML and JSON.
func CloudFormation() Reader {
	return Reader{
		Name: "cloudformation", Path: isTemplatePath, Read: readCloudFormation,
		Where: "YAML and JSON, `.template`, `.cfn`",
		What:  "ECS, Lambda, Batch, App Runner, CodeBuild, SageMaker and others; parameters with defaults, `Ref`, `Sub`, `Join`, `If`, `FindInMap`, nested stacks",
	}
}

func isTemplatePath(p string) bool {
	switch strings.ToLower(path.Ext(p)) {
	case ".template", ".cfn":
		return true
	}
	return isYAMLPath(p)
}

func readCloudFormation(_ string, data []byte) *File {
	if !maybeTemplate(data) {
		return nil
	}
	file := &File{}
	docs, unread := boundedDocs(data)
	for _, doc := range docs {
		if maybeTemplate(doc.body()) {
			readTemplate(doc, file)
			doc.forget()
		}
	}
	if file.Format == "" {
		return nil
	}
	file.Unread = append(file.Unread, unread...)
	return file
}

// maybeTemplate is the cheap look that spares most files a parser. Zero bytes are
// left out, so that UTF-16 is told as unread and not passed over.
func maybeTemplate(data []byte) bool {
	if bytes.IndexByte(data, 0) >= 0 {
		data = bytes.ReplaceAll(data, []byte{0}, nil)
	}
	return mentions(data, "Resources") && mentions(data, "AWSTemplateFormatVersion", "AWS::", "Custom::", "::MODULE")
}

// declaresResources is what a template looks like that cannot be parsed.
var declaresResources = regexp.MustCompile(`(?m)^[ \t{]*["']?Resources["']?[ \t]*:`)

// holdsImages is what a template with images or nested stacks must mention.
func holdsImages(doc *yamlDoc) bool {
	return doc.mentions("mage", "ContainerUri", "ContainerDefinitions", "::Stack", "::Application",
		"Transform", "Fn::ForEach", "!Rain::", "::MODULE")
}

func readTemplate(doc *yamlDoc, file *File) {
	if !holdsImages(doc) && bytes.IndexByte(doc.body(), 0) < 0 {
		if bytes.Contains(doc.body(), []byte("AWSTemplateFormatVersion")) && declaresResources.Match(doc.body()) {
			file.Format = "cloudformation"
		}
		return
	}
	if u := doc.parse(); u != nil {
		// Bytes that are no text show no structure to look for.
		if text := bytes.ReplaceAll(doc.body(), []byte{0}, nil); declaresResources.Match(text) {
			file.Format = "cloudformation"
			file.Unread = append(file.Unread, *u)
		}
		return
	}
	resources := doc.field(doc.root, "Resources")
	if !isTemplate(doc, resources) {
		return
	}
	file.Format = "cloudformation"
	t := &cfnTemplate{
		yamlDoc: doc, file: file, resources: resources, told: map[Unread]bool{},
		parameters: cfnParameters(doc), mappings: doc.field(doc.root, "Mappings"),
	}
	t.macros(doc.field(doc.root, "Transform"))
	t.globals()
	for _, p := range doc.pairs(resources) {
		t.resource(p)
	}
	t.outputs()
	if u := doc.overrun(); u != nil {
		file.Unread = append(file.Unread, *u)
	}
}

// outputs are what the template gives back to one that nests it.
func (t *cfnTemplate) outputs() {
	for _, p := range t.pairs(t.field(t.root, "Outputs")) {
		value := t.field(p.value, "Value")
		eval := cfnEval{cfnTemplate: t}
		if name, _ := t.intrinsic(value); name == "GetAtt" || len(t.file.Gives) >= maxEntries {
			continue // an attribute of a resource is no image of the repository
		}
		e, ok := eval.expr(value, 0)
		if !ok || eval.over() || !namesSomething(e) {
			continue
		}
		if t.file.Gives == nil {
			t.file.Gives = map[string]Expr{}
		}
		t.file.Gives[outputs+p.name()] = e
	}
}

// namesSomething reports whether some part of a value can be known.
func namesSomething(e Expr) bool {
	return e.Op == Lit || e.Op == Name || slices.ContainsFunc(e.Args, namesSomething)
}

// isTemplate: a version or a transform says so, or some resource's type does.
func isTemplate(doc *yamlDoc, resources *yaml.Node) bool {
	if !isKind(resources, yaml.MappingNode) {
		return false
	}
	if doc.field(doc.root, "AWSTemplateFormatVersion") != nil || doc.field(doc.root, "Transform") != nil {
		return true
	}
	for _, p := range doc.pairs(resources) {
		kind := yamlValue(doc.field(p.value, "Type"))
		if strings.HasPrefix(kind, "AWS::") || strings.HasPrefix(kind, "Custom::") || strings.HasSuffix(kind, "::MODULE") {
			return true
		}
	}
	return false
}

// cfnTemplate is one template with what its expressions refer to.
type cfnTemplate struct {
	*yamlDoc
	file       *File
	resources  *yaml.Node
	mappings   *yaml.Node
	parameters map[string]cfnParameter
	told       map[Unread]bool
}

// cfnParameter is one declared parameter.
type cfnParameter struct {
	kind     string
	standard *yaml.Node // its Default; nil without one
	allowed  []*yaml.Node
}

func cfnParameters(doc *yamlDoc) map[string]cfnParameter {
	parameters := map[string]cfnParameter{}
	for _, p := range doc.pairs(doc.field(doc.root, "Parameters")) {
		parameters[p.name()] = cfnParameter{
			kind:     yamlValue(doc.field(p.value, "Type")),
			standard: doc.field(p.value, "Default"),
			allowed:  doc.items(doc.field(p.value, "AllowedValues")),
		}
	}
	return parameters
}

func (t *cfnTemplate) unsupported(n *yaml.Node, reason string) {
	u := Unread{Line: t.span(n).Line, Kind: checks.Unsupported, Reason: reason}
	if !t.told[u] {
		t.told[u] = true
		t.file.Unread = append(t.file.Unread, u)
	}
}

// macros tells those transforms that may rewrite any part of the template; AWS's
// own, named here, bring no images.
func (t *cfnTemplate) macros(transform *yaml.Node) {
	names := t.items(transform)
	if names == nil && transform != nil {
		names = []*yaml.Node{transform}
	}
	for _, n := range names {
		switch name := yamlValue(n); {
		case name == "AWS::Serverless-2016-10-31", name == "AWS::LanguageExtensions", name == "AWS::CodeDeployBlueGreen",
			strings.HasPrefix(name, "AWS::SecretsManager-"):
		case name == "":
			t.unsupported(n, "a macro may change the template")
		default:
			t.unsupported(n, "the macro "+cut(name, 100)+" may change the template")
		}
	}
}

// globals are what SAM sets for all functions.
func (t *cfnTemplate) globals() {
	function := t.path(t.root, "Globals", "Function")
	if uri := t.field(function, "ImageUri"); uri != nil {
		t.image(uri, "Globals.Function", "AWS::Serverless::Function")
	}
}

func (t *cfnTemplate) resource(p yamlPair) {
	name := p.name()
	switch {
	case strings.HasPrefix(name, "Fn::ForEach"):
		if t.subtreeMentions(p.value, "mage") {
			t.unsupported(p.key, "Fn::ForEach writes resources that are not read")
		}
		return
	case name == "Fn::Transform":
		t.unsupported(p.key, mayTransform)
		return
	}
	kind := yamlValue(t.field(p.value, "Type"))
	if strings.HasSuffix(kind, "::MODULE") {
		t.unsupported(p.key, "the module "+cut(kind, 100)+" may bring images")
		return
	}
	address := cut("Resources."+name, longestAddress)
	properties := t.field(p.value, "Properties")
	t.nested(kind, address, properties)
	fields := cfnImageFields(kind)
	if len(fields) == 0 {
		return
	}
	t.transforms(p.value, properties)
	for _, field := range fields {
		t.follow(properties, strings.Split(field, "."), address, kind)
	}
}

const mayTransform = "Fn::Transform may bring images"

// transforms tells a Fn::Transform beside the properties of a resource with images.
func (t *cfnTemplate) transforms(resource, properties *yaml.Node) {
	for _, holder := range []*yaml.Node{resource, properties} {
		for _, p := range t.pairs(holder) {
			if p.name() == "Fn::Transform" {
				t.unsupported(p.key, mayTransform)
			}
		}
	}
}

// subtreeMentions reports whether the text of a node may hold a word.
func (t *cfnTemplate) subtreeMentions(n *yaml.Node, word string) bool {
	from, to := t.extent(n)
	return mentions(t.data[from:to], word)
}

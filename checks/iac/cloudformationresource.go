package iac

import (
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// cfnImageFields are the properties of a resource type that name images; "[]"
// goes through a list. From the resource types' own reference.
func cfnImageFields(kind string) []string {
	switch kind {
	case "AWS::ECS::TaskDefinition":
		return []string{"ContainerDefinitions[].Image"}
	case "AWS::ECS::ExpressGatewayService":
		return []string{"PrimaryContainer.Image"}
	case "AWS::Lambda::Function":
		return []string{"Code.ImageUri"}
	case "AWS::Serverless::Function":
		return []string{"ImageUri"}
	case "AWS::Batch::JobDefinition":
		return []string{
			"ContainerProperties.Image",
			"NodeProperties.NodeRangeProperties[].Container.Image",
			"NodeProperties.NodeRangeProperties[].EcsProperties.TaskProperties[].Containers[].Image",
			"NodeProperties.NodeRangeProperties[].EksProperties.PodProperties.Containers[].Image",
			"EcsProperties.TaskProperties[].Containers[].Image",
			"EksProperties.PodProperties.Containers[].Image",
			"EksProperties.PodProperties.InitContainers[].Image",
		}
	case "AWS::AppRunner::Service":
		return []string{"SourceConfiguration.ImageRepository.ImageIdentifier"}
	case "AWS::CodeBuild::Project":
		return []string{"Environment.Image"}
	case "AWS::SageMaker::Model":
		return []string{"PrimaryContainer.Image", "Containers[].Image"}
	case "AWS::SageMaker::ModelPackage":
		return []string{"InferenceSpecification.Containers[].Image"}
	case "AWS::Lightsail::Container":
		return []string{"ContainerServiceDeployment.Containers[].Image"}
	case "AWS::EMRServerless::Application":
		return []string{"ImageConfiguration.ImageUri"}
	case "AWS::GameLift::ContainerGroupDefinition":
		return []string{"GameServerContainerDefinition.ImageUri", "SupportContainerDefinitions[].ImageUri"}
	case "AWS::BedrockAgentCore::Runtime":
		return []string{"AgentRuntimeArtifact.ContainerConfiguration.ContainerUri"}
	}
	return nil
}

// follow goes down the steps of a field to its images, through both branches of
// every Fn::If. Whatever else computes a part on the way is told as unread.
func (t *cfnTemplate) follow(n *yaml.Node, steps []string, address, kind string) {
	step, list := strings.CutSuffix(steps[0], "[]")
	for _, holder := range t.branches(n, 0) {
		value := t.field(holder, step)
		switch {
		case value == nil:
			t.elsewhere(holder, address)
		case len(steps) == 1:
			t.image(value, address, kind)
		case list:
			t.followList(value, steps[1:], address+"."+step, kind)
		default:
			t.follow(value, steps[1:], address+"."+step, kind)
		}
	}
}

func (t *cfnTemplate) followList(n *yaml.Node, steps []string, address, kind string) {
	for _, list := range t.branches(n, 0) {
		if name, _ := t.intrinsic(list); name != "" {
			t.elsewhere(list, address)
			continue
		}
		for i, item := range t.items(list) {
			t.follow(item, steps, address+"["+strconv.Itoa(i)+"]", kind)
		}
	}
}

// elsewhere tells that a function writes what stands at an address.
func (t *cfnTemplate) elsewhere(n *yaml.Node, address string) {
	name, _ := t.intrinsic(n)
	switch {
	case name == "" || t.isNoValue(n):
	case name == "Transform":
		t.unsupported(n, mayTransform)
	default:
		last := address[strings.LastIndexByte(address, '.')+1:]
		t.unsupported(n, cut(last, 100)+" written elsewhere: "+t.written(n))
	}
}

// branches are the values that a node may have: itself, or both sides of Fn::If.
func (t *cfnTemplate) branches(n *yaml.Node, depth int) []*yaml.Node {
	name, arg := t.intrinsic(n)
	if name != "If" || !t.within(depth) {
		return []*yaml.Node{n}
	}
	args := t.items(arg)
	if len(args) != 3 {
		return []*yaml.Node{n}
	}
	return append(t.branches(args[1], depth+1), t.branches(args[2], depth+1)...)
}

// image tells one image field. An alias may lead to a place again: it is told once for each address.
func (t *cfnTemplate) image(n *yaml.Node, address, kind string) {
	if len(t.file.Sites) >= yamlSites {
		t.stop()
	}
	eval := cfnEval{cfnTemplate: t}
	expr, ok := eval.expr(n, 0)
	if ok {
		expr, ok = withoutEmpty(expr)
	}
	if !ok || t.overrun() != nil {
		return
	}
	if eval.over() {
		t.file.Unread = append(t.file.Unread, *t.defeated(t.span(n).Line, "an expression with too many parts"))
		return
	}
	span := t.span(n)
	site := Site{
		Address: address, Raw: t.raw(n), Span: span, Line: t.lineOf(span.Line),
		Expr: expr, Local: t.local(n, expr, address, kind),
	}
	if kind == "AWS::CodeBuild::Project" {
		site.Role = RoleCI
	}
	t.file.Sites = append(t.file.Sites, site)
}

// withoutEmpty leaves out the values that are empty text: no stack is created
// with those, so an empty default only says that the caller must give one.
func withoutEmpty(e Expr) (Expr, bool) {
	switch {
	case e.Op == Lit:
		return e, e.Text != ""
	case e.Op == Name && e.Else != nil && e.Else.Op == Lit && e.Else.Text == "":
		e.Else = nil
	case e.Op == Any:
		var args []Expr
		for _, arg := range e.Args {
			if arg, ok := withoutEmpty(arg); ok {
				args = append(args, arg)
			}
		}
		e.Args = args
		return e, len(args) > 0
	}
	return e, true
}

// local says why an image field names nothing that is pulled from a registry.
func (t *cfnTemplate) local(n *yaml.Node, expr Expr, address, kind string) string {
	switch kind {
	case "AWS::Serverless::Function":
		if everyStart(expr, isFolder) {
			return "a folder that sam build turns into an image"
		}
		metadata := t.path(t.resources, strings.TrimPrefix(address, "Resources."), "Metadata")
		if t.field(metadata, "Dockerfile") != nil || t.field(metadata, "DockerContext") != nil {
			return "built by sam build"
		}
	}
	return ""
}

func isFolder(s string) bool {
	return strings.HasPrefix(s, ".") || strings.HasPrefix(s, "/") || strings.HasSuffix(s, ".tar.gz")
}

// everyStart reports whether the known beginning of every value of an expression satisfies ok.
func everyStart(e Expr, ok func(string) bool) bool {
	switch e.Op {
	case Lit:
		return ok(e.Text)
	case Cat:
		return len(e.Args) > 0 && everyStart(e.Args[0], ok)
	case Name:
		return e.Else != nil && everyStart(*e.Else, ok)
	case Any:
		for _, arg := range e.Args {
			if !everyStart(arg, ok) {
				return false
			}
		}
		return len(e.Args) > 0
	}
	return false
}

// nested tells a stack whose template is a file of the repository. One at a URL
// is not here to be read; a copy of it in the repository is read for itself.
func (t *cfnTemplate) nested(kind, address string, properties *yaml.Node) {
	field := ""
	switch kind {
	case "AWS::CloudFormation::Stack":
		field = "TemplateURL"
	case "AWS::Serverless::Application":
		field = "Location"
	default:
		return
	}
	n := t.field(properties, field)
	if name, _ := t.intrinsic(n); name != "" || !isText(n) || strings.Contains(yamlValue(n), ":") || len(yamlValue(n)) > longestAddress {
		return
	}
	span := t.span(n)
	use := Use{Path: yamlValue(n), Address: address, Span: span, Line: t.lineOf(span.Line)}
	use.As = strings.TrimPrefix(address, "Resources.") + ".Outputs."
	for _, p := range t.pairs(t.field(properties, "Parameters")) {
		eval := cfnEval{cfnTemplate: t}
		if e, ok := eval.expr(p.value, 0); ok && !eval.over() {
			if use.Gives == nil {
				use.Gives = map[string]Expr{}
			}
			use.Gives[p.name()] = e
		}
	}
	t.file.Uses = append(t.file.Uses, use)
}

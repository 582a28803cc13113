package iac

import "regexp"

var (
	renderFiles     = regexp.MustCompile(`(?:^|/)render\.ya?ml$`)
	serverlessFiles = regexp.MustCompile(`(?:^|/)serverless(?:[.-][^/]*)?\.ya?ml$`)
	serverlessSelf  = regexp.MustCompile(`\$\{self:custom\.([\w-]+)\}`)
	serverlessElse  = regexp.MustCompile(`\$\{(?:opt|env|param):([\w.-]+)\s*,\s*['"](?P<else>[^'"{}]*)['"]\s*\}`)
	serverlessOther = regexp.MustCompile(`\$\{[^{}]*\}`)
	pulumiFiles     = regexp.MustCompile(`(?:^|/)Pulumi\.ya?ml$`)
	pulumiName      = regexp.MustCompile(`\$\{([\w-]+)\}`)
)

// Platforms are the readers of what runs containers for its users and is told so in
// YAML: rows of the same table of paths as CI systems, but what they name is deployed.
func Platforms() []Reader {
	return pathReaders(containerApps(), renderBlueprint(), serverlessFramework(), pulumiYAML())
}

// containerApps are what "az containerapp create --yaml" takes.
func containerApps() ciSystem {
	return ciSystem{
		where: "YAML with `properties` of a container app or job",
		what:  "containers and init containers",
		name:  "azure-container-apps", deploys: true,
		words: []string{"Microsoft.App/", "nvironmentId"}, marks: []string{"properties"},
		images: ciPaths("properties.template.containers[].image", "properties.template.initContainers[].image"),
	}
}

func renderBlueprint() ciSystem {
	return ciSystem{
		where: "`render.yaml`",
		what:  "`image.url` of services",
		name:  "render", mark: "render.", files: renderFiles, deploys: true, marks: []string{"services", "projects"},
		images: ciPaths("services[].image.url", "projects[].environments[].services[].image.url"),
	}
}

func serverlessFramework() ciSystem {
	return ciSystem{
		where: "`serverless.yml` and its variants",
		what:  "`image` of functions, `provider.ecr.images`; variables with defaults",
		name:  "serverless", mark: "serverless", files: serverlessFiles, deploys: true, marks: []string{"provider", "functions"},
		images: append(ciPaths("provider.ecr.images.*.uri?"), ciImage{path: "functions.*.image.uri?", named: true}),
		names: []ciName{
			{ref: serverlessSelf, what: "variable", from: []ciSource{{path: "custom.$", top: true, fixed: true}}},
			{ref: serverlessElse, what: "variable"},
			{ref: serverlessOther},
		},
	}
}

// pulumiYAML is Pulumi without a language. Only the images of containers count:
// those of virtual machines stand in fields of the same name.
func pulumiYAML() ciSystem {
	return ciSystem{
		where: "`Pulumi.yaml`",
		what:  "images of containers; configuration values with defaults",
		name:  "pulumi", mark: "Pulumi.", files: pulumiFiles, deploys: true, marks: []string{"resources"},
		images: ciPaths("resources.*.properties.**.containers[].image", "resources.*.properties.**.initContainers[].image",
			"resources.*.properties.**.containers.*.image", "resources.*.properties.**.container.image",
			"resources.*.properties.**.containerDefinitions.**.image"),
		names: []ciName{{ref: pulumiName, what: "configuration value", from: []ciSource{
			{path: "config.$.default", top: true}, {path: "variables.$", top: true, fixed: true},
		}}},
	}
}

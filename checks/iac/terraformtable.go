package iac

import "strings"

// tfField is where a resource names an image: steps through blocks and attributes. "[]" goes
// through a list or a map, "x{}" through a text of JSON, "**" to any depth.
type tfField struct {
	image string
	// tag and digest are fields beside the image's.
	tag, digest string
}

func at(paths ...string) []tfField {
	fields := make([]tfField, len(paths))
	for i, p := range paths {
		fields[i].image = p
	}
	return fields
}

const (
	tfAzureStack = "site_config.application_stack."
	tfPods       = "**.container.image **.init_container.image"
	tfObjects    = "**.containers.[].image **.initContainers.[].image **.ephemeralContainers.[].image"
)

// tfResourceFields are the fields of a resource type that name images, from the
// providers' references. Images of machines are none.
func tfResourceFields(kind string) []tfField {
	if fields, ok := tfResources[kind]; ok {
		return fields
	}
	if strings.HasPrefix(kind, "kubernetes_") {
		return at(strings.Fields(tfPods)...)
	}
	return nil
}

var tfResources = map[string][]tfField{
	"aws_ecs_task_definition":         at("container_definitions{}.[].image"),
	"aws_ecs_express_gateway_service": at("primary_container.image"),
	"aws_lambda_function":             at("image_uri"),
	"aws_batch_job_definition": at("container_properties{}.image",
		"node_properties{}.nodeRangeProperties.[].container.image",
		"node_properties{}.nodeRangeProperties.[].ecsProperties.taskProperties.[].containers.[].image",
		"ecs_properties{}.taskProperties.[].containers.[].image",
		"eks_properties.pod_properties.containers.image", "eks_properties.pod_properties.init_containers.image"),
	"aws_apprunner_service":                              at("source_configuration.image_repository.image_identifier"),
	"aws_codebuild_project":                              at("environment.image"),
	"aws_sagemaker_model":                                at("primary_container.image", "container.image"),
	"aws_emrserverless_application":                      at("image_configuration.image_uri"),
	"aws_bedrockagentcore_agent_runtime":                 at("agent_runtime_artifact.container_configuration.container_uri"),
	"aws_lightsail_container_service_deployment_version": at("container.image"),
	"aws_lightsail_container_service":                    at("deployment.container.image"),

	"google_cloud_run_service":        at("template.spec.containers.image"),
	"google_cloud_run_v2_service":     at("template.containers.image"),
	"google_cloud_run_v2_worker_pool": at("template.containers.image"),
	"google_cloud_run_v2_job":         at("template.template.containers.image"),
	"google_cloudbuild_trigger":       at("build.step.name"),

	"azurerm_container_group":                   at("container.image", "init_container.image"),
	"azurerm_container_app":                     at("template.container.image", "template.init_container.image"),
	"azurerm_container_app_job":                 at("template.container.image", "template.init_container.image"),
	"azurerm_linux_web_app":                     tfAzureWeb,
	"azurerm_linux_web_app_slot":                tfAzureWeb,
	"azurerm_windows_web_app":                   tfAzureWeb,
	"azurerm_linux_function_app":                tfAzureFunction,
	"azurerm_linux_function_app_slot":           tfAzureFunction,
	"azurerm_batch_pool":                        at("container_configuration.container_image_names"),
	"azurerm_spring_cloud_container_deployment": at("image"),
	"azurerm_app_service":                       at("site_config.linux_fx_version"),
	"azurerm_app_service_slot":                  at("site_config.linux_fx_version"),
	"azurerm_function_app":                      at("site_config.linux_fx_version"),

	"kubernetes_manifest": at(strings.Fields(tfObjects)...),
	"kubectl_manifest":    at("yaml_body{}."+strings.Fields(tfObjects)[0], "yaml_body{}."+strings.Fields(tfObjects)[1]),

	"docker_image":          at("name"),
	"docker_container":      at("image"),
	"docker_service":        at("task_spec.container_spec.image"),
	"docker_registry_image": at("name"),
}

var (
	tfAzureWeb = []tfField{
		{image: tfAzureStack + "docker_image", tag: "docker_image_tag"},
		{image: tfAzureStack + "docker_image_name"},
		{image: tfAzureStack + "docker_container_name", tag: "docker_container_tag"},
		{image: "site_config.linux_fx_version"},
	}
	tfAzureFunction = []tfField{
		{image: tfAzureStack + "docker.image_name", tag: "image_tag"},
		{image: "site_config.linux_fx_version"},
	}
)

// tfModuleFields are the inputs of a module of a registry that are images by their
// names: no image of a machine is called so.
func tfModuleFields() []tfField {
	return []tfField{
		{image: "container_definitions.[].image"},
		{image: "container_definition.image"},
		{image: "container_image"},
		{image: "docker_image"},
		{image: "image_uri"},
		{image: "containers.[].image"},
		{image: "source_configuration.image_repository.image_identifier"},
	}
}

// tfLocal says why a text that an image field holds names nothing to pull from a registry.
func tfLocal(kind string, resource hclValue, e Expr) string {
	switch kind {
	case "docker_image":
		if resource.field("build").kind != hclNothing {
			return "built by this resource"
		}
	case "docker_registry_image":
		return "pushed by this resource"
	}
	if e.Op == Name && strings.HasPrefix(e.Text, "docker_image.") {
		return "the image of another resource"
	}
	return ""
}

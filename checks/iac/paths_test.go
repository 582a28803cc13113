package iac

import (
	"path"
	"regexp"
	"testing"
)

// TestPathsAsTheirExpressions holds the cheap looks at paths against the expressions that
// they spare.
func TestPathsAsTheirExpressions(t *testing.T) {
	yamlName := regexp.MustCompile(`(?i)\.ya?ml$`)
	for _, dir := range []string{"", "a/", "values/", ".circleci/", "x/.gitlab/", ".azuredevops/", "azure-pipelines/", ".woodpecker/", ".gitlab-ci/b/"} {
		for _, base := range []string{
			"Makefile", "GNUmakefile.am", "makefile.yml", "a.mk", ".mk", "A.SH", "x.bash", "Taskfile.yml", "taskfile.yaml", ".justfile", "justfile",
			"Jenkinsfile", "jenkinsfile.json", "Jenkinsfile-x.groovy", "Tiltfile", "buildspec-a.yml", "Buildspec.YAML", "docker-bake.hcl", "docker-bake.x.json",
			".goreleaser.yml", "goreleaser-pro.yaml", ".ko.yaml", "werf.yaml", "werf-x.YML", "a.YAML", "a.yml", "yml", ".yml", "a.yaml.txt", "a.json",
			"values.yaml", "Values-prod.yml", "prod.VALUES.yaml", "myvalues.yaml", "values", "helmfile.yaml", "helmfile-a.yml", "Helmfile.yaml", "values.json", "b.JSON",
			".gitlab-ci.yml", "a.gitlab-ci.yml", "azure-pipelines-x.yml", "bitbucket-pipelines.yml", "cloudbuild.json", "cloudbuild-a.yaml", ".drone.yml", ".woodpecker.yml",
			"render.yaml", "serverless.yml", "serverless-a.yml", "serverless.a.yml", "Pulumi.yaml", "Dockerfile", "main.tf",
		} {
			p := dir + base
			if want, got := commandFiles.MatchString(path.Base(p)), isCommandFile(p); want != got {
				t.Errorf("%s: commands %v, want %v", p, got, want)
			}
			if want, got := yamlName.MatchString(p), isYAMLName(p); want != got {
				t.Errorf("%s: YAML %v, want %v", p, got, want)
			}
			if want := valuesName.MatchString(base) || helmfileName.MatchString(base) || path.Base(path.Dir(p)) == "values" && isYAMLPath(p) && path.Ext(p) != ".json"; want != isValuesFile(p) {
				t.Errorf("%s: values %v, want %v", p, !want, want)
			}
			for _, s := range []ciSystem{gitlabCI(), circleCI(), azurePipelines(), bitbucketPipelines(), cloudBuild(), drone(), woodpecker(), renderBlueprint(), serverlessFramework(), pulumiYAML()} {
				if want, got := s.files.MatchString(p), s.isPath(p); want != got {
					t.Errorf("%s: %s %v, want %v", p, s.name, got, want)
				}
			}
		}
	}
}

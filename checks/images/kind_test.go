package images

import "testing"

func TestKindOf(t *testing.T) {
	cases := []struct {
		path, format string
		want         kind
	}{
		{"compose.yml", "compose", deployment},
		{"deploy/prod/app.yaml", "kubernetes", deployment},
		{"Dockerfile", "dockerfile", building},
		{"services/api/Dockerfile.prod", "dockerfile", building},
		{".github/kind.yaml", "kubernetes", pipeline},
		{"ci/Dockerfile", "dockerfile", pipeline},
		{"examples/compose.yml", "compose", example},
		{"docs/getting-started/Dockerfile", "dockerfile", example},
		{"test/e2e/pod.yaml", "kubernetes", example},
		{"integration-tests/compose.yml", "compose", example},
		{"compose.test.yml", "compose", example},
		{"tools/lint-and-validate-values.yaml", "helm-values", example},
		{"tools/lint.yaml", "kubernetes", deployment},
		{"Dockerfile.e2e", "dockerfile", example},
		{"_archived/storm/pod.yaml", "kubernetes", example},
		{"archive/2019/compose.yml", "compose", example},
		{"archiver/compose.yml", "compose", deployment},
		{"deprecated/fargate/stack.yaml", "cloudformation", example},
		{"vendor/github.com/acme/cache/compose.yml", "compose", example},
		{"web/node_modules/cache/compose.yml", "compose", example},
		{"vendor/ingress/deployment.yaml", "kubernetes", deployment},
		{"charts/web/ci/main-values.yaml", "helm-values", example},
		{"charts/web/ci/values-full.yaml", "helm-values", example},
		{"ci/values.tf", "terraform", pipeline},
		{".devcontainer/compose.yml", "compose", building},
		{"app/.devcontainer/db/compose.yml", "compose", building},
		{"latest/compose.yml", "compose", deployment},
		{"contest/compose.yml", "compose", deployment},
		{"attest.yml", "kubernetes", deployment},
	}
	for _, c := range cases {
		if got := kindOf(c.path, c.format); got != c.want {
			t.Errorf("%s (%s): kind %d, want %d", c.path, c.format, got, c.want)
		}
	}
}

package iac

import "testing"

func TestIsPublic(t *testing.T) {
	for _, test := range []struct {
		name, value string
		public      bool
	}{
		{"WEB_TAG", "1.2.3", true},
		{"AUTHENTIK_VERSION", "2026.8", true},
		{"AUTHOR_TAG", "latest", true},
		{"KEYCLOAK_IMAGE", "quay.io/keycloak/keycloak:26.0.7", true},
		{"USERVICE_TAG", "main", true},
		{"CERT_MANAGER_VERSION", "v1.16.2", true},
		{"AUTH_VERSION", "2.1.0-rc1", true},
		{"AUTH_TAG", "hunter2", false},
		{"TOKEN_VERSION", "1.2.3", false},
		{"REGISTRY_PASS", "hunter2", false},
		{"REGISTRY_PASSWORD", "hunter2", false},
		{"registryPassword", "hunter2", false},
		{"IMAGE_PULL_SECRET", "hunter2", false},
		{"IMAGE_APIKEY", "hunter2", false},
		{"imagePullKey", "hunter2", false},
		{"RELEASE_SIGNING_KEYS", "hunter2", false},
		{"REGISTRY_USER", "hunter2", false},
		{"REGISTRY_DBUSER", "hunter2", false},
		{"REGISTRY_AUTH", "hunter2", false},
		{"REGISTRY_OAUTH", "hunter2", false},
		{"REPO_URL", "acme", false},
		{"RELEASE_DSN", "acme", false},
		{"IMAGE", "https://acme:hunter2", false},
		{"GREETING", "hello", false},
	} {
		if got := isPublic(test.name, test.value); got != test.public {
			t.Errorf("%s=%s: public %v, want %v", test.name, test.value, got, test.public)
		}
	}
}

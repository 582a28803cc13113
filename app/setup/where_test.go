package setup

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein"
)

func TestParseGitHub(t *testing.T) {
	com := GitHub{"https://github.com", "https://api.github.com", "/apps/"}
	for text, want := range map[string]GitHub{
		"": com, "github.com": com, " https://GitHub.com/ ": com, "www.github.com": com,
		"github.example.com":          {"https://github.example.com", "https://github.example.com/api/v3", "/github-apps/"},
		"https://ghe.acme.test:8443/": {"https://ghe.acme.test:8443", "https://ghe.acme.test:8443/api/v3", "/github-apps/"},
		"acme.ghe.com":                {"https://acme.ghe.com", "https://api.acme.ghe.com", "/apps/"},
		"http://127.0.0.1:8080":       {"http://127.0.0.1:8080", "http://127.0.0.1:8080/api/v3", "/github-apps/"},
	} {
		if got, err := ParseGitHub(text); err != nil || got != want {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"http://github.example.com": "has no TLS", "https://github.example.com/api/v3": "behind the host", "ftp://x": "no address",
		"https://ann:hunter2@x": "holds credentials", "a b": "no address", "x;y": "no host", "x'y.example.com": "no host", "https://": "expected github.com",
		"https://x?y": "behind the host", "github.com/acme": "behind the host", "ex\u0430mple.com": "no host",
	} {
		if got, err := ParseGitHub(text); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %+v, %v", text, got, err)
		}
	}
}

func TestParseOrganization(t *testing.T) {
	for text, want := range map[string]string{"acme": "acme", " Acme-2 ": "Acme-2", "": "", "  ": ""} {
		if got, err := parseOrganization(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for _, text := range []string{"github.com/acme", "acme/shop", "a b", "-acme", "..", "@acme", strings.Repeat("a", 40), "a\nb", "a?x=y"} {
		if got, err := parseOrganization(text); err == nil || !strings.Contains(err.Error(), "expected it as it stands in its address") {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

func TestParseWebhook(t *testing.T) {
	for text, want := range map[string]string{
		"https://x.example.com": "https://x.example.com/webhook", "https://x.example.com/": "https://x.example.com/webhook",
		" https://x.example.com:8443/hooks/webhook ": "https://x.example.com:8443/hooks/webhook", "http://127.0.0.1:8080/webhook": "http://127.0.0.1:8080/webhook",
	} {
		if got, err := parseWebhook(text); err != nil || got != want {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
	for text, want := range map[string]string{
		"": "is empty", "x.example.com": "no address", "http://x.example.com/webhook": "has no TLS", "https://a:hunter2@x/webhook": "holds credentials",
		"https://x/webhook?a=b": "behind the path", "https:x": "no address", "https:///webhook": "no address", "https://x/" + strings.Repeat("a", 500): "no address",
	} {
		if got, err := parseWebhook(text); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "hunter2") || len(err.Error()) > 300 {
			t.Errorf("%q: %q, %v", text, got, err)
		}
	}
}

// TestManifest: GitHub gets all of app.yml under the same names, and the two addresses.
func TestManifest(t *testing.T) {
	m, err := readManifest(checkrein.Manifest)
	if err != nil {
		t.Fatal(err)
	}
	document, err := m.document("https://x.example.com/webhook", "http://127.0.0.1:1/callback")
	if err != nil {
		t.Fatal(err)
	}
	var want, got map[string]any
	if err := yaml.Unmarshal(checkrein.Manifest, &want); err != nil {
		t.Fatal(err)
	}
	want["hook_attributes"] = map[string]any{"url": "https://x.example.com/webhook", "active": true}
	want["redirect_url"] = "http://127.0.0.1:1/callback"
	if err := json.Unmarshal([]byte(document), &got); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("app.yml (-) and the manifest (+):\n%s", diff)
	}
	if got["public"] != false {
		t.Error("the App would be public")
	}
	if len(m.Asked) != len(m.Permissions) || slices.ContainsFunc(m.Asked, func(a asked) bool { return a.Why == "" || m.Permissions[a.Name] != a.Level }) {
		t.Errorf("asked: %+v", m.Asked)
	}
}

func TestManifestRefused(t *testing.T) {
	for name, text := range map[string]string{
		"unknown key":    strings.Replace(string(checkrein.Manifest), "public:", "callback_urls: []\npublic:", 1),
		"no permissions": "name: x\nurl: https://x\n", "no YAML": "{", "empty": "",
	} {
		if m, err := readManifest([]byte(text)); err == nil {
			t.Errorf("%s: %+v", name, m)
		}
	}
}

package app

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// pemOf has the form of a key; whether it is one is for the hub to say.
const pemOf = "-----BEGIN RSA PRIVATE KEY-----\naGk=\n-----END RSA PRIVATE KEY-----\n"

func TestReadConfigRefuses(t *testing.T) {
	whole := map[string]string{"GITHUB_APP_ID": "1", "GITHUB_APP_PRIVATE_KEY": pemOf, "GITHUB_WEBHOOK_SECRET": "s"}
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	cases := []struct {
		name string
		set  map[string]string // on top of a whole environment; "-" unsets
		want string
	}{
		{"nothing", map[string]string{"GITHUB_APP_ID": "-", "GITHUB_APP_PRIVATE_KEY": "-", "GITHUB_WEBHOOK_SECRET": "-"},
			"GITHUB_APP_ID, GITHUB_APP_PRIVATE_KEY, GITHUB_WEBHOOK_SECRET"},
		{"empty secret", map[string]string{"GITHUB_WEBHOOK_SECRET": ""}, "GITHUB_WEBHOOK_SECRET is empty"},
		{"one of several secrets empty", map[string]string{"GITHUB_WEBHOOK_SECRET": "a,,b"}, "GITHUB_WEBHOOK_SECRET holds an empty secret"},
		{"registry with a scheme", map[string]string{"CHECKREIN_REGISTRIES": "ghcr.io,https://quay.io"}, `CHECKREIN_REGISTRIES names "https://quay.io"`},
		{"any registry", map[string]string{"CHECKREIN_REGISTRIES": "*"}, `CHECKREIN_REGISTRIES names "*"`},
		{"blank secret", map[string]string{"GITHUB_WEBHOOK_SECRET": " "}, "GITHUB_WEBHOOK_SECRET"},
		{"empty secret file", map[string]string{"GITHUB_WEBHOOK_SECRET": "-", "GITHUB_WEBHOOK_SECRET_FILE": file}, "GITHUB_WEBHOOK_SECRET is empty"},
		{"secret and file", map[string]string{"GITHUB_WEBHOOK_SECRET_FILE": file}, "both set"},
		{"no such file", map[string]string{"GITHUB_APP_PRIVATE_KEY": "-", "GITHUB_APP_PRIVATE_KEY_FILE": file + "x"}, "GITHUB_APP_PRIVATE_KEY_FILE"},
		{"empty key", map[string]string{"GITHUB_APP_PRIVATE_KEY": " "}, "GITHUB_APP_PRIVATE_KEY is empty"},
		{"key without line breaks", map[string]string{"GITHUB_APP_PRIVATE_KEY": strings.ReplaceAll(pemOf, "\n", `\n`)}, "with its line breaks"},
		{"address without scheme", map[string]string{"GITHUB_API_URL": "api.github.com"}, `GITHUB_API_URL is "api.github.com"`},
		{"address of the pages", map[string]string{"GITHUB_API_URL": "https://GitHub.com"}, `GITHUB_API_URL is "https://GitHub.com"`},
		{"address with credentials", map[string]string{"GITHUB_API_URL": "https://u:p@ghe/api/v3"}, "GITHUB_API_URL holds credentials"},
		{"owner missing between commas", map[string]string{"CHECKREIN_OWNERS": "acme,,beta"}, `CHECKREIN_OWNERS names ""`},
		{"owners without comma", map[string]string{"CHECKREIN_OWNERS": "acme beta"}, `CHECKREIN_OWNERS names "acme beta"`},
		{"port alone", map[string]string{"CHECKREIN_LISTEN": "8080"}, `CHECKREIN_LISTEN is "8080": expected HOST:PORT`},
		{"no port", map[string]string{"CHECKREIN_ADMIN_LISTEN": "127.0.0.1:"}, `CHECKREIN_ADMIN_LISTEN is "127.0.0.1:"`},
		{"id empty", map[string]string{"GITHUB_APP_ID": ""}, "GITHUB_APP_ID is empty"},
		{"id zero", map[string]string{"GITHUB_APP_ID": "0"}, "GITHUB_APP_ID is 0"},
		{"id no number", map[string]string{"GITHUB_APP_ID": "one"}, "GITHUB_APP_ID"},
		{"exporter of traces", map[string]string{"OTEL_TRACES_EXPORTER": "zipkin"}, `OTEL_TRACES_EXPORTER is "zipkin"`},
		{"log level", map[string]string{"CHECKREIN_LOG_LEVEL": "loud"}, "CHECKREIN_LOG_LEVEL is \"loud\""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := ReadConfig(t.Context(), func(name string) (string, bool) {
				if v, ok := c.set[name]; ok {
					return v, v != "-"
				}
				v, ok := whole[name]
				return v, ok
			})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want one that says %q", err, c.want)
			}
		})
	}
}

func TestReadConfig(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("new,old\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	database := filepath.Join(t.TempDir(), "database")
	if err := os.WriteFile(database, []byte("postgres://checkrein:hunter2@db/checkrein\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"GITHUB_APP_ID": "1", "GITHUB_APP_PRIVATE_KEY": pemOf, "GITHUB_WEBHOOK_SECRET_FILE": file, "CHECKREIN_OWNERS": "acme, Beta"}
	c, err := ReadConfig(t.Context(), func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil {
		t.Fatal(err)
	}
	if strings.Join(c.WebhookSecrets, "|") != "new|old" || strings.Join(c.Owners, "|") != "acme|Beta" || c.DatabaseURL != "sqlite:checkrein.db" || c.Listen != ":8080" {
		t.Errorf("configuration %+v", c)
	}
	env["CHECKREIN_DATABASE_URL_FILE"] = database
	c, err = ReadConfig(t.Context(), func(name string) (string, bool) { v, ok := env[name]; return v, ok })
	if err != nil || c.DatabaseURL != "postgres://checkrein:hunter2@db/checkrein" {
		t.Errorf("database %q, %v", c.DatabaseURL, err)
	}
}

// The documented variables are the ones that are read, with their defaults.
func TestVariablesAreThoseOfConfig(t *testing.T) {
	read := map[string]bool{}
	_, err := ReadConfig(t.Context(), func(name string) (string, bool) {
		read[strings.TrimSuffix(name, "_FILE")] = true
		return map[string]string{"GITHUB_APP_ID": "1", "GITHUB_APP_PRIVATE_KEY": pemOf, "GITHUB_WEBHOOK_SECRET": "s"}[name], !strings.HasPrefix(name, "CHECKREIN_") && !strings.HasSuffix(name, "_FILE") && name != "GITHUB_API_URL"
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range slices.Concat(Variables(), GuardVariables(), TraceVariables()) {
		// The SDK reads the others of its own past the lookup.
		if sdk := []string{"OTEL_SERVICE_NAME", "OTEL_RESOURCE_ATTRIBUTES"}; !read[v.Name] && !slices.Contains(sdk, v.Name) {
			t.Errorf("%s is documented and not read", v.Name)
		}
		delete(read, v.Name)
	}
	for name := range read {
		t.Errorf("%s is read and not documented", name)
	}
}

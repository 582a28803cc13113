package deploy_test

import (
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/fixtures/postgrestest"
)

type compose struct {
	Services map[string]struct {
		Image       string
		Command     []string
		Environment map[string]string
		Secrets     []string
		Profiles    []string
		ReadOnly    bool     `yaml:"read_only"`
		CapDrop     []string `yaml:"cap_drop"`
	}
	Secrets map[string]struct{ File string }
}

var interpolation = regexp.MustCompile(`\$\{(\w+)(?::([-?])([^}]*))?\}`)

func readCompose(t *testing.T) (file compose) {
	t.Helper()
	data, err := os.ReadFile("compose.yml")
	if err != nil {
		t.Fatal(err)
	}
	if err := yaml.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	return file
}

func newPostgres(t *testing.T) *postgrestest.Server {
	t.Helper()
	server, err := postgrestest.Find()
	if errors.Is(err, postgrestest.ErrNone) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := errors.Join(server.DropSchemas("compose_"), server.Close()); err != nil {
			t.Error(err)
		}
	})
	return server
}

// TestCompose starts what the file starts: its command lines, with its environment and its
// secrets where it puts them, on a PostgreSQL of this machine in the place of the
// container's.
func TestCompose(t *testing.T) {
	t.Parallel()
	file, server := readCompose(t), newPostgres(t)
	if got := file.Services["guard"].Profiles; len(got) != 1 || got[0] != "guard" {
		t.Errorf("the guard has the profiles %v", got)
	}
	for service, verb := range map[string]string{"checkrein": "serve", "guard": "guard"} {
		t.Run(service, func(t *testing.T) {
			o, s := newOperator(t), file.Services[service]
			if len(s.Command) != 1 || s.Command[0] != verb || !s.ReadOnly || strings.Join(s.CapDrop, " ") != "ALL" {
				t.Fatalf("the service is %+v", s)
			}
			checkEnvironment(t, "compose.yml", verb, s.Environment)
			database, err := server.Schema("compose_" + service)
			if err != nil {
				t.Fatal(err)
			}
			chain, key := o.certificate()
			contents := map[string][]byte{
				"secrets/private-key.pem": o.app.PEM(), "secrets/webhook-secret": []byte(webhookSecret),
				"secrets/database-url": []byte(database),
				"secrets/guard.crt":    chain, "secrets/guard.key": key,
			}
			for _, name := range s.Secrets {
				content, ok := contents[file.Secrets[name].File]
				if !ok {
					t.Fatalf("secret %s: nothing is known to lie at %q", name, file.Secrets[name].File)
				}
				o.file(name, content)
			}
			environment := map[string]string{}
			for name, value := range s.Environment {
				value = interpolation.ReplaceAllString(value, "$3")
				environment[name] = strings.ReplaceAll(value, "/run/secrets/", o.folder+"/")
			}
			o.settle(environment, verb)
			p := o.start(t.TempDir(), environment, product(t), s.Command[0])
			p.ready(environment["CHECKREIN_ADMIN_LISTEN"])
			p.stop()
		})
	}
}

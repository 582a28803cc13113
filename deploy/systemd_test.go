package deploy_test

import (
	"bufio"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// unit is the section [Service] of a unit: each key with its values in order.
type unit map[string][]string

func readUnit(t *testing.T, name string) unit {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("systemd", name))
	if err != nil {
		t.Fatal(err)
	}
	u, section := unit{}, ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
		}
		if key, value, ok := strings.Cut(line, "="); ok && section == "[Service]" && !strings.HasPrefix(line, "#") {
			u[key] = append(u[key], value)
		}
	}
	return u
}

// assignments reads lines of NAME=VALUE as systemd does; those that are offered in comments
// count where offered says so.
func assignments(t *testing.T, path string, offered bool) map[string]string {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	all := map[string]string{}
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := lines.Text()
		if offered {
			line = strings.TrimPrefix(line, "#")
		}
		if name, value, ok := strings.Cut(line, "="); ok && regexp.MustCompile(`^[A-Z_]+$`).MatchString(name) {
			all[name] = value
		}
	}
	return all
}

// TestUnits starts what the units start: their very command line, in their environment and
// their folder, with the files that systemd hands over as credentials.
func TestUnits(t *testing.T) {
	for _, c := range []struct {
		unit, settings, database string
		secrets                  func(*operator) map[string][]byte
		answers                  string // the variable whose address is asked,
		path                     string // this,
		status                   int    // and answers so
	}{
		{"checkrein.service", "checkrein.env", "checkrein.db", func(o *operator) map[string][]byte {
			return map[string][]byte{"/etc/checkrein/private-key.pem": o.app.PEM(), "/etc/checkrein/webhook-secret": []byte(webhookSecret + "\n")}
		}, "CHECKREIN_LISTEN", "/webhook", http.StatusMethodNotAllowed},
		{"checkrein-guard.service", "guard.env", "checkrein-guard.db", func(o *operator) map[string][]byte {
			chain, key := o.certificate()
			return map[string][]byte{"/etc/checkrein/guard-tls.crt": chain, "/etc/checkrein/guard-tls.key": key}
		}, "CHECKREIN_GUARD_LISTEN", "/v2/", http.StatusUnauthorized},
	} {
		t.Run(c.unit, func(t *testing.T) {
			o, u := newOperator(t), readUnit(t, c.unit)
			state, credentials := t.TempDir(), t.TempDir()
			expand := strings.NewReplacer("%S", state, "%d", credentials)

			environment := map[string]string{}
			for _, line := range u["Environment"] {
				name, value, _ := strings.Cut(line, "=")
				environment[name] = expand.Replace(value)
			}
			if got := strings.TrimPrefix(u["EnvironmentFile"][0], "-"); got != "/etc/checkrein/"+c.settings {
				t.Fatalf("EnvironmentFile is %s", got)
			}
			for name, value := range assignments(t, filepath.Join("systemd", c.settings), false) {
				environment[name] = value
			}
			offered := assignments(t, filepath.Join("systemd", c.settings), true)
			for name, value := range environment {
				offered[name] = value
			}
			command := strings.Fields(u["ExecStart"][0])
			checkEnvironment(t, c.unit, command[1], offered)
			o.settle(environment, command[1])

			secrets := c.secrets(o)
			for _, line := range u["LoadCredential"] {
				name, path, _ := strings.Cut(line, ":")
				content, ok := secrets[path]
				if !ok {
					t.Fatalf("LoadCredential=%s: nothing is known to lie there", line)
				}
				if err := os.WriteFile(filepath.Join(credentials, name), content, 0o400); err != nil {
					t.Fatal(err)
				}
			}
			folder := expand.Replace(u["WorkingDirectory"][0])
			if want := filepath.Join(state, u["StateDirectory"][0]); folder != want {
				t.Fatalf("WorkingDirectory is %s, want the StateDirectory %s", folder, want)
			}
			if err := os.Mkdir(folder, 0o700); err != nil {
				t.Fatal(err)
			}
			if command[0] != "/usr/local/bin/checkrein" {
				t.Fatalf("ExecStart is %q", command)
			}
			command[0] = product(t)
			p := o.start(folder, environment, command...)
			p.ready(environment["CHECKREIN_ADMIN_LISTEN"])
			scheme := "http://"
			if environment["CHECKREIN_GUARD_TLS_CERT"] != "" {
				scheme = "https://"
			}
			if status, body := o.get(scheme + environment[c.answers] + c.path); status != c.status {
				t.Errorf("%s answers %d %s, want %d", c.path, status, body, c.status)
			}
			p.stop()
			if _, err := os.Stat(filepath.Join(folder, c.database)); err != nil {
				t.Errorf("the state does not lie in the StateDirectory: %v", err)
			}
		})
	}
}

// settle fills in what an operator does, and has everything listen where it is free.
func (o *operator) settle(environment map[string]string, verb string) {
	o.Helper()
	environment["CHECKREIN_ADMIN_LISTEN"] = o.freeAddress()
	if verb == "serve" {
		environment["GITHUB_APP_ID"] = strconv.FormatInt(o.app.ID, 10)
		environment["GITHUB_API_URL"] = o.github.URL
		environment["CHECKREIN_LISTEN"] = o.freeAddress()
		return
	}
	environment["CHECKREIN_GUARD_API_URL"] = o.github.URL
	environment["CHECKREIN_GUARD_REGISTRY_URL"] = o.github.RegistryURL
	environment["CHECKREIN_GUARD_LISTEN"] = o.freeAddress()
}

var exposure = regexp.MustCompile(`Overall exposure level for \S+: (\d+\.\d+)`)

// TestUnitsHold has systemd read the units: nothing is unknown to it, and little is open.
func TestUnitsHold(t *testing.T) {
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is missing: apt-get install systemd")
	}
	for _, name := range []string{"checkrein.service", "checkrein-guard.service"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile(filepath.Join("systemd", name))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), name) // with a program that is there
			if err := os.WriteFile(path, []byte(strings.Replace(string(text), "/usr/local/bin/checkrein", product(t), 1)), 0o644); err != nil {
				t.Fatal(err)
			}
			if out, err := exec.Command(analyze, "verify", "--recursive-errors=no", path).CombinedOutput(); err != nil || len(out) > 0 {
				t.Errorf("verify: %v\n%s", err, out)
			}
			out, err := exec.Command(analyze, "security", "--no-pager", "--offline=true", "--threshold=20", path).CombinedOutput()
			if err != nil {
				t.Fatalf("security: %v\n%s", err, out)
			}
			found := exposure.FindSubmatch(out)
			if found == nil {
				t.Fatalf("no exposure level is told:\n%s", out)
			}
			t.Logf("exposure %s", found[1])
		})
	}
}

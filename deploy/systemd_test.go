package deploy_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// unit is the section [Service] of a unit: each key with its values in order.
type unit map[string][]string

func readUnit(t *testing.T, name string) unit {
	t.Helper()
	u := unit{}
	if err := u.read(filepath.Join("systemd", name)); err != nil {
		t.Fatal(err)
	}
	return u
}

// read adds what a file says: a unit, or what is dropped in beside it.
func (u unit) read(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	section := ""
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
		}
		if key, value, ok := strings.Cut(line, "="); ok && section == "[Service]" && !strings.HasPrefix(line, "#") {
			u[key] = append(u[key], value)
		}
	}
	return nil
}

// assignments reads lines of NAME=VALUE as systemd does; those that are offered in comments
// count where offered says so.
func assignments(path string, offered bool) (map[string]string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if offered {
			line = strings.TrimPrefix(line, "#")
		}
		if name, value, ok := strings.Cut(line, "="); ok && regexp.MustCompile(`^[A-Z_]+$`).MatchString(name) {
			all[name] = value
		}
	}
	return all, nil
}

// TestUnits: a unit names what its verb reads, in settings that are beside it, and keeps its
// state where systemd lets it. TestMachineWithSystemd starts them.
func TestUnits(t *testing.T) {
	for _, c := range []struct{ unit, settings string }{{"checkrein.service", "checkrein.env"}, {"checkrein-guard.service", "guard.env"}} {
		t.Run(c.unit, func(t *testing.T) {
			u := readUnit(t, c.unit)
			if got := strings.TrimPrefix(u["EnvironmentFile"][0], "-"); got != "/etc/checkrein/"+c.settings {
				t.Fatalf("EnvironmentFile is %s", got)
			}
			environment, err := assignments(filepath.Join("systemd", c.settings), true)
			if err != nil {
				t.Fatal(err)
			}
			for _, line := range u["Environment"] {
				name, value, _ := strings.Cut(line, "=")
				environment[name] = value
			}
			command := strings.Fields(u["ExecStart"][0])
			checkEnvironment(t, c.unit, command[1], environment)
			if command[0] != "/usr/local/bin/checkrein" {
				t.Errorf("ExecStart is %q", command)
			}
			if got, want := u["WorkingDirectory"][0], "%S/"+u["StateDirectory"][0]; got != want {
				t.Errorf("WorkingDirectory is %s, want the StateDirectory %s", got, want)
			}
		})
	}
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
			path := filepath.Join(t.TempDir(), name) // with a program that is there, and what may be dropped in
			if name == "checkrein.service" {
				if err := os.CopyFS(path+".d", os.DirFS("systemd")); err != nil {
					t.Fatal(err)
				}
			}
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

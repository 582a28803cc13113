package deploy_test

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// commands are the blocks of shell of a document that are marked to run in a place.
func commands(t *testing.T, document, place string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", document))
	if err != nil {
		t.Fatal(err)
	}
	mark := regexp.MustCompile("(?s)<!-- run in: " + regexp.QuoteMeta(place) + " -->\n```sh\n(.*?)```\n")
	var all []string
	for _, m := range mark.FindAllStringSubmatch(string(text), -1) {
		all = append(all, m[1])
	}
	if len(all) == 0 {
		t.Fatalf("%s has nothing that runs in %s", document, place)
	}
	return all
}

// machine is a folder that stands for the root of a file system, and a clone in it.
type machine struct {
	*operator
	root, clone string
}

// newMachine has the files that the documents take for granted. Programs that would change
// this machine are replaced by their names' scripts.
func newMachine(t *testing.T, programs map[string]string) *machine {
	t.Helper()
	m := &machine{operator: newOperator(t), root: t.TempDir()}
	m.clone = filepath.Join(m.root, "clone")
	for name, script := range programs {
		m.write("stand-in/"+name, []byte("#!/usr/bin/env bash\nset -eu\n"+script+"\n"), 0o700)
	}
	if err := os.CopyFS(filepath.Join(m.clone, "deploy"), os.DirFS(".")); err != nil {
		t.Fatal(err)
	}
	chain, key := m.certificate()
	for name, content := range map[string][]byte{"key.pem": m.app.PEM(), "secret": []byte(webhookSecret), "guard.crt": chain, "guard.key": key,
		"database-url": []byte("postgres://checkrein@db/checkrein")} {
		m.write("clone/"+name, content, 0o600)
	}
	return m
}

func (m *machine) write(name string, content []byte, mode os.FileMode) {
	m.Helper()
	path := filepath.Join(m.root, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		m.Fatal(err)
	}
	if err := os.WriteFile(path, content, mode); err != nil {
		m.Fatal(err)
	}
}

var absolute = regexp.MustCompile(`(^|[\s:=])/(etc|usr/local/bin|var/lib)/`)

// run runs a block; what it does to the machine it does below the root.
func (m *machine) run(block string) {
	m.Helper()
	block = absolute.ReplaceAllString(block, "${1}"+m.root+"/$2/")
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", block)
	cmd.Dir = m.clone
	cmd.Env = append(os.Environ(), "ROOT="+m.root, "PATH="+filepath.Join(m.root, "stand-in")+":"+os.Getenv("PATH"))
	if out, err := cmd.CombinedOutput(); err != nil {
		m.Fatalf("%v\n%s\n%s", err, block, out)
	}
}

// TestInstallWithSystemd runs the documented commands and finds everything where the units
// look for it.
func TestInstallWithSystemd(t *testing.T) {
	m := newMachine(t, map[string]string{
		"sudo": `exec "$@"`,
		"go":   "cp " + product(t) + " checkrein",
		"systemctl": `case "$1" in
enable) test -f "$ROOT/etc/systemd/system/$3";;
esac`,
	})
	for _, block := range commands(t, "docs/operate.md", "a machine with systemd") {
		m.run(block)
	}
	for _, name := range []string{"checkrein.service", "checkrein-guard.service"} {
		u := readUnit(t, name)
		mode := map[string]os.FileMode{
			strings.Fields(u["ExecStart"][0])[0]:             0o755,
			strings.TrimPrefix(u["EnvironmentFile"][0], "-"): 0o644,
			"/etc/systemd/system/" + name:                    0o644,
		}
		for _, line := range u["LoadCredential"] {
			_, path, _ := strings.Cut(line, ":")
			mode[path] = 0o600
		}
		for path, want := range mode {
			info, err := os.Stat(filepath.Join(m.root, path))
			if err != nil || info.Mode().Perm() != want || info.Size() == 0 {
				t.Errorf("%s: %s is %v, %v", name, path, info, err)
			}
		}
	}
	if got := assignments(t, filepath.Join(m.root, "etc/checkrein/checkrein.env"), false)["GITHUB_APP_ID"]; got != "1234" {
		t.Errorf("the App's id is %q", got)
	}
}

// TestInstallWithCompose runs the documented commands and finds every secret.
func TestInstallWithCompose(t *testing.T) {
	m := newMachine(t, map[string]string{"docker": `test "$1" = compose && test -f compose.yml && echo "$*" >> "$ROOT/engine"`})
	for _, block := range commands(t, "docs/operate.md", "a machine with a container engine") {
		m.run(block)
	}
	content := func(path string) string {
		data, err := os.ReadFile(filepath.Join(m.root, path))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	for name, secret := range readCompose(t).Secrets {
		if content("clone/deploy/"+secret.File) == "" {
			t.Errorf("the secret %s is empty", name)
		}
	}
	password := content("clone/deploy/secrets/database-password")
	if got := content("clone/deploy/secrets/database-url"); len(password) != 64 || !strings.Contains(got, ":"+password+"@postgres/") {
		t.Errorf("the address %q has not the password %q", got, password)
	}
	if got := content("clone/deploy/.env"); got != "GITHUB_APP_ID=1234\n" {
		t.Errorf("settings are %q", got)
	}
	if got := content("engine"); got != "compose up --detach\ncompose --profile guard up --detach\n" {
		t.Errorf("the engine was asked for %q", got)
	}
}

// TestInstallWithHelm runs the documented commands, with rendering in the place of
// installing: every secret that the last one mounts was made, with the keys that it names.
func TestInstallWithHelm(t *testing.T) {
	helm := tool(t, "CHECKREIN_HELM")
	m := newMachine(t, map[string]string{
		"kubectl": `echo "$*" >> "$ROOT/cluster"`,
		"helm": `arguments=()
for word in "${@:2}"; do [ "$word" = --reuse-values ] || arguments+=("$word"); done
if [ "$1" = install ]; then : > "$ROOT/values"; fi
mapfile -t values < "$ROOT/values"
` + helm + ` template "${arguments[@]}" "${values[@]}" > "$ROOT/rendered"
for word in "${arguments[@]}"; do case "$word" in *.*=*|replicas=*) printf -- '--set\n%s\n' "$word" >> "$ROOT/values";; esac; done`,
	})
	for _, block := range commands(t, "docs/operate.md", "a machine with a cluster") {
		m.run(block)
	}
	rendered, err := os.ReadFile(filepath.Join(m.root, "rendered"))
	if err != nil {
		t.Fatal(err)
	}
	made, err := os.ReadFile(filepath.Join(m.root, "cluster"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	for _, s := range regexp.MustCompile(`secretName: ([\w-]+)`).FindAllStringSubmatch(string(rendered), -1) {
		found[s[1]] = true
		if !regexp.MustCompile(`create secret \w+ ` + s[1] + ` `).Match(made) {
			t.Errorf("the secret %s is mounted and was not made", s[1])
		}
	}
	if want := map[string]bool{"checkrein": true, "checkrein-database": true, "checkrein-guard-tls": true}; !cmp.Equal(want, found) {
		t.Errorf("mounted are %v", found)
	}
	for _, key := range regexp.MustCompile(`key: ([\w-]+), path`).FindAllStringSubmatch(string(rendered), -1) {
		if !strings.Contains(string(made), "--from-file="+key[1]+"=") {
			t.Errorf("the key %s is mounted and was not made", key[1])
		}
	}
	if !strings.Contains(string(rendered), "replicas: 3") {
		t.Error("there are no three replicas")
	}
}

// serve runs a block whose last command stays, until it is ready.
func (m *machine) serve(block, verb, binary string) {
	m.Helper()
	guardAt, environment := m.freeAddress(), map[string]string{"PATH": filepath.Dir(binary) + ":" + os.Getenv("PATH")}
	block = strings.ReplaceAll(strings.TrimSpace(block), "\\\n", "")
	before, last := "", block
	if i := strings.LastIndex(block, "\n"); i >= 0 {
		before, last = block[:i], block[i+1:]
	}
	m.run(before)
	last = strings.ReplaceAll(absolute.ReplaceAllString(last, "${1}"+m.root+"/$2/"), "=:8443", "="+guardAt)
	begin := ""
	if i := strings.LastIndex(last, "; "); i >= 0 {
		begin, last = last[:i+2], last[i+2:]
	}
	m.settle(environment, verb)
	delete(environment, "CHECKREIN_GUARD_LISTEN")                                                // the block says it
	p := m.start(m.clone, environment, "bash", "-euo", "pipefail", "-c", begin+"exec env "+last) // so that it gets the signals
	p.ready(environment["CHECKREIN_ADMIN_LISTEN"])
	if verb == "serve" {
		if status, body := m.get("http://" + environment["CHECKREIN_LISTEN"] + "/webhook"); status != http.StatusMethodNotAllowed {
			m.Errorf("/webhook answers %d %s", status, body)
		}
	} else if status, body := m.get("https://" + guardAt + "/v2/"); status != http.StatusUnauthorized {
		m.Errorf("/v2/ answers %d %s", status, body)
	}
	p.stop()
}

// TestServerCommands starts what the operator's guide starts.
func TestServerCommands(t *testing.T) {
	binary := product(t)
	for i, block := range commands(t, "docs/operate.md", "a server") {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			m := newMachine(t, nil)
			chain, key := m.certificate()
			m.write("etc/checkrein/tls.crt", chain, 0o600)
			m.write("etc/checkrein/tls.key", key, 0o600)
			m.write("var/lib/checkrein/in-use", []byte("# nothing\n"), 0o600)
			verb := "serve"
			if strings.Contains(block, "checkrein guard") {
				verb = "guard"
			}
			m.serve(block, verb, binary)
		})
	}
}

// TestCleanClone: from a clone to a running App in the three commands of the README, but
// that the file which a person's visit to GitHub leaves is there (app/setup tests that). Only
// what is committed is in a clone, and it is built again, so .ci/deploy alone runs it.
func TestCleanClone(t *testing.T) {
	if os.Getenv("CHECKREIN_TEST_CLONE") == "" {
		t.Skip("CHECKREIN_TEST_CLONE is not set")
	}
	blocks := commands(t, "README.md", "a clean clone")
	if lines := strings.Count(blocks[0], "\n"); len(blocks) != 1 || lines != 3 {
		t.Fatalf("%d blocks, the first with %d commands", len(blocks), lines)
	}
	m := newMachine(t, nil)
	m.clone = filepath.Join(m.root, "clean")
	if out, err := exec.Command("git", "clone", "--quiet", "..", m.clone).CombinedOutput(); err != nil {
		t.Fatalf("clone: %v\n%s", err, out)
	}
	lines := strings.Split(blocks[0], "\n")
	if !strings.HasPrefix(lines[1], "./checkrein setup ") {
		t.Fatalf("the second command is %q", lines[1])
	}
	m.write("clean/checkrein.env", fmt.Appendf(nil, "GITHUB_APP_ID='%d'\nGITHUB_APP_PRIVATE_KEY='%s'\nGITHUB_WEBHOOK_SECRET='%s'\n", m.app.ID, m.app.PEM(), webhookSecret), 0o600)
	binary := product(t)
	// What the image was built of need not be built again.
	t.Setenv("GOFLAGS", "-trimpath")
	t.Setenv("CGO_ENABLED", "0")
	m.serve(lines[0]+"\n"+lines[2], "serve", binary)
	if _, err := os.Stat(filepath.Join(m.clone, "checkrein.db")); err != nil {
		t.Errorf("the state is not kept in SQLite: %v", err)
	}
}

package deploy_test

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// entryPoint is where the image has the product.
const entryPoint = "/ko-app/checkrein"

// TestMachineWithContainers runs the commands for compose, without its engine, and finds
// every secret.
func TestMachineWithContainers(t *testing.T) {
	m := newMachine(t, map[string]string{"docker": `test "$1" = compose && test -f compose.yml && echo "$*" >> "$ROOT/engine"`})
	m.publish()
	blocks := commands(t, "a machine with a container engine")
	removal := len(blocks) - 1
	for _, b := range blocks[:removal] {
		m.run(b)
	}
	file := readCompose(t)
	for name, secret := range file.Secrets {
		if m.read("clone/deploy/"+secret.File) == "" {
			t.Errorf("the secret %s is empty", name)
		}
	}
	password := m.read("clone/deploy/secrets/database-password")
	if got := m.read("clone/deploy/secrets/database-url"); len(password) != 64 || !strings.Contains(got, ":"+password+"@postgres/") {
		t.Errorf("the address %q has not the password %q", got, password)
	}
	if got := m.read("clone/deploy/.env"); got != "GITHUB_APP_ID=1234\n" {
		t.Errorf("settings are %q", got)
	}
	if m.read("clone/NEWS") == "" {
		t.Error("nothing new was fetched")
	}
	m.run(blocks[removal])
	if left, err := filepath.Glob(filepath.Join(m.clone, "deploy/secrets*")); err != nil || len(left) > 0 {
		t.Errorf("secrets are left: %v, %v", left, err)
	}
	want := []string{"compose up --detach", "compose --profile guard up --detach", "compose exec checkrein " + entryPoint + " doctor",
		"compose up --detach", "compose --profile guard down --volumes", ""}
	if diff := cmp.Diff(want, strings.Split(m.read("engine"), "\n")); diff != "" {
		t.Errorf("the engine was asked for (-want +got):\n%s", diff)
	}
	if _, ok := file.Services["checkrein"]; !ok {
		t.Error("there is no such service")
	}
}

// TestMachineWithCluster runs the commands for Helm, with rendering in the place of
// installing: every secret that the last one mounts was made, with the keys that it names.
func TestMachineWithCluster(t *testing.T) {
	t.Parallel()
	helm := tool(t, "CHECKREIN_HELM")
	m := newMachine(t, map[string]string{
		"kubectl": `echo "$*" >> "$ROOT/cluster"`,
		"helm": `if [ "$1" = uninstall ]; then rm "$ROOT/values"; exit; fi
arguments=()
for word in "${@:2}"; do case "$word" in --*reuse-values) ;; *) arguments+=("$word");; esac; done
if [ "$1" = install ]; then : > "$ROOT/values"; fi
mapfile -t values < "$ROOT/values"
` + helm + ` template "${arguments[@]}" "${values[@]}" > "$ROOT/rendered"
for word in "${arguments[@]}"; do case "$word" in *.*=*|replicas=*) printf -- '--set\n%s\n' "$word" >> "$ROOT/values";; esac; done`,
	})
	m.publish()
	for _, b := range commands(t, "a machine with a cluster") {
		m.run(b)
	}
	rendered, asked := m.read("rendered"), m.read("cluster")
	found := map[string]bool{}
	for _, s := range regexp.MustCompile(`secretName: ([\w-]+)`).FindAllStringSubmatch(rendered, -1) {
		found[s[1]] = true
		if !regexp.MustCompile(`create secret \w+ ` + s[1] + ` `).MatchString(asked) {
			t.Errorf("the secret %s is mounted and was not made", s[1])
		}
	}
	if want := map[string]bool{"checkrein": true, "checkrein-database": true, "checkrein-guard-tls": true}; !cmp.Equal(want, found) {
		t.Errorf("mounted are %v", found)
	}
	for _, key := range regexp.MustCompile(`key: ([\w-]+), path`).FindAllStringSubmatch(rendered, -1) {
		if !strings.Contains(asked, "--from-file="+key[1]+"=") {
			t.Errorf("the key %s is mounted and was not made", key[1])
		}
	}
	if !strings.Contains(rendered, "replicas: 3") {
		t.Error("there are no three replicas")
	}
	examined := regexp.MustCompile(`exec (\w+)/(\S+) -- ` + entryPoint + ` doctor\n`).FindStringSubmatch(asked)
	if examined == nil || !regexp.MustCompile(`(?mi)^kind: `+examined[1]+`\nmetadata:\n  name: `+examined[2]+`$`).MatchString(rendered) {
		t.Errorf("%v is not among what is rendered", examined)
	}
}

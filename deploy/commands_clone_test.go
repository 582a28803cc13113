package deploy_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCleanClone: from a clone to a running App in the three commands of the README. Only what
// is committed is in a clone, and it is built again, so .ci/deploy alone runs it.
func TestCleanClone(t *testing.T) {
	if os.Getenv("CHECKREIN_TEST_CLONE") == "" {
		t.Skip("CHECKREIN_TEST_CLONE is not set")
	}
	blocks := commands(t, "a clean clone")
	if lines := strings.Count(blocks[0].text, "\n"); len(blocks) != 1 || lines != 3 {
		t.Fatalf("%d blocks, the first with %d commands", len(blocks), lines)
	}
	m := newNewcomer(t)
	m.clone = filepath.Join(m.root, "clean")
	if out, err := exec.Command("git", "clone", "--quiet", "..", m.clone).CombinedOutput(); err != nil {
		t.Fatalf("clone: %v\n%s", err, out)
	}
	lines := strings.Split(blocks[0].text, "\n")
	m.run(block{where: blocks[0].where, text: lines[0]})
	environment := map[string]string{"PATH": os.Getenv("PATH")}
	m.register(lines[1], environment)
	m.startRegistered(lines[2], environment)
}

// TestPublishable: nothing that is committed keeps `go install` from installing it, once it
// is published: a proxy can hand it out, and go.mod replaces nothing.
func TestPublishable(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("../.git"); err != nil {
		t.Skip("this is no clone")
	}
	const module, version = "github.com/checkrein/checkrein", "v0.1.0"
	proxy := t.TempDir()
	script := `cd .. && at="$PROXY/$MODULE/@v/$VERSION" && mkdir -p "$(dirname "$at")"
git archive --format=zip --prefix="$MODULE@$VERSION/" --output="$at.zip" HEAD
git show HEAD:go.mod > "$at.mod"
printf '{"Version":"%s"}' "$VERSION" > "$at.info"
echo "$VERSION" > "$(dirname "$at")/list"
cd "$PROXY"
go mod edit -json "$at.mod" | tr -d ' \n\t' | grep '"Exclude":null,"Replace":null' >&2
go mod download -modcacherw -json "$MODULE@latest"`
	cmd := exec.Command("bash", "-euo", "pipefail", "-c", script)
	cmd.Env = append(os.Environ(), "PROXY="+proxy, "MODULE="+module, "VERSION="+version, "GOPROXY=file://"+proxy, "GOSUMDB=off", "GOFLAGS=", "GOMODCACHE="+t.TempDir())
	out, err := cmd.Output()
	var got struct{ Version, Dir string }
	if bad := json.Unmarshal(out, &got); err != nil || bad != nil || got.Version != version {
		t.Fatalf("%v, %v\n%s", err, bad, out)
	}
	if _, err := os.Stat(filepath.Join(got.Dir, "cmd/checkrein/main.go")); err != nil {
		t.Error(err)
	}
}

package iac

import (
	"fmt"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/fixtures/effort"
)

// TestGitHubActionsHostile: a matrix multiplies, and env leads to env.
func TestGitHubActionsHostile(t *testing.T) {
	if !effort.Measured {
		t.Skip("measures time and memory")
	}
	const head = "on: push\n"
	axis := "[" + strings.Repeat("x, ", 15) + "x]"
	image := "'a:${{ matrix.a }}${{ matrix.b }}${{ env.V }}'"
	files := map[string]string{
		"services under a matrix": head + "jobs: {a: {runs-on: x, strategy: {matrix: {a: " + axis + ", b: " + axis + "}}, services: {" +
			many(4000, func(i int) string { return fmt.Sprintf("s%d: %s, ", i, image) }) + "}}}",
		"jobs that share a matrix": head + "x: &m {a: " + axis + ", b: " + axis + "}\njobs:\n" +
			many(2500, func(i int) string {
				return fmt.Sprintf("  j%d: {runs-on: x, strategy: {matrix: *m}, container: %s}\n", i, image)
			}),
		"different values": head + "jobs: {a: {runs-on: x, strategy: {matrix: {a: [" +
			many(60, func(i int) string { return fmt.Sprintf("a%d, ", i) }) + "]}}, services: {" +
			many(4000, func(i int) string { return fmt.Sprintf("s%d: %s, ", i, image) }) + "}}}",
		"a matrix of many lists": head + "jobs: {a: {runs-on: x, container: \"${{ matrix.a }}\", strategy: {matrix: {" +
			many(5000, func(i int) string { return fmt.Sprintf("a%d: [1, 2], ", i) }) + "}}}}",
		"many includes": head + "jobs: {a: {runs-on: x, container: \"${{ matrix.a }}\", strategy: {matrix: {a: " + axis + ", include: [" +
			many(250, func(i int) string { return fmt.Sprintf("{a: x, b%d: 1}, ", i) }) + "]}}}}",
		"env that doubles": head + "env: {V: '" + strings.Repeat("${{ inputs.x }}", 60) + "'}\njobs: {a: {runs-on: x, env: {V: '" +
			strings.Repeat("${{ env.V }}", 60) + "'}, container: '" + strings.Repeat("${{ env.V }}", 60) + "'}}",
		"expressions without end": head + "jobs: {a: {runs-on: x, container: '" + strings.Repeat("${{", 20_000) + "'}}",
		"a large env": head + "env: {" + many(6000, func(i int) string { return fmt.Sprintf("V%d: x, ", i) }) +
			"}\njobs: {a: {runs-on: x, services: {" + many(4000, func(i int) string { return fmt.Sprintf("s%d: %s, ", i, image) }) + "}}}",
	}
	for name, text := range files {
		t.Run(name, func(t *testing.T) {
			var file *File
			took, heap := effort.Of(func() { file = GitHubActions().Read("a.yml", []byte(text)) })
			if testing.Verbose() {
				t.Logf("%v, %d MB, %d sites, unread %v", took, heap>>20, len(file.Sites), file.Unread)
			}
			if took > hostileTime || heap > hostileHeap {
				t.Errorf("took %v and %d MB", took, heap>>20)
			}
			if file == nil || len(file.Sites) == 0 {
				t.Fatal("no site: the file is not as hostile as it was meant")
			}
			checkFile(t, []byte(text), file)
		})
	}
}

// TestGitHubActionsUTF16: an encoding that GitHub may read and this reader does not is told.
func TestGitHubActionsUTF16(t *testing.T) {
	file := GitHubActions().Read("a.yml", []byte(utf16("on: push\njobs: {a: {container: y}}\n# runs-on\n")))
	if file == nil || len(file.Unread) != 1 {
		t.Errorf("%+v", file)
	}
}

func many(n int, text func(i int) string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(text(i))
	}
	return b.String()
}

// The cheap looks at a workflow see what a parser would.
func TestWorkflowLooks(t *testing.T) {
	for text, want := range map[string]bool{
		"jobs:":            true,
		"a:\n\"jobs\" :\n": true,
		"\ufeff'jobs'\t:":  true,
		" jobs:":           false,
		"jobsite:":         false,
		"a: jobs:":         false,
		"jobs":             false,
	} {
		if got := hasTopKey([]byte(text), "jobs"); got != want {
			t.Errorf("%q has the key: %t, want %t", text, got, want)
		}
	}
	for text, want := range map[string]bool{
		"uses: docker://a":            true,
		"https://a\nuses: DOCKER://a": true,
		"docker:/a, https://docker":   false,
		"://":                         false,
	} {
		if got := namesDocker([]byte(text)); got != want {
			t.Errorf("%q names an image: %t, want %t", text, got, want)
		}
	}
}

package iac

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/fixtures/effort"
)

// TestPipelinePaths: which reader a path belongs to.
func TestPipelinePaths(t *testing.T) {
	for path, want := range map[string]string{
		".gitlab-ci.yml": "gitlab-ci", "ci/build.gitlab-ci.yaml": "gitlab-ci", "gitlab-ci.yml": "",
		".circleci/config.yml": "circleci", "a/.circleci/x.yaml": "circleci", "circleci/config.yml": "",
		"azure-pipelines.yml": "azure-pipelines", "a/azure-pipelines-pr.yaml": "azure-pipelines",
		".azuredevops/a/b.yml": "azure-pipelines", "azure-pipelines/x.yml": "azure-pipelines", "my-azure-pipelines.yml": "",
		"bitbucket-pipelines.yml": "bitbucket-pipelines", "xbitbucket-pipelines.yml": "",
		"cloudbuild.yaml": "cloud-build", "a/cloudbuild-prod.json": "cloud-build", "mycloudbuild.yaml": "",
		".drone.yml": "drone", "x.drone.yml": "",
		".woodpecker.yaml": "woodpecker", ".woodpecker/a.yml": "woodpecker", ".woodpeckers/a.yml": "",
	} {
		got := ""
		for _, r := range Pipelines() {
			if r.Path(path) {
				got += r.Name
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
}

// TestPipelinesHostile: the table's own ways to multiply work are bounded, whatever the system.
func TestPipelinesHostile(t *testing.T) {
	if !effort.Measured {
		t.Skip("measures time and memory")
	}
	for name, build := range hostilePipelines() {
		data := []byte(build)
		for _, reader := range Pipelines() {
			t.Run(name+"/"+reader.Name, func(t *testing.T) {
				var file *File
				took, peak := effort.Of(func() { file = reader.Read("", data) })
				if file != nil {
					checkFile(t, data, file)
				}
				if took > hostileTime || peak > hostileHeap {
					t.Errorf("%v, %d MB", took, peak>>20)
				}
			})
		}
	}
}

// TestPipelineReadersAreOneList: the table's rows have names of their own.
func TestPipelineReadersAreOneList(t *testing.T) {
	var names []string
	for _, r := range Pipelines() {
		if slices.Contains(names, r.Name) || r.Name == "" {
			t.Errorf("the name %q", r.Name)
		}
		names = append(names, r.Name)
	}
}

// hostilePipelines are of several systems at once.
func hostilePipelines() map[string]string {
	const head = "version: 2\nkind: pipeline\n"
	doubling := strings.Builder{}
	for i := range 60 {
		fmt.Fprintf(&doubling, "  V%d: $V%d$V%d\n  _V%d: $_V%d$_V%d\n", i, i+1, i+1, i, i+1, i+1)
	}
	many := strings.Builder{}
	for i := range 4000 {
		fmt.Fprintf(&many, "j%d: {image: \"a:$V%d$V0\", script: [{pipe: \"docker://a\"}]}\n", i, i%1500)
	}
	values := strings.Builder{}
	for i := range 1500 {
		fmt.Fprintf(&values, "  V%d: x\n", i)
	}
	return map[string]string{
		"doubled variables": head + "variables:\n" + doubling.String() + "substitutions:\n" + doubling.String() +
			"image: $V0\nsteps: [{name: $_V0, image: \"${V0}\"}]\n",
		"many names":           head + "variables:\n" + values.String() + many.String(),
		"many names in a text": head + "variables: {V: x}\nimage: \"" + strings.Repeat("$V", 490) + "\"\n",
		"matrix":               head + "matrix: {V: [" + strings.Repeat("a,", 10_000) + "a]}\nsteps: [" + strings.Repeat("{image: \"${V}\"},", 3000) + "]\n",
		"alias bomb":           head + aliasBomb() + "pipelines: *a40\njobs: *a40\nsteps: *a40\n",
		"merge bomb":           head + mergeBomb() + "pipelines: *a40\njobs: *a40\nsteps: *a40\n",
		"conditions":           head + "jobs:\n" + strings.Repeat("- ${{ if x }}: [{${{ if y }}: {container: \"a:1\"}}]\n", 5000),
	}
}

// TestPipelinesTellWhatIsLeftOut: more values than are followed end in an unknown one.
func TestPipelinesTellWhatIsLeftOut(t *testing.T) {
	text := "steps: [{image: \"${V}\"}]\nmatrix: {V: [" + strings.Repeat("a,", maxValues) + "latest]}\n"
	file := woodpecker().read("", []byte(text))
	if len(file.Sites) != 1 || file.Sites[0].Expr.Op != Any {
		t.Fatalf("%+v", file.Sites)
	}
	ways := file.Sites[0].Expr.Args
	if len(ways) != maxValues+1 || ways[maxValues].Op != Unknown {
		t.Errorf("%d values, the last %+v", len(ways), ways[len(ways)-1])
	}
}

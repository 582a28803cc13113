package images

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestWording: what a finding says fits what was written, and where.
func TestWording(t *testing.T) {
	archive := txtar.Parse([]byte(`
-- head/a/Dockerfile --
ARG BASE=latest
FROM nginx:$BASE
-- head/b/Dockerfile --
FROM nginx
-- head/c/compose.yml --
services:
  a: {image: "nginx:latest"}
  b: {image: "nginx:${TAG:-1.27}"}
-- head/d/stack.yml --
Parameters:
  Tag: {Type: String, Default: latest}
Resources:
  Task:
    Type: AWS::ECS::TaskDefinition
    Properties:
      ContainerDefinitions: [{Name: a, Image: !Sub "acme/syncer:${Tag}"}]
`))
	got := map[string][]string{}
	for _, f := range judgeArchive(t, archive).Findings {
		got[f.Path] = append(got[f.Path], f.Title, f.Why)
	}
	given := func(name string) string {
		return "Whenever nobody gives " + name + " a value (a stack created anew, a deployment by hand), the default wins, and "
	}
	want := map[string][]string{
		"a/Dockerfile": {"The default of build argument BASE makes this image nginx:latest", given("BASE") + "nginx:latest is whatever was pushed last."},
		"b/Dockerfile": {"nginx has no tag, so it is whatever was pushed last",
			"The tag latest (what the registry takes when none is written) moves: the same Dockerfile builds something else tomorrow."},
		"c/compose.yml": {"nginx:latest is whatever was pushed last", "The tag latest moves: the next pull may bring another build than the one that was tried.",
			"The default of variable TAG makes this image nginx:1.27", given("TAG") + "nginx:1.27 moves with every release."},
		"d/stack.yml": {"The default of parameter Tag makes this image acme/syncer:latest", given("Tag") + "acme/syncer:latest is whatever was pushed last."},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

package checks

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/tree"
)

// Who hangs on a path: by its name, by a glob, and through others.
func TestAffected(t *testing.T) {
	index := Index{
		"skaffold.yaml":     {Names: []string{"k8s/**/*.yaml", "overlay/kustomization.yaml"}},
		"overlay/kust.yaml": {Names: []string{"base/[id].yaml"}},
		"top.yaml":          {Names: []string{"skaffold.yaml"}},
	}
	tests := map[string][]string{
		"k8s/a/b.yaml":   {"skaffold.yaml", "top.yaml"},
		"k8s/b.json":     nil,
		"k8s.yaml":       nil,
		"base/[id].yaml": {"overlay/kust.yaml"},
		"base/no.yaml":   nil,
	}
	for path, want := range tests {
		got, affected := index.Affected(nil, []tree.Changed{{Path: path, Status: tree.Modified}})
		if diff := cmp.Diff(want, got); diff != "" || affected != (len(want) > 0) {
			t.Errorf("%s: affected %v, dependents (-want +got):\n%s", path, affected, diff)
		}
	}
}

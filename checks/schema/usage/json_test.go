package usage

import (
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// TestKept: facts go to JSON and back without loss.
func TestKept(t *testing.T) {
	paths, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatal("no test data", err)
	}
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range factsOf(archive) {
			kept, err := json.Marshal(f)
			if err != nil {
				t.Fatal(err)
			}
			var back Facts
			if err := json.Unmarshal(kept, &back); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(*f, back); diff != "" {
				t.Errorf("%s, %s (-kept +read):\n%s", path, f.Path, diff)
			}
		}
	}
}

package deletions_test

import (
	"strings"
	"testing"
)

// The program of an action is not followed, so that its size is nobody's business; that of a
// script that a command runs is.
func TestBundle(t *testing.T) {
	files := map[string]string{
		".github/workflows/ci.yml": "on: push\njobs:\n  ci:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: ./\n",
		"action.yml":               "name: Greet\nruns:\n  using: node20\n  main: dist/index.js\n",
		"dist/index.js":            strings.Repeat("// a line of a bundle\n", 100_000),
	}
	if r := whole(files); len(r.Unread) > 0 || len(r.Findings) > 0 {
		t.Errorf("a large bundle: unread %v, findings %v; want neither", r.Unread, r.Findings)
	}
	files[".github/workflows/run.yml"] = "on: push\njobs:\n  ci:\n    runs-on: ubuntu-latest\n    steps:\n      - run: node dist/index.js\n"
	if r := whole(files); len(r.Unread) == 0 {
		t.Error("a large script that a command runs is not told as unread")
	}
}

package tree

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// testEnv is an environment in which git depends on nothing of this machine's user.
func testEnv() []string {
	return append(os.Environ(),
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@example.org", "GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@example.org",
		"GIT_AUTHOR_DATE=2024-01-01T00:00:00Z", "GIT_COMMITTER_DATE=2024-01-01T00:00:00Z",
	)
}

// repo is a git repository made by a test.
type repo struct {
	t   *testing.T
	dir string
}

func newRepo(t *testing.T, args ...string) repo {
	t.Helper()
	r := repo{t, t.TempDir()}
	r.git(append([]string{"init", "-q", "-b", "main"}, args...)...)
	return r
}

func (r repo) git(args ...string) string {
	r.t.Helper()
	return r.gitIn("", args...)
}

// gitIn runs git with standard input.
func (r repo) gitIn(stdin string, args ...string) string {
	r.t.Helper()
	cmd := exec.Command("git", append([]string{"-C", r.dir}, args...)...)
	cmd.Env = testEnv()
	cmd.Stdin = strings.NewReader(stdin)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		r.t.Fatalf("git %q: %v\n%s", args, err, said.String())
	}
	return strings.TrimSuffix(string(out), "\n")
}

func (r repo) path(name string) string { return filepath.Join(r.dir, filepath.FromSlash(name)) }

func (r repo) write(files map[string]string) {
	r.t.Helper()
	for name, content := range files {
		must(r.t, os.MkdirAll(filepath.Dir(r.path(name)), 0o777))
		must(r.t, os.WriteFile(r.path(name), []byte(content), 0o666))
	}
}

// commit records the whole work tree and is the new commit's id.
func (r repo) commit() string {
	r.t.Helper()
	r.git("add", "-A")
	r.git("commit", "-q", "--allow-empty", "-m", "x")
	return r.git("rev-parse", "HEAD")
}

// clone is a clone of the repository, over the wire protocol as from a server.
func (r repo) clone(args ...string) repo {
	r.t.Helper()
	c := repo{r.t, r.t.TempDir()}
	r.git(append(append([]string{"clone", "-q"}, args...), "file://"+r.dir, c.dir)...)
	return c
}

func (r repo) open() *Repository {
	r.t.Helper()
	opened, err := open(context.Background(), r.dir, testEnv())
	must(r.t, err)
	r.t.Cleanup(func() { opened.Close() })
	return opened
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func equal[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// listed are a tree's paths with a letter for their kind (- file, l symlink, s
// submodule), then its unread names with a "?".
func listed(t *testing.T, tree Tree) []string {
	t.Helper()
	entries, unread, err := tree.List(context.Background())
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, string("-ls"[e.Mode])+" "+e.Path)
	}
	for _, name := range unread {
		names = append(names, "? "+name)
	}
	return names
}

// told are changes as "A path", "M path", "D path" or "R old > new", the kind in
// parentheses where it is not a file.
func told(changes []Changed) []string {
	var lines []string
	for _, c := range changes {
		line := string("MADR"[c.Status]) + " "
		if c.OldPath != "" {
			line += c.OldPath + " > "
		}
		line += c.Path
		if c.Mode != Regular {
			line += " (" + string("-ls"[c.Mode]) + ")"
		}
		lines = append(lines, line)
	}
	return lines
}

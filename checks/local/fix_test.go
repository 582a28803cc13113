package local

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/checks/verdict"
)

const floats = "services:\n  api:\n    image: acme/api:latest\n"

// mendable is a folder with one file that has an edit, as it was judged.
func mendable(t *testing.T) (dir string, r *Result) {
	t.Helper()
	dir = t.TempDir()
	write(t, filepath.Join(dir, "a", "compose.yml"), floats)
	edit := checks.Edit{Path: "a/compose.yml", Span: checks.Span{Line: 3, Column: 12, EndLine: 3, EndColumn: 27},
		Old: "acme/api:latest", New: "acme/api:latest@sha256:1"}
	head, err := tree.Folder(t.Context(), dir)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := head.Read(edit.Path); err != nil {
		t.Fatal(err)
	}
	f := checks.Finding{Path: edit.Path, New: true, Fix: checks.Fix{Edits: []checks.Edit{edit}}}
	old := f
	old.New = false
	return dir, &Result{root: dir, head: head, Verdict: verdict.Verdict{Findings: []checks.Finding{f, f, old}}}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o640); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestFix(t *testing.T) {
	dir, r := mendable(t)
	fixed, err := Fix(dir, r)
	if err != nil || len(fixed.Edits) != 1 || len(fixed.Left) != 0 {
		t.Fatalf("%+v, %v", fixed, err)
	}
	path := filepath.Join(dir, "a", "compose.yml")
	if got, want := read(t, path), strings.Replace(floats, "latest", "latest@sha256:1", 1); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o640 {
		t.Errorf("the permissions changed: %v, %v", info.Mode(), err)
	}
	if left, err := os.ReadDir(filepath.Dir(path)); err != nil || len(left) != 1 {
		t.Errorf("beside it is left %v, %v", left, err)
	}
}

// Nothing is written where something is not as it was when it was judged.
func TestFixLeavesAlone(t *testing.T) {
	for name, c := range map[string]struct {
		meanwhile func(t *testing.T, dir string, r *Result)
		want      string
	}{
		"another line changed": {func(t *testing.T, dir string, _ *Result) {
			write(t, filepath.Join(dir, "a", "compose.yml"), floats+"# more\n")
		}, errChanged.Error()},
		"the reference changed": {func(t *testing.T, dir string, r *Result) {
			r.head = tree.Memory("", nil) // what it was is not known
			write(t, filepath.Join(dir, "a", "compose.yml"), strings.Replace(floats, "latest", "stable", 1))
		}, errChanged.Error()},
		"it is gone": {func(t *testing.T, dir string, _ *Result) {
			must(t, os.Remove(filepath.Join(dir, "a", "compose.yml")))
		}, errChanged.Error()},
		"it is a symlink now": {func(t *testing.T, dir string, _ *Result) {
			must(t, os.Rename(filepath.Join(dir, "a", "compose.yml"), filepath.Join(dir, "real.yml")))
			must(t, os.Symlink("../real.yml", filepath.Join(dir, "a", "compose.yml")))
		}, errSymlink.Error()},
		"its folder is a symlink now": {func(t *testing.T, dir string, _ *Result) {
			must(t, os.Rename(filepath.Join(dir, "a"), filepath.Join(dir, "b")))
			must(t, os.Symlink("b", filepath.Join(dir, "a")))
		}, errSymlink.Error()},
		"its folder leads out": {func(t *testing.T, dir string, _ *Result) {
			outside := t.TempDir()
			write(t, filepath.Join(outside, "compose.yml"), floats)
			must(t, os.RemoveAll(filepath.Join(dir, "a")))
			must(t, os.Symlink(outside, filepath.Join(dir, "a")))
		}, errSymlink.Error()},
	} {
		t.Run(name, func(t *testing.T) {
			dir, r := mendable(t)
			c.meanwhile(t, dir, r)
			fixed, err := Fix(dir, r)
			if err != nil || len(fixed.Edits) != 0 || len(fixed.Left) == 0 || !strings.HasSuffix(fixed.Left[0].Reason, c.want) {
				t.Fatalf("%+v, %v", fixed, err)
			}
			_ = filepath.WalkDir(dir, func(p string, d os.DirEntry, _ error) error {
				if d.Type().IsRegular() && strings.Contains(read(t, p), "sha256") {
					t.Errorf("%s was written", p)
				}
				return nil
			})
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

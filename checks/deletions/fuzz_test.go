package deletions_test

import (
	"maps"
	"path"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/fixtures/effort"
)

// FuzzFollow judges repositories of any content, whose files call each other in any way, as a
// whole and as a change. The first byte chooses which file is a symbolic link, none above all of them.
func FuzzFollow(f *testing.F) {
	for _, file := range truthFiles(f) {
		archive, err := txtar.ParseFile(file)
		if err != nil {
			f.Fatal(err)
		}
		var some txtar.Archive
		for _, one := range archive.Files {
			if one.Name != "want" && one.Name != "covers" {
				some.Files = append(some.Files, one)
			}
		}
		f.Add(append([]byte{255}, txtar.Format(&some)...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 || len(data) > 64<<10 {
			return
		}
		if strings.Contains("\n"+string(data[1:])+"\n", "\n-- --") {
			return // a marker that txtar's own reader stumbles over
		}
		archive := txtar.Parse(data[1:])
		files := map[string]string{}
		for _, one := range archive.Files {
			if name := path.Clean(one.Name); name == one.Name && !path.IsAbs(name) && !strings.HasPrefix(name, "..") {
				files[name] = string(one.Data)
			}
		}
		var links []tree.Entry
		if names := slices.Sorted(maps.Keys(files)); int(data[0]) < len(names) {
			links = append(links, tree.Entry{Path: names[data[0]], Mode: tree.Symlink})
			delete(files, names[data[0]])
		}
		began := effort.ProcessorTime()
		placed(t, files, whole(files, links...))
		placed(t, files, judge(t, archive, "version: 1\n"))
		if took := effort.ProcessorTime() - began; took > 5*effort.Time {
			t.Fatalf("took %s", took)
		}
	})
}

// placed holds every finding against the file that it is about.
func placed(t *testing.T, files map[string]string, r checks.Report) {
	for _, f := range r.Findings {
		text, there := files[f.Path]
		if base, ok := strings.CutPrefix(f.Path, "base/"); ok && !there {
			text, there = files[base]
		}
		if !there {
			continue // of the change's own folders
		}
		if lines := strings.Count(text, "\n") + 1; f.Line < 1 || f.Line > lines || f.Column < 1 || f.EndLine < f.Line {
			t.Fatalf("%s is at %s:%d:%d-%d, which has %d lines", f.Rule, f.Path, f.Line, f.Column, f.EndLine, lines)
		}
		if f.Title == "" || f.Why == "" || f.Fix.Text == "" || len(f.Evidence) == 0 || len(f.Sees) == 0 {
			t.Fatalf("%s is told by halves: %+v", f.Rule, f)
		}
	}
}

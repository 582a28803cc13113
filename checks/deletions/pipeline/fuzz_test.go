package pipeline

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// fuzzPaths is one path of each format, and of no format.
func fuzzPaths() []string {
	return []string{
		".github/workflows/x.yml", "action.yml", ".gitlab-ci.yml", ".circleci/config.yml", "azure-pipelines.yml",
		"Makefile", "Taskfile.yml", "package.json", "justfile", "x.sh", "none",
	}
}

// FuzzRead: the first byte chooses the path, the rest is the file. Whatever it is, nothing
// panics, and every place that is answered lies inside the file.
func FuzzRead(f *testing.F) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	paths := fuzzPaths()
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for n, input := range archive.Files {
			for i, path := range paths {
				if placeOf(path).base == placeOf(input.Name).base || i == n%len(paths) {
					f.Add(append([]byte{byte(i)}, inputData(input.Data)...))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 || len(data) > 1<<16 {
			return
		}
		for _, r := range readers() { // a panic is to be seen, not told
			if p := placeOf(paths[int(data[0])%len(paths)]); r.reads(p) {
				checkFile(t, data[1:], r.read(p, data[1:]))
				return
			}
		}
		checkFile(t, data[1:], Read("none", data[1:]))
	})
}

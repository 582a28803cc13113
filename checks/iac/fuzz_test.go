package iac

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzRead: the first byte chooses the reader, the rest is the file. Whatever it
// is, no reader panics, and what is answered lies inside the file; what spares a library
// its work says what the library says.
func FuzzRead(f *testing.F) {
	archives, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil {
		f.Fatal(err)
	}
	for _, name := range archives {
		archive, err := txtar.ParseFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for n, input := range archive.Files {
			for i, reader := range Readers() { // the format's own, and one other in turn
				if reader.Name == filepath.Base(filepath.Dir(name)) || i == n%len(Readers()) {
					f.Add(append([]byte{byte(i)}, input.Data...))
				}
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) == 0 || len(data) > 1<<16 {
			return
		}
		checkPlainYAML(t, data[1:])
		checkPlainHCL(t, data[1:])
		readers := Readers()
		reader := readers[int(data[0])%len(readers)]
		if file := reader.Read(nameFor(reader), data[1:]); file != nil {
			checkFile(t, data[1:], file)
		}
	})
}

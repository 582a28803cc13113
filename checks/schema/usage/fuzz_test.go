package usage

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// fuzzed are the paths that the first byte chooses from.
var fuzzed = []string{"a.ts", "a.py", "a.rb", "a.go", "a.php", "a.java", "a.kt", "Models/a.cs", "a.ex", "a.sql", "a.prisma", "app/models/a.rb"}

// Whatever is read, its places lie in the text, the facts are kept without loss, and
// resolving them ends.
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
		for _, file := range archive.Files {
			for i, path := range fuzzed {
				if filepath.Ext(path) == filepath.Ext(file.Name) {
					f.Add(string(rune('0'+i)) + string(file.Data))
				}
			}
		}
	}
	f.Add("0")
	f.Fuzz(func(t *testing.T, input string) {
		if input == "" {
			return
		}
		text := input[1:]
		facts := Read(fuzzed[(int(input[0])+len(fuzzed)*4-'0')%len(fuzzed)], []byte(text))
		for _, q := range facts.Queries {
			if at := facts.Place(q.At); at.Span.Line < 1 || at.Span.Line > 1+strings.Count(text, "\n") {
				t.Errorf("line %d", at.Span.Line)
			}
		}
		kept, err := json.Marshal(facts)
		if err != nil {
			t.Fatal(err)
		}
		var back Facts
		if err := json.Unmarshal(kept, &back); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(*facts, back); diff != "" {
			t.Fatal(diff)
		}
		u := NewIndex([]*Facts{facts}).Against(catalog.New(catalog.SQLite))
		u.Column(catalog.Name{Object: "users"}, "id")
		u.Unread(catalog.Name{Object: "users"})
	})
}

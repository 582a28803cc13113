package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/iac"
)

// What stands between these two lines is written by go test ./cmd/checkrein -update.
const (
	generatedFormats = "<!-- generated: formats -->\n"
	generatedEnd     = "<!-- /generated -->\n"
)

// TestFormats keeps the tables of formats in step with the list of readers.
func TestFormats(t *testing.T) {
	for name, want := range map[string]string{
		"README.md": formatTable("| format | files |\n| --- | --- |\n", func(r iac.Reader) []string {
			return []string{r.Where}
		}),
		"docs/images.md": formatTable("| format | files | image references |\n| --- | --- | --- |\n", func(r iac.Reader) []string {
			return []string{r.Where, r.What}
		}),
	} {
		path := filepath.Join(root, filepath.FromSlash(name))
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		before, rest, ok := strings.Cut(string(data), generatedFormats)
		got, after, closed := strings.Cut(rest, generatedEnd)
		if !ok || !closed {
			t.Errorf("%s: want the lines %q and %q around the table of formats", name, generatedFormats, generatedEnd)
			continue
		}
		if *update {
			if err := os.WriteFile(path, []byte(before+generatedFormats+want+generatedEnd+after), 0o644); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s is out of step; go test ./cmd/checkrein -update (-readers +document):\n%s", name, diff)
		}
	}
}

func formatTable(head string, cells func(iac.Reader) []string) string {
	var b strings.Builder
	b.WriteString("\n" + head)
	for _, r := range iac.Readers() {
		fmt.Fprintf(&b, "| `%s` |", r.Name)
		for _, text := range cells(r) {
			fmt.Fprintf(&b, " %s |", cell(text))
		}
		b.WriteString("\n")
	}
	return b.String() + "\n"
}

// TestFormatsAreTold: no reader is without words for the documents.
func TestFormatsAreTold(t *testing.T) {
	for _, r := range iac.Readers() {
		if r.Where == "" || r.What == "" {
			t.Errorf("%s: say which files are of the format, and which references are read in them", r.Name)
		}
	}
}

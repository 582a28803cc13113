package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// root is the repository's folder, seen from this package.
const root = "../.."

// document is one Markdown file of the repository.
type document struct {
	path  string // from the root
	lines []string
}

func readDocument(t *testing.T, path string) *document {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	return newDocument(path, string(data))
}

func newDocument(path, text string) *document {
	return &document{path, strings.Split(text, "\n")}
}

// documents are all that this project says about itself, but for notes from the field.
func documents(t *testing.T) []*document {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(root, "docs", "*.md"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no documents in docs: %v", err)
	}
	list := []*document{readDocument(t, "README.md"), readDocument(t, "CONTRIBUTING.md"), readDocument(t, "SECURITY.md")}
	for _, p := range paths {
		list = append(list, readDocument(t, "docs/"+filepath.Base(p)))
	}
	return list
}

func (d *document) text() string { return strings.Join(d.lines, "\n") }

// block is a fenced block. Its mark is the HTML comment on the line above it.
type block struct {
	language string
	mark     string
	from, to int // the lines between the fences: lines[from:to]
}

func (d *document) blocks() []block {
	var list []block
	for i := 0; i < len(d.lines); i++ {
		language, ok := strings.CutPrefix(d.lines[i], "```")
		if !ok {
			continue
		}
		b := block{language: language, mark: d.markAbove(i), from: i + 1}
		for i++; i < len(d.lines) && d.lines[i] != "```"; i++ {
		}
		b.to = i
		list = append(list, b)
	}
	return list
}

func (d *document) markAbove(line int) string {
	if line == 0 {
		return ""
	}
	text, ok := strings.CutPrefix(d.lines[line-1], "<!-- ")
	if !ok {
		return ""
	}
	return strings.TrimSuffix(text, " -->")
}

func (d *document) content(b block) string {
	return strings.Join(d.lines[b.from:b.to], "\n") + "\n"
}

// rows are the table rows, cell by cell, that stand under a heading.
func (d *document) rows(heading string) [][]string {
	var list [][]string
	inside := false
	for _, line := range d.lines {
		if strings.HasPrefix(line, "#") {
			inside = strings.TrimLeft(line, "# ") == heading
		}
		if !inside || !strings.HasPrefix(line, "| ") || strings.HasPrefix(line, "| ---") {
			continue
		}
		line = strings.ReplaceAll(strings.Trim(line, "| "), `\|`, "\x00")
		var cells []string
		for cell := range strings.SplitSeq(line, "|") {
			cells = append(cells, strings.ReplaceAll(strings.TrimSpace(cell), "\x00", "|"))
		}
		list = append(list, cells)
	}
	if len(list) > 0 {
		return list[1:] // without the header
	}
	return nil
}

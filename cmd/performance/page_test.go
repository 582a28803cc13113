package main

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/cmd/internal/product"
	"github.com/checkrein/checkrein/fixtures/effort"
)

var scratch string // of all tests together

func TestMain(m *testing.M) {
	var err error
	if scratch, err = os.MkdirTemp("", "checkrein-performance-"); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := os.RemoveAll(scratch); err != nil {
		panic(err)
	}
	os.Exit(code)
}

var build = sync.OnceValues(func() (string, error) { return product.Build(context.Background(), scratch) })

// newBench measures the real product on small trees.
func newBench(t *testing.T) *bench {
	t.Helper()
	if !effort.Measured {
		t.Skip("what is measured are other processes, which the race detector does not watch")
	}
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return &bench{options: options{quick: true}, binary: binary, folder: t.TempDir(), out: t.Output()}
}

// TestPage: everything can be measured, and the document has what is: its headings, its words,
// the rows of what is measured, and what is counted to the letter.
func TestPage(t *testing.T) {
	b := newBench(t)
	got, err := b.page(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range gaps(got) {
		t.Error(problem)
	}
	doc, err := os.ReadFile(filepath.Join("..", "..", "docs", "performance.md"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(shape(string(doc)), shape(got)); diff != "" {
		t.Errorf("docs/performance.md is not what is measured; go run ./cmd/performance -others -write docs/performance.md writes it anew (-document +measured):\n%s", diff)
	}
}

// shape is the page without what differs from machine to machine: of rows that are measured the
// first cell is left, and how many there are.
func shape(page string) []string {
	var lines []string
	measured := false
	for line := range strings.Lines(page) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case line == markMeasured, line == markCounted:
			measured = line == markMeasured
		case strings.HasPrefix(line, "| ") && measured && inRows(lines):
			cells := strings.Split(line, " | ")
			line = cells[0] + strings.Repeat(" | …", len(cells)-1)
		}
		lines = append(lines, line)
	}
	return lines
}

// inRows reports whether the header of the table that is being read has gone by.
func inRows(lines []string) bool {
	for _, line := range slices.Backward(lines) {
		if strings.HasPrefix(line, "| ---") || !strings.HasPrefix(line, "| ") {
			return strings.HasPrefix(line, "| ---")
		}
	}
	return false
}

var (
	figure = regexp.MustCompile(`\d`)
	absent = regexp.MustCompile(`not installed here|not asked for`)
)

// gaps are the rows of what is measured that lack a figure and do not say why.
func gaps(page string) (problems []string) {
	measured := false
	for line := range strings.Lines(page) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "<!-- ") {
			measured = line == markMeasured
		}
		if !measured || !strings.HasPrefix(line, "| ") || absent.MatchString(line) || !figure.MatchString(line) {
			continue
		}
		for _, cell := range strings.Split(strings.TrimSuffix(strings.TrimPrefix(line, "| "), " |"), " | ") {
			if cell == "" || cell == "-" && runtime.GOOS == "linux" || strings.Contains(cell, "NaN") || strings.Contains(cell, "Inf") {
				problems = append(problems, "a figure is missing in "+line)
				break
			}
		}
	}
	return problems
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{0: "0.00", 0.123: "0.12", 1.25: "1.2", 12.4: "12", 123.4: "123", 1234: "1,230", 12345: "12,300", 999.6: "1,000", 1234567: "1,230,000"} {
		if got := number(v); got != want {
			t.Errorf("%v is %s, want %s", v, got, want)
		}
	}
}

func TestSpread(t *testing.T) {
	if got := (spread{3, 1, 2}).String(); got != "2.0 (1.0 to 3.0)" {
		t.Error(got)
	}
	if got := (spread{3}).String(); got != "3.0" {
		t.Error(got)
	}
}

// A page whose counts, rows or words differ is noticed; one whose times differ is not.
func TestShape(t *testing.T) {
	const page = "## Times\n\n" + markMeasured + "\n\n| what | ms |\n| --- | --- |\n| a | 1.5 |\n\n" + markCounted + "\n\n| what | n |\n| --- | --- |\n| b | 2 |\n"
	same := func(other string) bool { return cmp.Equal(shape(page), shape(other)) }
	if !same(strings.Replace(page, "1.5", "7", 1)) {
		t.Error("another time makes another page")
	}
	for _, change := range [][2]string{{"| 2 |", "| 3 |"}, {"| a |", "| c |"}, {"ms", "s"}, {"Times", "Time"}, {"| 1.5 |", "| 1.5 | 2 |"}, {"| n |", "| m |"}} {
		if same(strings.Replace(page, change[0], change[1], 1)) {
			t.Errorf("%s in the place of %s is not noticed", change[1], change[0])
		}
	}
}

func TestGaps(t *testing.T) {
	row := func(cells string) string {
		return markMeasured + "\n\n| what | ms | s |\n| --- | --- | --- |\n" + cells + "\n"
	}
	for cells, want := range map[string]int{"| a | 1 | 2 |": 0, "| a | 1 |  |": 1, "| a | NaN × | 1 |": 1, "| a | - | not asked for |": 0} {
		if got := gaps(row(cells)); len(got) != want {
			t.Errorf("%s: %q, want %d", cells, got, want)
		}
	}
}

// A tool is measured beside the product; that it finds something is no error, that it cannot
// run is one, with its words.
func TestOther(t *testing.T) {
	b := newBench(t)
	tool, program := b.otherTools()[0], filepath.Join(t.TempDir(), "tool")
	for code, want := range map[string]string{"1": "", "2": "no such rule"} {
		script := "#!/bin/sh\nfor last; do :; done\n[ -e \"$last\" ] || exit 3\necho no such rule >&2\nexit " + code + "\n"
		if err := os.WriteFile(program, []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
		var row []string
		err := b.compareWith(t.Context(), tool, program, func(cells ...string) { row = cells })
		if want == "" && (err != nil || len(row) != 8 || !figure.MatchString(row[6])) {
			t.Errorf("%v, %q", err, row)
		}
		if want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("error %v, want %q", err, want)
		}
	}
}

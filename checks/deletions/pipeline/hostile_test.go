package pipeline

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/fixtures/effort"
)

// TestHostile: 1 MB of anything is read within a second of processor time and 64 MB, and
// what is not read is told.
func TestHostile(t *testing.T) {
	for name, c := range hostileFiles() {
		t.Run(name, func(t *testing.T) {
			data := c.data
			if len(data) > maxFile+1 {
				data = data[:maxFile]
			}
			var file *File
			took, heap := effort.Of(func() { file = Read(c.path, data) })
			if effort.Measured && (took > effort.Time || heap > effort.Heap) {
				t.Errorf("took %v and %d MB", took, heap>>20)
			}
			if c.told && (file == nil || len(file.Unread) == 0) {
				t.Errorf("nothing is said of what could not be read")
			}
		})
	}
}

type hostileFile struct {
	path string
	data []byte
	told bool
}

func hostileFiles() map[string]hostileFile {
	const workflow, head = ".github/workflows/x.yml", "on: push\njobs:\n  j:\n    runs-on: ubuntu-latest\n    steps:\n"
	fill := func(text string) string { return strings.Repeat(text, maxFile/len(text)) }
	bomb := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		bomb += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	step := "      - &s {run: '" + strings.Repeat("echo x; ", 10000) + "'}\n"
	return map[string]hostileFile{
		"too large":        {workflow, []byte(fill("x ") + "xxx"), true},
		"deep lists":       {workflow, []byte("jobs: " + fill("[")), true},
		"deep mappings":    {workflow, []byte("jobs: " + fill("{a: ")), true},
		"deep blocks":      {workflow, deepBlocks(1000), true},
		"values":           {workflow, []byte(fill("- a\n")), true},
		"keys":             {workflow, []byte(fill("? \n")), true},
		"alias bomb":       {workflow, []byte("jobs: {j: {steps: *a9}}\n" + bomb), true},
		"aliased needs":    {workflow, []byte(bomb + "jobs:\n  j: {needs: *a9, runs-on: *a9, steps: *a9, env: *a9, permissions: *a9, uses: *a9}\n"), true},
		"aliased steps":    {workflow, []byte(head + step + fill("      - *s\n")[:len(head)*2000]), true},
		"merges":           {workflow, mergeBomb(), true},
		"one line":         {workflow, []byte(head + "      - run: \"" + fill("ä\\n")), true},
		"escapes":          {workflow, []byte(head + "      - run: \"" + fill(`\n\x41`)[:maxFile-200] + "\"\n"), false},
		"block":            {workflow, []byte(head + "      - run: |\n" + fill("          x\n")[:maxFile-200]), false},
		"short block":      {workflow, []byte(head + "      - run: |\n       x\n" + fill("\n")[:maxFile-200]), false},
		"expressions":      {workflow, []byte(head + "      - run: |\n          " + fill("${{ '")[:maxFile-200]), false},
		"secrets":          {workflow, []byte(head + "      - run: |\n          " + fill("${{secrets.a}}")[:maxFile-200]), false},
		"environment":      {workflow, environmentBomb(), false},
		"long names":       {workflow, []byte("ä: x\n" + fill("aä: b\n")), true},
		"carriage returns": {workflow, []byte(fill("a: b\r")), true},
		"separators":       {workflow, []byte(fill("a\u2028")), true},
		"documents":        {".gitlab-ci.yml", []byte(fill("---\na\n")), false},
		"extends":          {".gitlab-ci.yml", extendsBomb(), true},
		"stages":           {".gitlab-ci.yml", []byte(fill("aaaa: {script: x}\n")), true},
		"calls":            {".circleci/config.yml", callBomb(), true},
		"parameters":       {".circleci/config.yml", []byte("jobs:\n  a:\n    steps:\n      - run: |\n          " + fill("<< ")[:maxFile-200]), false},
		"conditions":       {"azure-pipelines.yml", []byte("steps:\n" + fill("- ${{ if x }}:\n")), true},
		"tasks":            {"Taskfile.yml", []byte("tasks:\n  a: |\n    " + fill("{{.x}}")[:maxFile-200]), false},
		"templates":        {"Taskfile.yml", []byte("tasks:\n  a: |\n    " + fill("{{ ")[:maxFile-200]), false},
		"targets":          {"Makefile", []byte(fill("a b c d e f: a b c d\n")), true},
		"many targets":     {"Makefile", []byte(manyTargets()), true},
		"recipes":          {"Makefile", []byte("a:\n" + fill("\t:\n")), true},
		"shared recipe":    {"Makefile", []byte("a b c d e f g h i j:\n" + fill("\t:\n")), true},
		"variables":        {"Makefile", []byte(variableBomb()), true},
		"references":       {"Makefile", []byte("a:\n\t" + fill("$(")), false},
		"continued":        {"Makefile", []byte(fill("a\\\n")), false},
		"rules":            {"Makefile", []byte(fill("a:b;c\n")), true},
		"scripts":          {"package.json", []byte(`{"scripts":{` + fill(`"a":"b",`)), true},
		"nested JSON":      {"package.json", []byte(`{"a":` + fill("[")), true},
		"recipes of just":  {"justfile", []byte(fill("a b c: d\n  x\n")), true},
		"needs of just":    {"justfile", []byte("a: " + fill("(b ")), false},
		"script":           {"x.sh", []byte(fill("\n")), false},
		"zeros":            {workflow, make([]byte, maxFile), true},
	}
}

func deepBlocks(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.Bytes()
}

// mergeBomb: every mapping merges the one before it ten times.
func mergeBomb() []byte {
	var b bytes.Buffer
	b.WriteString("a0: &a0 {k: v}\n")
	for i := 1; i < 20; i++ {
		fmt.Fprintf(&b, "a%d: &a%d {<<: [%s]}\n", i, i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i-1), 10), ", "))
	}
	b.WriteString("jobs: {j: {<<: *a19}}\n")
	return b.Bytes()
}

// environmentBomb: many steps, each with one variable more than the many around it.
func environmentBomb() []byte {
	var b bytes.Buffer
	b.WriteString("on: push\nenv:\n")
	for i := range 5000 {
		fmt.Fprintf(&b, "  V%d: x\n", i)
	}
	b.WriteString("jobs:\n  j:\n    runs-on: ubuntu-latest\n    steps:\n")
	for range 5000 {
		b.WriteString("      - {run: x, env: {A: b}}\n")
	}
	return b.Bytes()
}

// extendsBomb: every job extends the one before it ten times.
func extendsBomb() []byte {
	var b bytes.Buffer
	b.WriteString("j0: {script: x}\n")
	for i := 1; i < 1000; i++ {
		fmt.Fprintf(&b, "j%d: {extends: [%s]}\n", i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("j%d, ", i-1), 10), ", "))
	}
	return b.Bytes()
}

// callBomb: every command calls the one before it ten times.
func callBomb() []byte {
	var b bytes.Buffer
	b.WriteString("commands:\n  c0: {steps: [{run: x}]}\n")
	for i := 1; i < 10; i++ {
		fmt.Fprintf(&b, "  c%d: {steps: [%s]}\n", i, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("c%d, ", i-1), 10), ", "))
	}
	b.WriteString("jobs: {j: {steps: [c9]}}\n")
	return b.Bytes()
}

func manyTargets() string {
	var b strings.Builder
	for i := range maxTargets + 1 {
		fmt.Fprintf(&b, "t%d ", i)
	}
	return b.String() + ": x\n\techo\n"
}

// variableBomb: every variable is the one before it ten times.
func variableBomb() string {
	b := "A0 = x\n"
	for i := 1; i < 20; i++ {
		b += fmt.Sprintf("A%d = %s\n", i, strings.Repeat(fmt.Sprintf("$(A%d)", i-1), 10))
	}
	return b + "a:\n" + strings.Repeat("\techo $(A15)\n", 10000)
}

// TestManySteps: a job of 10,000 steps is read whole.
func TestManySteps(t *testing.T) {
	var b strings.Builder
	b.WriteString("on: push\njobs:\n  j:\n    runs-on: ubuntu-latest\n    steps:\n")
	for i := range 10_000 {
		fmt.Fprintf(&b, "      - name: step %d\n        run: |\n          echo %d\n", i, i)
	}
	data := []byte(b.String())
	var file *File
	took, heap := effort.Of(func() { file = Read(".github/workflows/x.yml", data) })
	if effort.Measured && (took > effort.Time || heap > effort.Heap) {
		t.Errorf("took %v and %d MB", took, heap>>20)
	}
	if len(file.Unread) > 0 || len(file.Jobs[0].Steps) != 10_000 {
		t.Fatalf("%d steps, unread %v", len(file.Jobs[0].Steps), file.Unread)
	}
	if at := file.Jobs[0].Steps[9_999].Run.Lines[0]; at.Line != 5+3*10_000 || at.Column != 11 {
		t.Errorf("the last step's command stands at %v", at)
	}
}

// TestManyJobs: a pipeline of 500 jobs that extend, inherit and come in stages is read whole.
func TestManyJobs(t *testing.T) {
	var b strings.Builder
	b.WriteString("stages: [one, two]\ndefault: {image: alpine, tags: [x], before_script: [a]}\n")
	b.WriteString(".base: {variables: {A: b, C: d}, rules: [{if: x}], after_script: [z]}\n")
	for i := range 499 {
		fmt.Fprintf(&b, "job%d:\n  extends: .base\n  stage: %s\n  script:\n    - echo %d\n", i, []string{"one", "two"}[i%2], i)
	}
	file := Read(".gitlab-ci.yml", []byte(b.String()))
	if len(file.Unread) > 0 || len(file.Jobs) != 499 {
		t.Fatalf("%d jobs, unread %v", len(file.Jobs), file.Unread)
	}
	last := file.Jobs[497]
	if len(last.Needs) != 250 || last.Steps[0].Run.Body != "a\necho 497" || last.Env["C"] != "d" || !last.SelfHosted {
		t.Errorf("%+v", last)
	}
}

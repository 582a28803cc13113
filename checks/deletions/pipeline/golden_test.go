package pipeline

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
	"github.com/checkrein/checkrein/checks/yamltext"
)

var update = flag.Bool("update", false, "rewrite the .want files of testdata")

// TestGolden reads the files of testdata/*.txtar by their paths. Beside an input "x" stands
// "x.want", in this notation:
//
//	workflow "Nightly"                       format and name, or "none"
//	on 2:3-11 schedule: cron 0 3 * * *       a trigger
//	job 5:3-8 id "Name"                      then its fields, one a line, indented
//	  step 7:9-9:20 #0 sh id "Name"          span, index, dialect
//	    uses 7:15-30 actions/checkout@v4     and so on
//	    9:11 | echo hi                       a line of commands, with its place
//	target 1:1-6 all sh needs a, b
//	unread 3 defeated reason
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(filepath.Base(name), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(name)
			if err != nil {
				t.Fatal(err)
			}
			if golden(t, archive) && *update {
				if err := os.WriteFile(name, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// golden compares every input with its want and reports whether it changed one.
func golden(t *testing.T, archive *txtar.Archive) bool {
	changed := false
	for _, input := range archive.Files {
		at := slices.IndexFunc(archive.Files, func(f txtar.File) bool { return f.Name == input.Name+".want" })
		if at < 0 {
			if !strings.HasSuffix(input.Name, ".want") {
				t.Errorf("%s has no want", input.Name)
			}
			continue
		}
		data := inputData(input.Data)
		file := Read(input.Name, data)
		checkFile(t, data, file)
		got, want := showFile(file), &archive.Files[at]
		if *update && string(want.Data) != got {
			want.Data, changed = []byte(got), true
			continue
		}
		if diff := cmp.Diff(string(want.Data), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", input.Name, diff)
		}
	}
	return changed
}

// inputData is an input with "␍" for CR, "␉" for a tab and "␏" for the mark of a byte order.
func inputData(data []byte) []byte {
	return []byte(strings.NewReplacer("␍", "\r", "␉", "\t", "␏", yamltext.BOM).Replace(string(data)))
}

func showFile(f *File) string {
	if f == nil {
		return "none\n"
	}
	var b strings.Builder
	fmt.Fprint(&b, f.Format)
	showQuoted(&b, f.Name)
	if f.Dialect != "" {
		fmt.Fprint(&b, " ", f.Dialect)
	}
	fmt.Fprintln(&b)
	for _, u := range f.Unread {
		fmt.Fprintf(&b, "unread %d %s %s\n", u.Line, u.Kind, u.Reason)
	}
	for _, t := range f.Triggers {
		fmt.Fprintf(&b, "on %s %s\n", showSpan(t.Span), strings.TrimSuffix(t.Event+": "+t.Detail, ": "))
	}
	showMap(&b, "default ", f.Defaults)
	showValues(&b, "includes ", f.Includes)
	showValues(&b, "main ", f.Main)
	for _, j := range f.Jobs {
		showJob(&b, j)
	}
	for _, t := range f.Targets {
		fmt.Fprintf(&b, "target %s %s %s", showSpan(t.Span), t.Name, t.Dialect)
		if len(t.Needs) > 0 {
			fmt.Fprint(&b, " needs ", strings.Join(t.Needs, ", "))
		}
		fmt.Fprintln(&b)
		showMap(&b, "  env ", t.Env)
		showText(&b, "  ", t.Commands)
	}
	showText(&b, "", f.Text)
	return b.String()
}

func showJob(b *strings.Builder, j Job) {
	fmt.Fprint(b, "job ", showSpan(j.Span))
	if j.ID != "" {
		fmt.Fprint(b, " ", j.ID)
	}
	showQuoted(b, j.Name)
	fmt.Fprintln(b)
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(b, "  %s %s\n", key, value)
		}
	}
	if j.Environment != nil {
		line("environment", showValue(*j.Environment))
	}
	if j.Stops {
		fmt.Fprintln(b, "  stops")
	}
	if j.SelfHosted {
		line("self-hosted", j.Runner)
	} else {
		line("runs-on", j.Runner)
	}
	line("container", j.Container)
	if j.Permissions != nil {
		line("permissions", strings.Join(j.Permissions, ", ")+".")
	}
	line("needs", strings.Join(j.Needs, ", "))
	line("if", j.If)
	if j.Uses != nil {
		line("uses", showValue(*j.Uses))
	}
	line("secrets", strings.Join(j.Secrets, ", "))
	showWith(b, "  with ", j.With)
	showMap(b, "  env ", j.Env)
	for _, s := range j.Steps {
		showStep(b, s)
	}
}

func showStep(b *strings.Builder, s Step) {
	fmt.Fprintf(b, "  step %s #%d %s", showSpan(s.Span), s.Index, s.Dialect)
	if s.ID != "" {
		fmt.Fprint(b, " ", s.ID)
	}
	showQuoted(b, s.Name)
	fmt.Fprintln(b)
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(b, "    %s %s\n", key, value)
		}
	}
	line("if", s.If)
	if s.Uses != nil {
		line("uses", showValue(*s.Uses))
	}
	line("dir", s.Dir)
	line("secrets", strings.Join(s.Secrets, ", "))
	showWith(b, "    with ", s.With)
	showMap(b, "    env ", s.Env)
	if s.Run != nil {
		showText(b, "    ", *s.Run)
	}
}

func showText(b *strings.Builder, indent string, t shell.Text) {
	if t.Body == "" {
		return
	}
	for i, line := range strings.Split(t.Body, "\n") {
		if i == len(t.Lines)-1 && line == "" {
			break
		}
		fmt.Fprintln(b, strings.TrimRight(fmt.Sprintf("%s%d:%d | %s", indent, t.Lines[i].Line, t.Lines[i].Column, line), " "))
	}
}

func showWith(b *strings.Builder, key string, with map[string]Value) {
	for _, name := range slices.Sorted(maps.Keys(with)) {
		fmt.Fprintf(b, "%s%s = %s\n", key, name, showValue(with[name]))
	}
}

func showMap(b *strings.Builder, key string, values map[string]string) {
	for _, name := range slices.Sorted(maps.Keys(values)) {
		fmt.Fprintf(b, "%s%s = %q\n", key, name, values[name])
	}
}

func showValues(b *strings.Builder, key string, values []Value) {
	for _, v := range values {
		fmt.Fprintf(b, "%s%s\n", key, showValue(v))
	}
}

func showValue(v Value) string {
	text := v.Text
	if strings.Contains(text, "\n") {
		text = fmt.Sprintf("%q", text)
	}
	return showSpan(v.Span) + " " + text
}

func showQuoted(b *strings.Builder, text string) {
	if text != "" {
		fmt.Fprintf(b, " %q", text)
	}
}

func showSpan(s checks.Span) string {
	if s.Line == s.EndLine {
		return fmt.Sprintf("%d:%d-%d", s.Line, s.Column, s.EndColumn)
	}
	return fmt.Sprintf("%d:%d-%d:%d", s.Line, s.Column, s.EndLine, s.EndColumn)
}

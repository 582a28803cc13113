package iac

import (
	stdcmp "cmp"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks"
)

var update = flag.Bool("update", false, "rewrite the .want files of testdata")

// TestGolden reads the files of testdata/<format>/*.txtar. Beside an input "x"
// stands "x.want", in this notation; the input's content chooses the reader.
//
//	kubernetes                                       the format, or "none"
//	unit helm                                        what it is a part of; "overrides" where its gives win
//	6:16-26 Pod/api.spec.containers[0].image = EXPR  a site: its span, address, expression
//		raw: *img                                       where it is not the one literal of EXPR
//		local: why | note: text | role: build | stages: a, 0 | tag: EXPR | digest: EXPR | fallback: yes
//	gives NAME = EXPR
//	uses 3:5-15 child.yml Resources.Child            a use; "takes" where it takes names;
//	                                                 "unit KIND", "as PREFIX", "below PREFIX into PREFIX"
//		gives NAME = EXPR
//	builds EXPR
//	patches KIND/NAME .field                         a field set in objects; of a use: "patch KIND/NAME"
//	open                                             also made of what is not read
//	unread 3 unsupported a template                  line (0: the whole file), kind, reason
//
// A span is line:column-column, or line:column-line:column over several lines. An EXPR is
//
//	"text"                       a literal
//	<parameter Tag = "latest">   a name, what it is and its default; ":=" where empty counts as
//	                             none; "fixed" before it where nobody chooses it from outside
//	?"${AWS::Region}" (why)      unknown, as written
//	A + B, (A | B)               joined; one of
//	if(C, A, B), call NAME(A)    other operations by their names, with their texts and arguments
//
// and each is followed by @span unless it stands exactly where its site does.
func TestGolden(t *testing.T) {
	archives, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(archives) == 0 {
		t.Fatalf("no archives: %v", err)
	}
	for _, name := range archives {
		t.Run(strings.TrimSuffix(strings.TrimPrefix(name, "testdata/"), ".txtar"), func(t *testing.T) {
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
		file := Read(input.Name, input.Data)
		got := showFile(file)
		if file != nil {
			checkFile(t, input.Data, file)
		}
		want := &archive.Files[at]
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

func showFile(f *File) string {
	if f == nil {
		return "none\n"
	}
	var b strings.Builder
	fmt.Fprintln(&b, f.Format)
	if f.Unit != "" {
		fmt.Fprint(&b, "unit ", f.Unit)
		if f.Overrides {
			fmt.Fprint(&b, " overrides")
		}
		fmt.Fprintln(&b)
	}
	for _, s := range f.Sites {
		showSite(&b, s)
	}
	showGives(&b, "", f.Gives)
	for _, u := range f.Uses {
		fmt.Fprint(&b, strings.TrimRight("uses "+showSpan(u.Span)+" "+u.Path+" "+u.Address, " "))
		if u.Unit != "" {
			fmt.Fprint(&b, " unit ", u.Unit)
		}
		if u.As != "" {
			fmt.Fprint(&b, " as ", u.As)
		}
		if u.Below != "" {
			fmt.Fprint(&b, " below ", u.Below, " into ", u.Into)
		}
		for _, from := range slices.Sorted(maps.Keys(u.Passes)) {
			fmt.Fprint(&b, " below ", from, " into ", u.Passes[from])
		}
		if u.Glob {
			fmt.Fprint(&b, " glob")
		}
		if u.Takes {
			fmt.Fprint(&b, " takes")
		}
		if u.Hands {
			fmt.Fprint(&b, " hands")
		}
		if u.Patch != nil {
			fmt.Fprint(&b, " patch ", showTarget(*u.Patch))
		}
		fmt.Fprintln(&b)
		showGives(&b, "\t", u.Gives)
	}
	for _, e := range f.Builds {
		fmt.Fprintln(&b, "builds", showExpr(e, checks.Span{}))
	}
	for _, set := range f.Sets {
		showSet(&b, set)
	}
	for _, p := range f.Patches {
		fmt.Fprintf(&b, "patches %s %s\n", showTarget(p.Target), p.Field)
	}
	if f.Open {
		fmt.Fprintln(&b, "open")
	}
	for _, u := range f.Unread {
		fmt.Fprintln(&b, "unread", u.Line, u.Kind, u.Reason)
	}
	return b.String()
}

func showTarget(t Target) string { return stdcmp.Or(t.Kind, "*") + "/" + stdcmp.Or(t.Name, "*") }

func showSet(b *strings.Builder, s Set) {
	fmt.Fprint(b, "sets ", s.Name)
	if s.As != "" {
		fmt.Fprint(b, " to ", s.As)
	}
	if s.Tag {
		fmt.Fprint(b, " tag")
	}
	fmt.Fprintln(b)
}

func showSite(b *strings.Builder, s Site) {
	fmt.Fprintf(b, "%s %s = %s\n", showSpan(s.Span), s.Address, showExpr(s.Expr, s.Span))
	attribute := func(name, value string) {
		if value != "" {
			fmt.Fprintf(b, "\t%s: %s\n", name, value)
		}
	}
	if s.Expr.Op != Lit || s.Expr.Text != s.Raw {
		attribute("raw", strings.ReplaceAll(s.Raw, "\n", "⏎"))
	}
	attribute("local", s.Local)
	if s.Fallback {
		attribute("fallback", "yes")
	}
	attribute("role", s.Role)
	attribute("note", s.Note)
	attribute("stages", strings.Join(s.Stages, ", "))
	if s.Split != nil && s.Split.Tag != nil {
		attribute("tag", showExpr(*s.Split.Tag, s.Span))
	}
	if s.Split != nil && s.Split.Digest != nil {
		attribute("digest", showExpr(*s.Split.Digest, s.Span))
	}
}

func showGives(b *strings.Builder, indent string, gives map[string]Expr) {
	names := []string{}
	for name := range gives {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		fmt.Fprintf(b, "%sgives %s = %s\n", indent, name, showExpr(gives[name], checks.Span{}))
	}
}

func showExpr(e Expr, site checks.Span) string {
	args := make([]string, len(e.Args))
	for i, arg := range e.Args {
		args[i] = showExpr(arg, site)
	}
	at := ""
	if e.Span != site {
		at = "@" + showSpan(e.Span)
	}
	switch e.Op {
	case Lit:
		return strconv.Quote(e.Text) + at
	case Unknown:
		why := ""
		if e.What != "" {
			why = " (" + e.What + ")"
		}
		return "?" + strconv.Quote(e.Text) + why + at
	case Cat:
		return strings.Join(args, " + ")
	case Any:
		return "(" + strings.Join(args, " | ") + ")"
	case Name:
		name := strings.TrimSpace(e.What+" "+e.Text) + at
		if e.Fixed {
			name = "fixed " + name
		}
		if e.Else == nil {
			return "<" + name + ">"
		}
		equals := " = "
		if e.Empty {
			equals = " := "
		}
		return "<" + name + equals + showExpr(*e.Else, site) + ">"
	}
	if e.Else != nil {
		args = append(args, "else "+showExpr(*e.Else, site))
	}
	return strings.TrimSpace(string(e.Op)+" "+e.Text) + "(" + strings.Join(args, ", ") + ")"
}

func showSpan(s checks.Span) string {
	if s.Line == s.EndLine {
		return fmt.Sprintf("%d:%d-%d", s.Line, s.Column, s.EndColumn)
	}
	return fmt.Sprintf("%d:%d-%d:%d", s.Line, s.Column, s.EndLine, s.EndColumn)
}

// checkFile holds what is true of every file: spans lie inside it, and texts are what stands there.
func checkFile(t *testing.T, data []byte, f *File) {
	t.Helper()
	lines := strings.Split(string(data), "\n")
	quote := func(what string, s checks.Span, line string) string {
		if s.Line < 1 || s.EndLine > len(lines) || s.EndLine < s.Line || s.Column < 1 || s.EndColumn < 1 ||
			s.Column > len(lines[s.Line-1])+1 || s.EndColumn > len(lines[s.EndLine-1])+1 ||
			s.Line == s.EndLine && s.EndColumn < s.Column {
			t.Fatalf("%s: span %+v is outside of the file", what, s)
		}
		if text := strings.TrimSuffix(lines[s.Line-1], "\r"); line != "" && line != cut(text, longestLine) {
			t.Errorf("%s: line %q, in the file %q", what, line, text)
		}
		if s.Line != s.EndLine {
			return ""
		}
		return lines[s.Line-1][s.Column-1 : s.EndColumn-1]
	}
	var check func(what string, e Expr)
	check = func(what string, e Expr) {
		if e.Op == Lit || e.Op == Name || e.Op == Unknown {
			quote(what+" "+string(e.Op)+" "+e.Text, e.Span, e.Line)
		}
		for _, arg := range e.Args {
			check(what, arg)
		}
		if e.Else != nil {
			check(what, *e.Else)
		}
	}
	for _, s := range f.Sites {
		if raw := quote(s.Address, s.Span, s.Line); s.Span.Line == s.Span.EndLine && raw != s.Raw {
			t.Errorf("%s: raw %q, in the file %q", s.Address, s.Raw, raw)
		}
		check(s.Address, s.Expr)
		if s.Split != nil {
			for _, part := range []*Expr{s.Split.Tag, s.Split.Digest} {
				if part != nil {
					check(s.Address, *part)
				}
			}
		}
	}
	for _, u := range f.Uses {
		quote(u.Path, u.Span, u.Line)
		for name, e := range u.Gives {
			check(name, e)
		}
	}
	for name, e := range f.Gives {
		check(name, e)
	}
	for _, e := range f.Builds {
		check("build", e)
	}
	for _, u := range f.Unread {
		if u.Line < 0 || u.Line > len(lines) || u.Reason == "" {
			t.Errorf("unread %+v in a file of %d lines", u, len(lines))
		}
	}
}

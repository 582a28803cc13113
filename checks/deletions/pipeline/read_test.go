package pipeline

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
	"github.com/checkrein/checkrein/checks/yamltext"
)

func TestReads(t *testing.T) {
	for path, want := range map[string]bool{
		".github/workflows/a.yml":         true,
		".github/workflows/a.yaml":        true,
		".github/workflows/sub/a.yml":     false,
		".github/workflows/a.json":        false,
		"sub/.github/workflows/a.yml":     false,
		".github/dependabot.yml":          false,
		"action.yml":                      true,
		"a/b/action.yaml":                 true,
		".gitlab-ci.yml":                  true,
		"ci/x.gitlab-ci.yml":              true,
		".gitlab/ci/x.yml":                true,
		".circleci/config.yml":            true,
		"azure-pipelines.yml":             true,
		"eng/azure-pipelines-nightly.yml": true,
		".azure/steps/a.yml":              true,
		".azure-pipelines/a.yml":          true,
		".azure.yml":                      false,
		"Makefile":                        true,
		"a/makefile":                      true,
		"GNUmakefile":                     true,
		"build/x.mk":                      true,
		"Makefile.am":                     false,
		"Taskfile.yml":                    true,
		"Taskfile.dist.yaml":              true,
		"web/package.json":                true,
		"node_modules/a/package.json":     false,
		"a/node_modules/b/package.json":   false,
		"justfile":                        true,
		".justfile":                       true,
		"a.just":                          true,
		"src/x.sh":                        true,
		"src/x.ps1":                       true,
		"src/x.CMD":                       true,
		"src/x.py":                        false,
		"scripts/x.py":                    true,
		"a/tools/b/x.ts":                  true,
		"tools/x.d.ts":                    false,
		"mytools/x.js":                    false,
		".github/scripts/x.cjs":           true,
		"bin/node_modules/a/x.js":         false,
		"ops.py":                          false,
		"deployment.yml":                  false,
	} {
		if got := Reads(path); got != want {
			t.Errorf("Reads(%q) = %v", path, got)
		}
	}
}

// TestReadsCheaply: every path of a tree is asked about.
func TestReadsCheaply(t *testing.T) {
	if n := testing.AllocsPerRun(100, func() { Reads("internal/app/server/handler_test.go") }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestScript(t *testing.T) {
	for _, c := range []struct {
		path, text string
		dialect    shell.Dialect
	}{
		{"x.sh", "echo", shell.Sh},
		{"x.sh", "#!/usr/bin/env -S python3 -u\n", shell.Python},
		{"x.ps1", "a", shell.PowerShell},
		{"x.bat", "a", shell.Cmd},
		{"scripts/x.py", "a", shell.Python},
		{"src/x.py", "a", shell.Python}, // not read by itself, but when a step runs it
		{"bin/x.mjs", "#!/usr/bin/env zx", shell.JavaScript},
		{"bin/clean", "#!/bin/bash -e\nrm", shell.Sh},
		{"bin/clean", "#!/usr/bin/perl -w\n", "perl"},
		{"bin/clean", "\x7fELF", ""},
	} {
		f := Read(c.path, []byte(c.text))
		switch {
		case f == nil && c.dialect != "":
			t.Errorf("%s: not read", c.path)
		case f != nil && f.Dialect != c.dialect:
			t.Errorf("%s %q is %q", c.path, c.text, f.Dialect)
		}
	}
}

// TestScriptLines: line ends and the mark of a byte order are no part of the text.
func TestScriptLines(t *testing.T) {
	got := Read("x.sh", []byte(yamltext.BOM+"a\r\nb\n")).Text
	want := shell.Text{Body: "a\nb\n", Lines: []shell.Position{{Line: 1, Column: 4}, {Line: 2, Column: 1}, {Line: 3, Column: 1}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestCredentials: expressions that give credentials, wherever in a text they stand.
func TestCredentials(t *testing.T) {
	for text, want := range map[string]string{
		"${{ secrets.PAT }}": "secrets.PAT",
		"a ${{secrets.A}} b ${{ secrets.B || secrets.C }}": "secrets.A secrets.B secrets.C",
		"${{ secrets['X-Y'] }}":                            "secrets.X-Y",
		"${{ secrets[matrix.name] }}":                      "secrets",
		"${{ toJSON(secrets) }}":                           "secrets",
		"${{ SECRETS.pat }}":                               "secrets.pat",
		"${{ github.token }}":                              "github.token",
		"${{ github['token'] }}":                           "github.token",
		"${{ format('{0}}}', github.token) }}":             "github.token",
		"${{ 'secrets.X' }}":                               "",
		"${{ steps.secrets.outputs.token }}":               "",
		"${{ github.sha }}":                                "",
		"secrets.X":                                        "",
		"${{ secrets.X":                                    "secrets.X",
		"${{ 'open ${{ secrets.X }}":                       "",
		"${{ # }} ${{ secrets.X }}":                        "secrets.X",
	} {
		if got := strings.Join(credentials(text), " "); got != want {
			t.Errorf("credentials(%q) = %q, want %q", text, got, want)
		}
	}
}

// TestPanicIsTold: what a library does not survive is a file that could not be read.
func TestPanicIsTold(t *testing.T) {
	r := reader{format: Workflow, read: func(place, []byte) *File { panic("deep") }}
	file := r.bounded(placeOf("x"), nil)
	want := []Unread{{Kind: checks.Defeated, Reason: "could not be read: deep"}}
	if diff := cmp.Diff(want, file.Unread); diff != "" {
		t.Error(diff)
	}
}

// TestReadAs: a file that another includes is read by what includes it.
func TestReadAs(t *testing.T) {
	file := ReadAs(GitLab, "ci/clean.yml", []byte("clean:\n  script: [rm x]\n"))
	if file == nil || len(file.Jobs) != 1 || file.Jobs[0].Steps[0].Run.Body != "rm x" {
		t.Errorf("%+v", file)
	}
	if ReadAs("none", "x", nil) != nil {
		t.Error("a format that there is not")
	}
}

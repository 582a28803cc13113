package main

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/shell"

	"github.com/checkrein/checkrein/checks/all"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/fixtures/incidents"
)

var update = flag.Bool("update", false, "write what the commands print, and docs/rules.md, into the documents")

// TestDocs runs what the documents show. Every block says in the comment above it what is
// done with it. A block of console lines is executed where its mark says and must print what
// stands there; a block of YAML is read as its mark says.
//
//	<!-- run in: incident NAME before|change|fixed -->   a repository, the part in its work tree
//	<!-- run in: these files -->                         a folder with the files of the document
//	<!-- run in: .ci/run -->                             CI has the same lines
//	<!-- run in: a machine with systemd -->              or any other place of the tests in deploy
//	<!-- not run: needs the published module -->         or another of the reasons below
//	<!-- file: PATH -->                                  a block that is such a file
//	<!-- part of: PATH -->                               the file, which a test compares, shows it
//	<!-- read as: policy -->                             or: organisation policy, ignore, prometheus
//
// A block of YAML that runs is a workflow; it must stop the incident.
func TestDocs(t *testing.T) {
	for _, d := range documents(t) {
		t.Run(d.path, func(t *testing.T) {
			before := d.text()
			for _, problem := range execute(t, d) {
				t.Error(problem)
			}
			if d.text() != before {
				if err := os.WriteFile(filepath.Join(root, d.path), []byte(d.text()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// execute runs and reads the blocks of a document and tells what is not as it says.
func execute(t *testing.T, d *document) (problems []string) {
	list := d.blocks()
	files := map[string]string{}
	for _, b := range list {
		if name, ok := strings.CutPrefix(b.mark, "file: "); ok {
			files[name] = d.content(b)
		}
	}
	for _, b := range slices.Backward(list) { // an update moves the lines below
		var problem string
		switch kind, what, _ := strings.Cut(b.mark, ": "); {
		case kind == "run in" && b.language == "console" && runsHere(what):
			// A test of its own: its folder and environment end with it.
			t.Run(fmt.Sprintf("line %d", b.from), func(t *testing.T) { problem = replay(t, d, b, what, files) })
		case kind == "run in" && b.language == "yaml" && runsHere(what):
			t.Run(fmt.Sprintf("line %d", b.from), func(t *testing.T) { problem = perform(t, d.content(b), what) })
		case kind == "run in":
			problem = runElsewhere(t, what, d.content(b))
		case kind == "not run":
			problem = excused(what)
		case kind == "part of":
			problem = partOf(t, what, d.content(b))
		case kind == "read as":
			problem = readAs(what, d.content(b))
		case kind != "file" && b.language != "":
			problem = "nothing says where these commands run, or what reads this"
		}
		if problem != "" {
			problems = append(problems, fmt.Sprintf("%s:%d: %s", d.path, b.from, problem))
		}
	}
	return problems
}

// readAs reads a block as the product does.
func readAs(what, text string) string {
	var problems []policy.Problem
	switch what {
	case "policy":
		_, problems = policy.Read(policy.Path, []byte(text), all.RuleIDs())
	case "organisation policy":
		_, problems = policy.ReadOrganisation(policy.Path, []byte(text), all.RuleIDs())
	case "ignore":
		if found := policy.Inline("a.yml", []byte(text), all.RuleIDs()); len(found) != 1 || found[0].Problem != "" {
			return fmt.Sprintf("the ignore does not count: %+v", found)
		}
	case "prometheus":
		return readScraping(text)
	default:
		return fmt.Sprintf("nothing reads a block as %q", what)
	}
	if len(problems) > 0 {
		return fmt.Sprintf("the policy is not valid: %v", problems)
	}
	return ""
}

var took = regexp.MustCompile(`in \d+(\.\d+)? m?s\)`)

// replay executes the commands of a console block and compares what they print.
func replay(t *testing.T, d *document, b block, where string, files map[string]string) string {
	enter(t, where, files)
	var out strings.Builder
	last := 0
	for _, line := range d.lines[b.from:b.to] {
		command, ok := strings.CutPrefix(line, "$ ")
		if !ok {
			continue
		}
		out.WriteString(line + "\n")
		if command == "echo $?" {
			fmt.Fprintln(&out, last)
			continue
		}
		printed, code, err := once(command)
		if err != nil {
			return err.Error()
		}
		out.WriteString(printed)
		last = code
	}
	steady := func(text string) string {
		return durationMS.ReplaceAllString(took.ReplaceAllString(text, "in 9 ms)"), `"duration_ms": 9`)
	}
	want, got := steady(d.content(b)), steady(out.String())
	if *update && want != got {
		d.lines = slices.Concat(d.lines[:b.from], strings.Split(strings.TrimSuffix(got, "\n"), "\n"), d.lines[b.to:])
		return ""
	}
	if diff := cmp.Diff(want, got); diff != "" {
		return "prints something else (-document +command):\n" + diff
	}
	return ""
}

// perform runs the product's steps of a workflow, on a pull request against main.
func perform(t *testing.T, text, where string) string {
	var workflow struct {
		Jobs map[string]struct{ Steps []struct{ Run string } }
	}
	if err := yaml.Unmarshal([]byte(text), &workflow); err != nil {
		return fmt.Sprintf("is no workflow: %v", err)
	}
	enter(t, where, nil)
	t.Setenv("GITHUB_BASE_REF", "main")
	code, out := 0, new(bytes.Buffer)
	for _, job := range workflow.Jobs {
		for _, step := range job.Steps {
			words, err := shell.Fields(step.Run, nil)
			if err != nil {
				return err.Error()
			}
			if len(words) > 0 && words[0] == "checkrein" {
				code = run(t.Context(), words[1:], out, out)
			}
		}
	}
	if code != exitProblem || !strings.Contains(out.String(), "::error ") {
		return fmt.Sprintf("the workflow lets the incident pass with %d: %s", code, out)
	}
	return ""
}

// once runs one command line; only what reads is allowed.
func once(line string) (printed string, code int, err error) {
	words := strings.Fields(line)
	var out bytes.Buffer
	switch words[0] {
	case "checkrein":
		code = run(context.Background(), words[1:], &out, &out)
	case "git", "cat":
		cmd := exec.Command(words[0], words[1:]...)
		cmd.Stdout, cmd.Stderr = &out, &out
		if err = cmd.Run(); err != nil {
			err = fmt.Errorf("%s: %w\n%s", line, err, out.String())
		}
	default:
		err = fmt.Errorf("%s: only checkrein, git and cat are run", line)
	}
	return out.String(), code, err
}

// enter makes the folder that a mark names and goes there.
func enter(t *testing.T, where string, files map[string]string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, variable := range gitEnvironment() {
		name, value, _ := strings.Cut(variable, "=")
		t.Setenv(name, value)
	}
	words := strings.Fields(where)
	switch {
	case where == "these files":
		write(t, files)
	case len(words) == 3 && words[0] == "incident":
		incident, err := incidents.Read(words[1])
		if err != nil {
			t.Fatal(err)
		}
		part, ok := map[string]map[string]string{"before": nil, "change": incident.Change, "fixed": incident.Fixed}[words[2]]
		if !ok {
			t.Fatalf("an incident has no part %q", words[2])
		}
		write(t, incident.Before)
		for _, line := range []string{"init -q -b main", "add --all", "commit -q -m before", "update-ref refs/remotes/origin/main HEAD"} {
			if _, _, err := once("git " + line); err != nil {
				t.Fatal(err)
			}
		}
		write(t, part)
	default:
		t.Fatalf("nothing is known to run in %q", where)
	}
}

func write(t *testing.T, files map[string]string) {
	t.Helper()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDocsCanFail: a document that says something else than the product is found out.
func TestDocsCanFail(t *testing.T) {
	if *update {
		t.Skip("an update mends what must fail here")
	}
	const good = "<!-- run in: incident cloudcannon-2022-05-18 fixed -->\n```console\n$ checkrein check --format json --only images,\n" +
		"checkrein: --only names \"\": expected images, schema, deletions\nSee checkrein check --help\n$ echo $?\n2\n```\n" +
		"<!-- read as: policy -->\n```yaml\nversion: 1\n```\n"
	if problems := execute(t, newDocument("good.md", good)); len(problems) > 0 {
		t.Fatalf("the good document is refused: %v", problems)
	}
	const workflow = "<!-- run in: incident cloudcannon-2022-05-18 change -->\n```yaml\njobs: {a: {steps: [{run: checkrein check --format github}]}}\n```\n"
	if problems := execute(t, newDocument("good.md", workflow)); len(problems) > 0 {
		t.Fatalf("the good workflow is refused: %v", problems)
	}
	for name, bad := range map[string]string{
		"mild workflow":   strings.Replace(workflow, "check --format", "check --only schema --format", 1),
		"other output":    strings.Replace(good, "expected images", "expected colours", 1),
		"other exit code": strings.Replace(good, "\n2\n", "\n1\n", 1),
		"missing output":  strings.Replace(good, "See checkrein check --help\n", "", 1),
		"other command":   strings.Replace(good, "$ checkrein", "$ rm", 1),
		"no place to run": strings.Replace(good, "<!-- run in: incident cloudcannon-2022-05-18 fixed -->\n", "", 1),
		"unknown place":   strings.Replace(good, "incident cloudcannon-2022-05-18 fixed", "a machine on the moon", 1),
		"no good reason":  strings.Replace(good, "run in: incident cloudcannon-2022-05-18 fixed", "not run: takes long", 1),
		"not in CI":       strings.Replace(good, "incident cloudcannon-2022-05-18 fixed", ".ci/run", 1),
		"not in the file": strings.Replace(good, "run in: incident cloudcannon-2022-05-18 fixed", "part of: app.yml", 1),
		"unknown key":     strings.Replace(good, "version: 1", "version: 1\nchekcs: {}", 1),
		"other port":      "<!-- read as: prometheus -->\n```yaml\nscrape_configs: [{job_name: a, static_configs: [{targets: [\"127.0.0.1:80\"]}]}]\n```\n",
		"unmarked YAML":   strings.Replace(good, "<!-- read as: policy -->\n", "", 1),
		"unknown reader":  strings.Replace(good, "read as: policy", "read as: poem", 1),
	} {
		if bad == good || bad == workflow {
			t.Fatalf("%s: nothing was changed", name)
		}
		if problems := execute(t, newDocument("bad.md", bad)); len(problems) != 1 {
			t.Errorf("%s: want one problem, got %v", name, problems)
		}
	}
}

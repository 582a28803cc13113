package deletions_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// The patterns of deletions run from 1 to 89; from harmlessFrom on they are harmless.
const (
	patterns     = 89
	harmlessFrom = 81
)

// places are where a deletion stands, what surrounds it, and what changed; each has a case.
var places = strings.Fields(`
	run uses uses-docker remote-action inline-script
	xargs sudo env timeout time nohup retry command launcher bash-c eval heredoc trap find-exec
	ssh docker-run docker-exec kubectl-exec
	function function-uncalled function-passing-on variable array quoting loop condition case subshell
	env-workflow env-job env-step matrix
	expression expression-program expression-path expression-shell expression-runner
	chosen event-inputs step-output credential
	shell-template shell-default pwsh pwsh-command pwsh-script cmd python python-library node github-script
	composite composite-nested reusable reusable-nested reusable-inputs reusable-remote
	node-action docker-action
	script makefile makefile-include taskfile npm just binary downloaded console-tool
	checkout-ref checkout-repository
	on-delete pr-target-closed workflow-run
	gitlab gitlab-include gitlab-reference circleci azure azure-template azure-script
	anchor folded flow quoted escaped continuation crlf
	needs dry-run dry-run-variable dry-run-in-script dry-run-other dry-run-after dry-run-removed preview
	environment environment-not-listed
	whole unsafe safe relative
	hosted self-hosted self-hosted-harmless kind localstack service-container recreated
	look-alike neighbour heredoc-to-file pwsh-look-alike python-look-alike expression-look-alike not-a-workflow
	old new moved renamed removed unrelated-edit newly-called
	changed-command changed-callee changed-with changed-version changed-trigger changed-runner
	changed-environment changed-env
	malformed-yaml malformed-shell malformed-pwsh missing-script missing-action missing-target symlink
	cycle-make cycle-actions cycle-script`)

var (
	coversLine = regexp.MustCompile(`^pattern (\d+) in ([a-z0-9-]+)$`)
	wantLine   = regexp.MustCompile(`^(\S+):(\d+):(\d+) (?:undecided|(images|packages|infrastructure|data|refs|unknown) ([a-z,-]+)  # \S.*)$`)
)

// A case of the truth says what it covers and what is wanted of it. Where nothing is known
// of what is deleted, only that it cannot be read, the class is "unknown". A line that ends
// in "undecided" wants the file unread; its row is 0 where the whole file is, its column is 0.

// TestCoverage keeps the truth complete: each pattern and each place has a case, each
// harmful pattern one where something is found, and each wanted place points at text.
func TestCoverage(t *testing.T) {
	found := map[int]bool{}
	inPlace := map[string]bool{}
	names, err := filepath.Glob("testdata/truth/*.txtar")
	if err != nil || len(names) == 0 {
		t.Fatalf("no truth: %v", err)
	}
	for _, name := range names {
		a, err := txtar.ParseFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files := map[string]string{}
		for _, f := range a.Files {
			files[f.Name] = string(f.Data)
		}
		want := lines(files["want"])
		for _, problem := range misplaced(want, files) {
			t.Errorf("%s: %s", name, problem)
		}
		if len(lines(files["covers"])) == 0 {
			t.Errorf("%s: covers nothing", name)
		}
		for _, line := range lines(files["covers"]) {
			m := coversLine.FindStringSubmatch(line)
			if m == nil {
				t.Errorf("%s: %q is not `pattern N in place`", name, line)
				continue
			}
			n, _ := strconv.Atoi(m[1])
			found[n] = found[n] || n >= harmlessFrom || len(want) > 0
			inPlace[m[2]] = true
		}
	}
	for n := range patterns {
		if !found[n+1] {
			t.Errorf("pattern %d has no case that finds it", n+1)
		}
		delete(found, n+1)
	}
	for n := range maps.Keys(found) {
		t.Errorf("there is no pattern %d", n)
	}
	for _, p := range places {
		if !inPlace[p] {
			t.Errorf("place %q has no case", p)
		}
		delete(inPlace, p)
	}
	for _, p := range slices.Sorted(maps.Keys(inPlace)) {
		t.Errorf("place %q is not in the list", p)
	}
}

// misplaced tells which wanted lines are not written as they should be, not sorted, or do
// not point at the first byte of a word.
func misplaced(want []string, files map[string]string) []string {
	var problems []string
	var last string
	for _, line := range want {
		m := wantLine.FindStringSubmatch(line)
		if m == nil {
			problems = append(problems, fmt.Sprintf("%q is not `path:line:col class rules  # what`", line))
			continue
		}
		row, _ := strconv.Atoi(m[2])
		column, _ := strconv.Atoi(m[3])
		key := fmt.Sprintf("%s:%06d:%06d", m[1], row, column)
		if key <= last {
			problems = append(problems, fmt.Sprintf("%q is not in its order", line))
		}
		last = key
		data, ok := files[m[1]]
		if !ok {
			problems = append(problems, fmt.Sprintf("%q names no file", line))
			continue
		}
		if m[4] != "" && !beginsWord(data, row, column) {
			problems = append(problems, fmt.Sprintf("%q points at no word", line))
		}
	}
	return problems
}

// beginsWord reports whether a word of the text begins at the place.
func beginsWord(text string, row, column int) bool {
	all := strings.Split(text, "\n")
	if row < 1 || row > len(all) || column < 1 || column > len(all[row-1]) {
		return false
	}
	before, rest := all[row-1][:column-1], all[row-1][column-1:]
	return !strings.ContainsAny(rest[:1], " \t\r") &&
		(before == "" || strings.HasSuffix(before, `\n`) || strings.ContainsAny(before[len(before)-1:], " \t\"'([@-&"))
}

func lines(section string) []string {
	return strings.FieldsFunc(section, func(r rune) bool { return r == '\n' })
}

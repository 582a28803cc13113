package main

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"mvdan.cc/sh/v3/syntax"

	"github.com/checkrein/checkrein/app/lookup"
	"github.com/checkrein/checkrein/checks/all"
)

// others are commands of other programs that the text names and no block runs, and flags of
// theirs, each with its reason.
var others = map[string]string{
	"--build-context":       "a flag of docker build",
	"--profile":             "a flag of docker compose",
	"docker run --env-file": "told not to work",
	"fuser":                 "looks at what a test does not have: somebody else's process",
	"gh":                    "needs GitHub itself",
	"journalctl --unit checkrein --output cat":                                     "needs systemd as the first process",
	"ssh -L 8400:127.0.0.1:8400 your.host checkrein setup --listen 127.0.0.1:8400": "needs another machine",
	"sudo chown --reference=/var/lib/checkrein/ /var/lib/checkrein/checkrein.db*":  "needs a user of systemd's making",
	"kill -9": "app's own tests do that",
}

// TestOtherCommands: what README and operator's guide tell to run in their text is run by one
// of the blocks, or has its reason.
func TestOtherCommands(t *testing.T) {
	told := map[string]bool{}
	blocks := ""
	for _, d := range documents(t) {
		for _, b := range d.blocks() {
			if strings.HasPrefix(b.mark, "run in: ") {
				blocks += d.content(b)
			}
		}
	}
	for _, path := range []string{"README.md", "docs/operate.md"} {
		for _, line := range readDocument(t, path).commandLines() {
			program, _, _ := strings.Cut(line, " ")
			if strings.Contains(line, "\n") || !slices.Contains(programs, program) {
				continue
			}
			told[line] = true
			if !strings.Contains(blocks, line) && others[line] == "" {
				t.Errorf("%s: no block runs %s", path, line)
			}
		}
	}
	for line := range others {
		if !strings.HasPrefix(line, "--") && !told[line] {
			t.Errorf("%s is told nowhere", line)
		}
	}
}

var programs = strings.Fields("cp createdb createuser curl docker dropdb fuser gh git go helm journalctl kill ko kubectl mv openssl paste pg_dump pg_restore psql rm sqlite3 ssh sudo systemctl")

// TestCommandLines: every verb and flag of the product that the documents name is there.
func TestCommandLines(t *testing.T) {
	found := 0
	for _, d := range documents(t) {
		for _, line := range d.commandLines() {
			for _, call := range calls(line) {
				found++
				if problem := wrongCall(newRoot(lookup.Detour{}), call); problem != "" {
					t.Errorf("%s: %s: %s", d.path, line, problem)
				}
			}
			if strings.HasPrefix(line, "--") && others[strings.Fields(line)[0]] == "" && !anywhere(newRoot(lookup.Detour{}), line) {
				t.Errorf("%s: %s is a flag of no verb", d.path, line)
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d calls were found", found)
	}
}

// TestCommandLinesCanFail: what the product does not have is found out, wherever it stands.
func TestCommandLinesCanFail(t *testing.T) {
	for line, wrong := range map[string]bool{
		"checkrein check --all --fix": false, "checkrein guard log --package acme/app": false, "checkrein rules images/mutable-tag": false,
		"checkrein store copy --from a --to b": false, "checkrein help check": false, "checkrein setup --organization=acme": false, "checkrein": false,
		"checkrein chekc": true, "checkrein check --fox": true, "checkrein guard lag": true, "checkrein log": true, "checkrein rules images/nothing": true,
		"checkrein setup --owner acme": true, "set -a; . ./x; ./checkrein sevre": true, "sudo A=b checkrein guard lag": true,
		"ssh your.host checkrein sutep": true, "docker compose exec checkrein /ko-app/checkrein dr": true, "sudo sh -c 'set -a\ncheckrein dr'": true,
	} {
		problems := 0
		found := calls(line)
		for _, call := range found {
			if wrongCall(newRoot(lookup.Detour{}), call) != "" {
				problems++
			}
		}
		if len(found) != 1 || (problems > 0) != wrong {
			t.Errorf("%s: %d calls, %d problems", line, len(found), problems)
		}
	}
}

// commandLines are what a document shows as code: the blocks of shell, and spans in the text.
func (d *document) commandLines() (all []string) {
	prose := slices.Clone(d.lines)
	for _, b := range d.blocks() {
		shell := ""
		for i := b.from - 1; i <= b.to && i < len(prose); i++ {
			if command, ok := strings.CutPrefix(prose[i], "$ "); ok || b.language == "sh" && i >= b.from && i < b.to {
				shell += command + "\n"
			}
			prose[i] = ""
		}
		all = append(all, shell)
	}
	for paragraph := range strings.SplitSeq(strings.Join(prose, "\n"), "\n\n") {
		for _, m := range quoted.FindAllStringSubmatch(paragraph, -1) {
			all = append(all, strings.Join(strings.Fields(m[1]), " "))
		}
	}
	return all
}

// calls are the calls of the product in a script, each without the product's name.
func calls(script string) (all [][]string) {
	file, err := syntax.NewParser().Parse(strings.NewReader(script), "")
	if err != nil {
		return nil // code, and no command
	}
	syntax.Walk(file, func(n syntax.Node) bool {
		call, ok := n.(*syntax.CallExpr)
		if !ok {
			return true
		}
		var words []string
		for _, arg := range call.Args {
			word := arg.Lit()
			if q, ok := arg.Parts[0].(*syntax.SglQuoted); ok {
				word = q.Value
			}
			words = append(words, word)
		}
		if strings.HasPrefix(script, "checkrein / ") { // the name of a run
			return false
		}
		if at := product(words); at >= 0 {
			all = append(all, words[at+1:])
		} else if i := slices.Index(words, "-c"); i >= 0 && i+1 < len(words) {
			all = append(all, calls(words[i+1])...)
		}
		return true
	})
	return all
}

// product is where the product's name stands as the program to be run, -1 where it does not.
func product(words []string) int {
	before := true // only what runs another program
	for i, word := range words {
		if (word == "checkrein" || word == "./checkrein") && (before || words[0] == "ssh") || word == "/ko-app/checkrein" {
			return i
		}
		before = before && (slices.Contains([]string{"sudo", "env", "exec"}, word) || strings.Contains(word, "="))
	}
	return -1
}

// wrongCall says what of a call the product does not have.
func wrongCall(root *cobra.Command, words []string) string {
	root.InitDefaultHelpCmd()
	verb, rest, err := root.Find(words)
	if err != nil {
		return err.Error()
	}
	for i := 0; i < len(rest); i++ {
		name, _, given := strings.Cut(strings.TrimRight(rest[i], ".,:"), "=")
		if !strings.HasPrefix(name, "--") {
			if problem := wrongWord(verb, name); problem != "" {
				return problem
			}
			continue
		}
		flag := verb.Flags().Lookup(name[2:])
		if flag == nil && name != "--help" {
			return "there is no " + name
		}
		if flag != nil && flag.NoOptDefVal == "" && !given {
			i++ // its value
		}
	}
	return ""
}

// wrongWord says why a verb does not take an argument.
func wrongWord(verb *cobra.Command, word string) string {
	switch {
	case verb.HasSubCommands():
		return fmt.Sprintf("%s has no verb %s", verb.Name(), word)
	case verb.Name() == "rules" && word != "ID" && !slices.Contains(all.RuleIDs(), word):
		return "there is no rule " + word
	}
	return ""
}

// anywhere is whether some verb has a flag.
func anywhere(root *cobra.Command, text string) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(strings.Fields(text)[0], "--"), "=")
	found := name == "help" || root.LocalFlags().Lookup(name) != nil
	for _, verb := range root.Commands() {
		found = found || anywhere(verb, text)
	}
	return found
}

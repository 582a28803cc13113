package pipeline

import (
	"fmt"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
	"github.com/checkrein/checkrein/checks/yamltext"
)

func isJustfile(p place) bool {
	return p.base == "justfile" || p.base == ".justfile" || p.ext == ".just"
}

// justfile is a justfile while it is read.
type justfile struct {
	*source
	file    *File
	vars    map[string]string
	env     map[string]string
	dialect shell.Dialect
	bodies  [][]makeLine // of the targets, before variables are known
}

// readJustfile reads recipes, with aliases as recipes that need what they stand for.
func readJustfile(_ place, data []byte) *File {
	j := &justfile{
		source: newSource(data), file: &File{Format: Just},
		vars: map[string]string{}, dialect: shell.Sh,
	}
	for n := 1; n <= j.LineCount(); n++ {
		n = j.read(n)
	}
	for i := range j.file.Targets {
		j.finish(&j.file.Targets[i], j.bodies[i])
	}
	return j.file
}

// read reads what begins at line n and answers its last line.
func (j *justfile) read(n int) int {
	line := string(j.Line(n))
	if n == 1 {
		line = strings.TrimPrefix(line, yamltext.BOM)
	}
	word, rest, _ := strings.Cut(line, " ")
	rest = strings.TrimSpace(rest)
	switch {
	case line == "" || strings.ContainsAny(line[:1], " \t#["):
		return n
	case word == "alias":
		j.alias(n, rest)
	case word == "set":
		j.setting(rest)
	case word == "import" || word == "import?" || word == "mod" || word == "mod?":
		j.include(n, rest)
	default:
		return j.item(n, line)
	}
	return n
}

// item is an assignment or a recipe.
func (j *justfile) item(n int, line string) int {
	if name, value, ok := strings.Cut(line, ":="); ok && !strings.ContainsAny(strings.TrimPrefix(name, "export "), "'\"(:") {
		name, exported := strings.CutPrefix(strings.TrimSpace(name), "export ")
		j.assign(strings.TrimSpace(name), strings.TrimSpace(value), exported)
		return n
	}
	head, needs, ok := cutRecipe(line)
	fields := strings.Fields(strings.TrimPrefix(head, "@"))
	if !ok || len(fields) == 0 {
		return n
	}
	at := strings.Index(line, fields[0])
	i := j.target(n, at, fields[0], justNeeds(needs))
	return j.body(n, i)
}

// cutRecipe cuts a recipe's line at the colon that is in no default of a parameter.
func cutRecipe(line string) (head, needs string, ok bool) {
	quote := byte(0)
	for i := range len(line) {
		switch c := line[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"' || c == '`':
			quote = c
		case c == '#':
			return "", "", false
		case c == ':':
			return line[:i], withoutComment(line[i+1:]), true
		}
	}
	return "", "", false
}

// justNeeds are the names of "dep (other 'arg') && after".
func justNeeds(text string) []string {
	var needs []string
	for {
		before, rest, found := strings.Cut(text, "(")
		needs = append(needs, strings.Fields(strings.ReplaceAll(before, "&&", " "))...)
		if !found {
			return needs
		}
		call, after, _ := strings.Cut(rest, ")")
		if name, _, _ := strings.Cut(strings.TrimSpace(call), " "); name != "" {
			needs = append(needs, name)
		}
		text = after
	}
}

// target adds a recipe whose name begins at a 0-based column; -1: there are too many.
func (j *justfile) target(n, column int, name string, needs []string) int {
	if len(j.file.Targets) == maxTargets {
		j.file.Unread = append(j.file.Unread[:0], Unread{
			Line: n, Kind: checks.Defeated, Reason: fmt.Sprintf("more than %d recipes", maxTargets),
		})
		return -1
	}
	at := j.Start(n) + max(column, 0)
	j.file.Targets = append(j.file.Targets, Target{Span: j.SpanOf(at, at+len(name)), Name: name, Needs: needs})
	j.bodies = append(j.bodies, nil)
	return len(j.file.Targets) - 1
}

func (j *justfile) alias(n int, rest string) {
	name, recipe, ok := strings.Cut(rest, ":=")
	if name = strings.TrimSpace(name); ok && name != "" {
		column := len("alias ") + strings.Index(string(j.Line(n))[len("alias "):], name)
		j.target(n, column, name, strings.Fields(withoutComment(recipe)))
	}
}

func (j *justfile) include(n int, rest string) {
	words := strings.Fields(withoutComment(rest))
	if len(words) == 0 {
		return
	}
	word := strings.Trim(words[len(words)-1], `'"`)
	line := string(j.Line(n))
	at := strings.LastIndex(line, word)
	j.file.Includes = append(j.file.Includes, Value{Span: j.SpanOf(j.Start(n)+at, j.Start(n)+at+len(word)), Text: word})
}

// setting reads `set shell := ["bash", "-c"]`.
func (j *justfile) setting(rest string) {
	name, value, _ := strings.Cut(rest, ":=")
	if strings.TrimSpace(name) != "shell" {
		return
	}
	words := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(` ,[]'"`, r) })
	j.dialect = dialectOf(strings.Join(words, " "), shell.Sh)
}

// assign keeps a literal, or what a command between backquotes answers.
func (j *justfile) assign(name, value string, exported bool) {
	if len(value) < 2 || value[0] != value[len(value)-1] || strings.Count(value, value[:1]) != 2 || len(value) > maxValue {
		delete(j.vars, name)
		return
	}
	text := value[1 : len(value)-1]
	switch value[0] {
	case '\'', '"':
	case '`':
		text = "$(" + text + ")"
	default:
		return
	}
	j.vars[name] = text
	if exported {
		if j.env == nil {
			j.env = map[string]string{}
		}
		j.env[name] = text
	}
}

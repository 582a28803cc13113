package pipeline

import (
	"bytes"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
	"github.com/checkrein/checkrein/checks/yamltext"
)

const (
	// maxTargets bounds the targets of one file, maxRules its rules, maxLines
	// the lines of its recipes, maxNeeds what all targets need.
	maxTargets = 5_000
	maxRules   = 20_000
	maxLines   = 100_000
	maxNeeds   = 200_000
)

func isMakefile(p place) bool {
	return p.base == "makefile" || p.base == "gnumakefile" || p.ext == ".mk"
}

// makefile is a Makefile while it is read. Both sides of a conditional are read.
type makefile struct {
	*source
	file    *File
	vars    *makeVars
	prefix  byte // of recipe lines
	at      map[string]int
	current []int // the targets that recipe lines belong to
	recipes []makeRecipe
	needed  int // by all targets
	lines   int // of recipes
	full    bool
}

// makeRecipe is a recipe before its variables are known.
type makeRecipe struct {
	targets []int
	lines   []makeLine
}

// makeLine is a line as written, without the recipe's prefix.
type makeLine struct {
	text string
	at   shell.Position
}

// readMakefile reads rules with their recipes. A recipe is one text, though make gives each
// line of it a shell of its own. A canned recipe is a target named "define NAME", and those
// that use it need it.
func readMakefile(_ place, data []byte) *File {
	m := &makefile{
		source: newSource(data), file: &File{Format: Makefile},
		vars: newMakeVars(), prefix: '\t', at: map[string]int{},
	}
	for n := 1; n <= m.LineCount(); n++ {
		n = m.read(n)
	}
	m.finish()
	return m.file
}

// read reads the logical line that begins at line n and answers its last line.
func (m *makefile) read(n int) int {
	line := m.Line(n)
	if n == 1 {
		line = bytes.TrimPrefix(line, []byte(yamltext.BOM))
	}
	if len(line) > 0 && line[0] == m.prefix && len(m.current) > 0 {
		return m.recipeLine(n)
	}
	last := m.lastOf(n)
	text := m.joined(n, last)
	word, rest, _ := strings.Cut(text, " ")
	switch word {
	case "", "ifeq", "ifneq", "ifdef", "ifndef", "else", "endif", "unexport", "vpath", "undefine":
	case "include", "-include", "sinclude":
		m.include(m.wordsOf(n, last), rest)
	case "define":
		return m.define(n, rest)
	default:
		m.statement(n, last, text)
	}
	return last
}

// lastOf is the last line of what continues from line n.
func (m *makefile) lastOf(n int) int {
	for n < m.LineCount() && continues(m.Line(n)) {
		n++
	}
	return n
}

// continues reports whether a line ends with an odd number of backslashes.
func continues(line []byte) bool {
	rest := bytes.TrimRight(line, `\`)
	return (len(line)-len(rest))%2 == 1
}

// joined are lines as one, without comments and outer blanks.
func (m *makefile) joined(from, to int) string {
	var parts []string
	for n := from; n <= to; n++ {
		line := string(m.Line(n))
		if n == 1 {
			line = strings.TrimPrefix(line, yamltext.BOM)
		}
		if n < to {
			line = strings.TrimSuffix(line, `\`)
		}
		parts = append(parts, strings.TrimSpace(line))
	}
	return strings.TrimSpace(withoutComment(strings.Join(parts, " ")))
}

// withoutComment cuts a text at its first "#" that is not escaped.
func withoutComment(text string) string {
	for i := range len(text) {
		if text[i] == '#' && (i == 0 || text[i-1] != '\\') {
			return text[:i]
		}
	}
	return text
}

func (m *makefile) include(places makePlaces, rest string) {
	for _, word := range strings.Fields(rest) {
		m.file.Includes = append(m.file.Includes, Value{Span: places.of(word), Text: word})
	}
}

// makePlaces are the places of the words of a logical line, the first of equal ones.
type makePlaces struct {
	*source
	at    map[string]int // offset
	whole checks.Span
}

func (m *makefile) wordsOf(from, to int) makePlaces {
	places := makePlaces{m.source, map[string]int{}, m.SpanOf(m.Start(from), m.Start(from)+len(m.Line(from)))}
	for n := from; n <= to; n++ {
		line := string(m.Line(n))
		for at := 0; at < len(line); {
			length := strings.IndexAny(line[at:]+" ", " \t:;=")
			if _, again := places.at[line[at:at+length]]; !again {
				places.at[line[at:at+length]] = m.Start(n) + at
			}
			at += length + 1
		}
	}
	return places
}

// of is the place of a word; the whole first line's where it does not stand there as it is.
func (p makePlaces) of(word string) checks.Span {
	if at, ok := p.at[word]; ok {
		return p.SpanOf(at, at+len(word))
	}
	return p.whole
}

// statement is an assignment or a rule.
func (m *makefile) statement(n, last int, text string) {
	if name, op, value, ok := makeAssignment(text); ok {
		m.vars.assign(name, op, value)
		if name == ".RECIPEPREFIX" {
			m.prefix = append([]byte(value), '\t')[0]
		}
		return
	}
	m.rule(n, last, text)
}

// rule reads "targets: needs | needs ; command".
func (m *makefile) rule(n, last int, text string) {
	head, command, inline := cutOutside(text, ';')
	names, needs, ok := cutOutside(head, ':')
	if !ok {
		m.vars.exports(text)
		return
	}
	needs = strings.TrimLeft(needs, ":")
	if _, _, _, assigns := makeAssignment(needs); assigns {
		return // a variable of that target alone
	}
	if _, static, ok := cutOutside(needs, ':'); ok {
		needs = static
	}
	m.current = nil
	if len(m.recipes) > maxRules {
		m.full = true
		return
	}
	places := m.wordsOf(n, last)
	for _, name := range strings.Fields(m.vars.expand(names)) {
		if isSpecialTarget(name) {
			continue
		}
		if i := m.target(name, places.of(name)); i >= 0 {
			m.current = append(m.current, i)
		}
	}
	m.needs(strings.Fields(m.vars.expand(strings.ReplaceAll(needs, "|", " "))))
	m.recipes = append(m.recipes, makeRecipe{targets: m.current})
	if command = strings.Trim(command, " \t@+-"); inline && command != "" {
		at := max(bytes.Index(m.Line(n), []byte(command)), 0)
		m.addLine(makeLine{command, shell.Position{Line: n, Column: at + 1}})
	}
}

// isSpecialTarget: ".PHONY" and its like name no work.
func isSpecialTarget(name string) bool {
	return len(name) > 1 && name[0] == '.' && name[1] >= 'A' && name[1] <= 'Z' && strings.ToUpper(name) == name
}

// needs adds what all current targets need.
func (m *makefile) needs(names []string) {
	if m.needed += len(m.current) * len(names); m.needed > maxNeeds {
		m.full = true
		return
	}
	for _, i := range m.current {
		t := &m.file.Targets[i]
		t.Needs = append(t.Needs, names...)
	}
}

// target is the index of a target, made where it is new; -1 where there are too many.
func (m *makefile) target(name string, span checks.Span) int {
	if i, ok := m.at[name]; ok {
		return i
	}
	if len(m.file.Targets) == maxTargets {
		m.full = true
		return -1
	}
	i := len(m.file.Targets)
	m.at[name] = i
	m.file.Targets = append(m.file.Targets, Target{Span: span, Name: name})
	return i
}

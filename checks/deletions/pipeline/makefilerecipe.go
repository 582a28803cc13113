package pipeline

import (
	"maps"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// define reads a canned recipe up to its "endef".
func (m *makefile) define(n int, rest string) int {
	name := strings.TrimSpace(strings.TrimRight(strings.TrimSpace(rest), ":?+="))
	target := m.target(definePrefix+name, m.wordsOf(n, n).of(name))
	var lines []makeLine
	for n++; n <= m.LineCount(); n++ {
		line := string(m.Line(n))
		if strings.TrimSpace(line) == "endef" {
			break
		}
		text := strings.TrimLeft(line, " \t")
		lines = append(lines, makeLine{text, shell.Position{Line: n, Column: len(line) - len(text) + 1}})
	}
	if target >= 0 {
		m.recipes = append(m.recipes, makeRecipe{[]int{target}, lines})
		m.vars.canned[name] = true
	}
	m.current = nil
	return min(n, m.LineCount())
}

// definePrefix begins the names of canned recipes.
const definePrefix = "define "

func (m *makefile) addLine(line makeLine) {
	if m.lines++; m.lines > maxLines {
		m.full = true
		return
	}
	r := &m.recipes[len(m.recipes)-1]
	r.lines = append(r.lines, line)
}

// recipeLine takes a recipe's line, and those that continue it, as they are.
func (m *makefile) recipeLine(n int) int {
	last := m.lastOf(n)
	for i := n; i <= last; i++ {
		line := string(m.Line(i))
		text := line
		switch {
		case i == n:
			text = strings.TrimLeft(line[1:], " \t@+-")
		case line != "" && line[0] == m.prefix:
			text = line[1:]
		}
		m.addLine(makeLine{text, shell.Position{Line: i, Column: len(line) - len(text) + 1}})
	}
	return last
}

// finish gives targets their commands, now that all variables are known.
func (m *makefile) finish() {
	dialect := dialectOf(m.vars.expand("$(SHELL)"), shell.Sh)
	env := m.vars.environment()
	for i := range m.file.Targets {
		m.file.Targets[i].Dialect, m.file.Targets[i].Env = dialect, env
	}
	texts := make([]textBuilder, len(m.file.Targets))
	for _, r := range m.recipes {
		m.recipe(r, texts)
	}
	for i := range texts {
		m.file.Targets[i].Commands = texts[i].text()
	}
	if m.full || m.vars.spent > maxExpanded {
		m.file.Unread = append(m.file.Unread, Unread{
			Kind: checks.Defeated, Reason: "too many targets and recipes, or too much that they need or that variables stand for",
		})
	}
}

// lineCost is what the place of a line costs, in bytes.
const lineCost = 8

// recipe expands a recipe once and gives it to its targets.
func (m *makefile) recipe(r makeRecipe, texts []textBuilder) {
	if len(r.lines) == 0 || len(r.targets) == 0 {
		return
	}
	auto := map[string]string{}
	if t := m.file.Targets[r.targets[0]]; len(r.targets) == 1 && !strings.Contains(t.Name, "%") {
		auto["@"], auto["^"] = t.Name, strings.Join(t.Needs[:min(len(t.Needs), 100)], " ")
		if len(t.Needs) > 0 {
			auto["<"] = t.Needs[0]
		}
	}
	used := map[string]bool{}
	var b textBuilder
	for i, line := range r.lines {
		if i == 0 || !continues([]byte(r.lines[i-1].text)) {
			b.starts = starts{}
		}
		text, pieces := m.vars.recipe(line.text, auto, used)
		place := shifts{at: line.at, pieces: pieces}
		b.addShifted(text, place.position)
	}
	text := b.text()
	for _, i := range r.targets {
		if m.vars.spent += len(text.Body) + lineCost*len(text.Lines); m.vars.spent > maxExpanded {
			return
		}
		texts[i].addText(&text)
		for _, name := range slices.Sorted(maps.Keys(used)) {
			m.file.Targets[i].Needs = append(m.file.Targets[i].Needs, definePrefix+name)
		}
	}
}

package pipeline

import (
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// body reads the indented lines below line n for target i and answers the last of them.
func (j *justfile) body(n, i int) int {
	var lines []makeLine
	last, count, indent, joined := n, 0, "", false
	for n++; n <= j.LineCount(); n++ {
		line := string(j.Line(n))
		text := strings.TrimLeft(line, " \t")
		if text == "" {
			lines = append(lines, makeLine{"", shell.Position{Line: n, Column: 1}})
			continue
		}
		if len(text) == len(line) {
			break
		}
		if count == 0 {
			indent = line[:len(line)-len(text)]
		}
		lines = append(lines, j.bodyLine(n, line, indent, joined))
		joined = continues([]byte(line))
		last, count = n, len(lines)
	}
	if i >= 0 {
		j.bodies[i] = lines[:count]
	}
	return last
}

// bodyLine is a line without the recipe's indentation; what continues a line keeps its own.
func (j *justfile) bodyLine(n int, line, indent string, joined bool) makeLine {
	text, ok := strings.CutPrefix(line, indent)
	if !ok || joined {
		text = strings.TrimLeft(line, " \t")
	}
	return makeLine{text, shell.Position{Line: n, Column: len(line) - len(text) + 1}}
}

// finish gives a target its commands, now that all variables are known.
func (j *justfile) finish(t *Target, lines []makeLine) {
	for len(lines) > 0 && lines[0].text == "" {
		lines = lines[1:]
	}
	t.Dialect, t.Env = j.dialect, j.env
	whole := false
	if len(lines) > 0 {
		if d := shebang([]byte(lines[0].text)); d != "" {
			t.Dialect, whole = d, true
		}
	}
	var b textBuilder
	for i, line := range lines {
		text := line.text
		if !whole && (i == 0 || !continues([]byte(lines[i-1].text))) {
			b.starts = starts{}
			text = strings.TrimLeft(text, "@-")
		}
		at := line.at
		at.Column += len(line.text) - len(text)
		if text, pieces := templated(text, j.lookup); whole {
			b.add(text, at)
		} else {
			place := shifts{at: at, pieces: pieces}
			b.addShifted(text, place.position)
		}
	}
	t.Commands = b.text()
}

// lookup answers a variable or a text.
func (j *justfile) lookup(inner string) (string, bool) {
	if value, ok := j.vars[inner]; ok {
		return value, true
	}
	if len(inner) >= 2 && strings.ContainsAny(inner[:1], `'"`) && inner[0] == inner[len(inner)-1] && strings.Count(inner, inner[:1]) == 2 {
		return inner[1 : len(inner)-1], true
	}
	return "", false
}

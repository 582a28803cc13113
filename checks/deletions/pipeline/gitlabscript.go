package pipeline

import (
	"go.yaml.in/yaml/v3"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// steps are a job's script with what comes before it, in one shell, and what comes after.
func (g *gitlab) steps(n *yaml.Node, s scope) []Step {
	var steps []Step
	for _, part := range [][]string{{"before_script", "script"}, {"after_script"}} {
		var b textBuilder
		var span *yaml.Node
		for _, key := range part {
			script := g.setting(n, key)
			if key == "script" {
				script = g.inherited(n, key, 0)
			}
			if script != nil {
				span = script
			}
			g.script(script, &b, s.dialect, 0)
		}
		if span == nil || len(b.lines) == 0 {
			continue
		}
		text := b.text()
		steps = append(steps, Step{
			Span: g.blockOf(span), Index: len(steps), Name: part[len(part)-1],
			Run: &text, Dialect: s.dialect, Env: s.env,
		})
	}
	return steps
}

// script adds the lines of a text, a list or a list of lists; `!reference` is followed.
func (g *gitlab) script(n *yaml.Node, b *textBuilder, dialect shell.Dialect, depth int) {
	if n == nil || depth > maxExtends {
		return
	}
	if isSequence(n) && n.Tag == "!reference" {
		g.script(g.referenced(g.textsOf(n)), b, dialect, depth+1)
		return
	}
	for _, item := range g.oneOrMore(n) {
		switch {
		case isSequence(item):
			g.script(item, b, dialect, depth+1)
		case isText(item):
			b.addText(g.commandsIn(dialect, item))
		}
	}
}

// referenced is what `!reference [job, key]` names.
func (g *gitlab) referenced(names []string) *yaml.Node {
	if len(names) == 0 {
		return nil
	}
	return g.path(g.named[names[0]], names[1:]...)
}

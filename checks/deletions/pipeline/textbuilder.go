package pipeline

import (
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// textBuilder makes one text of lines that stand apart in a file.
type textBuilder struct {
	body   strings.Builder
	lines  []shell.Position
	starts starts
}

// add appends a line that stands at a place.
func (b *textBuilder) add(line string, at shell.Position) {
	if len(b.lines) > 0 {
		b.body.WriteByte('\n')
	}
	b.body.WriteString(line)
	b.lines = append(b.lines, at)
}

// addText appends all lines of a text; the empty one that a last line break makes is left out.
func (b *textBuilder) addText(t *shell.Text) {
	body := strings.TrimSuffix(t.Body, "\n")
	for i, line := range strings.Split(body, "\n") {
		b.add(line, t.Lines[min(i, len(t.Lines)-1)])
	}
}

func (b *textBuilder) text() shell.Text {
	return shell.Text{Body: b.body.String(), Lines: b.lines}
}

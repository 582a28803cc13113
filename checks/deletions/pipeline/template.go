package pipeline

import (
	"strings"

	"github.com/checkrein/checkrein/checks/deletions/shell"
)

// templated is a line with its "{{ … }}" filled in: by what lookup answers for the words
// within, else by a variable that no shell knows. The pieces tell how it differs.
func templated(text string, lookup func(inner string) (string, bool)) (string, []shift) {
	if !strings.Contains(text, "{{") {
		return text, nil
	}
	var b strings.Builder
	var pieces []shift
	piece := func(rest string, whole int, fixed bool) {
		pieces = append(pieces, shift{b.Len(), whole - len(rest), fixed})
	}
	for whole := len(text); ; {
		piece(text, whole, false)
		before, rest, found := strings.Cut(text, "{{")
		b.WriteString(before)
		inner, after, closed := strings.Cut(rest, "}}")
		switch {
		case !found:
			return b.String(), pieces
		case !closed:
			b.WriteString("{{" + rest)
			return b.String(), pieces
		default:
			piece("{{"+rest, whole, true)
			inner = strings.TrimSpace(strings.Trim(inner, "-"))
			value, known := lookup(inner)
			switch {
			case isControl(inner) && beginsLine(b.String()):
			case known && len(value) <= maxValue && b.Len() <= maxText:
				b.WriteString(value)
			default:
				b.WriteString(unknown(inner))
			}
		}
		text = after
	}
}

// isControl reports whether a template's words decide about what follows: at the beginning
// of a line they are left out, so that the command there is read. Within a line they stay
// unknown: an argument that may be missing is not given.
func isControl(inner string) bool {
	word, _, _ := strings.Cut(inner, " ")
	switch word {
	case "if", "else", "end", "range", "with":
		return true
	}
	return false
}

// beginsLine reports whether nothing but blanks stands before what comes.
func beginsLine(before string) bool { return strings.TrimSpace(before) == "" }

// addTemplated appends the lines of a text, filled in; each stays where it stands. A value
// of several lines becomes one.
func (b *textBuilder) addTemplated(t *shell.Text, lookup func(inner string) (string, bool)) {
	b.starts = starts{}
	onLine := func(inner string) (string, bool) {
		value, known := lookup(inner)
		return strings.Join(strings.Fields(value), " "), known
	}
	for i, line := range strings.Split(strings.TrimSuffix(t.Body, "\n"), "\n") {
		text, pieces := templated(line, onLine)
		place := shifts{at: t.Lines[min(i, len(t.Lines)-1)], pieces: pieces}
		b.addShifted(text, place.position)
	}
}

// unknown stands for a value that is not in the file: a shell's variable, named as far as
// the value is.
func unknown(name string) string {
	name = strings.TrimLeft(name, " \t.")
	end := 0
	for end < len(name) && isNameByte(name[end], end > 0) {
		end++
	}
	if end == 0 {
		return "${UNKNOWN_VALUE}"
	}
	return "${" + name[:end] + "}"
}

// isNameByte reports whether a shell takes a byte in a variable's name.
func isNameByte(c byte, digits bool) bool {
	return c == '_' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || digits && c >= '0' && c <= '9'
}

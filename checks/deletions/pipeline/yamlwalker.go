package pipeline

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// walker stands at the first byte of a scalar's value.
func (d *document) walker(n *yaml.Node) *walker {
	w := &walker{text: d.data, value: n.Value, style: n.Style, at: d.at(n)}
	switch {
	case n.Style&blockStyle != 0:
		header := bytes.IndexByte(w.text[w.at:], '\n')
		if header < 0 || strings.Trim(n.Value, " \t\n") == "" {
			w.lost = true
			break
		}
		w.at += header + 1
		w.skipSpace()
		w.done = len(n.Value) - len(strings.TrimLeft(n.Value, " \t\n"))
	case n.Style&quotedStyle != 0 && w.at < len(w.text):
		w.at++
	}
	return w
}

// walker walks a scalar's decoded value and its source side by side.
type walker struct {
	text  []byte
	value string
	style yaml.Style
	done  int // how much of the value is behind
	at    int // the offset that belongs to it
	lost  bool
}

// seek goes to the decoded byte k.
func (w *walker) seek(k int) {
	for w.done < k && !w.lost {
		w.step()
	}
}

// step goes at most one decoded character on. Folding turns line breaks with the blanks around
// them into a space or fewer breaks; between single quotes a doubled one is one.
func (w *walker) step() {
	switch {
	case w.at >= len(w.text) || w.done >= len(w.value):
		w.lost = true
	case w.style&yaml.DoubleQuotedStyle != 0 && w.text[w.at] == '\\':
		w.escape()
	case w.text[w.at] == w.value[w.done]:
		if w.style&yaml.SingleQuotedStyle != 0 && w.text[w.at] == '\'' {
			w.at++
		}
		w.at++
		w.done++
	case w.value[w.done] == ' ' || w.value[w.done] == '\n':
		w.skipSpace()
		w.done++
	case isSpace(w.text[w.at]):
		w.skipSpace()
	default:
		w.lost = true
	}
}

// escape goes over a backslash and what belongs to it; before a line break it joins the lines.
func (w *walker) escape() {
	if w.at+1 >= len(w.text) {
		w.lost = true
		return
	}
	length := 2
	switch w.text[w.at+1] {
	case '\r', '\n':
		w.at++
		w.skipSpace()
		return
	case 'x':
		length += 2
	case 'u':
		length += 4
	case 'U':
		length += 8
	}
	_, size := utf8.DecodeRuneInString(w.value[w.done:])
	w.at = min(w.at+length, len(w.text))
	w.done += size
}

// settle goes over indentation to the source of the next decoded byte.
func (w *walker) settle() {
	if w.done < len(w.value) && !isSpace(w.value[w.done]) {
		w.skipSpace()
	}
}

func (w *walker) skipSpace() {
	for w.at < len(w.text) && isSpace(w.text[w.at]) {
		w.at++
	}
}

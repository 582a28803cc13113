package shell

import (
	"slices"
	"strings"
)

// part is a piece of a word: a text, or what is not known. It stands at at..end of the
// whole text; fixed: not byte by byte, as what a variable holds.
type part struct {
	text    string
	from    string // of a gap
	gap     bool
	at, end int
	fixed   bool
	assumed bool // a default that holds because nothing in sight sets the variable
}

// value is what a word or a variable holds.
type value []part

// unknown is a value of which nothing is known but what it hangs on.
func unknown(from string, at, end int) value {
	return value{{gap: true, from: from, at: at, end: end}}
}

func literal(text string, at, end int) value {
	return value{{text: text, at: at, end: end, fixed: true}}
}

// known is the text of a value without gaps.
func (v value) known() (string, bool) {
	if len(v) == 1 && !v[0].gap {
		return v[0].text, true
	}
	var b strings.Builder
	for _, p := range v {
		if p.gap {
			return "", false
		}
		b.WriteString(p.text)
	}
	return b.String(), true
}

// text is the known text, or "" where not all is known.
func (v value) text() string {
	t, _ := v.known()
	return t
}

// begins is the known text at its beginning.
func (v value) begins() string {
	var b strings.Builder
	for _, p := range v {
		if p.gap {
			break
		}
		b.WriteString(p.text)
	}
	return b.String()
}

func (v value) size() int {
	n := 0
	for _, p := range v {
		n += len(p.text) + len(p.from) + 1
	}
	return n
}

// standing is the value as it is when it stands at another place.
func (v value) standing(at, end int) value {
	moved := slices.Clone(v)
	for i := range moved {
		moved[i].at, moved[i].end, moved[i].fixed = at, end, true
	}
	return moved
}

// word is the value as it is told.
func (v value) word() Word {
	if len(v) == 1 && !v[0].gap {
		return Word{Text: clean(v[0].text)}
	}
	var w Word
	var b strings.Builder
	for _, p := range v {
		if p.gap {
			b.WriteString(Gap)
			w.From = append(w.From, clipTo(strings.ToValidUTF8(p.from, "?"), maxFrom))
			continue
		}
		b.WriteString(clean(p.text))
	}
	w.Text = b.String()
	return w
}

// clean is a text in which no gap stands but those that are meant.
func clean(text string) string {
	return strings.ReplaceAll(text, Gap, "?")
}

// valueOf is a word that was told, standing at a place.
func valueOf(w Word, at, end int) value {
	var v value
	for i, text := range strings.Split(w.Text, Gap) {
		if i > 0 && i <= len(w.From) {
			v = append(v, unknown(w.From[i-1], at, end)...)
		}
		if text != "" {
			v = append(v, literal(text, at, end)...)
		}
	}
	return v
}

// same tells whether two values are.
func same(a, b value) bool {
	x, y := a.word(), b.word()
	return x.Text == y.Text && slices.Equal(x.From, y.From)
}

// slice is a part of the value by offsets in its text, a gap counting as one byte.
func (v value) slice(from, to int) value {
	var out value
	n := 0
	for _, p := range v {
		size := len(p.text)
		if p.gap {
			size = 1
		}
		a, b := max(from-n, 0), min(to-n, size)
		n += size
		if a >= b {
			continue
		}
		if !p.gap {
			p.text = p.text[a:b]
			if !p.fixed {
				p.at, p.end = p.at+a, p.at+b
			}
		}
		out = append(out, p)
	}
	return out
}

// flat is the text by which slice counts.
func (v value) flat() string {
	var b strings.Builder
	for _, p := range v {
		if p.gap {
			b.WriteByte('_')
			continue
		}
		b.WriteString(p.text)
	}
	return b.String()
}

// fields are the words into which a shell splits the value.
func (v value) fields() []value {
	var out []value
	var word value
	flush := func() {
		if len(word) > 0 {
			out, word = append(out, word), nil
		}
	}
	for _, p := range v {
		if p.gap {
			word = append(word, p)
			continue
		}
		for i := 0; i < len(p.text); {
			if isBlank(p.text[i]) {
				flush()
				i++
				continue
			}
			j := i
			for j < len(p.text) && !isBlank(p.text[j]) {
				j++
			}
			word = append(word, value{p}.slice(i, j)...)
			i = j
		}
	}
	flush()
	return out
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\n' }

// field is one word of a command, from..to of the whole text.
type field struct {
	value
	from, to int
}

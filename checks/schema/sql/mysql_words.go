package sql

import "strings"

// wordIndex finds names in a statement where the parser does not tell their places.
type wordIndex struct {
	text   string
	tokens []token
	at     map[string][]int // by name in lower case: which tokens
}

func newWordIndex(text string) *wordIndex { return &wordIndex{text: text} }

func (w *wordIndex) load() {
	if w.at != nil {
		return
	}
	w.tokens, w.at = lexAll(w.text), map[string][]int{}
	for i, t := range w.tokens {
		if t.kind == wordToken || t.kind == quotedToken {
			name := strings.ToLower(w.name(t))
			w.at[name] = append(w.at[name], i)
		}
	}
}

// name is what a token names, without its quotes.
func (w *wordIndex) name(t token) string {
	text := w.text[t.start:t.end]
	if t.kind != quotedToken {
		return text
	}
	return strings.ReplaceAll(strings.Trim(text, "`"), "``", "`")
}

// after is the first place of a name at or behind an offset.
func (w *wordIndex) after(name string, offset int) extent {
	w.load()
	for _, i := range w.at[strings.ToLower(name)] {
		if t := w.tokens[i]; t.start >= offset {
			return extent{t.start, t.end}
		}
	}
	return extent{0, len(w.text)}
}

// before is the last place of a name that ends before an offset.
func (w *wordIndex) before(name string, offset int) extent {
	w.load()
	places := w.at[strings.ToLower(name)]
	for j := len(places) - 1; j >= 0; j-- {
		if t := w.tokens[places[j]]; t.end <= offset {
			return extent{t.start, t.end}
		}
	}
	return w.after(name, 0)
}

// defined is the first place at or behind an offset where a name begins a definition: behind
// a bracket, a comma, or a word that leads to one.
func (w *wordIndex) defined(name string, offset int) extent {
	w.load()
	for _, i := range w.at[strings.ToLower(name)] {
		t := w.tokens[i]
		if t.start < offset || i == 0 {
			continue
		}
		before := w.tokens[i-1]
		switch strings.ToUpper(w.text[before.start:before.end]) {
		case "(", ",", "ADD", "COLUMN", "EXISTS":
			return extent{t.start, t.end}
		}
	}
	return w.after(name, offset)
}

// spelled is a name with what qualifies it that begins at an offset, and its last part.
func (w *wordIndex) spelled(offset int) (whole, last extent) {
	l := &lexer{dialect: "mysql", text: w.text, at: offset, end: len(w.text)}
	t := l.next()
	whole, last = extent{t.start, t.end}, extent{t.start, t.end}
	for {
		ahead := *l
		if dot := ahead.next(); ahead.mark(dot) != '.' {
			return whole, last
		}
		t := ahead.next()
		if t.kind == endToken {
			return whole, last
		}
		*l = ahead
		whole.end, last = t.end, extent{t.start, t.end}
	}
}

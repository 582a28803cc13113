package sql

import (
	"sort"
	"strings"
)

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

// from are the places of a name at or behind an offset, and how many there are before.
func (w *wordIndex) from(name string, offset int) (places []int, before int) {
	w.load()
	all := w.at[strings.ToLower(name)]
	before = sort.Search(len(all), func(i int) bool { return w.tokens[all[i]].start >= offset })
	return all, before
}

// after is the first place of a name at or behind an offset.
func (w *wordIndex) after(name string, offset int) extent {
	if places, i := w.from(name, offset); i < len(places) {
		t := w.tokens[places[i]]
		return extent{t.start, t.end}
	}
	return extent{0, len(w.text)}
}

// before is the last place of a name that begins before an offset.
func (w *wordIndex) before(name string, offset int) extent {
	if places, i := w.from(name, offset); i > 0 {
		t := w.tokens[places[i-1]]
		return extent{t.start, t.end}
	}
	return w.after(name, 0)
}

// defined is the first place at or behind an offset where a name begins a definition: behind
// a bracket, a comma, or a word that leads to one. Not more than a few are looked at.
func (w *wordIndex) defined(name string, offset int) extent {
	const most = 50
	places, i := w.from(name, offset)
	for n := 0; i < len(places) && n < most; i, n = i+1, n+1 {
		if places[i] == 0 {
			continue
		}
		t, before := w.tokens[places[i]], w.tokens[places[i]-1]
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

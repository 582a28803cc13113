package shell

import (
	"slices"
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// words are the words that one word of the text expands to.
func (w walk) words(word *syntax.Word) []field {
	fields := w.split(word)
	if len(fields) != 1 || slices.ContainsFunc(word.Parts, isNotPlain) {
		return fields
	}
	var out []field
	for _, v := range braces(fields[0].value) {
		out = append(out, field{v, fields[0].from, fields[0].to})
	}
	return out
}

func isNotPlain(p syntax.WordPart) bool {
	_, plain := p.(*syntax.Lit)
	return !plain
}

// braces are the words that `a{b,c}` stands for; lists within lists are left as they are.
func braces(v value) []value {
	text := v.flat()
	open := strings.IndexByte(text, '{')
	if open < 0 {
		return []value{v}
	}
	n := strings.IndexAny(text[open+1:], "{}")
	if n < 0 || text[open+1+n] == '{' || !strings.Contains(text[open+1:open+1+n], ",") || strings.Count(text, "{") > 1 {
		return []value{v}
	}
	end := open + 1 + n
	var out []value
	for from := open + 1; from <= end; {
		to := from + strings.IndexAny(text[from:], ",}")
		each := append(v.slice(0, open), v.slice(from, to)...)
		out, from = append(out, append(each, v.slice(end+1, len(text))...)), to+1
	}
	return out
}

// split expands a word without braces.
func (w walk) split(word *syntax.Word) []field {
	b := builder{from: w.src.at(int(word.Pos().Offset())), to: w.src.until(int(word.End().Offset()))}
	for _, p := range word.Parts {
		w.part(&b, p, false)
	}
	return b.done()
}

// joined expands a word that is not split: of an assignment, a redirection.
func (w walk) joined(word *syntax.Word) value {
	if word == nil {
		return nil
	}
	var v value
	for i, f := range w.quoted(word.Parts) {
		if i > 0 {
			v = append(v, literal(" ", f.from, f.from)...)
		}
		v = append(v, f.value...)
	}
	w.spend(v.size())
	return v
}

// quoted expands parts as within double quotes, but for those that are quoted themselves.
func (w walk) quoted(parts []syntax.WordPart) []field {
	b := builder{whole: true}
	for _, p := range parts {
		w.part(&b, p, false)
	}
	return b.done()
}

// builder puts words together from the parts of one.
type builder struct {
	from, to int
	whole    bool // never split
	begun    bool // there is a word, even if it is empty
	word     value
	out      []field
}

func (b *builder) add(v value) { b.word, b.begun = append(b.word, v...), true }

func (b *builder) end() {
	if b.begun {
		b.out = append(b.out, field{b.word, b.from, b.to})
	}
	b.word, b.begun = nil, false
}

func (b *builder) done() []field {
	b.end()
	return b.out
}

// split adds what an expansion outside quotes gives.
func (b *builder) split(v value) {
	if b.whole {
		b.add(v)
		return
	}
	if len(v) == 0 {
		return
	}
	if t := v[0]; !t.gap && t.text != "" && isBlank(t.text[0]) {
		b.end()
	}
	for i, f := range v.fields() {
		if i > 0 {
			b.end()
		}
		b.add(f)
	}
	if t := v[len(v)-1]; !t.gap && t.text != "" && isBlank(t.text[len(t.text)-1]) {
		b.end()
	}
}

// list adds words of their own: of "$@" and arrays.
func (b *builder) list(words []field) {
	for i, f := range words {
		if i > 0 {
			b.end()
		}
		alone := !b.begun
		b.add(f.value)
		if alone && f.to > f.from && !b.whole { // it stands where it was written
			b.out = append(b.out, field{b.word, f.from, f.to})
			b.word, b.begun = nil, false
		}
	}
}

// part adds one part of a word.
func (w walk) part(b *builder, p syntax.WordPart, quoted bool) {
	if !w.step(1) {
		return
	}
	switch p := p.(type) {
	case *syntax.Lit:
		b.add(w.lit(p, quoted))
	case *syntax.SglQuoted:
		b.add(w.single(p))
	case *syntax.DblQuoted:
		b.begun = b.begun || !listsWords(p)
		for _, inner := range p.Parts {
			w.part(b, inner, true)
		}
	case *syntax.ParamExp:
		w.param(b, p, quoted)
	case *syntax.CmdSubst:
		w.give(b, w.substitution(p), quoted)
	case *syntax.ProcSubst:
		w.within().stmts(p.Stmts)
		b.add(w.gap(p, w.shown(p.Pos(), p.End())))
	case *syntax.ArithmExp:
		w.inside(p.X)
		b.add(w.gap(p, w.shown(p.Pos(), p.End())))
	default: // a pattern
		b.add(w.src.run(int(p.Pos().Offset()), min(int(p.End().Offset()), len(w.src.text))))
	}
}

// listsWords tells whether quotes hold nothing but "$@" or all of an array.
func listsWords(q *syntax.DblQuoted) bool {
	if len(q.Parts) != 1 {
		return false
	}
	p, ok := q.Parts[0].(*syntax.ParamExp)
	return ok && all(p) == "@"
}

// give adds what an expansion holds.
func (w walk) give(b *builder, v value, quoted bool) {
	w.spend(v.size())
	if quoted {
		b.add(v)
		return
	}
	b.split(v)
}

func (w walk) gap(n syntax.Node, from string) value {
	return unknown(clip(from), w.src.at(int(n.Pos().Offset())), w.src.until(int(n.End().Offset())))
}

// substitution runs what a `$(…)` holds and is what that writes, where it is known.
func (w walk) substitution(c *syntax.CmdSubst) value {
	out := w.within().stmts(c.Stmts)
	if out == nil {
		return w.gap(c, w.shown(c.Pos(), c.End()))
	}
	return trimmed(out)
}

// trimmed is a value without the line ends at its end.
func trimmed(v value) value {
	v = slices.Clone(v)
	for len(v) > 0 && !v[len(v)-1].gap {
		last := &v[len(v)-1]
		if last.text = strings.TrimRight(last.text, "\n"); last.text != "" {
			break
		}
		v = v[:len(v)-1]
	}
	return v
}

func clip(text string) string { return clipTo(text, maxWritten) }

func clipTo(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most-len("…")], "") + "…"
}

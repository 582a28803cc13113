package shell

import (
	"strings"

	"mvdan.cc/sh/v3/syntax"
)

// lit is plain text with its backslashes taken off.
func (w walk) lit(l *syntax.Lit, quoted bool) value {
	from, to := int(l.ValuePos.Offset()), min(int(l.ValueEnd.Offset()), len(w.src.text))
	return w.src.unescaped(from, to, func(next byte) bool {
		return !quoted || strings.IndexByte("$`\"\\\n", next) >= 0
	})
}

// unescaped is the text between two offsets without the backslashes before what `escapes`
// names; one before a line end takes it along. Line ends are plain ones.
func (s *source) unescaped(from, to int, escapes func(byte) bool) value {
	if strings.IndexByte(s.text[from:to], '\\') < 0 && strings.IndexByte(s.text[from:to], '\r') < 0 {
		return s.run(from, to)
	}
	var v value
	begin := from
	for i := from; i < to; i++ {
		n := 0
		switch {
		case s.text[i] == '\r' && i+1 < to && s.text[i+1] == '\n':
			v, begin = append(v, s.run(begin, i)...), i+1
		case s.text[i] == '\\' && i+1 == to && to < len(s.text) && strings.IndexByte("\r\n", s.text[to]) >= 0 && escapes('\n'):
			return append(v, s.run(begin, i)...) // the parser ends its text here
		case s.text[i] == '\\' && i+1 < to && escapes(s.text[i+1]):
			if n = 1; s.text[i+1] == '\n' {
				n = 2
			} else if strings.HasPrefix(s.text[i+1:to], "\r\n") {
				n = 3
			}
			v, begin = append(v, s.run(begin, i)...), i+n
			i = i + max(n, 2) - 1
		}
	}
	return append(v, s.run(min(begin, to), to)...)
}

// single is what stands in single quotes.
func (w walk) single(q *syntax.SglQuoted) value {
	from, to := int(q.Left.Offset())+1, min(int(q.Right.Offset()), len(w.src.text))
	if q.Dollar {
		v := w.src.run(min(from+1, to), to)
		for i := range v {
			if !v[i].gap && strings.Contains(v[i].text, `\`) {
				v[i].text, v[i].fixed = unbackslashed(v[i].text), true
			}
		}
		return v
	}
	return w.src.unescaped(from, to, func(byte) bool { return false })
}

// heredoc is the body of a here-document.
func (w walk) heredoc(r *syntax.Redirect) value {
	if r.Hdoc == nil {
		return nil
	}
	verbatim := false
	for _, p := range r.Word.Parts {
		lit, ok := p.(*syntax.Lit)
		verbatim = verbatim || !ok || strings.Contains(w.src.text[lit.Pos().Offset():min(int(lit.End().Offset()), len(w.src.text))], `\`)
	}
	var v value
	for i, p := range r.Hdoc.Parts {
		lit, ok := p.(*syntax.Lit)
		if !ok {
			b := builder{whole: true}
			w.part(&b, p, true)
			for _, f := range b.done() {
				v = append(v, f.value...)
			}
			continue
		}
		from, to := int(lit.ValuePos.Offset()), min(int(lit.ValueEnd.Offset()), len(w.src.text))
		if i == len(r.Hdoc.Parts)-1 { // the word that ends it belongs to it here
			to = from + strings.LastIndexByte(w.src.text[from:to], '\n') + 1
		}
		v = append(v, w.hereText(from, to, verbatim, r.Op == syntax.DashHdoc)...)
	}
	w.spend(v.size())
	return v
}

// hereText is plain text of a here-document; tabs: those at the beginning of lines do not count.
func (w walk) hereText(from, to int, verbatim, tabs bool) value {
	escapes := func(next byte) bool { return !verbatim && strings.IndexByte("$`\\\n", next) >= 0 }
	if !tabs {
		return w.src.unescaped(from, to, escapes)
	}
	var v value
	for from < to {
		end := to
		if n := strings.IndexByte(w.src.text[from:to], '\n'); n >= 0 {
			end = from + n + 1
		}
		if from == 0 || w.src.text[from-1] == '\n' {
			for from < end && w.src.text[from] == '\t' {
				from++
			}
		}
		v, from = append(v, w.src.unescaped(from, end, escapes)...), end
	}
	return v
}

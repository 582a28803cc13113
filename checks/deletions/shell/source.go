package shell

import (
	"slices"
	"sort"
	"strings"
)

// source is a text as the parser of its dialect is given it: what is not known is covered
// by underscores, and each byte knows where in the whole text it stands.
type source struct {
	text   string
	gaps   []gap     // in order
	pieces []segment // in order, from 0 on
}

// gap is a covered part of a source.
type gap struct {
	start, end int
	from       string
}

// segment begins at start and stands at `at` of the whole text; fixed: all of it stands
// there together, as what a variable held does.
type segment struct {
	start   int
	at, end int
	fixed   bool
}

// rootSource is the whole text, with its expressions covered at equal length.
func rootSource(body string, dialect Dialect) *source {
	src := &source{text: body, pieces: []segment{{end: len(body)}}}
	if src.gaps = expressions(body); dialect == Sh || dialect == "" {
		src.gaps = append(src.gaps, templates(body, src.gaps)...)
		slices.SortFunc(src.gaps, func(a, b gap) int { return a.start - b.start })
	}
	src.text = covered(body, src.gaps)
	return src
}

// covered is the text with underscores in place of the gaps, and of zero bytes, which
// parsers leave out.
func covered(text string, gaps []gap) string {
	if len(gaps) == 0 && !strings.Contains(text, "\x00") {
		return text
	}
	b := []byte(text)
	for _, g := range gaps {
		for i := g.start; i < g.end; i++ {
			b[i] = '_'
		}
	}
	for i, c := range b {
		if c == 0 {
			b[i] = '_'
		}
	}
	return string(b)
}

// sourceOf is the text that a value is: of a script that is handed over as a word.
func sourceOf(v value) *source {
	src := &source{}
	var b strings.Builder
	for _, p := range v {
		src.pieces = append(src.pieces, segment{start: b.Len(), at: p.at, end: p.end, fixed: p.fixed || p.gap})
		if p.gap {
			src.gaps = append(src.gaps, gap{b.Len(), b.Len() + 1, p.from})
			b.WriteByte('_')
			continue
		}
		b.WriteString(strings.ReplaceAll(p.text, "\x00", "_"))
	}
	src.text = b.String()
	return src
}

// at tells where in the whole text an offset stands.
func (s *source) at(offset int) int {
	i := s.piece(offset)
	if i < 0 {
		return 0
	}
	p := s.pieces[i]
	if p.fixed {
		return p.at
	}
	return min(p.at+offset-p.start, p.end)
}

// until is at for the end of something: what a fixed piece holds ends where that ends.
func (s *source) until(offset int) int {
	i := s.piece(max(offset-1, 0))
	if i < 0 {
		return 0
	}
	p := s.pieces[i]
	if p.fixed {
		return p.end
	}
	return min(p.at+offset-p.start, p.end)
}

func (s *source) piece(offset int) int {
	return sort.Search(len(s.pieces), func(i int) bool { return s.pieces[i].start > offset }) - 1
}

// gapFrom is the index of the first gap that ends after offset.
func (s *source) gapFrom(offset int) int {
	return sort.Search(len(s.gaps), func(i int) bool { return s.gaps[i].end > offset })
}

// run is the text between two offsets as it stands, gaps left open.
func (s *source) run(from, to int) value {
	var v value
	for g := s.gapFrom(from); from < to; {
		if g < len(s.gaps) && s.gaps[g].start <= from {
			end := s.gaps[g].end
			v = append(v, part{gap: true, from: s.gaps[g].from, at: s.at(s.gaps[g].start), end: s.until(end)})
			from, g = end, g+1
			continue
		}
		end := to
		if g < len(s.gaps) {
			end = min(end, s.gaps[g].start)
		}
		v = s.plain(v, from, end)
		from = end
	}
	return v
}

// plain appends a text without gaps, cut where its place in the whole text jumps.
func (s *source) plain(v value, from, to int) value {
	for i := s.piece(from); from < to; i++ {
		end := to
		if i+1 < len(s.pieces) {
			end = min(end, s.pieces[i+1].start)
		}
		p := part{text: s.text[from:end], at: s.at(from), end: s.until(end), fixed: i >= 0 && s.pieces[i].fixed}
		v, from = append(v, p), end
	}
	return v
}

// shown is the text between two offsets with what the gaps are.
func (s *source) shown(from, to int) string {
	var b strings.Builder
	for g := s.gapFrom(from); from < to; g++ {
		if g == len(s.gaps) || s.gaps[g].start >= to {
			b.WriteString(s.text[from:to])
			break
		}
		b.WriteString(s.text[from:max(from, s.gaps[g].start)])
		b.WriteString("${{ " + s.gaps[g].from + " }}")
		from = s.gaps[g].end
	}
	return b.String()
}

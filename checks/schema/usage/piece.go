package usage

import (
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/sql"
)

// piece is SQL in code: text is as long as the file's text from start, with what is no SQL
// (quotes, signs that join literals) blanked and what code puts in masked.
type piece struct {
	start int
	text  string
	holes []hole // in the file
	tag   string
	// sure: the code around it says that it is SQL.
	sure bool
}

// shortMask is a mask for what is only two bytes long: a letter that no name has.
const shortMask = "\u0180"

// masked reports whether a name is, or holds, what code puts in.
func masked(name string) bool { return sql.IsMask(name) || strings.Contains(name, shortMask) }

func maskOf(length int) string {
	switch {
	case length >= sql.MaskLen:
		return sql.Mask(length)
	case length == len(shortMask):
		return shortMask
	}
	return strings.Repeat(" ", length)
}

// maxPiece is the length of SQL that is read; nobody writes longer statements by hand.
const maxPiece = 200_000

// pieces are those literals that begin like SQL, each with what is joined to it.
func pieces(l language, text string, literals []literal, take func(piece)) {
	for i := 0; i < len(literals); i++ {
		first := literals[i]
		if first.end-first.start < 6 || !begins(text[first.start:first.end]) {
			continue
		}
		c := chain{language: l, text: text, literals: literals, at: i, end: first.close}
		p := piece{start: first.start, tag: first.tag}
		out := p.content(make([]byte, 0, first.end-first.start+40), text, first)
		for end := first.end; len(out) < maxPiece; {
			next, operand, ok := c.next()
			if !ok {
				break
			}
			start := next.start
			if next.close == 0 {
				start = c.end // an operand behind the last literal
			}
			out = p.glue(out, text, end, start, operand)
			if next.close == 0 {
				break
			}
			out = p.content(out, text, next)
			end = next.end
		}
		if len(out) >= maxPiece {
			continue
		}
		p.text = p.templates(string(out))
		p.sure = certain(p.tag) || certain(calledBefore(text, first.open))
		i = c.at
		take(p)
	}
}

// glue blanks what joins two literals, or masks it where it holds an operand.
func (p *piece) glue(out []byte, text string, from, to int, operand bool) []byte {
	if !operand {
		return append(out, blanks(text[from:to])...)
	}
	p.holes = append(p.holes, hole{from, to})
	return append(out, maskOf(to-from)...)
}

// templated is what a template engine, or a later format, puts in.
var templated = regexp.MustCompile(`\{\{[^{}\n]*\}\}|\{%[^{}\n]*%\}|\{[A-Za-z_]\w*\}`)

// templates masks what is put in later: {name}, {{ name }}.
func (p *piece) templates(text string) string {
	if !strings.Contains(text, "{") {
		return text
	}
	matches := templated.FindAllStringIndex(text, 500)
	if matches == nil {
		return text
	}
	out := []byte(text)
	for _, m := range matches {
		copy(out[m[0]:m[1]], maskOf(m[1]-m[0]))
		p.holes = append(p.holes, hole{p.start + m[0], p.start + m[1]})
	}
	slices.SortFunc(p.holes, func(a, b hole) int { return a.start - b.start })
	return string(out)
}

// blanks are as long as a text and keep its lines.
func blanks(text string) string {
	out := []byte(text)
	for i, c := range out {
		if c != '\n' {
			out[i] = ' '
		}
	}
	return string(out)
}

// clause is code that puts in the rest of a statement, and no part of a name.
var clause = regexp.MustCompile(`(?i)where|filter|clause|cond|order|limit|join|suffix|paginat`)

// content is a literal's text with its escapes blanked and its holes masked.
func (p *piece) content(out []byte, text string, l literal) []byte {
	at := l.start
	for _, h := range l.holes {
		if h.start < at || h.end > l.end {
			continue
		}
		out = unescape(out, text[at:h.start], l)
		p.holes = append(p.holes, h)
		if len(out) > 0 && (inWord(out[len(out)-1]) || out[len(out)-1] == '"') && clause.MatchString(text[h.start:h.end]) {
			out = append(out, strings.Repeat(" ", h.end-h.start)...)
		} else {
			out = append(out, maskOf(h.end-h.start)...)
		}
		at = h.end
	}
	return unescape(out, text[at:l.end], l)
}

// unescape puts, byte for byte, what an escape means, or blanks: before a quote that opens
// and behind one that closes.
func unescape(out []byte, text string, l literal) []byte {
	escape := byte('\\')
	if l.doubled {
		escape = '"'
	} else if l.raw {
		return append(out, text...)
	}
	if strings.IndexByte(text, escape) < 0 {
		return append(out, text...)
	}
	var open [128]bool
	for i := 0; i < len(text); i++ {
		if text[i] != escape || i+1 == len(text) {
			out = append(out, text[i])
			continue
		}
		i++
		switch c := text[i]; c {
		case '\'', '"', '`':
			if open[c] = !open[c]; open[c] {
				out = append(out, ' ', c)
			} else {
				out = append(out, c, ' ')
			}
		case '\n', '\\':
			out = append(out, ' ', c)
		default:
			out = append(out, ' ', ' ')
		}
	}
	return out
}

// calledBefore is the name of the function whose argument begins at an offset: query in
// db.query("...").
func calledBefore(text string, at int) string {
	for range 3 {
		c, where := before(text, at)
		switch c {
		case '(':
			if name := wordBefore(text, where); name != "" {
				return name
			}
			at = where
		case ',': // behind a context or a handle: db.QueryRow(ctx, "...")
			line := text[max(0, where-60):where]
			open := strings.LastIndexByte(line, '(')
			if open < 0 || strings.ContainsAny(line[open:], ")\n\"'") {
				return ""
			}
			return wordBefore(line, open)
		case '=', ':':
			return wordBefore(text, len(strings.TrimRight(text[:where], " :=\t")))
		default:
			return ""
		}
	}
	return ""
}

var certainName = regexp.MustCompile(`(?i)(sql|query|queries|stmt|statement|^exec\w*|^prepare\w*|^select|^fetch\w*|^get_?all|^get_?one|^raw|^unsafe|^cursor)`)

// certain reports whether a tag, a function or a variable is called as one that takes SQL.
func certain(name string) bool { return name != "" && certainName.MatchString(name) }

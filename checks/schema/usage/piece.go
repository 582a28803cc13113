package usage

import (
	"regexp"
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
		last := i
		for !literals[last].nested && last+1 < len(literals) && last-i < 200 {
			next := nextOutside(literals, last)
			if next < 0 || !joined(l, text[literals[last].close:max(literals[last].close, literals[next].open)]) {
				break
			}
			last = next
		}
		if literals[last].end-first.start > maxPiece {
			continue
		}
		take(cut(l, text, literals[i:last+1]))
		i = last
	}
}

// nextOutside is the next literal that does not stand in a hole of this one.
func nextOutside(literals []literal, i int) int {
	for next := i + 1; next < len(literals); next++ {
		if literals[next].open >= literals[i].close {
			if literals[next].nested {
				return -1
			}
			return next
		}
	}
	return -1
}

// operand is what code may put between two literals: a name, a member, a call.
const operand = `[\w.$@:>\[\]'"-]+(?:\([^()"'` + "`" + `;\n]*\))*(?:\.[\w.]+(?:\([^()"'` + "`" + `;\n]*\))*)*`

var (
	joins    = regexp.MustCompile(`^\s*(?:[+.]|\\\r?\n|<>|&)?\s*(?:` + operand + `\s*(?:[+.]|<>|&)\s*)?$`)
	adjacent = regexp.MustCompile(`^(?:\s|\\|#[^\n]*\n)*$`)
	trailing = regexp.MustCompile(`^\s*(?:[+.]|<>)\s*(` + operand + `)`)
)

// joined reports whether what stands between two literals makes one of them.
func joined(l language, between string) bool {
	if len(between) > 200 {
		return false
	}
	switch c, _ := before(between, len(between)); {
	case l == python && adjacent.MatchString(between):
		return true
	case c == 0 || c == '\\':
		return l == python || l == ruby && strings.Contains(between, "\\")
	case l == php && c != '.' || l == elixir && c != '>' || c != '+' && c != '.' && c != '>' && c != '&':
		return false
	}
	return joins.MatchString(between)
}

// cut makes the piece of literals that are joined.
func cut(l language, text string, group []literal) piece {
	first, last := group[0], group[len(group)-1]
	p := piece{start: first.start, tag: first.tag}
	out := make([]byte, 0, last.end-first.start+40)
	end := first.start
	for _, lit := range group {
		if lit.open < end && end > first.start {
			continue // in a hole of the one before
		}
		if end > first.start {
			out = p.glue(out, text, end, lit.start)
		}
		out = p.content(out, text, lit)
		end = lit.end
	}
	if m := trailing.FindStringSubmatchIndex(text[last.close:min(len(text), last.close+200)]); m != nil && !last.nested {
		if l == php || text[last.close:last.close+m[3]] != "" && !strings.Contains(text[last.close:last.close+m[2]], ".") {
			out = p.glue(out, text, end, last.close+m[3])
		}
	}
	p.text = string(out)
	p.sure = certain(p.tag) || certain(calledBefore(text, first.open))
	return p
}

// glue blanks what joins two literals, or masks it where it holds an operand.
func (p *piece) glue(out []byte, text string, from, to int) []byte {
	between := text[from:to]
	if strings.IndexFunc(between, func(r rune) bool { return r < 0x80 && letter(byte(r)) }) < 0 || adjacent.MatchString(strings.Trim(between, "\"'")) {
		return append(out, blanks(between)...)
	}
	p.holes = append(p.holes, hole{from, to})
	return append(out, maskOf(to-from)...)
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

// content is a literal's text with its escapes blanked and its holes masked.
func (p *piece) content(out []byte, text string, l literal) []byte {
	at := l.start
	for _, h := range l.holes {
		if h.start < at || h.end > l.end {
			continue
		}
		out = unescape(out, text[at:h.start], l)
		p.holes = append(p.holes, h)
		out = append(out, maskOf(h.end-h.start)...)
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

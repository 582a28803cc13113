package report

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks"
)

// quoter prints the quoted lines of one finding beneath each other.
type quoter struct {
	style  Style
	gutter int    // columns of the widest line number
	path   string // where the quoted lines before stood
	head   string // the judged commit
}

func newQuoter(style Style, r *Result, f checks.Finding) *quoter {
	q := &quoter{style: style, path: f.Path, head: r.Head}
	for _, e := range f.Evidence {
		q.gutter = max(q.gutter, len(strconv.Itoa(e.Line)))
	}
	return q
}

// quote is one piece of evidence: where it stands when that is another file or
// commit, the line, and what it proves below the piece that is meant.
func (q *quoter) quote(e checks.Evidence) string {
	var b strings.Builder
	if there := q.elsewhere(e); there != "" {
		b.WriteString(strings.Repeat(" ", q.gutter+3) + q.style.paint(dim, "--> ") + there + "\n")
	}
	number := fmt.Sprintf("  %*d ", q.gutter, e.Line)
	if e.Line == 0 {
		number = strings.Repeat(" ", q.gutter+3)
	}
	room := q.style.columns() - q.gutter - 5
	before, piece, after := fit(e.Text, e.Span, room)
	b.WriteString(q.style.paint(dim, number+"|") + strings.TrimRight(" "+before+q.style.paint(bold, piece)+after, " ") + "\n")
	b.WriteString(q.note(columns(before), columns(piece), e.Note))
	return b.String()
}

// elsewhere is where a line stands, when that is not where the one before it did.
func (q *quoter) elsewhere(e checks.Evidence) string {
	at := ""
	if e.Ref != "" && e.Ref != q.head {
		at = " at " + Plain(short(e.Ref))
	}
	if e.Path == q.path && at == "" {
		return ""
	}
	q.path = e.Path
	return position(e.Path, e.Span) + at
}

// note is the line below a quoted one: marks under the piece, and the note behind
// them, or on lines of its own when there is no room.
func (q *quoter) note(before, piece int, note string) string {
	note = cut(note, 500)
	gutter := strings.Repeat(" ", q.gutter+3) + "| "
	if piece == 0 {
		if note == "" {
			return ""
		}
		return q.style.wrap(gutter, note)
	}
	marks := strings.Repeat(" ", before) + strings.Repeat("^", piece)
	line := q.style.paint(dim, strings.TrimRight(gutter, " ")) + " " + q.style.paint(red, marks)
	switch {
	case note == "":
		return line + "\n"
	case len(gutter)+before+piece+1+columns(note) <= q.style.columns():
		return line + " " + note + "\n"
	}
	return line + "\n" + q.style.wrap(gutter, note)
}

// position is path:line:column as far as it is known.
func position(path string, span checks.Span) string {
	s := cut(path, 500)
	if span.Line > 0 {
		s += ":" + strconv.Itoa(span.Line)
		if span.Column > 0 {
			s += ":" + strconv.Itoa(span.Column)
		}
	}
	return s
}

// fit cuts a line around the piece meant, so that it needs at most room columns. A
// line without a usable span is all before the piece.
func fit(text string, span checks.Span, room int) (before, piece, after string) {
	from, to := reach(text, span)
	if from == len(text) {
		return first(text, room), "", ""
	}
	before = last(text[:from], room)
	piece = first(text[from:to], room)
	after = first(text[to:], room)
	if columns(before)+columns(piece)+columns(after) <= room {
		return before, piece, after
	}
	piece = first(piece, max(room*2/3, 1))
	before = last(before, (room-columns(piece))*2/3)
	return before, piece, first(after, room-columns(piece)-columns(before))
}

// reach is where the piece begins and ends in its first line.
func reach(text string, span checks.Span) (from, to int) {
	from, to = span.Column-1, span.EndColumn-1
	if span.EndLine > span.Line {
		to = len(text)
	}
	if from < 0 || to < from || to > len(text) {
		return len(text), len(text)
	}
	return from, to
}

// first is the beginning of s that fits into room columns; an ellipsis tells the cut.
func first(s string, room int) string {
	cutOff := len(s) > mostBytes*room
	if cutOff {
		s = s[:mostBytes*room]
	}
	shown := Plain(expand(s))
	if !cutOff && columns(shown) <= room {
		return shown
	}
	if room < 1 {
		return ""
	}
	used, end := 0, 0
	for end < len(shown) {
		r, size := utf8.DecodeRuneInString(shown[end:])
		if used+runeColumns(r) > room-1 {
			break
		}
		used += runeColumns(r)
		end += size
	}
	return shown[:end] + "…"
}

// last is first for the end of s.
func last(s string, room int) string {
	cutOff := len(s) > mostBytes*room
	if cutOff {
		s = s[len(s)-mostBytes*room:]
	}
	shown := Plain(expand(s))
	if !cutOff && columns(shown) <= room {
		return shown
	}
	if room < 1 {
		return ""
	}
	used, begin := 0, len(shown)
	for begin > 0 {
		r, size := utf8.DecodeLastRuneInString(shown[:begin])
		if used+runeColumns(r) > room-1 {
			break
		}
		used += runeColumns(r)
		begin -= size
	}
	return "…" + shown[begin:]
}

// mostBytes bounds the work on a line of megabytes: no more bytes than these are
// looked at for one column.
const mostBytes = 16

// expand makes a tab four blanks, whatever the terminal thinks of it.
func expand(s string) string { return strings.ReplaceAll(s, "\t", "    ") }

package report

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/checkrein/checkrein/checks"
)

const (
	mostEvidence = 4   // quoted places of one finding
	mostEdits    = 6   // edits of one finding
	quotedAround = 80  // characters of a line kept before and after the marked piece
	quotedPiece  = 120 // characters kept of the marked piece
)

// evidence quotes both sides: where it stands, what it proves, the line itself.
func (t teller) evidence(f checks.Finding) string {
	var b strings.Builder
	for i, e := range f.Evidence {
		if i == mostEvidence {
			fmt.Fprintf(&b, "%s more not shown here.\n\n", amount(len(f.Evidence)-i, "place"))
			break
		}
		b.WriteString(t.h.place(e.Ref, e.Path, e.Line, e.EndLine) + t.at(e.Ref))
		if e.Note != "" {
			b.WriteString(": " + prose(e.Note, 300))
		}
		b.WriteString("\n\n" + fenced("text", quoted(e)) + "\n")
	}
	return b.String()
}

// at names the commit of a quoted line where it is not the judged one.
func (t teller) at(ref string) string {
	if ref == "" || ref == t.h.SHA {
		return ""
	}
	return " at " + code(short(ref))
}

// quoted is the line with its number, and a second one that marks the piece meant.
func quoted(e checks.Evidence) []string {
	before, piece, after := split(e.Text, e.Span)
	gutter := ""
	if e.Line > 0 {
		gutter = fmt.Sprintf("%d | ", e.Line)
	}
	lines := []string{strings.TrimRight(gutter+before+piece+after, " ")}
	if piece != "" {
		lines = append(lines, strings.Repeat(" ", len(gutter)+utf8.RuneCountInString(before))+
			strings.Repeat("^", utf8.RuneCountInString(piece)))
	}
	return lines
}

// split cuts a line around the marked piece and shortens each part; without
// usable columns all of it is before.
func split(text string, span checks.Span) (before, piece, after string) {
	from, to, ok := within(text, span)
	if !ok {
		return cut(text, 2*quotedAround+quotedPiece), "", ""
	}
	return cutLeft(text[:from], quotedAround), cut(text[from:to], quotedPiece), cut(text[to:], quotedAround)
}

// within turns a span's columns into offsets of its only line; false when they do
// not fit the text.
func within(text string, span checks.Span) (from, to int, ok bool) {
	from, to = span.Column-1, span.EndColumn-1
	if from < 0 || to < from || to > len(text) || (span.EndLine != 0 && span.EndLine != span.Line) {
		return 0, 0, false
	}
	boundary := func(i int) bool { return i == len(text) || utf8.RuneStart(text[i]) }
	return from, to, boundary(from) && boundary(to)
}

// cutLeft is cut that keeps the end.
func cutLeft(s string, most int) string {
	cutOff := len(s) > 8*most
	if cutOff {
		s = s[len(s)-8*most:]
	}
	shown := []rune(visible(s))
	if len(shown) > most {
		return "…" + string(shown[len(shown)-most+1:])
	}
	if cutOff {
		return "…" + string(shown)
	}
	return string(shown)
}

// edits shows a fix's edits as a difference where the old line is known, else in words.
func (t teller) edits(f checks.Finding) string {
	var b strings.Builder
	for i, e := range f.Fix.Edits {
		if i == mostEdits {
			fmt.Fprintf(&b, "%s more not shown here.\n\n", amount(len(f.Fix.Edits)-i, "edit"))
			break
		}
		b.WriteString("In " + t.h.place("", e.Path, e.Line, e.EndLine))
		old, known := t.lineOf(f, e)
		from, to, fits := within(old, e.Span)
		if known && fits {
			b.WriteString(":\n\n" + fenced("diff", difference(old, old[:from]+e.New+old[to:])) + "\n")
			continue
		}
		fmt.Fprintf(&b, " %s:\n\n%s\n", change(e.Span), fenced("text", shownLines(e.New)))
	}
	return b.String()
}

// lineOf is the line that an edit changes, when the evidence quotes it at the judged commit.
func (t teller) lineOf(f checks.Finding, e checks.Edit) (string, bool) {
	return quotedLine(f.Evidence, t.h.SHA, e.Path, e.Line)
}

func quotedLine(evidence []checks.Evidence, sha, path string, line int) (string, bool) {
	i := slices.IndexFunc(evidence, func(e checks.Evidence) bool {
		return e.Path == path && e.Line == line && (e.Ref == "" || e.Ref == sha)
	})
	if i < 0 {
		return "", false
	}
	return evidence[i].Text, true
}

func difference(old, new string) []string {
	lines := []string{"-" + cut(old, 300)}
	for _, l := range shownLines(new) {
		lines = append(lines, "+"+l)
	}
	return lines
}

// shownLines are the first lines of a replacement.
func shownLines(s string) []string {
	const most = 20
	lines := strings.SplitN(s, "\n", most+1)
	if len(lines) > most {
		lines[most] = "…"
	}
	for i := range lines {
		lines[i] = cut(lines[i], 300)
	}
	return lines
}

// change says in words what an edit does to a span.
func change(s checks.Span) string {
	switch {
	case s.EndLine > s.Line:
		return fmt.Sprintf("replace line %d, column %d, up to line %d, column %d, with", s.Line, s.Column, s.EndLine, s.EndColumn)
	case s.EndColumn > s.Column:
		return fmt.Sprintf("replace columns %d to %d of line %d with", s.Column, s.EndColumn-1, s.Line)
	}
	return fmt.Sprintf("insert at column %d of line %d", s.Column, s.Line)
}

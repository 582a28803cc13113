package migrations

import (
	"sort"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/sql"
)

// assembly is SQL put together from pieces of a file: sections, templates, strings. It is
// read as one script, so that its bounds hold for all of it.
type assembly struct {
	in       input
	text     strings.Builder
	pieces   []catalog.Piece
	sections []section
	over     bool // not all of it is here
}

// section is what runs together, up to the offset where it ends.
type section struct {
	end         int
	transaction bool
	group       int // sections of one group share their transaction
	// unread is why it is not known what it does, but for the table that it does it to.
	unread, table string
}

// keep takes the file's bytes from start up to end as they are.
func (a *assembly) keep(start, end int) {
	if start >= end || a.full() {
		return
	}
	if last := len(a.pieces) - 1; last >= 0 && a.pieces[last].Same && a.pieces[last].End == start {
		a.pieces[last].End = end
	} else {
		a.pieces = append(a.pieces, catalog.Piece{At: a.text.Len(), Start: start, End: end, Same: true})
	}
	a.text.WriteString(a.in.text[start:end])
}

// maxPieces bounds what is put together: no migration comes near.
const maxPieces = 50_000

func (a *assembly) full() bool { return len(a.pieces) >= maxPieces }

// put writes text that stands for the file's bytes from start up to end.
func (a *assembly) put(text string, start, end int) {
	if text != "" && !a.full() {
		a.pieces = append(a.pieces, catalog.Piece{At: a.text.Len(), Start: start, End: end})
		a.text.WriteString(text)
	}
}

// close ends a section, and the statement in it.
func (a *assembly) close(s section) {
	end := 0
	if n := len(a.pieces); n > 0 {
		end = a.pieces[n-1].End
	}
	if a.full() {
		a.overflow(end)
		return
	}
	a.put("\n;\n", end, end)
	s.end = a.text.Len()
	a.sections = append(a.sections, s)
}

// overflow tells that the rest is not read.
func (a *assembly) overflow(at int) {
	if !a.over {
		a.over = true
		a.pieces = append(a.pieces, catalog.Piece{At: a.text.Len(), Start: at, End: at})
		a.text.WriteString("\n;\n?\n;\n")
		a.sections = append(a.sections, section{end: a.text.Len(), unread: "it is put together from more pieces than any migration: not all of it is read"})
	}
}

// steps reads what was put together.
func (a *assembly) steps() []Step {
	p := stepper{dialect: a.in.dialect, group: -1}
	a.into(&p)
	return p.steps
}

// into reads what was put together into steps.
func (a *assembly) into(p *stepper) {
	if len(a.sections) == 0 {
		return
	}
	text := a.text.String()
	file := catalog.NewAssembled(a.in.path, a.in.text, a.pieces)
	script := sql.Read(a.in.dialect, sql.Source{Path: a.in.path, Text: text, End: len(text), File: file})
	for _, s := range merged(script) {
		hollow(&s)
		run := a.sections[min(a.section(s.Start), len(a.sections)-1)]
		p.enter(run.group)
		run.miss(&s)
		from, to := file.Origin(s.Start, s.End)
		p.add(text[s.Start:s.End], a.in.text[from:max(from, to)], s, run.transaction)
	}
}

// miss puts what is not known in the statement's place.
func (run section) miss(s *sql.Statement) {
	if run.unread == "" {
		return
	}
	s.Unread = run.unread
	u := catalog.Unread{Place: s.At, Reason: run.unread}
	if run.table != "" {
		u.Touches = []catalog.Name{{Object: run.table}}
	}
	s.Changes = []catalog.Change{u}
}

// section is the index of the section that an offset lies in.
func (a *assembly) section(offset int) int {
	return sort.Search(len(a.sections), func(i int) bool { return a.sections[i].end > offset })
}

// lines calls each with the bounds of every line, without its break.
func lines(text string, each func(start, end int, line string)) {
	for start := 0; start < len(text); {
		end, next := len(text), len(text)
		if n := strings.IndexByte(text[start:], '\n'); n >= 0 {
			end, next = start+n, start+n+1
		}
		each(start, end, strings.TrimSuffix(text[start:end], "\r"))
		start = next
	}
}

// directive is what follows a comment's marks and a word: "-- +goose Up" says "Up" to
// "+goose". Case does not matter.
func directive(line, word string) (string, bool) {
	rest, ok := strings.CutPrefix(strings.TrimSpace(line), "--")
	if !ok {
		return "", false
	}
	rest = strings.TrimSpace(rest)
	if len(rest) < len(word) || !strings.EqualFold(rest[:len(word)], word) {
		return "", false
	}
	return strings.TrimSpace(rest[len(word):]), true
}

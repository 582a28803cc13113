package usage

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/schema/catalog"
)

const (
	// maxFile is the size beyond which only the words of a file are known.
	maxFile = 1 << 20
	// maxUses is how many queries, models and unread places one file may have.
	maxUses = 10_000
	// maxParsed is how much of one file is parsed as SQL, and eachParse what a statement costs
	// beside its bytes.
	maxParsed = 1_500_000
	eachParse = 200
	// maxFields is how many columns of one model are read, and maxSQL the size of a file of SQL.
	maxFields = 5_000
	maxSQL    = 700_000
	// maxLine is how much of a line is quoted.
	maxLine = 300
)

// Read says what a file uses of a database. Of a path that is not Read's it says nothing.
func Read(path string, data []byte) *Facts {
	f := &Facts{Path: path, Test: test(path)}
	l := languageOf(path)
	if l == none || bytes.IndexByte(data[:min(len(data), 8000)], 0) >= 0 {
		return f
	}
	text := catalog.Readable(data)
	f.Words = wordsOf(text)
	if len(text) > maxFile {
		return f
	}
	r := &reader{facts: f, text: text, language: l, lines: map[int]string{}}
	switch l {
	case sqlText:
		r.sqlFile()
	case prismaSchema:
		r.prisma()
	default:
		found := scan(l, text)
		r.comments = found.comments
		if found.full {
			r.overflow()
		}
		pieces(l, text, found.literals, r.piece)
		r.built(found.literals)
		r.models()
	}
	r.finish()
	return f
}

// reader reads one file into its facts.
type reader struct {
	facts    *Facts
	text     string
	language language
	file     *catalog.File // made when the first place is told
	lines    map[int]string
	named    *names // made when the first name is looked for
	full     bool
	comments []hole
	code     string // the text with its comments blanked, when it was asked for
	looked   int    // bytes that the readers of models looked at
	parsed   int    // what was parsed as SQL, in bytes and a constant each
}

// span is where bytes of the file stand; the line is kept for quoting.
func (r *reader) span(start, end int) checks.Span {
	if r.file == nil {
		r.file = catalog.NewFile(r.facts.Path, r.text)
	}
	p := r.file.Place(start, end)
	if _, kept := r.lines[p.Span.Line]; !kept {
		line := p.Line
		if len(line) > maxLine {
			line = strings.ToValidUTF8(line[:maxLine], "") + "…"
		}
		r.lines[p.Span.Line] = strings.ToValidUTF8(strings.Clone(line), "\ufffd")
	}
	return p.Span
}

// room reports whether one more use may be kept; past the bound the file says so.
func (r *reader) room() bool {
	if len(r.facts.Queries)+len(r.facts.Models)+len(r.facts.Unread) < maxUses {
		return true
	}
	r.overflow()
	return false
}

// overflow tells, once, that not all of the file is read.
func (r *reader) overflow() {
	if !r.full && !r.facts.Test {
		r.facts.Unread = append(r.facts.Unread, Unread{At: r.span(0, 0), Reason: "the file may use a database in more places than are read"})
	}
	r.full = true
}

func (r *reader) unread(start, end int, reason string, tables ...catalog.Name) {
	if !r.facts.Test && r.room() { // what a test does is no matter when it cannot be read
		r.facts.Unread = append(r.facts.Unread, Unread{At: r.span(start, end), Reason: reason, Tables: tables})
	}
}

func (r *reader) query(q Query) {
	if r.room() {
		r.facts.Queries = append(r.facts.Queries, q)
	}
}

func (r *reader) model(m Model) {
	if r.room() {
		r.facts.Models = append(r.facts.Models, m)
	}
}

// finish brings the quoted lines in order.
func (r *reader) finish() {
	for number, text := range r.lines {
		r.facts.Lines = append(r.facts.Lines, Quoted{number, text})
	}
	slices.SortFunc(r.facts.Lines, func(a, b Quoted) int { return cmp.Compare(a.Number, b.Number) })
}

// Place is where a span of the file stands.
func (f *Facts) Place(at checks.Span) catalog.Place {
	p := catalog.Place{Path: f.Path, Span: at}
	if i, found := slices.BinarySearchFunc(f.Lines, at.Line, func(q Quoted, n int) int { return cmp.Compare(q.Number, n) }); found {
		p.Line = f.Lines[i].Text
	}
	return p
}

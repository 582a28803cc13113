package sql

import (
	"fmt"
	"strings"

	myparser "github.com/sqlc-dev/marino/parser"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// Bounds of what is parsed, so that 1 MB of text takes no longer than a second: the parsers
// cost up to 4 µs and 500 bytes a token, twice that with what is kept, and as much as 15 tokens a statement, and their stack
// grows with the depth of brackets.
const (
	leastTokens     = 170_000 // that are read of a script, however short
	bytesPerToken   = 6       // a longer script may have a token for so many bytes
	perStatement    = 15
	maxStatement    = 15_000 // tokens of one statement
	maxDepth        = 60
	longList        = 400 // tokens of an INSERT from which on only its first row is read
	maxMentions     = 40_000
	maxUnreadReason = 300
)

// parser reads the statements of one dialect.
type parser interface {
	// parse fills in what the statement of that text does. What does not parse is an error.
	parse(text string, s *Statement) error
}

// context is what a dialect's reader is told of the place it reads at.
type context struct {
	file    *catalog.File
	base    int // of the statement in the file
	place   catalog.Place
	parsers *parsers
	// room is how many more names the script's queries may make; shared by its statements.
	room *int
}

// parsers are kept from one statement of a script to the next where they are dear to make.
type parsers struct{ mysql *myparser.Parser }

// at is the place of a piece of the statement, given by its offsets in the statement's text.
func (c *context) at(start, end int) catalog.Place { return c.file.Place(c.base+start, c.base+end) }

// Read reads a script.
func Read(d catalog.Dialect, src Source) Script {
	budget, room := max(leastTokens, (src.End-src.Start)/bytesPerToken), maxMentions
	pieces, skips := split(d, src, budget/perStatement)
	file := src.file()
	script, kept := Script{Skipped: skips}, &parsers{}
	for i := range script.Skipped {
		script.Skipped[i].At = file.Place(skips[i].Start, skips[i].End)
	}
	for _, p := range pieces {
		if budget -= perStatement + p.cost(d); budget < 0 {
			script.Statements = append(script.Statements, rest(file, p.start, min(src.End, len(src.Text))))
			return script
		}
		script.Statements = append(script.Statements, p.read(d, &context{file: file, room: &room, parsers: kept}, src.Text))
	}
	if n := len(pieces) + len(skips); n > 0 && n >= budget/perStatement {
		script.Statements = append(script.Statements, rest(file, min(src.End, len(src.Text)), min(src.End, len(src.Text))))
	}
	return script
}

// cost is what a piece takes of the script's budget: nothing when it is not parsed.
func (p piece) cost(d catalog.Dialect) int {
	switch {
	case p.long():
		return p.firstTokens + p.tokens/16
	case p.tokens > maxStatement || p.depth > maxDepth:
		return p.tokens / 16
	}
	// Backtracking makes what is nested dearer.
	cost := p.tokens * (1 + p.depth/8)
	if d == catalog.MySQL {
		cost += cost / 2 // its parser keeps more of each
	}
	if p.is("CREATE") || p.is("ALTER") {
		cost += cost // what is defined is kept
	}
	return cost
}

func (p piece) long() bool {
	return p.firstRow > 0 && p.tokens > longList && (p.is("INSERT") || p.is("REPLACE"))
}

func (p piece) is(head ...string) bool {
	if len(p.head) < len(head) {
		return false
	}
	for i, word := range head {
		if p.head[i] != word {
			return false
		}
	}
	return true
}

// rest tells of statements that are not read any more.
func rest(file *catalog.File, start, end int) Statement {
	s := Statement{Start: start, End: end, At: file.Place(start, end)}
	s.unread("the script has more statements and words than can be read in a second: from here on it is not read")
	return s
}

// unread says why a statement, or a part of it, is not read.
func (s *Statement) unread(format string, args ...any) {
	reason := fmt.Sprintf(format, args...)
	if len(reason) > maxUnreadReason {
		reason = strings.ToValidUTF8(reason[:maxUnreadReason], "") + "…"
	}
	s.Unread = reason
	s.Changes = append(s.Changes, catalog.Unread{Place: s.At, Reason: reason})
}

func (p piece) read(d catalog.Dialect, ctx *context, text string) Statement {
	s := Statement{Start: p.start, End: p.end, At: ctx.file.Place(p.start, p.end)}
	switch {
	case p.depth > maxDepth:
		s.unread("brackets are nested %d deep: more than %d is not read", p.depth, maxDepth)
		return s
	case p.tokens > maxStatement && !p.long():
		s.unread("the statement has %d tokens: more than %d is not read", p.tokens, maxStatement)
		return s
	}
	end := p.end
	if p.long() {
		end = p.firstRow
	}
	ctx.base, ctx.place = p.start, s.At
	parseWithValues(dialectParser(d, ctx), d, text[p.start:end], &s)
	if *ctx.room <= 0 {
		s.unread("the script's queries name more than %d tables and columns: not all are read", maxMentions)
	}
	if p.long() && s.Query != nil && s.Query.Insert != nil && s.Query.Insert.Conflict == nil {
		s.Query.Insert.Conflict = conflictTail(text[p.firstRow:p.end])
	}
	return s
}

// conflictTail is what is known of an upsert whose rows were passed over.
func conflictTail(text string) *Conflict {
	tail := strings.ToUpper(text[max(0, len(text)-1000):])
	if strings.Contains(tail, "ON CONFLICT") || strings.Contains(tail, "ON DUPLICATE KEY") {
		return &Conflict{Any: true}
	}
	return nil
}

// parseWithValues parses with placeholders for values filled in. Where a masked value does
// not stand for a name it is taken out, one by one, as long as that gets the parser further.
func parseWithValues(p parser, d catalog.Dialect, text string, s *Statement) {
	text = fillPlaceholders(d, text)
	const tries = 8
	for try := 0; ; try++ {
		attempt := Statement{Start: s.Start, End: s.End, At: s.At}
		err := guarded(p, text, &attempt)
		if err == nil {
			*s = attempt
			return
		}
		at := strings.LastIndex(text, masked)
		if failed, ok := err.(*syntaxError); ok && failed.offset > 0 && failed.offset <= len(text) {
			if near := strings.LastIndex(text[:min(len(text), failed.offset+MaskLen)], masked); near >= 0 {
				at = near
			}
		}
		if try == tries || at < 0 {
			s.unread("%s", err)
			return
		}
		text = blank(text, at)
	}
}

// guarded has a parser's own mistakes told as what could not be read: they take no other
// statement down.
func guarded(p parser, text string, s *Statement) (err error) {
	defer func() {
		if failed := recover(); failed != nil {
			err = &syntaxError{reason: fmt.Sprintf("the parser fails on it: %v", failed)}
		}
	}()
	return p.parse(text, s)
}

// blank puts blanks in the place of the mask that begins at an offset.
func blank(text string, at int) string {
	end := at + MaskLen
	for end < len(text) && text[end] == '_' {
		end++
	}
	return text[:at] + strings.Repeat(" ", end-at) + text[end:]
}

// syntaxError is a parser's complaint with its place.
type syntaxError struct {
	reason string
	offset int // in the statement, bytes; 0: not known
}

func (e *syntaxError) Error() string { return e.reason }

func dialectParser(d catalog.Dialect, ctx *context) parser {
	switch d {
	case catalog.Postgres:
		return &postgres{context: ctx}
	case catalog.MySQL:
		return &mysql{context: ctx}
	case catalog.SQLite:
		return &sqlite{context: ctx}
	}
	return unsupported(d)
}

// unsupported is a dialect without a reader.
type unsupported catalog.Dialect

func (u unsupported) parse(string, *Statement) error {
	return &syntaxError{reason: fmt.Sprintf("no reader for dialect %q", string(u))}
}

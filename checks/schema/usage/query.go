package usage

import (
	"regexp"
	"sort"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/sql"
)

// piece reads SQL in code. What does not parse is told only where it plainly is SQL.
func (r *reader) piece(p piece) {
	if r.parsed += eachParse + len(p.text)*(1+len(p.holes)/4); r.parsed > maxParsed {
		r.overflow()
		return
	}
	w := newWriter(r, p)
	script, read := w.parse()
	if !read && !plainly(p) {
		return
	}
	for _, s := range script.Statements {
		if unparsed(s) {
			w.unreadStatement(s)
			continue
		}
		w.statement(s)
	}
}

// writer turns what was parsed of a piece into facts.
type writer struct {
	*reader
	piece
	prepared string // the piece's text as it was parsed
	starts   []int  // of its lines
}

func newWriter(r *reader, p piece) *writer {
	w := &writer{reader: r, piece: p, prepared: prepare(p.text)}
	w.starts = []int{0}
	for i := range len(w.prepared) {
		if w.prepared[i] == '\n' {
			w.starts = append(w.starts, i+1)
		}
	}
	return w
}

// parse reads the piece in the first dialect that takes it whole; read: one did.
func (w *writer) parse() (script sql.Script, read bool) {
	for i, d := range dialects(w.prepared) {
		if i > 0 {
			w.parsed += eachParse + len(w.prepared)*(1+len(w.holes)/4)
		}
		s := sql.Read(d, sql.Whole(w.facts.Path, w.prepared))
		if whole(s) {
			return s, true
		}
		if i == 0 {
			script = s
		}
	}
	return script, false
}

// unparsed reports whether a statement's own text was not read; that a function it calls
// does who knows what is no matter here.
func unparsed(s sql.Statement) bool { return s.Unread != "" && s.Query == nil }

func whole(s sql.Script) bool {
	for _, statement := range s.Statements {
		if unparsed(statement) {
			return false
		}
	}
	return len(s.Statements) > 0
}

// offset is where a place of the piece stands in it.
func (w *writer) offset(line, column int) int {
	return min(w.starts[min(max(line, 1), len(w.starts))-1]+column-1, len(w.prepared))
}

func (w *writer) at(p catalog.Place) checks.Span {
	return w.span(w.start+w.offset(p.Span.Line, p.Span.Column), w.start+w.offset(p.Span.EndLine, p.Span.EndColumn))
}

// hole is the code that a mask at an offset of the piece stands for.
func (w *writer) hole(offset int) string {
	at := w.start + offset
	i := sort.Search(len(w.holes), func(i int) bool { return w.holes[i].end > at })
	if i < len(w.holes) && w.holes[i].start <= at+len(shortMask) {
		return w.reader.text[w.holes[i].start:w.holes[i].end]
	}
	return ""
}

var rough = regexp.MustCompile(`(?i)\b(?:from|join|into|update|table)\s+(?:only\s+)?((?:[\w]+|"[^"\n]+"|` + "`[^`\n]+`" + `)(?:\.(?:\w+|"[^"\n]+"|` + "`[^`\n]+`" + `))?)`)

// unreadStatement tells of SQL that does not parse, with the tables that it seems to name.
func (w *writer) unreadStatement(s sql.Statement) {
	if len(s.Changes) > 1 {
		w.statement(s)
	}
	text := w.prepared[s.Start:s.End]
	var tables []catalog.Name
	if !masked(text) {
		for _, m := range rough.FindAllStringSubmatch(text, 20) {
			if !keyword[strings.ToLower(m[1])] {
				tables = append(tables, nameOf(m[1]))
			}
		}
	}
	w.unread(w.start+s.Start, w.start+s.End, s.Unread, tables...)
}

// keyword are words that stand where the name of a table could.
var keyword = map[string]bool{"where": true, "select": true, "set": true, "values": true, "lateral": true, "only": true, "if": true, "exists": true, "from": true, "into": true, "order": true, "group": true}

// nameOf is a name as SQL writes it.
func nameOf(text string) catalog.Name {
	strip := strings.NewReplacer(`"`, "", "`", "", "[", "", "]", "")
	schema, object, qualified := strings.Cut(strip.Replace(text), ".")
	if !qualified {
		return catalog.Name{Object: schema}
	}
	return catalog.Name{Schema: schema, Object: object}
}

// statement turns one statement into facts.
func (w *writer) statement(s sql.Statement) {
	if s.Query != nil {
		w.result(s, s.Query)
		return
	}
	for _, change := range s.Changes {
		switch c := change.(type) {
		case catalog.CreateTable:
			w.definition(s, c.Table, "table definition")
		case catalog.CreateView:
			_ = c
		case catalog.Truncate:
			at := w.span(w.start+s.Start, w.start+s.End)
			w.query(Query{Verb: Truncate, At: at, Tables: []Table{{Name: c.Table, Written: true, At: at}}})
		case catalog.WriteData:
			at := w.span(w.start+s.Start, w.start+s.End)
			w.query(Query{Verb: InsertInto, At: at, Partial: true, Tables: []Table{{Name: c.Table, Written: true, At: at}}})
		}
	}
}

// result turns a query's description into a fact.
func (w *writer) result(s sql.Statement, from *sql.Query) {
	q := Query{Verb: Verb(from.Verb), At: w.span(w.start+s.Start, w.start+s.End)}
	index := map[catalog.Name]int{}
	for _, t := range from.Tables {
		i, known := index[t.Name]
		if known && !masked(t.Name.Object) {
			q.Tables[i].Written = q.Tables[i].Written || t.Written
			continue
		}
		index[t.Name] = len(q.Tables)
		q.Tables = append(q.Tables, w.table(t))
	}
	for _, m := range from.Reads {
		read, known := w.mention(m, index)
		given := q.Verb == InsertInto && read.Listed && read.Column == "" // a value for one column, hardly all of another table
		if known && !given {
			q.Reads = append(q.Reads, read)
		} else {
			q.Partial = q.Partial || given || read.Column == unknownColumn
		}
	}
	for _, m := range from.Writes {
		if written, known := w.mention(m, index); known && written.Column != "" {
			q.Writes = append(q.Writes, written)
		} else {
			q.Partial = true
		}
	}
	w.insert(&q, from, index)
	w.calls(&q, s, from)
	q.Partial = q.Partial || w.open(s)
	if len(q.Tables)+len(q.Calls) > 0 {
		w.query(q)
	}
}

// table is a table of a query; of a masked one the code that gives it is looked at.
func (w *writer) table(t sql.TableUse) Table {
	out := Table{Name: t.Name, Written: t.Written, At: w.at(t.At)}
	if !masked(t.Name.Object) && !masked(t.Name.Schema) {
		return out
	}
	out.Name, out.Hint = w.names().table(w.hole(w.offset(t.At.Span.Line, t.At.Span.Column)))
	if whole := strings.Trim(t.Name.Object, "_"+sql.Mask(0)+shortMask); whole != "" && !masked(t.Name.Schema) {
		out.Name, out.Hint = catalog.Name{}, "" // part of a name
	}
	if masked(t.Name.Schema) && !masked(t.Name.Object) {
		out.Name, out.Hint = catalog.Name{Object: t.Name.Object}, ""
	}
	return out
}

// mention is a column; of a masked one the code that gives it is looked at. What is not
// known has unknownColumn for its name, and "" where it is a value and no column.
func (w *writer) mention(m catalog.Mention, index map[catalog.Name]int) (out Mention, known bool) {
	out = Mention{Column: m.Column, At: w.at(m.At)}
	for _, table := range m.Tables {
		if i, known := index[table]; known {
			out.Of = append(out.Of, i)
		}
	}
	start := w.offset(m.At.Span.Line, m.At.Span.Column)
	// Masks as long as each other are the same name: a column may look like a whole row.
	if !masked(m.Column) && (m.Column != "*" || m.At.Span.Line == 0 || !masked(w.prepared[start:min(len(w.prepared), start+sql.MaskLen)])) {
		return out, true
	}
	out.Of = nil
	code := w.hole(start)
	out.Loose, out.Listed = true, w.inList(start)
	if out.Column = columnOf(code); out.Column == "" && (out.Listed || w.compared(start)) {
		out.Column = member(code)
	}
	switch {
	case out.Column != "":
		return out, true
	case out.Listed:
		out.Loose = false
		return out, true
	case !beforeValue.MatchString(w.prepared[max(0, start-40):start]):
		out.Column = unknownColumn
	}
	return out, false
}

var (
	operatorAhead = regexp.MustCompile(`(?i)^[\x{e000}\x{180}_]+\s*(?:[=<>!~]|(?:in|is|like|ilike|between|not)\b)`)
	operator      = regexp.MustCompile(`[=<>(,'%*/|+-]\s*$`)
)

// compared reports whether a mask stands on the left of a comparison, where a column does.
func (w *writer) compared(start int) bool {
	return operatorAhead.MatchString(w.prepared[start:]) && !operator.MatchString(w.prepared[max(0, start-40):start])
}

// unknownColumn is the name of a column that code puts in where one alone can stand.
const unknownColumn = "?"

var listed = regexp.MustCompile(`(?i)(?:\b(?:select|distinct|returning|all)|,|\.)\s*$`)

// inList reports whether a mask stands in a select list, outside of any call.
func (w *writer) inList(offset int) bool {
	text := w.prepared[max(0, offset-2000):offset]
	if !listed.MatchString(text) {
		return false
	}
	depth := 0
	for at := len(text) - 1; at >= 0; at-- {
		switch c := text[at]; {
		case c == ')':
			depth++
		case c == '(':
			if depth--; depth < 0 {
				return false
			}
		case depth == 0 && letter(c):
			word := wordBefore(text, at+1)
			at -= len(word) - 1
			switch strings.ToUpper(word) {
			case "SELECT", "RETURNING":
				return true
			case "FROM", "WHERE", "BY", "VALUES", "SET", "ON", "IN", "LIMIT", "HAVING", "USING", "AND", "OR":
				return false
			}
		}
	}
	return false
}

// insert describes what an insert gives.
func (w *writer) insert(q *Query, from *sql.Query, index map[catalog.Name]int) {
	if from.Insert == nil {
		return
	}
	in := &Insert{Into: index[from.Insert.Table], Positional: from.Insert.Positional, Values: from.Insert.Values}
	writes := from.Writes
	for _, column := range from.Insert.Columns {
		for len(writes) > 0 && writes[0].Column != column {
			writes = writes[1:]
		}
		if masked(column) && len(writes) > 0 {
			m, _ := w.mention(writes[0], index)
			column = m.Column
		}
		writes = writes[min(1, len(writes)):]
		if masked(column) || column == "" || column == unknownColumn {
			in.Open = true
			continue
		}
		in.Columns = append(in.Columns, column)
	}
	if c := from.Insert.Conflict; c != nil {
		in.Conflict = &Conflict{Any: c.Any, Constraint: c.Constraint, Where: c.Where, At: w.at(c.At)}
		for _, column := range c.Columns {
			if masked(column) {
				column = ""
			}
			in.Conflict.Columns = append(in.Conflict.Columns, column)
		}
	}
	q.Insert = in
}

var sequences = regexp.MustCompile(`(?i)\b(?:nextval|currval|setval)\s*\(\s*'([^']+)'`)

// calls are the functions and sequences that a statement names, but for the database's own.
func (w *writer) calls(q *Query, s sql.Statement, from *sql.Query) {
	for _, c := range from.Calls {
		if c.Name.Schema != "pg_catalog" && c.Name.Schema != "sqlc" && !builtin[strings.ToLower(c.Name.Object)] && !strings.HasPrefix(strings.ToLower(c.Name.Object), "pg_") && !masked(c.Name.Object) {
			q.Calls = append(q.Calls, Call{Name: c.Name, Args: c.Args, At: w.at(c.At)})
		}
	}
	text := w.prepared[s.Start:s.End]
	for _, m := range sequences.FindAllStringSubmatchIndex(text, -1) {
		at := w.start + s.Start + m[2]
		q.Calls = append(q.Calls, Call{Name: nameOf(text[m[2]:m[3]]), Args: -1, Sequence: true, At: w.span(at, at+m[3]-m[2])})
	}
}

// builtin are functions that no repository makes itself, the frequent ones.
var builtin = map[string]bool{"count": true, "now": true, "coalesce": true, "max": true, "min": true, "sum": true, "avg": true, "lower": true, "upper": true,
	"length": true, "concat": true, "nextval": true, "currval": true, "setval": true, "jsonb_build_object": true, "json_build_object": true, "array_agg": true, "json_agg": true,
	"jsonb_agg": true, "unnest": true, "row_number": true, "date_trunc": true, "to_char": true, "round": true, "exists": true, "substring": true, "string_agg": true}

var beforeValue = regexp.MustCompile(`(?i)(?:[=<>(,'%*/|+-]|\b(?:in|like|ilike|limit|offset|between|values|interval|any|and|not|is|from|join|into|update|select|distinct|returning|by|then|else))\s*$`)

// open reports whether code puts into a statement, or behind it, what may name more columns.
func (w *writer) open(s sql.Statement) bool {
	for _, h := range w.holes {
		at := h.start - w.start
		if at < s.Start || at >= s.End && strings.TrimSpace(w.prepared[s.End:min(at, len(w.prepared))]) != "" {
			continue
		}
		if !beforeValue.MatchString(w.piece.text[max(s.Start, at-40):at]) && member(w.reader.text[h.start:h.end]) == "" {
			return true
		}
	}
	return false
}

// definition is a CREATE TABLE in the code or in a file of definitions.
func (w *writer) definition(s sql.Statement, t *catalog.Table, kind string) {
	if masked(t.Name.Object) || t.Temporary || len(t.Columns) == 0 {
		return
	}
	m := Model{Kind: kind, Table: t.Name, TableSaid: true, At: w.at(t.At)}
	for _, c := range t.Columns {
		m.Fields = append(m.Fields, Field{Column: c.Name, Said: true, Required: c.NotNull && c.Default == nil && c.Identity == "" && c.Generated == nil, At: w.at(c.At)})
	}
	w.model(m)
}

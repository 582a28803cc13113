package usage

import (
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// Of are the uses of a table or view, the strongest first: queries and models before what
// is found in tests only.
func (u *Uses) Of(table catalog.Name) []Use {
	var uses []Use
	for _, r := range u.tables[u.locate(table)] {
		uses = append(uses, u.use(r))
	}
	slices.SortStableFunc(uses, func(a, b Use) int { return rank(a) - rank(b) })
	return uses
}

func rank(u Use) int {
	if u.Weak {
		return 1
	}
	return 0
}

// use resolves one query or model for one table.
func (u *Uses) use(r ref) Use {
	if r.model != nil {
		return u.enumerates(r)
	}
	q := r.query
	use := Use{Verb: q.Verb, Table: r.names[r.table], Partial: q.Partial, Weak: r.facts.Test, At: r.facts.Place(q.At)}
	if !q.Tables[r.table].Written && use.Verb != Select {
		use.Verb = Select
	}
	for _, m := range q.Reads {
		switch columns, all := u.columns(r, m); {
		case all:
			use.All = true
			use.Star = m.Column == "*" && (use.Star || !u.listed(q))
		default:
			use.Reads = append(use.Reads, columns...)
		}
	}
	for _, m := range q.Writes {
		columns, _ := u.columns(r, m)
		use.Writes = append(use.Writes, columns...)
	}
	if q.Insert != nil && q.Insert.Into == r.table {
		use.Insert = u.inserted(use.Table, q.Insert)
	}
	use.Reads, use.Writes = distinct(use.Reads), distinct(use.Writes)
	return use
}

// inserted is an insert with its columns called as the catalogue calls them.
func (u *Uses) inserted(table catalog.Name, in *Insert) *Insert {
	resolved := *in
	resolved.Columns = u.called(table, in.Columns)
	if in.Conflict != nil {
		conflict := *in.Conflict
		conflict.Columns = u.called(table, conflict.Columns)
		resolved.Conflict = &conflict
	}
	return &resolved
}

// called are columns as the catalogue calls them, where it knows them.
func (u *Uses) called(table catalog.Name, columns []string) []string {
	out := slices.Clone(columns)
	for i, column := range out {
		if found := u.loose(table, column); found != "" {
			out[i] = found
		}
	}
	return out
}

func (u *Uses) listed(q *Query) bool {
	return slices.ContainsFunc(q.Reads, func(m Mention) bool { return m.Column == "" })
}

func distinct(names []string) []string {
	slices.Sort(names)
	return slices.Compact(names)
}

// columns are those columns of the ref's table that a mention means; all: every one.
func (u *Uses) columns(r ref, m Mention) (columns []string, all bool) {
	if len(m.Of) > 0 && !slices.Contains(m.Of, r.table) {
		return nil, false
	}
	if m.Column == "*" || m.Column == "" {
		return nil, true
	}
	table := r.names[r.table]
	if m.Loose {
		if column := u.loose(table, m.Column); column != "" {
			return []string{column}, false
		}
		return nil, m.Listed && !u.found(r, m)
	}
	for _, of := range m.Of { // the innermost that has it
		if u.has(r.names[of], m.Column) {
			if of == r.table {
				return []string{m.Column}, false
			}
			return nil, false
		}
	}
	if column := u.loose(table, m.Column); len(m.Of) == 1 && column != "" {
		return []string{column}, false
	}
	if len(m.Of) == 1 || r.query.Tables[r.table].Name.Object == "" {
		return []string{m.Column}, false
	}
	return nil, false
}

// found reports whether any table of a query has what the code calls by a name.
func (u *Uses) found(r ref, m Mention) bool {
	return slices.ContainsFunc(r.names, func(table catalog.Name) bool { return u.loose(table, m.Column) != "" })
}

func (u *Uses) has(table catalog.Name, column string) bool {
	if t := u.catalog.Table(table); t != nil {
		return u.catalog.Column(t, column) != nil
	}
	if v := u.catalog.View(table); v != nil {
		return slices.ContainsFunc(v.Columns, func(c string) bool { return strings.EqualFold(c, column) })
	}
	return false
}

// loose is the column that code means by a name in another case style; "": none.
func (u *Uses) loose(table catalog.Name, name string) string {
	t := u.catalog.Table(table)
	if t == nil {
		return ""
	}
	if c := u.catalog.Column(t, name); c != nil {
		return c.Name
	}
	for _, c := range t.Columns {
		if fold(c.Name) == fold(name) {
			return c.Name
		}
	}
	for _, r := range u.tables[t.Name] { // a model's own name for it
		if r.model == nil {
			continue
		}
		for i := range r.model.Fields {
			if f := &r.model.Fields[i]; f.Property == name && f.Property != f.Column && u.catalog.Column(t, f.Column) != nil {
				return f.Column
			}
		}
	}
	return ""
}

// enumerates is what a model uses: its columns, with those of the models it extends.
func (u *Uses) enumerates(r ref) Use {
	m := r.model
	table := u.modelTable(m)
	use := Use{Verb: Enumerate, Table: table, Model: m.Kind, ModelName: m.Name, Weak: r.facts.Test || m.Kind == sqlcKind, All: m.Open, Star: m.Star, At: r.facts.Place(m.At)}
	fields := u.fields(m)
	use.All = use.All || len(fields) == 0 // its columns stand where they are not read
	insert := &Insert{Open: use.All}
	for _, at := range fields {
		column := u.column(table, at.field)
		if at.field.Ignored {
			use.Ignored = append(use.Ignored, column)
			continue
		}
		use.Reads = append(use.Reads, column)
		insert.Columns = append(insert.Columns, column)
	}
	use.Insert = insert
	return use
}

func (u *Uses) column(table catalog.Name, f *Field) string {
	if !f.Said {
		if column := u.loose(table, f.Column); column != "" {
			return column
		}
	}
	return f.Column
}

// fieldAt is a field of a model, or of one that it extends.
type fieldAt struct {
	facts *Facts
	field *Field
}

// fields are a model's own fields and those of the models it extends.
func (u *Uses) fields(m *Model) []fieldAt {
	return u.extended(nil, m, 8)
}

func (u *Uses) extended(f *Facts, m *Model, depth int) []fieldAt {
	var fields []fieldAt
	for i := range m.Fields {
		fields = append(fields, fieldAt{f, &m.Fields[i]})
	}
	if depth == 0 {
		return fields
	}
	for parent := range strings.FieldsSeq(m.Extends) {
		if of := u.models[parent]; len(of) > 0 && of[0].model != m {
			fields = append(fields, u.extended(of[0].facts, of[0].model, depth-1)...)
		}
	}
	return fields
}

// Column are the uses of one column, each at the line that names it where one does: queries
// that read or write it, models that have it, and what takes every column.
func (u *Uses) Column(table catalog.Name, column string) []Use {
	name := u.locate(table)
	var uses []Use
	for _, r := range u.tables[name] {
		use := u.use(r)
		at, names := u.names(r, use, column)
		if !names && !use.All || slices.ContainsFunc(use.Ignored, func(c string) bool { return u.same(c, column) }) {
			continue
		}
		if names {
			use.At = at
		}
		uses = append(uses, use)
	}
	slices.SortStableFunc(uses, func(a, b Use) int { return 2*rank(a) + star(a) - 2*rank(b) - star(b) })
	return uses
}

func star(u Use) int {
	if u.Star {
		return 1
	}
	return 0
}

func (u *Uses) same(a, b string) bool {
	return a == b || u.catalog.Dialect != catalog.Postgres && strings.EqualFold(a, b)
}

// names is where a use names a column.
func (u *Uses) names(r ref, use Use, column string) (catalog.Place, bool) {
	if r.model != nil {
		for _, at := range u.fields(r.model) {
			if !at.field.Ignored && u.same(u.column(use.Table, at.field), column) {
				facts := at.facts
				if facts == nil {
					facts = r.facts
				}
				return facts.Place(at.field.At), true
			}
		}
		return catalog.Place{}, false
	}
	for _, mentions := range [][]Mention{r.query.Writes, r.query.Reads} {
		for _, m := range mentions {
			columns, _ := u.columns(r, m)
			if slices.ContainsFunc(columns, func(c string) bool { return u.same(c, column) }) {
				return r.facts.Place(orWhole(m.At, r.query.At)), true
			}
		}
	}
	return catalog.Place{}, false
}

func orWhole(at, whole checks.Span) checks.Span {
	if at.Line == 0 {
		return whole
	}
	return at
}

// Inserts are the uses that put rows into a table; a model's is what one through it gives.
func (u *Uses) Inserts(table catalog.Name) []Use {
	return slices.DeleteFunc(u.Of(table), func(use Use) bool { return use.Insert == nil })
}

// Omits are the inserts that surely do not give a column: they list their columns without
// it, or give fewer values than the table has columns before it.
func (u *Uses) Omits(table catalog.Name, column string) []Use {
	return slices.DeleteFunc(u.Inserts(table), func(use Use) bool {
		in := use.Insert
		named := slices.ContainsFunc(in.Columns, func(c string) bool { return u.same(c, column) })
		return in.Open || named || in.Positional && !u.beyond(use, column)
	})
}

// beyond reports whether a positional insert ends before a column.
func (u *Uses) beyond(use Use, column string) bool {
	t := u.catalog.Table(use.Table)
	if t == nil || use.Insert.Values == 0 {
		return false
	}
	i := slices.IndexFunc(t.Columns, func(c *catalog.Column) bool { return u.same(c.Name, column) })
	return i < 0 || i >= use.Insert.Values
}

// Upserts are the inserts with a conflict clause.
func (u *Uses) Upserts(table catalog.Name) []Use {
	return slices.DeleteFunc(u.Inserts(table), func(use Use) bool { return use.Insert.Conflict == nil })
}

// Calls are the uses of a function, a procedure or a sequence by name.
func (u *Uses) Calls(name catalog.Name) []Use {
	var uses []Use
	for _, r := range u.calls[fold(name.Object)] {
		call := r.query.Calls[r.table]
		if !strings.EqualFold(call.Name.Object, name.Object) || call.Name.Schema != "" && name.Schema != "" && !strings.EqualFold(call.Name.Schema, name.Schema) {
			continue
		}
		uses = append(uses, Use{Verb: Invoke, Called: call.Name, Args: call.Args, Weak: r.facts.Test, At: r.facts.Place(call.At)})
	}
	return uses
}

// UnreadAt is a place that could not be read.
type UnreadAt struct {
	At     catalog.Place
	Reason string
	// Named: the place names the table; else it may touch any.
	Named bool
	Weak  bool // in a test
}

// Unread are the places that may use a table: those that name it, then those of which it is
// not known what they touch.
func (u *Uses) Unread(table catalog.Name) []UnreadAt {
	var places []UnreadAt
	name := u.locate(table)
	for _, key := range []catalog.Name{name, anyTable} {
		if key == anyTable && len(places) > 0 && name == anyTable {
			break
		}
		for _, r := range u.unread[key] {
			places = append(places, UnreadAt{At: r.facts.Place(r.unread.At), Reason: r.unread.Reason, Named: key != anyTable, Weak: r.facts.Test})
		}
	}
	return places
}

// Words are the paths of the files that may have a name in some case style: tests apart.
// FindWord tells, by the text, whether one really does.
func (u *Uses) Words(name string) (serving, tests []string) {
	for _, f := range u.facts {
		switch {
		case !f.Words.Has(name):
		case f.Test:
			tests = append(tests, f.Path)
		default:
			serving = append(serving, f.Path)
		}
	}
	return serving, tests
}

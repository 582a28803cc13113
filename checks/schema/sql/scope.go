package sql

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// scope is what names may stand for at one place of a query: the tables of its FROM, and
// those of the queries around it.
type scope struct {
	outer *scope
	items []item
	ctes  map[string]*output // by key
	// aliases are the keys of outputs that conditions may name where no table has such a column.
	aliases map[string]bool
}

// item is one entry of FROM.
type item struct {
	alias string
	table *catalog.Name
	from  *output // a subquery, a common table expression or a function
	// only: a bare name never means its columns (the new and old row of a trigger).
	only bool
}

// output is what a subquery gives.
type output struct {
	names []string
	// stars are the tables whose every column it gives.
	stars []catalog.Name
	// any: a function or the like, whose columns are not known.
	any bool
	// aliases are the keys of those names that are no column's.
	aliases map[string]bool
	// index are the keys of the first indexed names.
	index   map[string]bool
	indexed int
}

// querying collects what a query names.
type querying struct {
	*context
	dialect catalog.Dialect
	result  *Query
	// outputs are the names of its columns; star says that there are others.
	outputs []string
	star    bool
}

func newQuerying(ctx *context, d catalog.Dialect, verb string) *querying {
	return &querying{context: ctx, dialect: d, result: &Query{Verb: verb}}
}

// take takes room for so many names, if there is any left.
func (q *querying) take(names int) bool {
	*q.room -= names
	return *q.room > 0
}

// key is what a common table expression is filed under.
func (q *querying) key(name string) string {
	if q.dialect == catalog.Postgres {
		return name
	}
	return strings.ToLower(name)
}

func (q *querying) same(a, b string) bool {
	return a == b || q.dialect != catalog.Postgres && strings.EqualFold(a, b)
}

// table notes a table of FROM, or finds the common table expression of that name.
func (q *querying) table(s *scope, name catalog.Name, alias string, start int, written bool) item {
	return q.tableAt(s, name, alias, extent{start, start + len(name.Object)}, written)
}

// extent is where something stands in a statement.
type extent struct{ start, end int }

// tableAt is table with the place of the name as it is spelled.
func (q *querying) tableAt(s *scope, name catalog.Name, alias string, at extent, written bool) item {
	if name.Schema == "" && !written {
		for outer := s; outer != nil; outer = outer.outer {
			if out := outer.ctes[q.key(name.Object)]; out != nil {
				return item{alias: either(alias, name.Object), from: out}
			}
		}
	}
	q.named(name, at, written)
	return item{alias: alias, table: &name}
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (q *querying) named(name catalog.Name, at extent, written bool) {
	if IsMask(name.Object) {
		q.masked("table", at.start, name.Object)
	}
	if q.take(1) {
		q.result.Tables = append(q.result.Tables, TableUse{Name: name, Written: written, At: q.at(at.start, at.end)})
	}
}

func (q *querying) masked(role string, start int, name string) {
	q.result.Masks = append(q.result.Masks, MaskUse{Role: role, Start: q.base + start, End: q.base + start + len(name)})
}

// column notes a column that is read. The qualifier is empty for a bare name.
func (q *querying) column(s *scope, qualifier catalog.Name, column string, start, end int) {
	if IsMask(column) {
		q.masked("column", start, column)
	}
	if *q.room <= 0 {
		return
	}
	var tables []catalog.Name
	for at := s; at != nil; at = at.outer {
		for _, it := range at.items {
			if qualifier.Object != "" && !q.means(it, qualifier) || qualifier.Object == "" && it.only {
				continue
			}
			if it.table != nil {
				tables = append(tables, *it.table)
				continue
			}
			if q.gives(it.from, column) {
				if column != "*" && len(tables) == 0 || qualifier.Object != "" {
					return
				}
				continue
			}
			tables = append(tables, it.from.stars...)
		}
		if len(tables) > 0 && (qualifier.Object != "" || column == "*") {
			break
		}
	}
	if len(tables) == 0 {
		return
	}
	if q.take(len(tables)) {
		q.result.Reads = append(q.result.Reads, catalog.Mention{Tables: tables, Column: column, At: q.at(start, end)})
	}
}

// means reports whether a qualifier is the name of an entry.
func (q *querying) means(it item, qualifier catalog.Name) bool {
	if it.alias != "" {
		return qualifier.Schema == "" && q.same(it.alias, qualifier.Object)
	}
	if it.table == nil {
		return false
	}
	return q.same(it.table.Object, qualifier.Object) && (qualifier.Schema == "" || q.same(it.table.Schema, qualifier.Schema))
}

func (q *querying) gives(out *output, column string) bool {
	if out == nil {
		return false
	}
	if out.index == nil || out.indexed > len(out.names) {
		out.index, out.indexed = map[string]bool{}, 0
	}
	for _, name := range out.names[out.indexed:] {
		out.index[q.key(name)] = true
	}
	out.indexed = len(out.names)
	return out.index[q.key(column)]
}

// allOf adds what * gives, or qualifier.*.
func (q *querying) allOf(s *scope, qualifier catalog.Name, out *output) {
	for _, it := range s.items {
		if qualifier.Object != "" && !q.means(it, qualifier) {
			continue
		}
		switch {
		case it.table != nil:
			out.stars = append(out.stars, *it.table)
		case it.from != nil:
			out.names = append(out.names, it.from.names...)
			out.stars = append(out.stars, it.from.stars...)
			out.any = out.any || it.from.any
		}
	}
}

// visible is the first entry that a bare name or alias means, in this query or around it.
func (q *querying) visible(s *scope, name string) bool {
	for at := s; at != nil; at = at.outer {
		for _, it := range at.items {
			if q.means(it, catalog.Name{Object: name}) {
				return true
			}
		}
	}
	return false
}

func (q *querying) write(table catalog.Name, column string, start int) {
	q.writeAt([]catalog.Name{table}, column, extent{start, start + len(column)})
}

// writeAt notes a column that is written, of the first of the tables that has it.
func (q *querying) writeAt(tables []catalog.Name, column string, at extent) {
	if IsMask(column) {
		q.masked("column", at.start, column)
	}
	if q.take(len(tables)) {
		q.result.Writes = append(q.result.Writes, catalog.Mention{Tables: tables, Column: column, At: q.at(at.start, at.end)})
	}
}

// maybe notes a column that is none unless a table has it.
func (q *querying) maybe(s *scope, qualifier catalog.Name, column string, at extent) {
	before := len(q.result.Reads)
	q.column(s, qualifier, column, at.start, at.end)
	for i := before; i < len(q.result.Reads); i++ {
		q.result.Reads[i].Maybe = true
	}
}

// aliased reports whether a bare name may be that of an output.
func (q *querying) aliased(s *scope, name string) bool {
	for at := s; at != nil; at = at.outer {
		if at.aliases[q.key(name)] {
			return true
		}
	}
	return false
}

// written tells of the rows that a query writes.
func (q *Query) written(at catalog.Place, all bool) []catalog.Change {
	var from []catalog.Name
	for _, use := range q.Tables {
		if !use.Written {
			from = append(from, use.Name)
		}
	}
	var changes []catalog.Change
	for _, use := range q.Tables {
		if use.Written {
			changes = append(changes, catalog.WriteData{Place: at, Table: use.Name, Kind: q.Verb, From: from, All: all})
		}
	}
	return changes
}

// mentions are the tables and columns that a query names.
func (q *Query) mentions() []catalog.Mention {
	list := append([]catalog.Mention{}, q.Reads...)
	list = append(list, q.Writes...)
	for _, use := range q.Tables {
		list = append(list, catalog.Mention{Tables: []catalog.Name{use.Name}, At: use.At})
	}
	return list
}

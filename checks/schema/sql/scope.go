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
	ctes  map[string]*output
}

// item is one entry of FROM.
type item struct {
	alias string
	table *catalog.Name
	from  *output // a subquery, a common table expression or a function
}

// output is what a subquery gives.
type output struct {
	names []string
	// stars are the tables whose every column it gives.
	stars []catalog.Name
	// any: a function or the like, whose columns are not known.
	any bool
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

func (q *querying) same(a, b string) bool {
	return a == b || q.dialect != catalog.Postgres && strings.EqualFold(a, b)
}

// table notes a table of FROM, or finds the common table expression of that name.
func (q *querying) table(s *scope, name catalog.Name, alias string, start int, written bool) item {
	if name.Schema == "" && !written {
		for at := s; at != nil; at = at.outer {
			if out := at.ctes[name.Object]; out != nil {
				return item{alias: either(alias, name.Object), from: out}
			}
		}
	}
	q.named(name, start, written)
	return item{alias: alias, table: &name}
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func (q *querying) named(name catalog.Name, start int, written bool) {
	if IsMask(name.Object) {
		q.masked("table", start, name.Object)
	}
	if q.take(1) {
		q.result.Tables = append(q.result.Tables, TableUse{Name: name, Written: written, At: q.at(start, start+len(name.Object))})
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
			if qualifier.Object != "" && !q.means(it, qualifier) {
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
	for _, name := range out.names {
		if q.same(name, column) {
			return true
		}
	}
	return false
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
	if IsMask(column) {
		q.masked("column", start, column)
	}
	if q.take(1) {
		q.result.Writes = append(q.result.Writes, catalog.Mention{Tables: []catalog.Name{table}, Column: column, At: q.at(start, start+len(column))})
	}
}

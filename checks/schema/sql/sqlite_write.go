package sql

import (
	"strings"

	lite "github.com/sqlc-dev/meyer/ast"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// data reads queries and what writes rows.
func (p *sqlite) data(node lite.Stmt) bool {
	all := false
	switch n := node.(type) {
	case *lite.SelectStmt:
		p.out.Query = p.query(n).result
		for _, call := range p.out.Query.Calls {
			if strings.EqualFold(call.Name.Object, "load_extension") {
				p.out.unread("SELECT load_extension() runs code that is not read")
			}
		}
		return true
	case *lite.ExplainStmt:
		if liteVerb(n.Stmt) != "" {
			p.out.Query = p.query(n.Stmt).result
		}
		return true
	case *lite.InsertStmt:
	case *lite.UpdateStmt:
		all = n.Where == nil && n.Limit == nil
	case *lite.DeleteStmt:
		all = n.Where == nil && n.Limit == nil
	default:
		return false
	}
	p.out.Query = p.query(node).result
	for _, use := range p.out.Query.Tables {
		if name := strings.ToLower(use.Name.Object); use.Written && (name == "sqlite_master" || name == "sqlite_schema") {
			p.out.unread("the schema itself is written: %s", use.Name.Object)
			return true
		}
	}
	p.add(p.out.Query.written(p.place, all)...)
	return true
}

// target notes the table that a statement writes and opens a scope on it.
func (q liteQuery) target(s *scope, n *lite.QualifiedName, alias *lite.Ident) catalog.Name {
	name := liteName(n)
	s.items = append(s.items, q.tableAt(s, name, ident(alias), extentOf(n.Name), true))
	return name
}

func (q liteQuery) inserts(outer *scope, n *lite.InsertStmt) *output {
	s := q.with(outer, n.With)
	insert := &Insert{Table: liteName(n.Table), Columns: idents(n.Columns), Defaults: n.DefaultValues, Positional: len(n.Columns) == 0 && !n.DefaultValues}
	if n.Select != nil {
		given := q.selects(&scope{outer: s}, n.Select)
		if values, ok := n.Select.Cores[0].(*lite.ValuesClause); ok {
			insert.Values = len(values.Rows[0])
		} else if len(given.stars) == 0 && !given.any {
			insert.Values = len(given.names)
		}
	}
	table := q.target(s, n.Table, n.Alias)
	for _, column := range n.Columns {
		q.written(table, column)
	}
	insert.Conflict = q.conflict(s, table, n)
	if q.result.Insert == nil {
		q.result.Insert = insert
	}
	return q.targets(s, n.Returning)
}

// written notes a column that is written. What is called like its table is a command to a
// table of full text.
func (q liteQuery) written(table catalog.Name, column *lite.Ident) {
	q.writeAt([]catalog.Name{table}, column.Name, extentOf(column))
	if n := len(q.result.Writes); n > 0 && q.same(column.Name, table.Object) {
		q.result.Writes[n-1].Maybe = true
	}
}

// conflict reads what an INSERT does where its row is there already.
func (q liteQuery) conflict(s *scope, table catalog.Name, n *lite.InsertStmt) *Conflict {
	var first *Conflict
	if n.Replace || n.OrConflict == lite.ConflictReplace || n.OrConflict == lite.ConflictIgnore {
		first = &Conflict{Any: true, At: q.at(n.Pos(), n.Table.Pos())}
	}
	for _, u := range n.Upserts {
		x := &Conflict{Any: len(u.Target) == 0, Where: liteExpr(u.TargetWhere), Update: !u.DoNothing, At: q.at(u.Pos(), u.End())}
		for _, term := range u.Target {
			x.Columns = append(x.Columns, columnName(term.Expr))
		}
		if first == nil {
			first = x
		}
		excluded := &scope{outer: s, items: []item{{alias: "excluded", table: &table, only: true}}}
		q.assign(excluded, table, u.Set)
		q.expression(excluded, u.Where)
	}
	return first
}

// assign reads SET column = value.
func (q liteQuery) assign(s *scope, table catalog.Name, list []*lite.SetPair) {
	for _, pair := range list {
		for _, column := range pair.Columns {
			q.written(table, column)
		}
		q.expression(s, pair.Value)
	}
}

func (q liteQuery) updates(outer *scope, n *lite.UpdateStmt) *output {
	s := q.with(outer, n.With)
	table := q.target(s, n.Table, n.Alias)
	q.sources(s, n.From)
	q.assign(s, table, n.Set)
	q.expression(s, n.Where)
	q.sort(s, n.OrderBy, nil)
	q.limit(s, n.Limit)
	s.items = s.items[:1] // what FROM names is out of sight
	return q.targets(s, n.Returning)
}

func (q liteQuery) deletes(outer *scope, n *lite.DeleteStmt) *output {
	s := q.with(outer, n.With)
	q.target(s, n.Table, n.Alias)
	q.expression(s, n.Where)
	q.sort(s, n.OrderBy, nil)
	q.limit(s, n.Limit)
	return q.targets(s, n.Returning)
}

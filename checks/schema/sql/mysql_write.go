package sql

import (
	"strings"

	my "github.com/sqlc-dev/marino/ast"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// data reads queries and what writes rows.
func (p *mysql) data(node my.StmtNode) bool {
	switch n := node.(type) {
	case *my.SelectStmt, *my.SetOprStmt:
		p.out.Query = p.query("select", n).result
	case *my.InsertStmt:
		p.wrote("insert", n, false)
	case *my.UpdateStmt:
		p.wrote("update", n, n.Where == nil && n.Limit == nil)
	case *my.DeleteStmt:
		p.wrote("delete", n, n.Where == nil && n.Limit == nil && !n.IsMultiTable)
	case *my.TruncateTableStmt:
		p.add(catalog.Truncate{Place: p.place, Table: myName(n.Table)})
	case *my.LoadDataStmt:
		p.load(n.Table, n.ColumnsAndUserVars, n.ColumnAssignments)
	case *my.LoadXMLStmt:
		p.load(n.Table, n.ColumnsAndUserVars, n.ColumnAssignments)
	case *my.ExplainStmt:
		switch n.Stmt.(type) {
		case *my.SelectStmt, *my.SetOprStmt, *my.InsertStmt, *my.UpdateStmt, *my.DeleteStmt:
			p.out.Query = p.query("select", n.Stmt).result
		}
	default:
		return false
	}
	return true
}

func (p *mysql) wrote(verb string, node my.StmtNode, all bool) {
	p.out.Query = p.query(verb, node).result
	if p.maria.returning > 0 {
		p.returning()
	}
	p.add(p.out.Query.written(p.place, all)...)
}

// returning reads the list behind MariaDB's RETURNING, as a query of its own in the place
// where it stands.
func (p *mysql) returning() {
	const head = "SELECT"
	list, err := p.tree(strings.Repeat(" ", p.maria.returning-len(head)) + head + p.text[p.maria.returning:])
	if err != nil || len(list) != 1 {
		p.out.unread("what stands behind RETURNING is not read")
		return
	}
	q := myQuery{querying: &querying{context: p.context, dialect: catalog.MySQL, result: p.out.Query}, p: p}
	s := &scope{}
	for _, use := range p.out.Query.Tables {
		if use.Written {
			s.items = append(s.items, item{table: &use.Name})
		}
	}
	if n, ok := list[0].(*my.SelectStmt); ok && n.Fields != nil {
		q.targets(s, n.Fields.Fields, &output{})
	}
}

// load reads LOAD DATA.
func (p *mysql) load(n *my.TableName, columns []*my.ColumnNameOrUserVar, assignments []*my.Assignment) {
	q := myQuery{querying: newQuerying(p.context, catalog.MySQL, "copy"), p: p}
	s := &scope{}
	s.items = append(s.items, q.named(s, n, "", true))
	at := q.tablePlace(n).end
	for _, column := range columns {
		if column.ColumnName != nil {
			q.writeAt([]catalog.Name{myName(n)}, column.ColumnName.Name.O, p.words.after(column.ColumnName.Name.O, at))
		}
	}
	q.assign(s, assignments)
	p.out.Query = q.result
	p.add(q.result.written(p.place, false)...)
}

func (q myQuery) inserts(outer *scope, n *my.InsertStmt) {
	s := &scope{outer: outer, ctes: map[string]*output{}}
	var table *my.TableName
	if source, ok := n.Table.TableRefs.Left.(*my.TableSource); ok {
		table, _ = source.Source.(*my.TableName)
	}
	if table == nil {
		return
	}
	name := myName(table)
	insert := &Insert{Table: name, Positional: n.Columns == nil && !n.Setlist}
	from := &scope{outer: s}
	if n.Select != nil {
		given := q.any(from, n.Select)
		if len(given.stars) == 0 && !given.any {
			insert.Values = len(given.names)
		}
	}
	s.items = append(s.items, q.named(s, table, "", true))
	q.columns(name, n, insert)
	for _, row := range n.Lists {
		insert.Values = len(row)
		for _, value := range row {
			q.expression(s, value)
		}
	}
	if insert.Positional && len(n.Lists) > 0 && insert.Values == 0 {
		insert.Positional = false // INSERT () VALUES ()
	}
	switch {
	case len(n.OnDuplicate) > 0:
		at := q.p.words.after("DUPLICATE", 0)
		insert.Conflict = &Conflict{Any: true, Update: true, At: q.at(at.start, at.end)}
	case n.IsReplace || n.IgnoreErr:
		at := q.tablePlace(table)
		insert.Conflict = &Conflict{Any: true, At: q.at(0, at.start)}
	}
	if n.RowAlias != nil {
		s.items = append(s.items, item{alias: n.RowAlias.O, table: &name, only: true})
	}
	if n.Select != nil {
		s.items = append(s.items, from.items...)
	}
	q.assign(s, n.OnDuplicate)
	if q.result.Insert == nil {
		q.result.Insert = insert
	}
}

// columns notes the columns that an INSERT gives.
func (q myQuery) columns(table catalog.Name, n *my.InsertStmt, insert *Insert) {
	after := q.p.words.after("SET", 0).end
	for _, column := range n.Columns {
		insert.Columns = append(insert.Columns, column.Name.O)
		at := extent{}
		if offset := column.OriginTextPosition(); offset > 0 {
			_, at = q.p.words.spelled(offset)
		} else {
			at = q.p.words.after(column.Name.O, after)
		}
		q.writeAt([]catalog.Name{table}, column.Name.O, at)
	}
}

// assign reads SET column = value. A bare name is of the first table that has it.
func (q myQuery) assign(s *scope, list []*my.Assignment) {
	for _, a := range list {
		if *q.room <= 0 {
			return
		}
		at := q.p.words.before(a.Column.Name.O, max(a.Expr.OriginTextPosition(), 1))
		qualifier := catalog.Name{Schema: a.Column.Schema.O, Object: a.Column.Table.O}
		var tables []catalog.Name
		for _, it := range s.items {
			if it.table != nil && !it.only && (qualifier.Object == "" || q.means(it, qualifier)) {
				tables = append(tables, *it.table)
			}
		}
		if len(tables) > 0 {
			q.writeAt(tables, a.Column.Name.O, at)
		}
		q.expression(s, a.Expr)
	}
}

func (q myQuery) updates(outer *scope, n *my.UpdateStmt) {
	s := q.with(outer, n.With)
	before := len(q.result.Tables)
	q.from(s, n.TableRefs.TableRefs)
	var named []catalog.Name
	for _, a := range n.List {
		named = append(named, catalog.Name{Schema: a.Column.Schema.O, Object: a.Column.Table.O})
	}
	q.markWritten(s, q.result.Tables[before:], named)
	q.assign(s, n.List)
	q.expression(s, n.Where)
	q.sort(s, n.Order, &output{})
}

// markWritten marks the tables that names or aliases mean as written; none, the first one.
func (q myQuery) markWritten(s *scope, uses []TableUse, named []catalog.Name) {
	use, seen := map[catalog.Name]int{}, map[catalog.Name]bool{}
	for i := len(uses) - 1; i >= 0; i-- {
		use[uses[i].Name] = i
	}
	for _, name := range named {
		if seen[name] {
			continue
		}
		seen[name] = true
		for _, it := range s.items {
			if it.table == nil || name.Object != "" && !q.means(it, name) {
				continue
			}
			if i, ok := use[*it.table]; ok {
				uses[i].Written = true
			}
			break
		}
	}
}

func (q myQuery) deletes(outer *scope, n *my.DeleteStmt) {
	s := q.with(outer, n.With)
	before := len(q.result.Tables)
	q.from(s, n.TableRefs.TableRefs)
	named := []catalog.Name{{}}
	if n.Tables != nil {
		named = nil
		for _, table := range n.Tables.Tables {
			named = append(named, myName(table))
		}
	}
	q.markWritten(s, q.result.Tables[before:], named)
	q.expression(s, n.Where)
	q.sort(s, n.Order, &output{})
}

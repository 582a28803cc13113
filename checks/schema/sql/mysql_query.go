package sql

import (
	"strings"

	my "github.com/sqlc-dev/marino/ast"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// myQuery takes a parsed query apart.
type myQuery struct {
	*querying
	p *mysql
	// variables: a bare name may be that of a variable.
	variables bool
}

// query describes a SELECT, INSERT, UPDATE or DELETE.
func (p *mysql) query(verb string, node my.Node) *querying {
	q := myQuery{querying: newQuerying(p.context, catalog.MySQL, verb), p: p}
	out := q.any(nil, node)
	q.outputs, q.star = out.names, len(out.stars) > 0 || out.any
	return q.querying
}

// columnsOf are the columns that an expression over one table names, each once.
func (p *mysql) columnsOf(node my.ExprNode) []string {
	if node == nil {
		return nil
	}
	room := maxStatement
	q := myQuery{querying: newQuerying(&context{file: catalog.NewFile("", ""), room: &room}, catalog.MySQL, ""), p: p}
	q.expression(&scope{items: []item{{table: new(catalog.Name)}}}, node)
	return q.result.ownColumns()
}

func (q myQuery) any(outer *scope, node my.Node) *output {
	switch n := node.(type) {
	case *my.SelectStmt:
		return q.selects(outer, n)
	case *my.SetOprStmt:
		s := q.with(outer, n.With)
		out := q.union(s, n.SelectList)
		q.sort(s, n.OrderBy, out)
		return out
	case *my.SetOprSelectList:
		return q.union(q.with(outer, n.With), n)
	case *my.SubqueryExpr:
		return q.any(outer, n.Query)
	case *my.TableSource:
		return q.any(outer, n.Source)
	case *my.InsertStmt:
		q.inserts(outer, n)
	case *my.UpdateStmt:
		q.updates(outer, n)
	case *my.DeleteStmt:
		q.deletes(outer, n)
	}
	return &output{any: true}
}

// with opens a scope with the common table expressions of a query.
func (q myQuery) with(outer *scope, w *my.WithClause) *scope {
	s := &scope{outer: outer, ctes: map[string]*output{}}
	if w == nil {
		return s
	}
	for _, c := range w.CTEs {
		names := ciStrings(c.ColNameList)
		if w.IsRecursive {
			s.ctes[q.key(c.Name.O)] = &output{names: names, any: true}
		}
		s.ctes[q.key(c.Name.O)] = q.any(s, c.Query).renamed(names)
	}
	return s
}

// union reads queries that are put together; the first one names the columns.
func (q myQuery) union(s *scope, list *my.SetOprSelectList) *output {
	out := &output{}
	for i, node := range list.Selects {
		given := q.any(s, node)
		if i == 0 {
			*out = *given
			continue
		}
		out.stars = append(out.stars[:len(out.stars):len(out.stars)], given.stars...)
		out.any = out.any || given.any
	}
	q.sort(s, list.OrderBy, out)
	return out
}

func (q myQuery) selects(outer *scope, n *my.SelectStmt) *output {
	s := q.with(outer, n.With)
	if n.From != nil {
		q.from(s, n.From.TableRefs)
	}
	out := &output{any: n.Fields == nil}
	if n.Kind == my.SelectStmtKindTable {
		q.allOf(s, catalog.Name{}, out)
	} else if n.Fields != nil {
		q.targets(s, n.Fields.Fields, out)
	}
	for _, row := range n.Lists {
		q.expression(s, row)
	}
	q.expression(s, n.Where)
	if n.GroupBy != nil {
		q.by(q.aliasing(s, out), n.GroupBy.Items)
	}
	if n.Having != nil {
		q.expression(q.aliasing(s, out), n.Having.Expr)
	}
	for i := range n.WindowSpecs {
		n.WindowSpecs[i].Accept(&exprWalk{q, s})
	}
	q.sort(s, n.OrderBy, out)
	return out
}

// aliasing is a scope in which outputs that are no columns can be named too.
func (q myQuery) aliasing(s *scope, out *output) *scope {
	n := *s
	n.aliases = out.aliases
	return &n
}

// targets reads a select list.
func (q myQuery) targets(s *scope, fields []*my.SelectField, out *output) {
	for _, field := range fields {
		if star := field.WildCard; star != nil {
			qualifier := catalog.Name{Schema: star.Schema.O, Object: star.Table.O}
			at, _ := q.p.words.spelled(field.Offset)
			q.column(s, qualifier, "*", at.start, at.end)
			q.allOf(s, qualifier, out)
			continue
		}
		q.expression(s, field.Expr)
		column, isColumn := field.Expr.(*my.ColumnNameExpr)
		switch {
		case field.AsName.O != "":
			out.names = append(out.names, field.AsName.O)
			if out.aliases == nil {
				out.aliases = map[string]bool{}
			}
			out.aliases[q.key(field.AsName.O)] = true
		case isColumn:
			out.names = append(out.names, column.Name.Name.O)
		default:
			out.names = append(out.names, field.Text())
		}
	}
}

// sort reads ORDER BY, where a bare name is rather that of an output.
func (q myQuery) sort(s *scope, n *my.OrderByClause, out *output) {
	if n == nil {
		return
	}
	for _, by := range n.Items {
		if c, ok := by.Expr.(*my.ColumnNameExpr); ok && c.Name.Table.O == "" && q.gives(out, c.Name.Name.O) {
			continue
		}
		q.expression(s, by.Expr)
	}
}

func (q myQuery) by(s *scope, items []*my.ByItem) {
	for _, by := range items {
		q.expression(s, by.Expr)
	}
}

// from reads one entry of FROM.
func (q myQuery) from(s *scope, node my.ResultSetNode) {
	switch n := node.(type) {
	case *my.Join:
		q.join(s, n)
	case *my.TableSource:
		q.source(s, n)
	case *my.TableName:
		s.items = append(s.items, q.named(s, n, "", false))
	case nil:
	default:
		s.items = append(s.items, item{from: q.any(s, n)})
	}
}

func (q myQuery) source(s *scope, n *my.TableSource) {
	switch from := n.Source.(type) {
	case *my.TableName:
		s.items = append(s.items, q.named(s, from, n.AsName.O, false))
	case *my.Join:
		q.join(s, from)
	case *my.JSONTableExpr:
		q.expression(s, from.Doc)
		s.items = append(s.items, item{alias: n.AsName.O, from: &output{any: true}})
	default:
		s.items = append(s.items, item{alias: n.AsName.O, from: q.any(s, from).renamed(ciStrings(n.ColumnNames))})
	}
}

// named notes a table.
func (q myQuery) named(s *scope, n *my.TableName, alias string, written bool) item {
	return q.tableAt(s, myName(n), alias, q.tablePlace(n), written)
}

// tablePlace is where a table's own name stands, behind its schema's.
func (q myQuery) tablePlace(n *my.TableName) extent {
	if at := n.OriginTextPosition(); at > 0 {
		_, last := q.p.words.spelled(at)
		return last
	}
	return q.p.words.after(n.Name.O, 0)
}

// join reads both sides; a column of USING is one of each.
func (q myQuery) join(s *scope, j *my.Join) {
	before := len(s.items)
	q.from(s, j.Left)
	between := len(s.items)
	if j.Right == nil {
		return
	}
	q.from(s, j.Right)
	if j.On != nil {
		q.expression(s, j.On.Expr)
	}
	for _, column := range j.Using {
		at := q.p.words.after(column.Name.O, q.p.words.after("USING", q.reached(j.Right)).end)
		for _, side := range [][]item{s.items[before:between], s.items[between:]} {
			q.column(&scope{items: side}, catalog.Name{}, column.Name.O, at.start, at.end)
		}
	}
}

// reached is an offset within an entry of FROM.
func (q myQuery) reached(node my.ResultSetNode) int {
	switch n := node.(type) {
	case *my.TableName:
		return n.OriginTextPosition()
	case *my.TableSource:
		return q.reached(n.Source)
	case *my.Join:
		if n.Right != nil {
			return q.reached(n.Right)
		}
		return q.reached(n.Left)
	}
	return 0
}

// expression notes the columns and functions that an expression names.
func (q myQuery) expression(s *scope, node my.ExprNode) {
	if node != nil {
		node.Accept(&exprWalk{q, s})
	}
}

// exprWalk visits an expression.
type exprWalk struct {
	q myQuery
	s *scope
}

func (w *exprWalk) Leave(n my.Node) (my.Node, bool) { return n, true }

func (w *exprWalk) Enter(node my.Node) (my.Node, bool) {
	switch n := node.(type) {
	case *my.SelectStmt, *my.SetOprStmt:
		w.q.any(w.s, n)
		return node, true
	case *my.ColumnNameExpr:
		at, _ := w.q.p.words.spelled(n.OriginTextPosition())
		w.q.reference(w.s, n.Name, at)
		return node, true
	case *my.DefaultExpr:
		if n.Name != nil {
			w.q.reference(w.s, n.Name, w.q.p.words.after(n.Name.Name.O, n.OriginTextPosition()+len("DEFAULT")))
		}
		return node, true
	case *my.MatchAgainst:
		for _, column := range n.ColumnNames {
			w.q.reference(w.s, column, w.q.p.words.after(column.Name.O, n.OriginTextPosition()+len("MATCH")))
		}
		w.q.expression(w.s, n.Against)
		return node, true
	case *my.FuncCallExpr:
		w.q.call(catalog.Name{Schema: n.Schema.O, Object: n.FnName.O}, len(n.Args), n)
	case *my.AggregateFuncExpr:
		w.q.call(catalog.Name{Object: n.F}, len(n.Args), n)
	case *my.WindowFuncExpr:
		w.q.call(catalog.Name{Object: n.Name}, len(n.Args), n)
	case *my.TableName:
		return node, true
	}
	return node, false
}

// call notes a function, unless an operator or another spelling stands for it: such are
// MySQL's own.
func (q myQuery) call(name catalog.Name, args int, node my.ExprNode) {
	_, at := q.p.words.spelled(node.OriginTextPosition())
	if !strings.EqualFold(strings.Trim(q.p.text[at.start:at.end], "`"), name.Object) {
		return
	}
	q.result.Calls = append(q.result.Calls, Call{Name: name, Args: args, At: q.at(at.start, at.end)})
}

// reference is a column's name.
func (q myQuery) reference(s *scope, n *my.ColumnName, at extent) {
	qualifier := catalog.Name{Schema: n.Schema.O, Object: n.Table.O}
	if qualifier.Object == "" && (q.variables || q.aliased(s, n.Name.O)) {
		q.maybe(s, qualifier, n.Name.O, at)
		return
	}
	q.column(s, qualifier, n.Name.O, at.start, at.end)
}

package sql

import (
	"slices"
	"strings"

	lite "github.com/sqlc-dev/meyer/ast"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// liteQuery takes a parsed query apart.
type liteQuery struct{ *querying }

// query describes a SELECT, INSERT, UPDATE or DELETE.
func (p *sqlite) query(node lite.Stmt) *querying {
	q := liteQuery{newQuerying(p.context, catalog.SQLite, liteVerb(node))}
	out := q.any(nil, node)
	q.outputs, q.star = out.names, len(out.stars) > 0 || out.any
	return q.querying
}

func liteVerb(node lite.Stmt) string {
	switch node.(type) {
	case *lite.SelectStmt:
		return "select"
	case *lite.InsertStmt:
		return "insert"
	case *lite.UpdateStmt:
		return "update"
	case *lite.DeleteStmt:
		return "delete"
	}
	return ""
}

// columnsOf are the columns that an expression over one table names, each once.
func (p *sqlite) columnsOf(node lite.Expr) []string {
	if node == nil {
		return nil
	}
	room := maxStatement
	q := liteQuery{newQuerying(&context{file: catalog.NewFile("", ""), room: &room}, catalog.SQLite, "")}
	q.expression(&scope{items: []item{{table: new(catalog.Name)}}}, node)
	return q.result.ownColumns()
}

// ownColumns are the columns of a query over the table without a name.
func (q *Query) ownColumns() []string {
	var columns []string
	for _, m := range q.Reads {
		if m.Column != "*" && len(m.Tables) > 0 && m.Tables[len(m.Tables)-1] == (catalog.Name{}) && !slices.Contains(columns, m.Column) {
			columns = append(columns, m.Column)
		}
	}
	return columns
}

func (q liteQuery) any(outer *scope, node lite.Stmt) *output {
	switch n := node.(type) {
	case *lite.SelectStmt:
		return q.selects(outer, n)
	case *lite.InsertStmt:
		return q.inserts(outer, n)
	case *lite.UpdateStmt:
		return q.updates(outer, n)
	case *lite.DeleteStmt:
		return q.deletes(outer, n)
	}
	return &output{any: true}
}

// with opens a scope with the common table expressions of a query. Each may name itself.
func (q liteQuery) with(outer *scope, w *lite.With) *scope {
	s := &scope{outer: outer, ctes: map[string]*output{}}
	if w == nil {
		return s
	}
	for _, c := range w.CTEs {
		names := idents(c.Columns)
		s.ctes[q.key(c.Name.Name)] = &output{names: names, any: true}
		s.ctes[q.key(c.Name.Name)] = q.selects(s, c.Select).renamed(names)
	}
	return s
}

func (q liteQuery) selects(outer *scope, n *lite.SelectStmt) *output {
	s := q.with(outer, n.With)
	out := &output{}
	for i, core := range n.Cores {
		given := q.core(s, core)
		if i == 0 {
			*out = *given
			continue
		}
		out.stars = append(out.stars[:len(out.stars):len(out.stars)], given.stars...)
		out.any = out.any || given.any
	}
	return out
}

func (q liteQuery) core(outer *scope, node lite.SelectCore) *output {
	s := &scope{outer: outer}
	switch n := node.(type) {
	case *lite.ValuesClause:
		for _, row := range n.Rows {
			for _, value := range row {
				q.expression(s, value)
			}
		}
		return &output{any: true}
	case *lite.SelectQuery:
		q.sources(s, n.From)
		out := q.targets(s, n.Columns)
		s.aliases = out.aliases
		for _, node := range n.GroupBy {
			q.expression(s, node)
		}
		for _, w := range n.Windows {
			q.expression(s, w)
		}
		q.expression(s, n.Where)
		q.expression(s, n.Having)
		q.sort(s, n.OrderBy, out)
		q.limit(s, n.Limit)
		return out
	}
	return &output{any: true}
}

func (q liteQuery) limit(s *scope, n *lite.Limit) {
	if n != nil {
		q.expression(s, n.Count)
		q.expression(s, n.Offset)
	}
}

// sort reads ORDER BY, where a bare name is rather that of an output.
func (q liteQuery) sort(s *scope, terms []*lite.OrderingTerm, out *output) {
	for _, term := range terms {
		if name := columnName(term.Expr); name != "" && out != nil && q.gives(out, name) {
			continue
		}
		q.expression(s, term.Expr)
	}
}

// targets reads a select list or RETURNING, whose names conditions may use too.
func (q liteQuery) targets(s *scope, list []*lite.ResultColumn) *output {
	out := &output{aliases: map[string]bool{}}
	for _, column := range list {
		star, isStar := column.Expr.(*lite.Star)
		if isStar {
			q.column(s, catalog.Name{Object: ident(star.Table)}, "*", star.Pos(), star.End())
			q.allOf(s, catalog.Name{Object: ident(star.Table)}, out)
			continue
		}
		q.expression(s, column.Expr)
		switch {
		case column.Alias != nil:
			out.names = append(out.names, column.Alias.Name)
			out.aliases[q.key(column.Alias.Name)] = true
		default:
			out.names = append(out.names, outputName(column.Expr))
		}
	}
	return out
}

// outputName is what SQLite calls a column of a query that has no alias: the column's name,
// or the expression's text.
func outputName(n lite.Expr) string {
	switch n := n.(type) {
	case *lite.Ident:
		return n.Name
	case *lite.QualifiedRef:
		return n.Parts[len(n.Parts)-1].Name
	}
	return liteExpr(n)
}

// sources reads FROM.
func (q liteQuery) sources(s *scope, list []*lite.TableRef) {
	for _, ref := range list {
		before := len(s.items)
		alias := ident(ref.Alias)
		switch {
		case ref.List != nil:
			q.sources(s, ref.List)
		case ref.Select != nil:
			s.items = append(s.items, item{alias: alias, from: q.selects(s, ref.Select)})
		case ref.HasArgs:
			for _, arg := range ref.Args {
				q.expression(s, arg)
			}
			s.items = append(s.items, item{alias: either(alias, ident(ref.Name.Name)), from: &output{any: true}})
		default:
			s.items = append(s.items, q.tableAt(s, liteName(ref.Name), alias, extentOf(ref.Name.Name), false))
		}
		q.expression(s, ref.On)
		for _, column := range ref.Using {
			for _, side := range [][]item{s.items[:before], s.items[before:]} {
				q.column(&scope{items: side}, catalog.Name{}, column.Name, column.Pos(), column.End())
			}
		}
	}
}

// expression notes the columns and functions that an expression names.
func (q liteQuery) expression(s *scope, node lite.Node) {
	switch n := node.(type) {
	case nil, *lite.Literal, *lite.BindParam:
	case *lite.Ident:
		q.bare(s, n)
	case *lite.QualifiedRef:
		names := idents(n.Parts)
		last := len(names) - 1
		q.reference(s, nameOf(names[:last]), n.Parts[last], extentOf(n))
	case *lite.BinaryExpr:
		q.expression(s, n.X)
		q.expression(s, n.Y)
	case *lite.FuncCall:
		q.call(s, n)
	case *lite.SelectStmt:
		q.selects(s, n)
	case *lite.InExpr:
		if n.Table != nil && !n.HasArgs {
			q.tableAt(s, liteName(n.Table), "", extentOf(n.Table.Name), false)
		}
		q.children(s, n, n.Table)
	case *lite.LikeExpr:
		q.children(s, n, n.Op)
	case *lite.CollateExpr:
		q.expression(s, n.X)
	case *lite.CastExpr:
		q.expression(s, n.X)
	case *lite.WindowDef:
		for _, child := range n.Children() {
			if name, ok := child.(*lite.Ident); !ok || name != n.Name && name != n.Base {
				q.expression(s, child)
			}
		}
	default:
		q.children(s, n, nil)
	}
}

// children reads what a node holds but for a name that is no column.
func (q liteQuery) children(s *scope, n, name lite.Node) {
	for _, child := range n.Children() {
		if child != name {
			q.expression(s, child)
		}
	}
}

func (q liteQuery) call(s *scope, n *lite.FuncCall) {
	q.result.Calls = append(q.result.Calls, Call{Name: catalog.Name{Object: n.Name.Name}, Args: len(n.Args), At: q.at(n.Name.Pos(), n.Name.End())})
	q.children(s, n, n.Name)
}

// bare is a name that stands alone.
func (q liteQuery) bare(s *scope, n *lite.Ident) {
	if n.Quote == lite.QuoteNone && (strings.EqualFold(n.Name, "true") || strings.EqualFold(n.Name, "false")) {
		return
	}
	if q.aliased(s, n.Name) || q.visible(s, n.Name) {
		q.maybe(s, catalog.Name{}, n.Name, extentOf(n))
		return
	}
	q.reference(s, catalog.Name{}, n, extentOf(n))
}

// reference is a column's name. A quoted one that is no column is text, and every table
// has a rowid.
func (q liteQuery) reference(s *scope, qualifier catalog.Name, n *lite.Ident, at extent) {
	switch strings.ToLower(n.Name) {
	case "rowid", "oid", "_rowid_":
		q.maybe(s, qualifier, n.Name, at)
		return
	}
	if n.Quote == lite.QuoteDouble && qualifier.Object == "" {
		q.maybe(s, qualifier, n.Name, at)
		return
	}
	q.column(s, qualifier, n.Name, at.start, at.end)
}

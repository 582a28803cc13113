package sql

import (
	pg "github.com/sqlc-dev/oliphant"
	"google.golang.org/protobuf/reflect/protoreflect"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// pgQuery takes a parsed query apart.
type pgQuery struct{ *querying }

// query describes a SELECT, INSERT, UPDATE, DELETE or MERGE; what is none of them has
// nothing in its result.
func (p *postgres) query(node *pg.Node) *querying {
	q := pgQuery{newQuerying(p.context, catalog.Postgres, "")}
	q.result.Verb = verbOf(node)
	out := q.any(nil, node)
	q.outputs, q.star = out.names, len(out.stars) > 0 || out.any
	return q.querying
}

func verbOf(node *pg.Node) string {
	switch node.GetNode().(type) {
	case *pg.Node_SelectStmt:
		return "select"
	case *pg.Node_InsertStmt:
		return "insert"
	case *pg.Node_UpdateStmt:
		return "update"
	case *pg.Node_DeleteStmt:
		return "delete"
	case *pg.Node_MergeStmt:
		return "merge"
	}
	return ""
}

func (q pgQuery) any(outer *scope, node *pg.Node) *output {
	switch n := node.GetNode().(type) {
	case *pg.Node_SelectStmt:
		return q.selects(outer, n.SelectStmt)
	case *pg.Node_InsertStmt:
		return q.inserts(outer, n.InsertStmt)
	case *pg.Node_UpdateStmt:
		return q.updates(outer, n.UpdateStmt)
	case *pg.Node_DeleteStmt:
		return q.deletes(outer, n.DeleteStmt)
	case *pg.Node_MergeStmt:
		return q.merges(outer, n.MergeStmt)
	}
	return &output{any: true}
}

// with opens a scope with the common table expressions of a query.
func (q pgQuery) with(outer *scope, w *pg.WithClause) *scope {
	s := &scope{outer: outer, ctes: map[string]*output{}}
	for _, node := range w.GetCtes() {
		c := node.GetCommonTableExpr()
		if w.Recursive {
			s.ctes[c.Ctename] = &output{names: parts(c.Aliascolnames), any: true}
		}
		out := q.any(s, c.Ctequery)
		s.ctes[c.Ctename] = out.renamed(parts(c.Aliascolnames))
	}
	return s
}

// renamed is an output whose first columns are called otherwise.
func (o *output) renamed(names []string) *output {
	if len(names) == 0 {
		return o
	}
	n := *o
	n.names, n.index = append(append([]string{}, names...), o.names...), nil
	return &n
}

func (q pgQuery) selects(outer *scope, n *pg.SelectStmt) *output {
	s := q.with(outer, n.WithClause)
	if n.Larg != nil {
		left := q.selects(s, n.Larg)
		right := q.selects(s, n.Rarg)
		out := &output{names: left.names, stars: append(append([]catalog.Name{}, left.stars...), right.stars...), any: left.any || right.any}
		q.sort(s, n.SortClause, out)
		return out
	}
	for _, from := range n.FromClause {
		q.from(s, from)
	}
	out := q.targets(s, n.TargetList)
	for _, list := range [][]*pg.Node{n.DistinctClause, n.ValuesLists, n.WindowClause} {
		q.expressions(s, list)
	}
	q.sort(s, n.GroupClause, out)
	q.sort(s, n.SortClause, out)
	for _, node := range []*pg.Node{n.WhereClause, n.HavingClause, n.LimitCount, n.LimitOffset} {
		q.expression(s, node)
	}
	return out
}

// sort reads ORDER BY and GROUP BY, where a bare name may be that of an output.
func (q pgQuery) sort(s *scope, nodes []*pg.Node, out *output) {
	for _, node := range nodes {
		inner := node
		if by := node.GetSortBy(); by != nil {
			inner = by.Node
		}
		if c := inner.GetColumnRef(); c != nil && len(c.Fields) == 1 && q.gives(out, c.Fields[0].GetString_().GetSval()) {
			continue
		}
		q.expression(s, inner)
	}
}

// targets reads a select list or RETURNING.
func (q pgQuery) targets(s *scope, nodes []*pg.Node) *output {
	out := &output{}
	for _, node := range nodes {
		t := node.GetResTarget()
		q.expression(s, t.GetVal())
		c := t.GetVal().GetColumnRef()
		last := lastField(c)
		switch {
		case t.GetName() != "":
			out.names = append(out.names, t.GetName())
		case last.GetAStar() != nil:
			q.allOf(s, nameOf(parts(c.Fields)), out)
		case last != nil:
			out.names = append(out.names, last.GetString_().GetSval())
		case t.GetVal().GetFuncCall() != nil:
			out.names = append(out.names, qualified(t.GetVal().GetFuncCall().Funcname).Object)
		}
	}
	return out
}

func lastField(c *pg.ColumnRef) *pg.Node {
	if len(c.GetFields()) == 0 {
		return nil
	}
	return c.Fields[len(c.Fields)-1]
}

func onlyStar(targets []*pg.Node) bool {
	return len(targets) == 1 && lastField(targets[0].GetResTarget().GetVal().GetColumnRef()).GetAStar() != nil
}

// from reads one entry of FROM.
func (q pgQuery) from(s *scope, node *pg.Node) {
	switch n := node.GetNode().(type) {
	case *pg.Node_RangeVar:
		r := n.RangeVar
		it := q.table(s, relation(r), r.GetAlias().GetAliasname(), q.after(r.Location, r.Schemaname), false)
		s.items = append(s.items, it)
	case *pg.Node_RangeSubselect:
		out := q.any(s, n.RangeSubselect.Subquery)
		s.items = append(s.items, item{alias: n.RangeSubselect.GetAlias().GetAliasname(), from: out.renamed(parts(n.RangeSubselect.GetAlias().GetColnames()))})
	case *pg.Node_JoinExpr:
		q.join(s, n.JoinExpr)
	case *pg.Node_RangeTableSample:
		q.from(s, n.RangeTableSample.Relation)
	case *pg.Node_RangeFunction:
		q.expressions(s, n.RangeFunction.Functions)
		s.items = append(s.items, item{alias: n.RangeFunction.GetAlias().GetAliasname(), from: &output{names: parts(n.RangeFunction.GetAlias().GetColnames()), any: true}})
	default:
		q.expression(s, node)
		s.items = append(s.items, item{from: &output{any: true}})
	}
}

// join reads both sides; a column of USING is one of each.
func (q pgQuery) join(s *scope, j *pg.JoinExpr) {
	before := len(s.items)
	q.from(s, j.Larg)
	between := len(s.items)
	q.from(s, j.Rarg)
	q.expression(s, j.Quals)
	for _, name := range parts(j.UsingClause) {
		for _, side := range [][]item{s.items[before:between], s.items[between:]} {
			q.column(&scope{items: side}, catalog.Name{}, name, 0, 0)
		}
	}
}

// after is where a table's own name begins: behind its schema's.
func (q pgQuery) after(location int32, schema string) int {
	if schema == "" {
		return int(location)
	}
	return int(location) + len(schema) + 1
}

func (q pgQuery) expressions(s *scope, nodes []*pg.Node) {
	for _, node := range nodes {
		q.expression(s, node)
	}
}

// expression notes the columns and functions that an expression names.
func (q pgQuery) expression(s *scope, node *pg.Node) {
	switch n := node.GetNode().(type) {
	case nil, *pg.Node_AConst, *pg.Node_ParamRef, *pg.Node_String_, *pg.Node_SetToDefault, *pg.Node_TypeName:
	case *pg.Node_ColumnRef:
		q.reference(s, n.ColumnRef)
	case *pg.Node_FuncCall:
		f := n.FuncCall
		name := qualified(f.Funcname)
		q.result.Calls = append(q.result.Calls, Call{Name: name, Args: len(f.Args), At: q.at(int(f.Location), int(f.Location)+len(name.Object))})
		q.expressions(s, f.Args)
		q.expressions(s, f.AggOrder)
		q.expression(s, f.AggFilter)
		q.window(s, f.Over)
	case *pg.Node_SubLink:
		q.expression(s, n.SubLink.Testexpr)
		if sub := n.SubLink.Subselect.GetSelectStmt(); sub != nil && n.SubLink.SubLinkType == pg.SubLinkType_EXISTS_SUBLINK && onlyStar(sub.TargetList) {
			sub.TargetList = nil // exists (select * ...) asks for no column
		}
		q.any(s, n.SubLink.Subselect)
	case *pg.Node_SelectStmt:
		q.any(s, node)
	case *pg.Node_AExpr:
		q.expression(s, n.AExpr.Lexpr)
		q.expression(s, n.AExpr.Rexpr)
	case *pg.Node_BoolExpr:
		q.expressions(s, n.BoolExpr.Args)
	case *pg.Node_TypeCast:
		q.expression(s, n.TypeCast.Arg)
	case *pg.Node_List:
		q.expressions(s, n.List.Items)
	case *pg.Node_ResTarget:
		q.expression(s, n.ResTarget.Val)
	case *pg.Node_NullTest:
		q.expression(s, n.NullTest.Arg)
	default:
		q.inside(s, node.ProtoReflect())
	}
}

func (q pgQuery) window(s *scope, w *pg.WindowDef) {
	if w != nil {
		q.expressions(s, w.PartitionClause)
		q.expressions(s, w.OrderClause)
	}
}

// inside walks through a kind of node that is not told apart.
func (q pgQuery) inside(s *scope, m protoreflect.Message) {
	m.Range(func(field protoreflect.FieldDescriptor, v protoreflect.Value) bool {
		if field.Kind() != protoreflect.MessageKind {
			return true
		}
		visit := func(m protoreflect.Message) {
			if node, ok := m.Interface().(*pg.Node); ok {
				q.expression(s, node)
				return
			}
			q.inside(s, m)
		}
		if !field.IsList() {
			visit(v.Message())
			return true
		}
		for i := range v.List().Len() {
			visit(v.List().Get(i).Message())
		}
		return true
	})
}

// reference is a column's name, a * or a whole row.
func (q pgQuery) reference(s *scope, c *pg.ColumnRef) {
	last := lastField(c)
	start := int(c.Location)
	if last.GetAStar() != nil {
		q.column(s, nameOf(parts(c.Fields)), "*", start, start+len(q.spelled(c)))
		return
	}
	names := parts(c.Fields)
	if len(names) == 0 {
		return
	}
	column := names[len(names)-1]
	if len(names) == 1 && q.visible(s, column) {
		q.column(s, catalog.Name{Object: column}, "*", start, start+len(column))
		return
	}
	q.column(s, nameOf(names[:len(names)-1]), column, start, start+len(q.spelled(c)))
}

func (q pgQuery) spelled(c *pg.ColumnRef) string {
	text := ""
	for i, field := range c.Fields {
		if i > 0 {
			text += "."
		}
		if field.GetAStar() != nil {
			text += "*"
			continue
		}
		text += field.GetString_().GetSval()
	}
	return text
}

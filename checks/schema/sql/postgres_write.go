package sql

import (
	pg "github.com/sqlc-dev/oliphant"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// target notes the table that a statement writes and opens a scope on it.
func (q pgQuery) target(s *scope, r *pg.RangeVar) catalog.Name {
	name := relation(r)
	s.items = append(s.items, q.table(s, name, r.GetAlias().GetAliasname(), q.after(r.GetLocation(), r.GetSchemaname()), true))
	return name
}

func (q pgQuery) inserts(outer *scope, n *pg.InsertStmt) *output {
	s := q.with(outer, n.WithClause)
	insert := &Insert{Table: relation(n.Relation), Defaults: n.SelectStmt == nil}
	from := &scope{outer: s}
	var given *output
	if n.SelectStmt != nil {
		given = q.any(from, n.SelectStmt)
	}
	table := q.target(s, n.Relation)
	for _, node := range n.Cols {
		t := node.GetResTarget()
		insert.Columns = append(insert.Columns, t.Name)
		q.write(table, t.Name, int(t.Location))
	}
	insert.Positional = len(n.Cols) == 0 && !insert.Defaults
	if rows := n.SelectStmt.GetSelectStmt().GetValuesLists(); len(rows) > 0 {
		insert.Values = len(rows[0].GetList().GetItems())
	} else if given != nil && len(given.stars) == 0 && !given.any {
		insert.Values = len(given.names)
	}
	if c := n.OnConflictClause; c != nil {
		insert.Conflict = q.conflict(s, table, c)
	}
	if q.result.Insert == nil {
		q.result.Insert = insert
	}
	return q.targets(s, n.ReturningClause.GetExprs())
}

func (q pgQuery) conflict(s *scope, table catalog.Name, c *pg.OnConflictClause) *Conflict {
	at := int(c.Location)
	x := &Conflict{Any: c.Infer == nil, Constraint: c.Infer.GetConname(), Update: c.Action == pg.OnConflictAction_ONCONFLICT_UPDATE, At: q.at(at, at+len("ON CONFLICT"))}
	for _, node := range c.Infer.GetIndexElems() {
		x.Columns = append(x.Columns, node.GetIndexElem().GetName())
	}
	if where := c.Infer.GetWhereClause(); where != nil {
		x.Where = (&postgres{context: q.context}).expr(where)
	}
	excluded := &scope{outer: s, items: []item{{alias: "excluded", table: &table}}}
	q.assign(excluded, table, c.TargetList)
	q.expression(excluded, c.WhereClause)
	return x
}

// assign reads SET column = value.
func (q pgQuery) assign(s *scope, table catalog.Name, nodes []*pg.Node) {
	for _, node := range nodes {
		t := node.GetResTarget()
		q.write(table, t.GetName(), int(t.GetLocation()))
		if m := t.GetVal().GetMultiAssignRef(); m != nil {
			if m.Colno == 1 {
				q.expression(s, m.Source)
			}
			continue
		}
		q.expression(s, t.GetVal())
	}
}

func (q pgQuery) updates(outer *scope, n *pg.UpdateStmt) *output {
	s := q.with(outer, n.WithClause)
	table := q.target(s, n.Relation)
	for _, from := range n.FromClause {
		q.from(s, from)
	}
	q.assign(s, table, n.TargetList)
	q.expression(s, n.WhereClause)
	return q.targets(s, n.ReturningClause.GetExprs())
}

func (q pgQuery) deletes(outer *scope, n *pg.DeleteStmt) *output {
	s := q.with(outer, n.WithClause)
	q.target(s, n.Relation)
	for _, from := range n.UsingClause {
		q.from(s, from)
	}
	q.expression(s, n.WhereClause)
	return q.targets(s, n.ReturningClause.GetExprs())
}

func (q pgQuery) merges(outer *scope, n *pg.MergeStmt) *output {
	s := q.with(outer, n.WithClause)
	table := q.target(s, n.Relation)
	q.from(s, n.SourceRelation)
	q.expression(s, n.JoinCondition)
	for _, node := range n.MergeWhenClauses {
		w := node.GetMergeWhenClause()
		q.expression(s, w.Condition)
		q.expressions(s, w.Values)
		if w.CommandType != pg.CmdType_CMD_INSERT {
			q.assign(s, table, w.TargetList)
			continue
		}
		insert := &Insert{Table: table, Positional: len(w.TargetList) == 0, Values: len(w.Values)}
		for _, node := range w.TargetList {
			t := node.GetResTarget()
			insert.Columns = append(insert.Columns, t.Name)
			q.write(table, t.Name, int(t.Location))
		}
		q.result.Insert = insert
	}
	return q.targets(s, n.ReturningClause.GetExprs())
}

// data reads queries and what else touches rows.
func (p *postgres) data(node *pg.Node) bool {
	switch n := node.Node.(type) {
	case *pg.Node_SelectStmt:
		if n.SelectStmt.IntoClause != nil {
			name := relation(n.SelectStmt.IntoClause.Rel)
			p.out.Query = p.query(node).result
			p.add(catalog.CreateTable{Place: p.place, Table: &catalog.Table{Name: name, At: p.place, Partial: "it is made of a query's result"}})
			return true
		}
		p.out.Query = p.query(node).result
		p.calls()
	case *pg.Node_InsertStmt, *pg.Node_UpdateStmt, *pg.Node_DeleteStmt, *pg.Node_MergeStmt:
		p.out.Query = p.query(node).result
		p.wrote(unconditional(node))
	case *pg.Node_TruncateStmt:
		for _, r := range n.TruncateStmt.Relations {
			p.add(catalog.Truncate{Place: p.place, Table: relation(r.GetRangeVar()), Cascade: cascades(n.TruncateStmt.Behavior)})
		}
	case *pg.Node_CopyStmt:
		if n.CopyStmt.IsFrom {
			p.add(catalog.WriteData{Place: p.place, Table: relation(n.CopyStmt.Relation), Kind: "copy"})
		}
	case *pg.Node_ExplainStmt:
		p.out.Query = p.query(n.ExplainStmt.Query).result
	case *pg.Node_PrepareStmt:
		p.out.Query = p.query(n.PrepareStmt.Query).result
	default:
		return false
	}
	return true
}

func unconditional(node *pg.Node) bool {
	switch n := node.Node.(type) {
	case *pg.Node_UpdateStmt:
		return n.UpdateStmt.WhereClause == nil
	case *pg.Node_DeleteStmt:
		return n.DeleteStmt.WhereClause == nil
	}
	return false
}

// wrote tells of the rows that a query writes.
func (p *postgres) wrote(all bool) { p.add(p.out.Query.written(p.place, all)...) }

// calls tells of those built-in functions that change what a later statement does. A
// function of the repository's own may do anything.
func (p *postgres) calls() {
	for _, call := range p.out.Query.Calls {
		switch {
		case call.Name.Object == "set_config":
			p.searchPathCall()
		case len(p.out.Query.Tables) == 0 && !pure(call.Name):
			p.out.unread("SELECT %s() runs code that is not read", call.Name)
		}
	}
}

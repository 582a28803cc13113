package sql

import (
	"strings"

	lite "github.com/sqlc-dev/meyer/ast"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// code reads views and triggers.
func (p *sqlite) code(node lite.Stmt) bool {
	switch n := node.(type) {
	case *lite.CreateViewStmt:
		q := p.query(n.Select)
		v := &catalog.View{Name: liteName(n.Name), Columns: indexed(n.Columns), Definition: lite.String(n.Select), At: p.place}
		if v.Columns == nil && !q.star {
			v.Columns = q.outputs
		}
		p.add(catalog.CreateView{Place: p.place, View: v, Mentions: q.result.mentions(), IfNotExists: n.IfNotExists})
	case *lite.DropViewStmt:
		p.add(catalog.DropView{Place: p.place, Name: liteName(n.Name), IfExists: n.IfExists})
	case *lite.CreateTriggerStmt:
		p.createTrigger(n)
	case *lite.DropTriggerStmt:
		p.add(catalog.DropTrigger{Place: p.place, Name: ident(n.Name.Name), IfExists: n.IfExists})
	default:
		return false
	}
	return true
}

func (p *sqlite) createTrigger(n *lite.CreateTriggerStmt) {
	table := liteName(n.Table)
	t := &catalog.Trigger{Name: ident(n.Name.Name), Timing: "before", Events: []string{strings.ToLower(n.Event)}, Columns: idents(n.UpdateOf), EachRow: true, At: p.place}
	switch {
	case n.HasTime && n.Time == lite.TriggerAfter:
		t.Timing = "after"
	case n.HasTime && n.Time == lite.TriggerInsteadOf:
		t.Timing = "instead"
	}
	if len(n.Body) > 0 {
		t.Body = p.text[n.Body[0].Pos():n.Body[len(n.Body)-1].End()]
	}
	q := liteQuery{newQuerying(p.context, catalog.SQLite, "")}
	rows := &scope{items: []item{{alias: "new", table: &table, only: true}, {alias: "old", table: &table, only: true}}}
	q.expression(rows, n.When)
	for _, column := range n.UpdateOf {
		q.column(&scope{items: []item{{table: &table}}}, catalog.Name{}, column.Name, column.Pos(), column.End())
	}
	for _, node := range n.Body {
		q.any(rows, node)
	}
	t.Mentions = q.result.mentions()
	p.add(catalog.CreateTrigger{Place: p.place, Table: table, Trigger: t, IfNotExists: n.IfNotExists})
}

package sql

import (
	my "github.com/sqlc-dev/marino/ast"
	"github.com/sqlc-dev/marino/types"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// code reads views, triggers and routines, and what runs code.
func (p *mysql) code(node my.StmtNode) bool {
	switch n := node.(type) {
	case *my.CreateViewStmt:
		p.view(n.ViewName, n.Cols, n.Select, n.OrReplace, p.words.before("IF", p.words.after("AS", 0).start).end < len(p.text))
	case *my.AlterViewStmt:
		p.view(n.ViewName, n.Cols, n.Select, true, false)
	case *my.CreateTriggerStmt:
		p.createTrigger(n)
	case *my.DropTriggerStmt:
		p.add(catalog.DropTrigger{Place: p.place, Name: n.TriggerName.Name.O, IfExists: n.IfExists})
	case *my.ProcedureInfo:
		f := &catalog.Function{Name: myName(n.ProcedureName), Procedure: true, Language: "sql", At: p.place}
		for _, param := range n.ProcedureParam {
			mode := map[int]string{my.MODE_IN: "in", my.MODE_OUT: "out", my.MODE_INOUT: "inout"}[param.Paramstatus]
			f.Args = append(f.Args, catalog.Arg{Name: param.ParamName, Type: myType(param.ParamType), Mode: mode})
		}
		p.routine(f, n.ProcedureBody, n.IfNotExists)
	case *my.CreateFunctionStmt:
		f := &catalog.Function{Name: myName(n.FunctionName), Language: "sql", Returns: typeText(n.ReturnType), At: p.place}
		for _, param := range n.Params {
			f.Args = append(f.Args, catalog.Arg{Name: param.ParamName, Type: myType(param.ParamType), Mode: "in"})
		}
		p.routine(f, n.Body, n.IfNotExists)
	case *my.CreateLoadableFunctionStmt:
		p.out.unread("CREATE FUNCTION of a library: its arguments are not known")
	case *my.DropProcedureStmt:
		p.add(catalog.DropFunction{Place: p.place, Name: myName(n.ProcedureName), IfExists: n.IfExists})
	case *my.DropFunctionStmt:
		p.add(catalog.DropFunction{Place: p.place, Name: myName(n.FunctionName), IfExists: n.IfExists})
	case *my.CallStmt:
		p.out.unread("CALL %s() runs code that is not read", n.Procedure.FnName.O)
	case *my.ExecuteStmt:
		p.out.unread("EXECUTE runs a prepared statement that is not read here")
	default:
		return false
	}
	return true
}

func typeText(n *types.FieldType) string { return myType(n).String() }

func (p *mysql) view(name *my.TableName, columns []my.CIStr, query my.StmtNode, replace, ifNotExists bool) {
	q := p.query("select", query)
	v := &catalog.View{Name: myName(name), Columns: ciStrings(columns), Definition: restored(query, p.text), At: p.place}
	if v.Columns == nil && !q.star {
		v.Columns = q.outputs
	}
	p.add(catalog.CreateView{Place: p.place, View: v, Mentions: q.result.mentions(), Replace: replace, IfNotExists: ifNotExists && !replace})
}

func (p *mysql) createTrigger(n *my.CreateTriggerStmt) {
	table := myName(n.Table)
	event := map[my.TriggerEvent]string{my.TriggerEventInsert: "insert", my.TriggerEventUpdate: "update", my.TriggerEventDelete: "delete"}[n.TriggerEvent]
	t := &catalog.Trigger{Name: n.TriggerName.Name.O, Timing: "before", Events: []string{event}, EachRow: true, At: p.place}
	if n.TriggerTime == my.TriggerTimeAfter {
		t.Timing = "after"
	}
	t.Body = p.text[p.words.after("ROW", p.words.after("EACH", 0).start).end:]
	rows := &scope{items: []item{{alias: "NEW", table: &table, only: true}, {alias: "OLD", table: &table, only: true}}}
	t.Mentions, _, _ = p.body(rows, n.Body)
	if p.bodyUnread != "" {
		p.add(catalog.Unread{Place: p.place, Reason: "trigger " + t.Name + ": " + p.bodyUnread, Touches: []catalog.Name{table}})
	}
	p.add(catalog.CreateTrigger{Place: p.place, Table: table, Trigger: t, Replace: p.maria.replace, IfNotExists: n.IfNotExists})
}

func (p *mysql) routine(f *catalog.Function, body my.StmtNode, ifNotExists bool) {
	f.Body, f.Unread = p.text, p.bodyUnread
	if body == nil {
		f.Unread = "bodies in other languages are not read"
	} else {
		var dynamic bool
		f.Mentions, f.Calls, dynamic = p.body(nil, body)
		if dynamic {
			f.Unread = "its body runs SQL that it builds"
		}
	}
	p.add(catalog.CreateFunction{Place: p.place, Function: f, Replace: p.maria.replace, IfNotExists: ifNotExists})
}

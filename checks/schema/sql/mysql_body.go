package sql

import (
	"strings"

	my "github.com/sqlc-dev/marino/ast"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// withoutBody is a routine's or trigger's text with an empty body, for those whose body
// does not parse; false: it is none.
func withoutBody(text string) (string, bool) {
	tokens, depth, routine := lexAll(text), 0, false
	if len(tokens) == 0 || !strings.EqualFold(text[tokens[0].start:tokens[0].end], "CREATE") {
		return "", false
	}
	for _, t := range tokens {
		switch strings.ToUpper(text[t.start:t.end]) {
		case "PROCEDURE", "FUNCTION", "TRIGGER":
			routine = true
		case "(":
			depth++
		case ")":
			depth--
		case "BEGIN":
			if routine && depth == 0 && t.kind == wordToken {
				return text[:t.start] + "BEGIN END", true
			}
		}
	}
	return "", false
}

// body is what the body of a trigger or routine names, and whether it builds SQL. A bare
// name may be that of a variable.
func (p *mysql) body(rows *scope, body my.Node) (mentions []catalog.Mention, calls []catalog.Name, dynamic bool) {
	b := &myBody{q: myQuery{querying: newQuerying(p.context, catalog.MySQL, ""), p: p, variables: true}, rows: rows}
	b.statement(body)
	for _, call := range b.q.result.Calls {
		calls = append(calls, call.Name)
	}
	return b.q.result.mentions(), calls, b.dynamic
}

// myBody reads the statements of a body.
type myBody struct {
	q       myQuery
	rows    *scope
	dynamic bool
}

func (b *myBody) statements(list []my.StmtNode) {
	for _, n := range list {
		b.statement(n)
	}
}

func (b *myBody) expression(n my.ExprNode) { b.q.expression(&scope{outer: b.rows}, n) }

func (b *myBody) statement(node my.Node) {
	switch n := node.(type) {
	case *my.SelectStmt, *my.SetOprStmt, *my.InsertStmt, *my.UpdateStmt, *my.DeleteStmt:
		b.q.any(&scope{outer: b.rows}, n)
	case *my.ExecuteStmt, *my.PrepareStmt:
		b.dynamic = true
	case *my.CallStmt:
		b.q.call(catalog.Name{Schema: n.Procedure.Schema.O, Object: n.Procedure.FnName.O}, len(n.Procedure.Args), n.Procedure)
	case *my.SetStmt:
		for _, v := range n.Variables {
			b.set(v)
		}
	case *my.ReturnStmt:
		b.expression(n.Expr)
	case *my.DoStmt:
		for _, e := range n.Exprs {
			b.expression(e)
		}
	case *my.ProcedureBlock:
		for _, declared := range n.ProcedureVars {
			b.statement(declared)
		}
		b.statements(n.ProcedureProcStmts)
	case *my.ProcedureDecl:
		b.expression(n.DeclDefault)
	case *my.ProcedureCursor:
		b.statement(n.Selectstring)
	case *my.ProcedureErrorControl:
		b.statement(n.Operate)
	case *my.ProcedureLabelBlock:
		b.statement(n.Block)
	case *my.ProcedureLabelLoop:
		b.statement(n.Block)
	default:
		b.branch(node)
	}
}

// branch reads what decides and repeats.
func (b *myBody) branch(node my.Node) {
	switch n := node.(type) {
	case *my.ProcedureIfInfo:
		b.statement(n.IfBody)
	case *my.ProcedureIfBlock:
		b.expression(n.IfExpr)
		b.statements(n.ProcedureIfStmts)
		if n.ProcedureElseStmt != nil {
			b.statement(n.ProcedureElseStmt)
		}
	case *my.ProcedureElseIfBlock:
		b.statement(n.ProcedureIfStmt)
	case *my.ProcedureElseBlock:
		b.statements(n.ProcedureIfStmts)
	case *my.SimpleCaseStmt:
		b.expression(n.Condition)
		for _, when := range n.WhenCases {
			b.expression(when.Expr)
			b.statements(when.ProcedureStmts)
		}
		b.statements(n.ElseCases)
	case *my.SearchCaseStmt:
		for _, when := range n.WhenCases {
			b.expression(when.Expr)
			b.statements(when.ProcedureStmts)
		}
		b.statements(n.ElseCases)
	case *my.ProcedureWhileStmt:
		b.expression(n.Condition)
		b.statements(n.Body)
	case *my.ProcedureRepeatStmt:
		b.expression(n.Condition)
		b.statements(n.Body)
	case *my.ProcedureLoopStmt:
		b.statements(n.Body)
	}
}

// set reads SET NEW.column = value.
func (b *myBody) set(v *my.VariableAssignment) {
	b.expression(v.Value)
	row, column, found := strings.Cut(v.Name, ".")
	if !found || b.rows == nil || !strings.EqualFold(row, "new") {
		return
	}
	b.q.writeAt([]catalog.Name{*b.rows.items[0].table}, column, b.q.p.words.after(column, 0))
}

package sql

import (
	"strings"

	pg "github.com/sqlc-dev/oliphant"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// code reads functions and triggers, and what runs code.
func (p *postgres) code(node *pg.Node) bool {
	switch n := node.Node.(type) {
	case *pg.Node_CreateFunctionStmt:
		p.createFunction(n.CreateFunctionStmt)
	case *pg.Node_AlterFunctionStmt:
		// Costs, volatility, whose rights it runs with.
	case *pg.Node_CreateTrigStmt:
		p.createTrigger(n.CreateTrigStmt)
	case *pg.Node_RuleStmt:
		p.add(catalog.Unread{Place: p.place, Reason: "a rule rewrites queries", Touches: []catalog.Name{relation(n.RuleStmt.Relation)}})
	case *pg.Node_DoStmt:
		p.doBlock(n.DoStmt)
	case *pg.Node_CallStmt:
		p.out.unread("CALL %s() runs code that is not read", qualified(n.CallStmt.GetFunccall().GetFuncname()))
	case *pg.Node_ExecuteStmt:
		p.out.unread("EXECUTE runs a prepared statement that is not read here")
	case *pg.Node_DropOwnedStmt:
		p.out.unread("DROP OWNED takes away objects that are not named")
	case *pg.Node_ReassignOwnedStmt:
		p.out.unread("REASSIGN OWNED changes owners of objects that are not named")
	case *pg.Node_DropdbStmt:
		p.out.unread("DROP DATABASE takes everything away")
	case *pg.Node_ImportForeignSchemaStmt:
		p.out.unread("IMPORT FOREIGN SCHEMA makes tables that are not named")
	default:
		return false
	}
	return true
}

func (p *postgres) createFunction(n *pg.CreateFunctionStmt) {
	f := &catalog.Function{Name: qualified(n.Funcname), Procedure: n.IsProcedure, At: p.place, Language: "sql"}
	for _, node := range n.Parameters {
		x := node.GetFunctionParameter()
		t, _ := typeOf(x.GetArgType())
		f.Args = append(f.Args, catalog.Arg{Name: x.GetName(), Type: t, Mode: mode(x.GetMode()), Default: x.GetDefexpr() != nil})
	}
	if n.ReturnType != nil {
		t, _ := typeOf(n.ReturnType)
		f.Returns = t.String()
		if n.ReturnType.Setof {
			f.Returns = "setof " + f.Returns
		}
	}
	for _, node := range n.Options {
		e := node.GetDefElem()
		switch e.GetDefname() {
		case "language":
			f.Language = strings.ToLower(e.Arg.GetString_().GetSval())
		case "as":
			f.Body = strings.Join(parts(e.Arg.GetList().GetItems()), "\n")
		}
	}
	p.body(f, n.SqlBody)
	p.add(catalog.CreateFunction{Place: p.place, Function: f, Replace: n.Replace})
}

func mode(m pg.FunctionParameterMode) string {
	switch m {
	case pg.FunctionParameterMode_FUNC_PARAM_OUT:
		return "out"
	case pg.FunctionParameterMode_FUNC_PARAM_INOUT:
		return "inout"
	case pg.FunctionParameterMode_FUNC_PARAM_VARIADIC:
		return "variadic"
	case pg.FunctionParameterMode_FUNC_PARAM_TABLE:
		return "table"
	}
	return "in"
}

// body reads what a function names. Only bodies of SQL are read.
func (p *postgres) body(f *catalog.Function, parsed *pg.Node) {
	switch {
	case parsed != nil:
		f.Body = p.text
		q := pgQuery{newQuerying(p.context, catalog.Postgres, "select")}
		q.expression(nil, parsed)
		take(f, q.result)
	case f.Language == "sql" && f.Body != "":
		q, err := pg.Parse(f.Body)
		if err != nil {
			f.Unread = "its body could not be read: " + err.Error()
			return
		}
		for _, raw := range q.Stmts {
			inner := &postgres{context: &context{file: p.file, base: p.base, room: p.room, place: p.place}, text: f.Body, out: &Statement{At: p.place}}
			take(f, inner.query(raw.Stmt).result)
		}
	default:
		f.Unread = "bodies in " + f.Language + " are not read"
	}
}

// take notes what a query in a function's body names, all at the function's place.
func take(f *catalog.Function, q *Query) {
	for _, m := range append(q.Reads, q.Writes...) {
		m.At = f.At
		f.Mentions = append(f.Mentions, m)
	}
	for _, use := range q.Tables {
		f.Mentions = append(f.Mentions, catalog.Mention{Tables: []catalog.Name{use.Name}, At: f.At})
	}
	for _, call := range q.Calls {
		f.Calls = append(f.Calls, call.Name)
	}
}

// The bits of CreateTrigStmt, as in PostgreSQL's pg_trigger.h.
const (
	triggerBefore   = 1 << 1
	triggerInsert   = 1 << 2
	triggerDelete   = 1 << 3
	triggerUpdate   = 1 << 4
	triggerTruncate = 1 << 5
	triggerInstead  = 1 << 6
)

func (p *postgres) createTrigger(n *pg.CreateTrigStmt) {
	t := &catalog.Trigger{Name: n.Trigname, Timing: "after", EachRow: n.Row, Function: qualified(n.Funcname), Columns: parts(n.Columns), At: p.place}
	switch {
	case n.Timing&triggerBefore != 0:
		t.Timing = "before"
	case n.Timing&triggerInstead != 0:
		t.Timing = "instead"
	}
	for _, event := range []struct {
		bit  int32
		name string
	}{{triggerInsert, "insert"}, {triggerUpdate, "update"}, {triggerDelete, "delete"}, {triggerTruncate, "truncate"}} {
		if n.Events&event.bit != 0 {
			t.Events = append(t.Events, event.name)
		}
	}
	p.add(catalog.CreateTrigger{Place: p.place, Table: relation(n.Relation), Trigger: t, Replace: n.Replace})
}

// searchPathCall reads set_config('search_path', ...), which dumps begin with.
func (p *postgres) searchPathCall() {
	l := &lexer{dialect: catalog.Postgres, text: p.text, end: len(p.text)}
	var texts []string
	for t := l.next(); t.kind != endToken; t = l.next() {
		if t.kind == textToken {
			texts = append(texts, strings.Trim(p.text[t.start:t.end], "'"))
		}
	}
	if len(texts) == 2 && texts[0] == "search_path" {
		p.add(catalog.SetSearchPath{Place: p.place, Schemas: searchPath(texts[1])})
	}
}

// pure reports whether a function is PostgreSQL's own and changes no schema.
func pure(name catalog.Name) bool {
	if name.Schema == "pg_catalog" {
		return true
	}
	switch name.Object {
	case "setval", "nextval", "currval", "now", "version", "set_config", "current_setting", "pg_sleep", "gen_random_uuid", "count", "coalesce",
		"pg_advisory_lock", "pg_advisory_unlock", "pg_advisory_xact_lock", "pg_try_advisory_lock", "txid_current", "pg_notify", "to_regclass", "format", "concat", "length", "current_database", "current_schema", "pg_try_advisory_xact_lock":
		return name.Schema == ""
	}
	return false
}

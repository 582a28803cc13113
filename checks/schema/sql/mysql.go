package sql

import (
	"strings"

	my "github.com/sqlc-dev/marino/ast"
	myformat "github.com/sqlc-dev/marino/format"
	myparser "github.com/sqlc-dev/marino/parser"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// mysql reads one statement of MySQL or MariaDB.
type mysql struct {
	*context
	text  string
	words *wordIndex
	maria mariaSyntax
	// bodyUnread is why a routine's body is not read.
	bodyUnread string
	out        *Statement
}

func (p *mysql) parse(text string, s *Statement) error {
	p.text, p.words, p.out = text, newWordIndex(text), s
	list, err := p.tree(text)
	if err != nil {
		if list = p.again(text, err); list == nil {
			return err
		}
	}
	for _, node := range list {
		p.statement(node)
	}
	return nil
}

// again parses what did not parse with that taken out which only MariaDB has, and then
// without a routine's body.
func (p *mysql) again(text string, failed error) []my.StmtNode {
	plain, maria, changed := takeMariaSyntax(text)
	if changed {
		p.maria = maria
		if list, err := p.tree(plain); err == nil {
			return list
		}
	}
	if bare, ok := withoutBody(plain); ok {
		p.bodyUnread = "its body could not be read: " + failed.Error()
		if list, err := p.tree(bare); err == nil {
			return list
		}
	}
	return nil
}

func (p *mysql) tree(text string) ([]my.StmtNode, error) {
	if p.parsers.mysql == nil {
		p.parsers.mysql = myparser.New()
	}
	list, _, err := p.parsers.mysql.ParseSQL(text)
	if err != nil {
		return nil, mysqlError(text, err)
	}
	return list, nil
}

// mysqlError is the parser's complaint, whose place is told by the text from there on.
func mysqlError(text string, err error) error {
	reason := err.Error()
	_, near, found := strings.Cut(reason, `near "`)
	if !found {
		return &syntaxError{reason: reason}
	}
	near, _, _ = strings.Cut(near, `" `)
	near = strings.TrimSuffix(strings.TrimSpace(near), `"`)
	offset := max(0, strings.LastIndex(text, near))
	if near == "" {
		return &syntaxError{reason: "unexpected end of input", offset: len(text)}
	}
	const most = 30
	if len(near) > most {
		near = strings.ToValidUTF8(near[:most], "") + "…"
	}
	return &syntaxError{reason: `near "` + near + `": syntax error`, offset: offset}
}

func (p *mysql) add(changes ...catalog.Change) { p.out.Changes = append(p.out.Changes, changes...) }

// statement takes one parsed statement apart.
func (p *mysql) statement(node my.StmtNode) {
	if p.harmless(node) || p.schema(node) || p.code(node) || p.privileges(node) || p.data(node) {
		return
	}
	p.out.unread("%s is not read", firstWords(p.text, 3))
}

// harmless are the statements that change nothing that code can see.
func (p *mysql) harmless(node my.StmtNode) bool {
	switch n := node.(type) {
	case *my.SetStmt, *my.SetPwdStmt, *my.SetRoleStmt, *my.SetDefaultRoleStmt, *my.UseStmt, *my.ShowStmt, *my.FlushStmt,
		*my.LockTablesStmt, *my.UnlockTablesStmt, *my.LockInstanceStmt, *my.UnlockInstanceStmt, *my.AnalyzeTableStmt, *my.OptimizeTableStmt,
		*my.CheckTableStmt, *my.ChecksumTableStmt, *my.RepairTablesStmt, *my.RepairTableStmt, *my.CacheIndexStmt, *my.LoadIndexStmt,
		*my.CreateUserStmt, *my.AlterUserStmt, *my.RenameUserStmt, *my.GrantRoleStmt, *my.GrantProxyStmt, *my.RevokeProxyStmt,
		*my.KillStmt, *my.DoStmt, *my.HelpStmt, *my.SavepointStmt, *my.ReleaseSavepointStmt, *my.PrepareStmt, *my.DeallocateStmt, *my.XAStmt,
		*my.AlterDatabaseStmt, *my.AlterInstanceStmt, *my.CreateTablespaceStmt, *my.AlterTablespaceStmt, *my.DropTablespaceStmt,
		*my.CreateLogfileGroupStmt, *my.AlterLogfileGroupStmt, *my.DropLogfileGroupStmt, *my.CreateServerStmt, *my.AlterServerStmt, *my.DropServerStmt,
		*my.CreateEventStmt, *my.AlterEventStmt, *my.DropEventStmt, *my.AlterFunctionStmt, *my.AlterProcedureStmt, *my.SignalStmt, *my.ResignalStmt,
		*my.GetDiagnosticsStmt, *my.HandlerOpenStmt, *my.HandlerReadStmt, *my.HandlerCloseStmt, *my.BinlogStmt, *my.PurgeBinaryLogsStmt,
		*my.ResetPersistStmt, *my.InstallComponentStmt, *my.UninstallComponentStmt, *my.InstallPluginStmt, *my.UninstallPluginStmt,
		*my.CreateSpatialReferenceSystemStmt, *my.DropSpatialReferenceSystemStmt, *my.CreateResourceGroupStmt, *my.AlterResourceGroupStmt,
		*my.DropResourceGroupStmt, *my.SetResourceGroupStmt, *my.CreateStatisticsStmt, *my.DropStatisticsStmt, *my.ExplainForStmt:
	case *my.BeginStmt:
		p.out.Transaction = Begin
	case *my.CommitStmt:
		p.out.Transaction = Commit
	case *my.RollbackStmt:
		if n.SavepointName == "" {
			p.out.Transaction = Rollback
		}
	default:
		return false
	}
	return true
}

func myName(n *my.TableName) catalog.Name {
	if n == nil {
		return catalog.Name{}
	}
	return catalog.Name{Schema: n.Schema.O, Object: n.Name.O}
}

func ciStrings(list []my.CIStr) []string {
	var names []string
	for _, n := range list {
		names = append(names, n.O)
	}
	return names
}

// restored is a node's text as the parser writes it, so that two that mean the same are
// more often written the same.
func restored(n my.Node, otherwise string) string {
	var b strings.Builder
	const flags = myformat.RestoreStringSingleQuotes | myformat.RestoreKeyWordUppercase | myformat.RestoreStringWithoutCharset
	if err := n.Restore(myformat.NewRestoreCtx(flags, &b)); err != nil {
		return otherwise
	}
	return b.String()
}

func (p *mysql) expr(n my.ExprNode) string {
	if n == nil {
		return ""
	}
	return restored(n, p.text)
}

// defaultOf is a default's text; NULL is none.
func (p *mysql) defaultOf(n my.ExprNode) *string {
	if v, ok := n.(my.ValueExpr); ok && v.GetValue() == nil {
		return nil
	}
	text := p.expr(n)
	return &text
}

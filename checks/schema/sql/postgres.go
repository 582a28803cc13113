package sql

import (
	"errors"
	"strings"

	pg "github.com/sqlc-dev/oliphant"
	pgparser "github.com/sqlc-dev/oliphant/parser"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// postgres reads one statement of PostgreSQL.
type postgres struct {
	*context
	text string
	out  *Statement
}

func (p *postgres) parse(text string, s *Statement) error {
	tree, err := pg.Parse(text)
	if err != nil {
		failed := &syntaxError{reason: err.Error()}
		if e := (*pgparser.Error)(nil); errors.As(err, &e) {
			failed.reason, failed.offset = e.Message, byteOffset(text, e.Cursorpos)
		}
		return failed
	}
	p.text, p.out = text, s
	for _, raw := range tree.Stmts {
		p.statement(raw.Stmt)
	}
	return nil
}

// byteOffset turns PostgreSQL's cursor, which counts characters from 1, into bytes.
func byteOffset(text string, cursor int) int {
	n := 0
	for i := range text {
		if n++; n >= cursor {
			return i
		}
	}
	return len(text)
}

func (p *postgres) add(changes ...catalog.Change) { p.out.Changes = append(p.out.Changes, changes...) }

// statement takes one parsed statement apart.
func (p *postgres) statement(node *pg.Node) {
	if p.harmless(node) || p.schema(node) || p.object(node) || p.code(node) || p.data(node) {
		return
	}
	p.out.unread("%s is not read", p.words(3))
}

// words are the statement's first words, for messages.
func (p *postgres) words(n int) string {
	fields := strings.Fields(p.text)
	return strings.ToUpper(strings.Join(fields[:min(n, len(fields))], " "))
}

// harmless are the statements that change nothing that code can see.
func (p *postgres) harmless(node *pg.Node) bool {
	switch n := node.Node.(type) {
	case *pg.Node_CommentStmt, *pg.Node_VacuumStmt, *pg.Node_ClusterStmt, *pg.Node_ReindexStmt,
		*pg.Node_CheckPointStmt, *pg.Node_LockStmt, *pg.Node_DiscardStmt, *pg.Node_ConstraintsSetStmt,
		*pg.Node_VariableShowStmt, *pg.Node_ListenStmt, *pg.Node_UnlistenStmt, *pg.Node_NotifyStmt,
		*pg.Node_CreateStatsStmt, *pg.Node_AlterStatsStmt, *pg.Node_CreateExtensionStmt, *pg.Node_AlterExtensionStmt,
		*pg.Node_AlterObjectDependsStmt, *pg.Node_CreateRoleStmt, *pg.Node_CreateTableSpaceStmt, *pg.Node_LoadStmt,
		*pg.Node_SecLabelStmt, *pg.Node_AlterTableMoveAllStmt, *pg.Node_CreatePublicationStmt, *pg.Node_AlterPublicationStmt,
		*pg.Node_CreateSubscriptionStmt, *pg.Node_AlterSubscriptionStmt, *pg.Node_CreateAmStmt, *pg.Node_CreateFdwStmt,
		*pg.Node_CreateForeignServerStmt, *pg.Node_CreateUserMappingStmt, *pg.Node_CreatedbStmt, *pg.Node_CreatePlangStmt,
		*pg.Node_DeclareCursorStmt, *pg.Node_FetchStmt, *pg.Node_ClosePortalStmt, *pg.Node_DeallocateStmt,
		*pg.Node_CreateEventTrigStmt, *pg.Node_AlterEventTrigStmt, *pg.Node_ReplicaIdentityStmt,
		*pg.Node_CreateCastStmt, *pg.Node_CreateConversionStmt, *pg.Node_CreateOpClassStmt, *pg.Node_CreateOpFamilyStmt,
		*pg.Node_RefreshMatViewStmt, *pg.Node_AlterDatabaseStmt, *pg.Node_AlterSystemStmt, *pg.Node_AlterCollationStmt,
		*pg.Node_AlterTsdictionaryStmt, *pg.Node_AlterTsconfigurationStmt, *pg.Node_AlterTypeStmt, *pg.Node_AlterOperatorStmt,
		*pg.Node_AlterForeignServerStmt, *pg.Node_AlterUserMappingStmt, *pg.Node_AlterFdwStmt, *pg.Node_DropUserMappingStmt,
		*pg.Node_AlterExtensionContentsStmt, *pg.Node_AlterOpFamilyStmt, *pg.Node_DropSubscriptionStmt:
		return true
	case *pg.Node_TransactionStmt:
		p.transaction(n.TransactionStmt)
		return true
	case *pg.Node_VariableSetStmt:
		p.set(n.VariableSetStmt, "")
		return true
	case *pg.Node_AlterRoleSetStmt:
		p.set(n.AlterRoleSetStmt.Setstmt, "role "+role(n.AlterRoleSetStmt.Role))
		return true
	case *pg.Node_AlterDatabaseSetStmt:
		p.set(n.AlterDatabaseSetStmt.Setstmt, "database "+n.AlterDatabaseSetStmt.Dbname)
		return true
	}
	return false
}

func (p *postgres) transaction(t *pg.TransactionStmt) {
	switch t.Kind {
	case pg.TransactionStmtKind_TRANS_STMT_BEGIN, pg.TransactionStmtKind_TRANS_STMT_START:
		p.out.Transaction = Begin
	case pg.TransactionStmtKind_TRANS_STMT_COMMIT, pg.TransactionStmtKind_TRANS_STMT_COMMIT_PREPARED:
		p.out.Transaction = Commit
	case pg.TransactionStmtKind_TRANS_STMT_ROLLBACK, pg.TransactionStmtKind_TRANS_STMT_ROLLBACK_PREPARED:
		p.out.Transaction = Rollback
	}
}

// set reads the search path; other settings do not change the schema.
func (p *postgres) set(v *pg.VariableSetStmt, owner string) {
	if v.Name != "search_path" && v.Kind != pg.VariableSetKind_VAR_RESET_ALL {
		return
	}
	var schemas []string
	for _, arg := range v.Args {
		if c := arg.GetAConst(); c != nil {
			schemas = append(schemas, searchPath(c.GetSval().GetSval())...)
		}
	}
	p.add(catalog.SetSearchPath{Place: p.place, Schemas: schemas, For: owner})
}

// searchPath are the schemas that are named; "$user" and the built-in one are not made by
// statements.
func searchPath(text string) []string {
	var schemas []string
	for _, name := range strings.Split(text, ",") {
		name = strings.Trim(strings.TrimSpace(name), `"`)
		if name != "" && name != "$user" && name != "pg_catalog" && name != "pg_temp" {
			schemas = append(schemas, name)
		}
	}
	return schemas
}

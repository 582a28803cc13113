package sql

import (
	"errors"
	"strconv"
	"strings"

	lite "github.com/sqlc-dev/meyer/ast"
	liteparser "github.com/sqlc-dev/meyer/parser"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// sqlite reads one statement of SQLite.
type sqlite struct {
	*context
	text string
	out  *Statement
}

func (p *sqlite) parse(text string, s *Statement) error {
	// Builds that know LIMIT there take a statement without it all the same.
	list, err := liteparser.Options{UpdateDeleteLimit: true}.ParseString(text)
	if err != nil {
		failed := &syntaxError{reason: err.Error()}
		if e := (*liteparser.Error)(nil); errors.As(err, &e) {
			failed.reason, failed.offset = e.Message, max(0, e.Offset)
		}
		return failed
	}
	p.text, p.out = text, s
	for _, node := range list {
		p.statement(node)
	}
	return nil
}

func (p *sqlite) add(changes ...catalog.Change) { p.out.Changes = append(p.out.Changes, changes...) }

// statement takes one parsed statement apart.
func (p *sqlite) statement(node lite.Stmt) {
	if p.harmless(node) || p.schema(node) || p.code(node) || p.data(node) {
		return
	}
	p.out.unread("%s is not read", firstWords(p.text, 3))
}

// firstWords are a statement's first words, for messages.
func firstWords(text string, n int) string {
	fields := strings.Fields(text[:min(len(text), 200)])
	return strings.ToUpper(strings.Join(fields[:min(n, len(fields))], " "))
}

// harmless are the statements that change nothing that code can see.
func (p *sqlite) harmless(node lite.Stmt) bool {
	switch n := node.(type) {
	case *lite.SavepointStmt, *lite.ReleaseStmt, *lite.VacuumStmt, *lite.AnalyzeStmt, *lite.ReindexStmt, *lite.DetachStmt:
	case *lite.BeginStmt:
		p.out.Transaction = Begin
	case *lite.CommitStmt:
		p.out.Transaction = Commit
	case *lite.RollbackStmt:
		if n.Savepoint == nil {
			p.out.Transaction = Rollback
		}
	case *lite.PragmaStmt:
		p.pragma(n)
	case *lite.AttachStmt:
		p.out.unread("ATTACH brings another database, whose tables are not known")
	default:
		return false
	}
	return true
}

// pragma: only one of them lets statements change what the schema is.
func (p *sqlite) pragma(n *lite.PragmaStmt) {
	if !strings.EqualFold(n.Name.Name.Name, "writable_schema") || !n.HasValue {
		return
	}
	switch strings.ToLower(strings.Trim(n.Value, `'"`)) {
	case "0", "off", "no", "false", "reset":
		return
	}
	p.out.unread("PRAGMA writable_schema lets statements write the schema itself")
}

func liteName(n *lite.QualifiedName) catalog.Name {
	if n == nil {
		return catalog.Name{}
	}
	return catalog.Name{Schema: ident(n.Schema), Object: ident(n.Name)}
}

func ident(n *lite.Ident) string {
	if n == nil {
		return ""
	}
	return n.Name
}

func idents(list []*lite.Ident) []string {
	var names []string
	for _, n := range list {
		names = append(names, n.Name)
	}
	return names
}

func extentOf(n lite.Node) extent { return extent{n.Pos(), n.End()} }

// liteExpr is an expression's text, written the same way whatever blanks stand in it.
func liteExpr(n lite.Expr) string {
	if n == nil {
		return ""
	}
	return lite.String(n)
}

// liteType is a column's type. SQLite keeps it as it is written; case and blanks do not count.
func liteType(n *lite.TypeName) catalog.Type {
	if n == nil {
		return catalog.Type{}
	}
	var args []int
	for _, arg := range n.Args {
		if v, err := strconv.Atoi(strings.TrimPrefix(arg, "+")); err == nil {
			args = append(args, v)
		}
	}
	t, _ := catalog.Canonical(catalog.SQLite, strings.Trim(n.Name, "\"'`[]"), args)
	// In the grammar these words are part of the type, and SQLite takes them off again.
	t.Base = strings.TrimSpace(strings.TrimSuffix(t.Base, "generated always"))
	return t
}

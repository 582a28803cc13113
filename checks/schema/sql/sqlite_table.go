package sql

import (
	"strings"

	lite "github.com/sqlc-dev/meyer/ast"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// schema reads what makes and changes tables and their indexes.
func (p *sqlite) schema(node lite.Stmt) bool {
	switch n := node.(type) {
	case *lite.CreateTableStmt:
		p.createTable(n)
	case *lite.CreateVirtualTableStmt:
		p.createVirtual(n)
	case *lite.CreateIndexStmt:
		p.createIndex(n)
	case *lite.AlterTableStmt:
		p.alterTable(n)
	case *lite.DropTableStmt:
		p.add(catalog.DropTable{Place: p.place, Name: liteName(n.Name), IfExists: n.IfExists})
	case *lite.DropIndexStmt:
		p.add(catalog.DropIndex{Place: p.place, Name: liteName(n.Name), IfExists: n.IfExists})
	default:
		return false
	}
	return true
}

func (p *sqlite) createTable(n *lite.CreateTableStmt) {
	t := &catalog.Table{Name: liteName(n.Name), At: p.place, Temporary: n.Temp}
	if n.Select != nil {
		p.tableOf(t, n.Select)
	}
	for _, def := range n.Columns {
		column, constraints := p.column(def)
		t.Columns = append(t.Columns, column)
		t.Constraints = append(t.Constraints, constraints...)
	}
	for _, def := range n.Constraints {
		t.Constraints = append(t.Constraints, p.tableConstraint(def))
	}
	liteKey(t, n)
	p.add(catalog.CreateTable{Place: p.place, Table: t, IfNotExists: n.IfNotExists})
}

// tableOf gives a table the columns of a query.
func (p *sqlite) tableOf(t *catalog.Table, query *lite.SelectStmt) {
	t.Partial = "it is made of a query's result"
	q := p.query(query)
	if !q.star {
		for _, name := range q.outputs {
			t.Columns = append(t.Columns, &catalog.Column{Name: name, At: p.place})
		}
	}
	for _, use := range q.result.Tables {
		t.FilledFrom = append(t.FilledFrom, use.Name)
	}
}

// liteKey says what the primary key makes of its columns: one integer numbers the rows by
// itself; without rowid, and in strict tables, they are NOT NULL.
func liteKey(t *catalog.Table, n *lite.CreateTableStmt) {
	rowless, strict := false, false
	for _, option := range n.Options {
		rowless = rowless || option.Without
		strict = strict || !option.Without && strings.EqualFold(ident(option.Name), "strict")
	}
	for _, x := range t.Constraints {
		if x.Kind != catalog.Primary {
			continue
		}
		part := map[string]bool{}
		for _, name := range x.Columns {
			part[strings.ToLower(name)] = true
		}
		for _, column := range t.Columns {
			if !part[strings.ToLower(column.Name)] {
				continue
			}
			if !rowless && len(x.Columns) == 1 && column.Type.Base == "integer" && x.Method != descending {
				column.Identity = "default"
				continue
			}
			column.NotNull = column.NotNull || rowless || strict
		}
		if x.Method == descending {
			x.Method = ""
		}
	}
}

// descending marks, while a table is read, the key INTEGER PRIMARY KEY DESC: by an old
// mistake of SQLite that it keeps, such a key does not number rows.
const descending = "desc"

// column reads a column's definition; constraints that it carries become the table's.
func (p *sqlite) column(n *lite.ColumnDef) (*catalog.Column, []*catalog.Constraint) {
	column := &catalog.Column{Name: ident(n.Name), Type: liteType(n.Type), At: p.at(n.Name.Pos(), n.Name.End())}
	var constraints []*catalog.Constraint
	add := func(x *catalog.Constraint) { constraints = append(constraints, x) }
	for _, x := range n.Constraints {
		made := &catalog.Constraint{Name: ident(x.Name), Columns: []string{column.Name}, Valid: true, At: p.place}
		switch x.Kind {
		case lite.ColumnNotNull:
			column.NotNull = true
		case lite.ColumnDefault:
			column.Default = liteDefault(x.Expr)
		case lite.ColumnCollate:
			column.Type.Collation = strings.ToLower(ident(x.Collation))
		case lite.ColumnGenerated:
			text := liteExpr(x.Expr)
			column.Generated, column.From = &text, p.columnsOf(x.Expr)
			column.Stored = strings.EqualFold(ident(x.GeneratedKind), "stored")
		case lite.ColumnPrimaryKey:
			made.Kind = catalog.Primary
			if x.Order == lite.SortDesc {
				made.Method = descending
			}
			add(made)
		case lite.ColumnUnique:
			made.Kind = catalog.Unique
			add(made)
		case lite.ColumnCheck:
			made.Kind, made.Expr, made.Columns = catalog.Check, liteExpr(x.Expr), p.columnsOf(x.Expr)
			add(made)
		case lite.ColumnReferences:
			foreign(made, x.References)
			add(made)
		case lite.ColumnDeferrable:
			if len(constraints) > 0 && !x.Deferrable.Not {
				constraints[len(constraints)-1].Deferrable = true
			}
		}
	}
	return column, constraints
}

// liteDefault is a default's text; NULL is none.
func liteDefault(n lite.Expr) *string {
	if l, ok := n.(*lite.Literal); ok && l.Kind == lite.LitNull {
		return nil
	}
	text := liteExpr(n)
	return &text
}

func foreign(x *catalog.Constraint, n *lite.ForeignKeyClause) {
	name := catalog.Name{Object: ident(n.Table)}
	x.Kind, x.References, x.RefColumns = catalog.Foreign, &name, indexed(n.Columns)
	for _, arg := range n.Args {
		does := map[lite.ForeignKeyAction]string{lite.FKSetNull: "set null", lite.FKSetDefault: "set default", lite.FKCascade: "cascade", lite.FKRestrict: "restrict"}[arg.Action]
		switch strings.ToUpper(arg.Event) {
		case "DELETE":
			x.OnDelete = does
		case "UPDATE":
			x.OnUpdate = does
		}
	}
}

func indexed(list []*lite.IndexedColumn) []string {
	var names []string
	for _, n := range list {
		names = append(names, ident(n.Name))
	}
	return names
}

func (p *sqlite) tableConstraint(n *lite.TableConstraint) *catalog.Constraint {
	x := &catalog.Constraint{Name: ident(n.Name), Valid: true, At: p.place}
	switch n.Kind {
	case lite.TablePrimaryKey:
		x.Kind = catalog.Primary
		p.elements(x, n.Columns)
	case lite.TableUnique:
		x.Kind = catalog.Unique
		p.elements(x, n.Columns)
	case lite.TableCheck:
		x.Kind, x.Expr, x.Columns = catalog.Check, liteExpr(n.Expr), p.columnsOf(n.Expr)
	case lite.TableForeignKey:
		foreign(x, n.References)
		x.Columns = indexed(n.FKColumns)
	}
	if n.Deferrable != nil {
		x.Deferrable = !n.Deferrable.Not
	}
	return x
}

// elements adds columns and expressions to a key or index.
func (p *sqlite) elements(x *catalog.Constraint, list []*lite.OrderingTerm) {
	for _, term := range list {
		name := columnName(term.Expr)
		x.Columns = append(x.Columns, name)
		if name != "" {
			continue
		}
		if x.Expr != "" {
			x.Expr += ", "
		}
		x.Expr += liteExpr(term.Expr)
		x.Also = append(x.Also, p.columnsOf(term.Expr)...)
	}
}

// columnName is the column that an element is, whatever its collation; "" for an expression.
func columnName(n lite.Expr) string {
	switch n := n.(type) {
	case *lite.Ident:
		return n.Name
	case *lite.CollateExpr:
		return columnName(n.X)
	case *lite.Literal:
		if n.Kind == lite.LitString {
			return n.Value // 'a', which is taken for the column there
		}
	}
	return ""
}

func (p *sqlite) createIndex(n *lite.CreateIndexStmt) {
	name := liteName(n.Name)
	x := &catalog.Constraint{Name: name.Object, Kind: catalog.Index, ByIndex: true, Valid: true, At: p.place, Where: liteExpr(n.Where)}
	if n.Unique {
		x.Kind = catalog.Unique
	}
	p.elements(x, n.Columns)
	x.Also = append(x.Also, p.columnsOf(n.Where)...)
	p.add(catalog.CreateIndex{Place: p.place, Table: catalog.Name{Schema: name.Schema, Object: ident(n.Table)}, Index: x, IfNotExists: n.IfNotExists})
}

func (p *sqlite) alterTable(n *lite.AlterTableStmt) {
	table, yes, no := liteName(n.Table), true, false
	switch n.Action {
	case lite.AlterRenameTable:
		p.renameTable(table, ident(n.NewName))
	case lite.AlterRenameColumn:
		p.add(catalog.RenameColumn{Place: p.place, Table: table, From: ident(n.Column), To: ident(n.NewName)})
	case lite.AlterAddColumn:
		column, constraints := p.column(n.ColumnDef)
		p.add(catalog.AddColumn{Place: p.place, Table: table, Column: column})
		for _, x := range constraints {
			p.add(catalog.AddConstraint{Place: p.place, Table: table, Constraint: x})
		}
	case lite.AlterDropColumn:
		p.add(catalog.DropColumn{Place: p.place, Table: table, Column: ident(n.Column)})
	case lite.AlterDropConstraint:
		p.add(catalog.DropConstraint{Place: p.place, Table: table, Name: ident(n.ConstraintName)})
	case lite.AlterDropNotNull:
		p.add(catalog.AlterColumn{Place: p.place, Table: table, Column: ident(n.Column), NotNull: &no})
	case lite.AlterSetNotNull:
		p.add(catalog.AlterColumn{Place: p.place, Table: table, Column: ident(n.Column), NotNull: &yes})
	case lite.AlterAddConstraintCheck:
		x := &catalog.Constraint{Name: ident(n.ConstraintName), Kind: catalog.Check, Expr: liteExpr(n.Expr), Columns: p.columnsOf(n.Expr), Valid: true, At: p.place}
		p.add(catalog.AddConstraint{Place: p.place, Table: table, Constraint: x})
	default:
		p.out.unread("ALTER TABLE %s is not read", table)
	}
}

func (p *sqlite) renameTable(from catalog.Name, to string) {
	p.add(catalog.RenameTable{Place: p.place, From: from, To: catalog.Name{Object: to}})
}

// createVirtual reads a table of a module. Of the modules that SQLite brings along the
// columns are known; each has hidden ones besides.
func (p *sqlite) createVirtual(n *lite.CreateVirtualTableStmt) {
	module := strings.ToLower(ident(n.Module))
	t := &catalog.Table{Name: liteName(n.Name), At: p.place, Partial: "it is a virtual table of " + module}
	full := module == "fts5" || module == "fts4" || module == "fts3"
	for _, arg := range n.Args {
		fields := strings.Fields(arg)
		if len(fields) == 0 || full && strings.Contains(arg, "=") || !full && !strings.HasPrefix(module, "rtree") {
			continue
		}
		t.Columns = append(t.Columns, &catalog.Column{Name: strings.Trim(fields[0], "\"'`[]+"), At: p.place})
	}
	p.add(catalog.CreateTable{Place: p.place, Table: t, IfNotExists: n.IfNotExists})
}

package sql

import (
	pg "github.com/sqlc-dev/oliphant"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// schema reads what makes and changes tables, their indexes and constraints.
func (p *postgres) schema(node *pg.Node) bool {
	switch n := node.Node.(type) {
	case *pg.Node_CreateStmt:
		p.createTable(n.CreateStmt)
	case *pg.Node_CreateForeignTableStmt:
		p.createTable(n.CreateForeignTableStmt.BaseStmt)
	case *pg.Node_CreateTableAsStmt:
		p.createTableAs(n.CreateTableAsStmt)
	case *pg.Node_AlterTableStmt:
		p.alterTable(n.AlterTableStmt)
	case *pg.Node_IndexStmt:
		p.createIndex(n.IndexStmt)
	case *pg.Node_RenameStmt:
		return p.rename(n.RenameStmt)
	case *pg.Node_DropStmt:
		return p.drop(n.DropStmt)
	case *pg.Node_AlterObjectSchemaStmt:
		p.move(n.AlterObjectSchemaStmt)
	case *pg.Node_AlterOwnerStmt:
		p.owner(n.AlterOwnerStmt)
	case *pg.Node_CreateSchemaStmt:
		p.createSchema(n.CreateSchemaStmt)
	default:
		return false
	}
	return true
}

func (p *postgres) createSchema(n *pg.CreateSchemaStmt) {
	name := n.Schemaname
	if name == "" {
		name = role(n.Authrole)
	}
	p.add(catalog.CreateSchema{Place: p.place, Name: name, IfNotExists: n.IfNotExists})
	for _, element := range n.SchemaElts {
		p.statement(element)
	}
}

func (p *postgres) createTable(n *pg.CreateStmt) {
	t := &catalog.Table{Name: relation(n.Relation), At: p.place, Temporary: n.Relation.GetRelpersistence() == "t", Partitioned: n.Partspec != nil}
	change := catalog.CreateTable{Place: p.place, Table: t, IfNotExists: n.IfNotExists}
	for _, element := range n.TableElts {
		switch e := element.Node.(type) {
		case *pg.Node_ColumnDef:
			column, constraints := p.column(e.ColumnDef)
			t.Columns = append(t.Columns, column)
			t.Constraints = append(t.Constraints, constraints...)
		case *pg.Node_Constraint:
			if x := p.constraint(e.Constraint, ""); x != nil {
				t.Constraints = append(t.Constraints, x)
			}
		case *pg.Node_TableLikeClause:
			change.Like = append(change.Like, like(e.TableLikeClause))
		}
	}
	for _, parent := range n.InhRelations {
		name := relation(parent.GetRangeVar())
		if n.Partbound != nil {
			t.PartitionOf = &name
			continue
		}
		t.Inherits = append(t.Inherits, name)
	}
	if n.OfTypename != nil {
		t.Partial = "it has the columns of a type"
	}
	p.add(change)
}

// The bits of TableLikeClause.Options, as in PostgreSQL's parsenodes.h.
const (
	likeConstraints = 1 << 2
	likeDefaults    = 1 << 3
	likeGenerated   = 1 << 4
	likeIdentity    = 1 << 5
	likeIndexes     = 1 << 6
)

func like(n *pg.TableLikeClause) catalog.Like {
	has := func(bit uint32) bool { return n.Options&bit != 0 }
	return catalog.Like{Table: relation(n.Relation), Defaults: has(likeDefaults), Generated: has(likeGenerated),
		Checks: has(likeConstraints), Indexes: has(likeIndexes), Identity: has(likeIdentity)}
}

// createTableAs makes a table, or a materialized view, of a query's result.
func (p *postgres) createTableAs(n *pg.CreateTableAsStmt) {
	name := relation(n.Into.GetRel())
	q := p.query(n.Query)
	if n.Objtype == pg.ObjectType_OBJECT_MATVIEW {
		p.addView(name, n.Into.ColNames, q, n.Query, true, false, n.IfNotExists)
		return
	}
	t := &catalog.Table{Name: name, At: p.place, Partial: "it is made of a query's result", Temporary: n.Into.GetRel().GetRelpersistence() == "t"}
	columns := parts(n.Into.ColNames)
	if columns == nil && !q.star {
		columns = q.outputs
	}
	for _, column := range columns {
		t.Columns = append(t.Columns, &catalog.Column{Name: column, At: p.place})
	}
	for _, use := range q.result.Tables {
		t.FilledFrom = append(t.FilledFrom, use.Name)
	}
	p.add(catalog.CreateTable{Place: p.place, Table: t, IfNotExists: n.IfNotExists})
}

// column reads a column's definition; constraints that it carries become the table's.
func (p *postgres) column(n *pg.ColumnDef) (*catalog.Column, []*catalog.Constraint) {
	column := &catalog.Column{Name: n.Colname, At: p.place, NotNull: n.IsNotNull}
	if n.Location > 0 {
		column.At = p.at(int(n.Location), int(n.Location)+len(n.Colname))
	}
	var serial bool
	if column.Type, serial = typeOf(n.TypeName); serial {
		column.NotNull, column.Identity = true, "default"
	}
	if n.CollClause != nil {
		column.Type.Collation = qualified(n.CollClause.Collname).Object
	}
	var constraints []*catalog.Constraint
	for _, node := range n.Constraints {
		x := node.GetConstraint()
		switch x.GetContype() {
		case pg.ConstrType_CONSTR_NOTNULL:
			column.NotNull = true
		case pg.ConstrType_CONSTR_DEFAULT:
			column.Default = p.optional(x.RawExpr)
		case pg.ConstrType_CONSTR_IDENTITY:
			column.NotNull, column.Identity = true, identity(x.GeneratedWhen)
		case pg.ConstrType_CONSTR_GENERATED:
			column.Generated, column.Stored = p.optional(x.RawExpr), x.GeneratedKind != "v"
			column.From = columnsOf(x.RawExpr)
		case pg.ConstrType_CONSTR_ATTR_NOT_DEFERRABLE, pg.ConstrType_CONSTR_ATTR_IMMEDIATE, pg.ConstrType_CONSTR_ATTR_DEFERRED:
		case pg.ConstrType_CONSTR_ATTR_DEFERRABLE:
			if len(constraints) > 0 {
				constraints[len(constraints)-1].Deferrable = true
			}
		default:
			if made := p.constraint(x, n.Colname); made != nil {
				constraints = append(constraints, made)
			}
		}
	}
	return column, constraints
}

func identity(when string) string {
	if when == "a" {
		return "always"
	}
	return "default"
}

// constraint reads one constraint; of is the column that it is written on.
func (p *postgres) constraint(n *pg.Constraint, of string) *catalog.Constraint {
	x := &catalog.Constraint{Name: n.Conname, At: p.place, Valid: !n.SkipValidation, Deferrable: n.Deferrable,
		NullsNotDistinct: n.NullsNotDistinct, Columns: parts(n.Keys), Also: parts(n.Including)}
	if of != "" && len(x.Columns) == 0 {
		x.Columns = []string{of}
	}
	switch n.Contype {
	case pg.ConstrType_CONSTR_PRIMARY:
		x.Kind = catalog.Primary
	case pg.ConstrType_CONSTR_UNIQUE:
		x.Kind = catalog.Unique
	case pg.ConstrType_CONSTR_CHECK:
		x.Kind, x.Expr, x.Columns = catalog.Check, p.expr(n.RawExpr), columnsOf(n.RawExpr)
	case pg.ConstrType_CONSTR_FOREIGN:
		name := relation(n.Pktable)
		x.Kind, x.References, x.RefColumns = catalog.Foreign, &name, parts(n.PkAttrs)
		if len(n.FkAttrs) > 0 {
			x.Columns = parts(n.FkAttrs)
		}
		x.OnDelete, x.OnUpdate = action(n.FkDelAction), action(n.FkUpdAction)
	case pg.ConstrType_CONSTR_EXCLUSION:
		x.Kind, x.Method = catalog.Exclusion, n.AccessMethod
		x.Columns = nil
		for _, pair := range n.Exclusions {
			items := pair.GetList().GetItems()
			if len(items) > 0 {
				p.element(x, items[0].GetIndexElem())
			}
		}
		x.Where = p.expr(n.WhereClause)
	default:
		return nil
	}
	return x
}

func action(letter string) string {
	return map[string]string{"c": "cascade", "r": "restrict", "n": "set null", "d": "set default"}[letter]
}

func (p *postgres) createIndex(n *pg.IndexStmt) {
	x := &catalog.Constraint{Name: n.Idxname, Kind: catalog.Index, ByIndex: true, Valid: true, At: p.place,
		NullsNotDistinct: n.NullsNotDistinct, Where: p.expr(n.WhereClause)}
	if n.Unique {
		x.Kind = catalog.Unique
	}
	if n.AccessMethod != "btree" {
		x.Method = n.AccessMethod
	}
	for _, param := range n.IndexParams {
		p.element(x, param.GetIndexElem())
	}
	for _, param := range n.IndexIncludingParams {
		x.Also = append(x.Also, param.GetIndexElem().GetName())
	}
	x.Also = append(x.Also, columnsOf(n.WhereClause)...)
	p.add(catalog.CreateIndex{Place: p.place, Table: relation(n.Relation), Index: x, IfNotExists: n.IfNotExists})
}

// element adds a column or expression to an index.
func (p *postgres) element(x *catalog.Constraint, e *pg.IndexElem) {
	x.Columns = append(x.Columns, e.GetName())
	if e.GetExpr() == nil {
		return
	}
	if x.Expr != "" {
		x.Expr += ", "
	}
	x.Expr += p.expr(e.Expr)
	x.Also = append(x.Also, columnsOf(e.Expr)...)
}

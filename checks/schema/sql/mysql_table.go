package sql

import (
	"strconv"
	"strings"

	my "github.com/sqlc-dev/marino/ast"
	mytype "github.com/sqlc-dev/marino/mysql"
	"github.com/sqlc-dev/marino/types"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// schema reads what makes and changes databases, tables and their indexes.
func (p *mysql) schema(node my.StmtNode) bool {
	switch n := node.(type) {
	case *my.CreateDatabaseStmt:
		p.add(catalog.CreateSchema{Place: p.place, Name: n.Name.O, IfNotExists: n.IfNotExists})
	case *my.DropDatabaseStmt:
		p.add(catalog.DropSchema{Place: p.place, Name: n.Name.O, IfExists: n.IfExists})
	case *my.CreateTableStmt:
		p.createTable(n)
	case *my.AlterTableStmt:
		p.alterTable(n)
	case *my.DropTableStmt:
		for _, table := range n.Tables {
			if n.IsView {
				p.add(catalog.DropView{Place: p.place, Name: myName(table), IfExists: n.IfExists})
				continue
			}
			p.add(catalog.DropTable{Place: p.place, Name: myName(table), IfExists: n.IfExists})
		}
	case *my.RenameTableStmt:
		for _, pair := range n.TableToTables {
			p.rename(myName(pair.OldTable), myName(pair.NewTable), false)
		}
	case *my.CreateIndexStmt:
		p.createIndex(n)
	case *my.DropIndexStmt:
		table := myName(n.Table)
		p.add(catalog.DropIndex{Place: p.place, Name: catalog.Name{Object: n.IndexName}, Table: &table, IfExists: n.IfExists})
	case *my.CreateSequenceStmt, *my.AlterSequenceStmt, *my.DropSequenceStmt:
		p.sequence(n)
	default:
		return false
	}
	return true
}

func (p *mysql) rename(from, to catalog.Name, ifExists bool) {
	p.add(catalog.RenameTable{Place: p.place, From: from, To: to, IfExists: ifExists})
}

func (p *mysql) createTable(n *my.CreateTableStmt) {
	t := &catalog.Table{Name: myName(n.Table), At: p.place, Temporary: n.TemporaryKeyword != my.TemporaryNone, Partitioned: n.Partition != nil}
	change := catalog.CreateTable{Place: p.place, Table: t, IfNotExists: n.IfNotExists}
	if n.ReferTable != nil {
		change.Like = []catalog.Like{{Table: myName(n.ReferTable), Defaults: true, Generated: true, Checks: true, Indexes: true, Identity: true}}
	}
	cursor := p.words.after(t.Name.Object, 0).end
	for _, def := range n.Cols {
		var constraints []*catalog.Constraint
		var column *catalog.Column
		column, constraints, cursor = p.column(def, cursor)
		t.Columns = append(t.Columns, column)
		t.Constraints = append(t.Constraints, constraints...)
	}
	for _, def := range n.Constraints {
		if x := p.constraint(def); x != nil {
			t.Constraints = append(t.Constraints, x)
		}
	}
	for _, option := range n.Options {
		setCharset(option, &t.Charset, &t.Collation)
	}
	if n.Select != nil {
		p.tableOf(t, n.Select)
	}
	if p.maria.replace {
		p.add(catalog.DropTable{Place: p.place, Name: t.Name, IfExists: true})
	}
	p.add(change)
}

// tableOf adds the columns of a query behind those that are defined.
func (p *mysql) tableOf(t *catalog.Table, query my.ResultSetNode) {
	t.Partial = "it is made of a query's result"
	q := p.query("select", query)
	defined := map[string]bool{}
	for _, column := range t.Columns {
		defined[strings.ToLower(column.Name)] = true
	}
	if !q.star {
		for _, name := range q.outputs {
			if !defined[strings.ToLower(name)] {
				t.Columns = append(t.Columns, &catalog.Column{Name: name, At: p.place})
			}
		}
	}
	for _, use := range q.result.Tables {
		t.FilledFrom = append(t.FilledFrom, use.Name)
	}
}

func setCharset(option *my.TableOption, charset, collation *string) {
	switch option.Tp {
	case my.TableOptionCharset:
		*charset = strings.ToLower(option.StrValue)
	case my.TableOptionCollate:
		*collation = strings.ToLower(option.StrValue)
	}
}

// column reads a column's definition, which stands behind cursor, and says where its name
// ends. Constraints that it carries become the table's.
func (p *mysql) column(n *my.ColumnDef, cursor int) (*catalog.Column, []*catalog.Constraint, int) {
	at := p.words.defined(n.Name.Name.O, cursor)
	column := &catalog.Column{Name: n.Name.Name.O, Type: myType(n.Tp), At: p.at(at.start, at.end)}
	_, typed := p.words.spelled(at.end)
	if own, ok := p.maria.types[typed.start]; ok {
		column.Type = catalog.Type{Base: own}
	}
	var constraints []*catalog.Constraint
	add := func(x *catalog.Constraint, kind catalog.ConstraintKind) {
		x.Kind = kind
		constraints = append(constraints, x)
	}
	for _, option := range n.Options {
		x := &catalog.Constraint{Name: option.ConstraintName, Columns: []string{column.Name}, Valid: true, At: p.place}
		switch option.Tp {
		case my.ColumnOptionNotNull:
			column.NotNull = true
		case my.ColumnOptionAutoIncrement:
			column.NotNull, column.Identity = true, "default"
		case my.ColumnOptionDefaultValue:
			column.Default = p.defaultOf(option.Expr)
		case my.ColumnOptionCollate:
			column.Type.Collation = strings.ToLower(option.StrValue)
		case my.ColumnOptionGenerated:
			text := p.expr(option.Expr)
			column.Generated, column.Stored, column.From = &text, option.Stored, p.columnsOf(option.Expr)
		case my.ColumnOptionPrimaryKey:
			column.NotNull = true
			add(x, catalog.Primary)
		case my.ColumnOptionUniqKey:
			add(x, catalog.Unique)
		case my.ColumnOptionCheck:
			x.Expr, x.Columns, x.Valid = p.expr(option.Expr), p.columnsOf(option.Expr), option.Enforced
			add(x, catalog.Check)
		case my.ColumnOptionReference:
			// Made by MariaDB from 10.5 and MySQL from 9.0 on; before, it was read and forgotten.
			name := myName(option.Refer.Table)
			x.References, x.RefColumns = &name, keyColumns(option.Refer.IndexPartSpecifications)
			x.OnDelete, x.OnUpdate = refers(option.Refer)
			add(x, catalog.Foreign)
		}
	}
	return column, constraints, at.end
}

// myType is a type in its canonical spelling.
func myType(n *types.FieldType) catalog.Type {
	if n == nil {
		return catalog.Type{}
	}
	var args []int
	length, decimals := n.GetFlen(), n.GetDecimal()
	switch n.GetType() {
	case mytype.TypeTimestamp, mytype.TypeDatetime, mytype.TypeDuration:
		if decimals > 0 {
			args = []int{decimals}
		}
	case mytype.TypeFloat, mytype.TypeDouble:
		if length > 0 && decimals >= 0 {
			args = []int{length, decimals}
		}
	case mytype.TypeNewDecimal:
		if length >= 0 {
			args = []int{length, max(0, decimals)}
		}
	case mytype.TypeBit, mytype.TypeVarchar, mytype.TypeString, mytype.TypeVarString:
		if length >= 0 {
			args = []int{length}
		}
	}
	t, _ := catalog.Canonical(catalog.MySQL, types.TypeToStr(n.GetType(), n.GetCharset()), args)
	t.Unsigned = mytype.HasUnsignedFlag(n.GetFlag())
	t.Values = n.GetElems()
	if charset := strings.ToLower(n.GetCharset()); charset != "binary" {
		t.Charset = charset
	}
	t.Collation = strings.ToLower(n.GetCollate())
	if t.Collation == "binary" {
		t.Collation = ""
	}
	return t
}

// constraint reads a constraint or index.
func (p *mysql) constraint(n *my.Constraint) *catalog.Constraint {
	x := &catalog.Constraint{Name: n.Name, Valid: true, At: p.place}
	switch n.Tp {
	case my.ConstraintPrimaryKey:
		x.Kind, x.Name = catalog.Primary, "PRIMARY"
	case my.ConstraintUniq, my.ConstraintUniqKey, my.ConstraintUniqIndex:
		x.Kind = catalog.Unique
	case my.ConstraintKey, my.ConstraintIndex:
		x.Kind = catalog.Index
	case my.ConstraintFulltext:
		x.Kind, x.Method = catalog.Index, "fulltext"
	case my.ConstraintSpatial:
		x.Kind, x.Method = catalog.Index, "spatial"
	case my.ConstraintCheck:
		x.Kind, x.Expr, x.Columns, x.Valid = catalog.Check, p.expr(n.Expr), p.columnsOf(n.Expr), n.Enforced
		return x
	case my.ConstraintForeignKey:
		name := myName(n.Refer.Table)
		x.Kind, x.References, x.RefColumns = catalog.Foreign, &name, keyColumns(n.Refer.IndexPartSpecifications)
		x.OnDelete, x.OnUpdate = refers(n.Refer)
	default:
		return nil
	}
	p.elements(x, n.Keys)
	return x
}

func keyColumns(list []*my.IndexPartSpecification) []string {
	var names []string
	for _, part := range list {
		if part.Column != nil {
			names = append(names, part.Column.Name.O)
		}
	}
	return names
}

func refers(n *my.ReferenceDef) (onDelete, onUpdate string) {
	does := map[my.ReferOptionType]string{my.ReferOptionCascade: "cascade", my.ReferOptionRestrict: "restrict", my.ReferOptionSetNull: "set null", my.ReferOptionSetDefault: "set default"}
	if n.OnDelete != nil {
		onDelete = does[n.OnDelete.ReferOpt]
	}
	if n.OnUpdate != nil {
		onUpdate = does[n.OnUpdate.ReferOpt]
	}
	return onDelete, onUpdate
}

// elements adds columns and expressions to a key or index.
func (p *mysql) elements(x *catalog.Constraint, list []*my.IndexPartSpecification) {
	for _, part := range list {
		if part.Column != nil {
			x.Columns = append(x.Columns, part.Column.Name.O)
			continue
		}
		x.Columns = append(x.Columns, "")
		if x.Expr != "" {
			x.Expr += ", "
		}
		x.Expr += p.expr(part.Expr)
		x.Also = append(x.Also, p.columnsOf(part.Expr)...)
	}
}

func (p *mysql) createIndex(n *my.CreateIndexStmt) {
	x := &catalog.Constraint{Name: n.IndexName, Kind: catalog.Index, ByIndex: true, Valid: true, At: p.place}
	switch n.KeyType {
	case my.IndexKeyTypeUnique:
		x.Kind = catalog.Unique
	case my.IndexKeyTypeFulltext:
		x.Method = "fulltext"
	case my.IndexKeyTypeSpatial:
		x.Method = "spatial"
	}
	p.elements(x, n.IndexPartSpecifications)
	table := myName(n.Table)
	if p.maria.replace {
		p.add(catalog.DropIndex{Place: p.place, Name: catalog.Name{Object: n.IndexName}, Table: &table, IfExists: true})
	}
	p.add(catalog.CreateIndex{Place: p.place, Table: table, Index: x, IfNotExists: n.IfNotExists})
}

// sequence reads MariaDB's sequences.
func (p *mysql) sequence(node my.StmtNode) {
	options := func(list []*my.SequenceOption) (increment *string, restart bool) {
		for _, option := range list {
			switch option.Tp {
			case my.SequenceOptionIncrementBy:
				text := strconv.FormatInt(option.IntValue, 10)
				increment = &text
			case my.SequenceRestart, my.SequenceRestartWith, my.SequenceStartWith:
				restart = true
			}
		}
		return increment, restart
	}
	switch n := node.(type) {
	case *my.CreateSequenceStmt:
		s := &catalog.Sequence{Name: myName(n.Name), At: p.place}
		if increment, _ := options(n.SeqOptions); increment != nil {
			s.Increment = *increment
		}
		p.add(catalog.CreateSequence{Place: p.place, Sequence: s, IfNotExists: n.IfNotExists})
	case *my.AlterSequenceStmt:
		increment, restart := options(n.SeqOptions)
		p.add(catalog.AlterSequence{Place: p.place, Name: myName(n.Name), Increment: increment, Restart: restart, IfExists: n.IfExists})
	case *my.DropSequenceStmt:
		for _, name := range n.Sequences {
			p.add(catalog.DropSequence{Place: p.place, Name: myName(name), IfExists: n.IfExists})
		}
	}
}

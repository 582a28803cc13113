package sql

import (
	"strings"

	my "github.com/sqlc-dev/marino/ast"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// alterTable reads what ALTER TABLE does in order; a new name comes last, whatever its place.
func (p *mysql) alterTable(n *my.AlterTableStmt) {
	table, ifExists := myName(n.Table), p.maria.tableIfExists
	cursor := p.words.after(table.Object, 0).end
	var last []catalog.Change
	for _, spec := range n.Specs {
		switch {
		case spec.Tp == my.AlterTableRenameTable:
			last = append(last, catalog.RenameTable{Place: p.place, From: table, To: myName(spec.NewTable), IfExists: ifExists})
		case spec.Tp == my.AlterTableAddColumns:
			cursor = p.addColumns(table, spec, cursor)
		case p.alterColumn(table, spec), p.alterConstraint(table, spec), p.alterRest(table, spec):
		default:
			p.out.unread("ALTER TABLE %s: a part of it is not read", table)
		}
	}
	p.add(last...)
}

func (p *mysql) addColumns(table catalog.Name, spec *my.AlterTableSpec, cursor int) int {
	first, after := position(spec.Position)
	for _, def := range spec.NewColumns {
		var column *catalog.Column
		var constraints []*catalog.Constraint
		column, constraints, cursor = p.column(def, cursor)
		p.add(catalog.AddColumn{Place: p.place, Table: table, Column: column, First: first, After: after, IfExists: p.maria.tableIfExists, IfNotExists: spec.IfNotExists})
		p.addConstraints(table, constraints, spec.IfNotExists)
	}
	for _, def := range spec.NewConstraints {
		if x := p.constraint(def); x != nil {
			p.addConstraints(table, []*catalog.Constraint{x}, spec.IfNotExists || def.IfNotExists)
		}
	}
	return cursor
}

func (p *mysql) addConstraints(table catalog.Name, list []*catalog.Constraint, ifNotExists bool) {
	for _, x := range list {
		p.add(catalog.AddConstraint{Place: p.place, Table: table, Constraint: x, IfExists: p.maria.tableIfExists, IfNotExists: ifNotExists || p.maria.keyIfNotExists})
	}
}

func position(n *my.ColumnPosition) (first bool, after string) {
	switch {
	case n == nil:
		return false, ""
	case n.Tp == my.ColumnPositionFirst:
		return true, ""
	case n.Tp == my.ColumnPositionAfter:
		return false, n.RelativeColumn.Name.O
	}
	return false, ""
}

// alterColumn reads what speaks of a column.
func (p *mysql) alterColumn(table catalog.Name, spec *my.AlterTableSpec) bool {
	ifExists := p.maria.tableIfExists
	switch spec.Tp {
	case my.AlterTableDropColumn:
		p.add(catalog.DropColumn{Place: p.place, Table: table, Column: spec.OldColumnName.Name.O, IfTableExists: ifExists, IfExists: spec.IfExists})
	case my.AlterTableRenameColumn:
		p.add(catalog.RenameColumn{Place: p.place, Table: table, From: spec.OldColumnName.Name.O, To: spec.NewColumnName.Name.O, IfTableExists: ifExists, IfExists: spec.IfExists})
	case my.AlterTableModifyColumn, my.AlterTableChangeColumn:
		p.redefine(table, spec)
	case my.AlterTableAlterColumn:
		def := spec.NewColumns[0]
		change := catalog.AlterColumn{Place: p.place, Table: table, Column: def.Name.Name.O, IfTableExists: ifExists, IfExists: spec.IfExists, DropDefault: true}
		if len(def.Options) > 0 {
			change.Default = p.defaultOf(def.Options[0].Expr)
		}
		p.add(change)
	case my.AlterTableAlterColumnVisibility:
	default:
		return false
	}
	return true
}

// redefine reads MODIFY and CHANGE.
func (p *mysql) redefine(table catalog.Name, spec *my.AlterTableSpec) {
	column, constraints, _ := p.column(spec.NewColumns[0], 0)
	column.At = p.place
	old := column.Name
	if spec.OldColumnName != nil {
		old = spec.OldColumnName.Name.O
	}
	first, after := position(spec.Position)
	p.add(catalog.AlterColumn{Place: p.place, Table: table, Column: old, IfTableExists: p.maria.tableIfExists, IfExists: spec.IfExists, Redefine: column, First: first, After: after})
	p.addConstraints(table, constraints, false)
}

// alterConstraint reads what speaks of constraints and indexes.
func (p *mysql) alterConstraint(table catalog.Name, spec *my.AlterTableSpec) bool {
	drop := catalog.DropConstraint{Place: p.place, Table: table, Name: spec.Name, IfTableExists: p.maria.tableIfExists, IfExists: spec.IfExists || p.maria.keyIfExists}
	switch spec.Tp {
	case my.AlterTableAddConstraint:
		x := p.constraint(spec.Constraint)
		if x == nil {
			return false
		}
		p.addConstraints(table, []*catalog.Constraint{x}, spec.Constraint.IfNotExists || spec.IfNotExists)
	case my.AlterTableDropPrimaryKey:
		drop.Kind = catalog.Primary
		p.add(drop)
	case my.AlterTableDropForeignKey:
		drop.Kind = catalog.Foreign
		p.add(drop)
	case my.AlterTableDropCheck: // DROP CONSTRAINT too, of whatever kind
		drop.Name = spec.Constraint.Name
		p.add(drop)
	case my.AlterTableDropIndex:
		p.add(catalog.DropIndex{Place: p.place, Name: catalog.Name{Object: spec.Name}, Table: &table, IfExists: drop.IfExists || drop.IfTableExists})
	case my.AlterTableRenameIndex:
		p.add(catalog.RenameIndex{Place: p.place, Name: catalog.Name{Object: spec.FromKey.O}, Table: &table, To: spec.ToKey.O})
	case my.AlterTableAlterCheck:
		p.add(catalog.AlterConstraint{Place: p.place, Table: table, Name: spec.Constraint.Name, Valid: &spec.Constraint.Enforced})
	case my.AlterTableIndexInvisible:
	default:
		return false
	}
	return true
}

// alterRest reads what speaks of the table itself.
func (p *mysql) alterRest(table catalog.Name, spec *my.AlterTableSpec) bool {
	switch spec.Tp {
	case my.AlterTableOption:
		p.options(table, spec.Options)
	case my.AlterTableDropPartition, my.AlterTableTruncatePartition, my.AlterTableExchangePartition, my.AlterTableDropFirstPartition,
		my.AlterTableDiscardTablespace, my.AlterTableDiscardPartitionTablespace:
		p.out.Unread = "ALTER TABLE " + table.String() + ": rows go with partitions, which are not read"
		p.add(catalog.Unread{Place: p.place, Reason: p.out.Unread, Touches: []catalog.Name{table}})
	case my.AlterTableLock, my.AlterTableAlgorithm, my.AlterTableForce, my.AlterTableWithValidation, my.AlterTableWithoutValidation, my.AlterTableEnableKeys,
		my.AlterTableDisableKeys, my.AlterTableOrderByColumns, my.AlterTableAddPartitions, my.AlterTableCoalescePartitions, my.AlterTablePartition,
		my.AlterTableRemovePartitioning, my.AlterTableRebuildPartition, my.AlterTableReorganizePartition, my.AlterTableCheckPartitions,
		my.AlterTableOptimizePartition, my.AlterTableRepairPartition, my.AlterTableImportPartitionTablespace, my.AlterTableImportTablespace,
		my.AlterTableSecondaryLoad, my.AlterTableSecondaryUnload:
	default:
		return false
	}
	return true
}

// options reads the character set; the other options are for the engine.
func (p *mysql) options(table catalog.Name, list []*my.TableOption) {
	change := catalog.SetCharset{Place: p.place, Table: table, IfExists: p.maria.tableIfExists}
	for _, option := range list {
		setCharset(option, &change.Charset, &change.Collation)
		change.Convert = change.Convert || option.Tp == my.TableOptionCharset && option.UintValue == my.TableOptionCharsetWithConvertTo
	}
	if change.Charset == "" && change.Collation != "" {
		change.Charset, _, _ = strings.Cut(change.Collation, "_")
	}
	if change.Charset != "" || change.Convert {
		p.add(change)
	}
}

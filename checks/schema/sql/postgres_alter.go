package sql

import (
	"strings"

	pg "github.com/sqlc-dev/oliphant"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

func (p *postgres) alterTable(n *pg.AlterTableStmt) {
	name := relation(n.Relation)
	if n.Objtype == pg.ObjectType_OBJECT_TYPE || n.Objtype == pg.ObjectType_OBJECT_INDEX || n.Objtype == pg.ObjectType_OBJECT_SEQUENCE {
		if n.Objtype == pg.ObjectType_OBJECT_TYPE {
			p.add(catalog.Unread{Place: p.place, Reason: "the parts of a composite type are not read", Touches: []catalog.Name{name}})
		}
		return
	}
	for _, cmd := range n.Cmds {
		c := cmd.GetAlterTableCmd()
		if !p.alterColumn(name, n.MissingOk, c) && !p.alterConstraint(name, n.MissingOk, c) && !p.alterRest(name, n.MissingOk, c) {
			p.out.unread("ALTER TABLE %s: %s is not read", name, strings.TrimPrefix(c.Subtype.String(), "AT_"))
		}
	}
}

// alterColumn reads the commands that speak of a column.
func (p *postgres) alterColumn(table catalog.Name, ifExists bool, c *pg.AlterTableCmd) bool {
	alter := catalog.AlterColumn{Place: p.place, Table: table, Column: c.Name, IfTableExists: ifExists}
	yes, no := true, false
	switch c.Subtype {
	case pg.AlterTableType_AT_AddColumn:
		column, constraints := p.column(c.Def.GetColumnDef())
		p.add(catalog.AddColumn{Place: p.place, Table: table, Column: column, IfExists: ifExists, IfNotExists: c.MissingOk})
		for _, x := range constraints {
			p.add(catalog.AddConstraint{Place: p.place, Table: table, Constraint: x, IfExists: ifExists, IfNotExists: c.MissingOk})
		}
		return true
	case pg.AlterTableType_AT_DropColumn:
		p.add(catalog.DropColumn{Place: p.place, Table: table, Column: c.Name, IfTableExists: ifExists, IfExists: c.MissingOk, Cascade: cascades(c.Behavior)})
		return true
	case pg.AlterTableType_AT_AlterColumnType:
		def := c.Def.GetColumnDef()
		t, _ := typeOf(def.GetTypeName())
		if def.GetCollClause() != nil {
			t.Collation = qualified(def.CollClause.Collname).Object
		}
		alter.Type, alter.Using = &t, def.GetRawDefault() != nil
	case pg.AlterTableType_AT_SetNotNull:
		alter.NotNull = &yes
	case pg.AlterTableType_AT_DropNotNull:
		alter.NotNull = &no
	case pg.AlterTableType_AT_ColumnDefault:
		alter.Default, alter.DropDefault = p.optional(c.Def), c.Def == nil
	case pg.AlterTableType_AT_SetExpression:
		alter.Generated = p.optional(c.Def)
	case pg.AlterTableType_AT_DropExpression:
		alter.DropGenerated = true
	case pg.AlterTableType_AT_AddIdentity:
		when := identity(c.Def.GetConstraint().GetGeneratedWhen())
		alter.Identity = &when
	case pg.AlterTableType_AT_SetIdentity:
		alter.Identity = setIdentity(c.Def)
	case pg.AlterTableType_AT_DropIdentity:
		none := ""
		alter.Identity = &none
	default:
		return false
	}
	p.add(alter)
	return true
}

// setIdentity is what SET GENERATED says; other options of the sequence do not matter.
func setIdentity(def *pg.Node) *string {
	for _, option := range def.GetList().GetItems() {
		if e := option.GetDefElem(); e.GetDefname() == "generated" {
			when := "default"
			if e.GetArg().GetInteger().GetIval() == 'a' {
				when = "always"
			}
			return &when
		}
	}
	return nil
}

// alterConstraint reads the commands that speak of a constraint.
func (p *postgres) alterConstraint(table catalog.Name, ifExists bool, c *pg.AlterTableCmd) bool {
	yes := true
	switch c.Subtype {
	case pg.AlterTableType_AT_AddConstraint, pg.AlterTableType_AT_AddIndexConstraint:
		n := c.Def.GetConstraint()
		if n.GetContype() == pg.ConstrType_CONSTR_NOTNULL {
			for _, column := range parts(n.Keys) {
				p.add(catalog.AlterColumn{Place: p.place, Table: table, Column: column, IfTableExists: ifExists, NotNull: &yes})
			}
			return true
		}
		x := p.constraint(n, "")
		if x == nil {
			return false
		}
		p.add(catalog.AddConstraint{Place: p.place, Table: table, Constraint: x, UsingIndex: n.Indexname, IfExists: ifExists})
	case pg.AlterTableType_AT_DropConstraint:
		p.add(catalog.DropConstraint{Place: p.place, Table: table, Name: c.Name, IfTableExists: ifExists, IfExists: c.MissingOk, Cascade: cascades(c.Behavior)})
	case pg.AlterTableType_AT_ValidateConstraint:
		p.add(catalog.AlterConstraint{Place: p.place, Table: table, Name: c.Name, Valid: &yes})
	case pg.AlterTableType_AT_AlterConstraint:
		return true // when it is held within a transaction
	default:
		return false
	}
	return true
}

// alterRest reads the commands that speak of the table itself.
func (p *postgres) alterRest(table catalog.Name, ifExists bool, c *pg.AlterTableCmd) bool {
	yes, no := true, false
	switch c.Subtype {
	case pg.AlterTableType_AT_EnableRowSecurity:
		p.add(catalog.RowSecurity{Place: p.place, Table: table, Enable: &yes, IfExists: ifExists})
	case pg.AlterTableType_AT_DisableRowSecurity:
		p.add(catalog.RowSecurity{Place: p.place, Table: table, Enable: &no, IfExists: ifExists})
	case pg.AlterTableType_AT_ForceRowSecurity:
		p.add(catalog.RowSecurity{Place: p.place, Table: table, Force: &yes, IfExists: ifExists})
	case pg.AlterTableType_AT_NoForceRowSecurity:
		p.add(catalog.RowSecurity{Place: p.place, Table: table, Force: &no, IfExists: ifExists})
	case pg.AlterTableType_AT_EnableTrig, pg.AlterTableType_AT_EnableAlwaysTrig, pg.AlterTableType_AT_EnableReplicaTrig:
		p.add(catalog.SwitchTrigger{Place: p.place, Table: table, Name: c.Name})
	case pg.AlterTableType_AT_EnableTrigAll, pg.AlterTableType_AT_EnableTrigUser:
		p.add(catalog.SwitchTrigger{Place: p.place, Table: table})
	case pg.AlterTableType_AT_DisableTrig:
		p.add(catalog.SwitchTrigger{Place: p.place, Table: table, Name: c.Name, Disabled: true})
	case pg.AlterTableType_AT_DisableTrigAll, pg.AlterTableType_AT_DisableTrigUser:
		p.add(catalog.SwitchTrigger{Place: p.place, Table: table, Disabled: true})
	case pg.AlterTableType_AT_AttachPartition:
		if child := relation(c.Def.GetPartitionCmd().GetName()); !p.indexPartition(c) {
			p.add(catalog.AttachPartition{Place: p.place, Table: table, Partition: child})
		}
	case pg.AlterTableType_AT_DetachPartition:
		p.add(catalog.DetachPartition{Place: p.place, Table: table, Partition: relation(c.Def.GetPartitionCmd().GetName())})
	case pg.AlterTableType_AT_ChangeOwner:
		p.add(catalog.SetOwner{Place: p.place, Kind: catalog.KindTable, Name: table, Owner: role(c.Newowner)})
	case pg.AlterTableType_AT_SetStatistics, pg.AlterTableType_AT_SetOptions, pg.AlterTableType_AT_ResetOptions, pg.AlterTableType_AT_SetStorage,
		pg.AlterTableType_AT_SetCompression, pg.AlterTableType_AT_ClusterOn, pg.AlterTableType_AT_DropCluster, pg.AlterTableType_AT_SetLogged,
		pg.AlterTableType_AT_SetUnLogged, pg.AlterTableType_AT_SetAccessMethod, pg.AlterTableType_AT_SetTableSpace, pg.AlterTableType_AT_SetRelOptions,
		pg.AlterTableType_AT_ResetRelOptions, pg.AlterTableType_AT_ReplaceRelOptions, pg.AlterTableType_AT_ReplicaIdentity,
		pg.AlterTableType_AT_GenericOptions, pg.AlterTableType_AT_AlterColumnGenericOptions, pg.AlterTableType_AT_DetachPartitionFinalize, pg.AlterTableType_AT_DropOids,
		pg.AlterTableType_AT_EnableRule, pg.AlterTableType_AT_DisableRule, pg.AlterTableType_AT_EnableAlwaysRule, pg.AlterTableType_AT_EnableReplicaRule:
	default:
		return false
	}
	return true
}

// indexPartition reports whether ATTACH speaks of an index, which has no bounds.
func (p *postgres) indexPartition(c *pg.AlterTableCmd) bool {
	return c.Def.GetPartitionCmd().GetBound() == nil
}

func (p *postgres) rename(n *pg.RenameStmt) bool {
	from, to := relation(n.Relation), catalog.Name{Object: n.Newname}
	switch n.RenameType {
	case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_FOREIGN_TABLE:
		p.add(catalog.RenameTable{Place: p.place, From: from, To: to, IfExists: n.MissingOk})
	case pg.ObjectType_OBJECT_VIEW, pg.ObjectType_OBJECT_MATVIEW:
		p.add(catalog.RenameView{Place: p.place, From: from, To: to, IfExists: n.MissingOk})
	case pg.ObjectType_OBJECT_INDEX:
		p.add(catalog.RenameIndex{Place: p.place, Name: from, To: n.Newname, IfExists: n.MissingOk})
	case pg.ObjectType_OBJECT_SEQUENCE:
		p.add(catalog.RenameSequence{Place: p.place, From: from, To: to})
	case pg.ObjectType_OBJECT_COLUMN:
		p.add(catalog.RenameColumn{Place: p.place, Table: from, From: n.Subname, To: n.Newname, IfTableExists: n.MissingOk})
	case pg.ObjectType_OBJECT_TABCONSTRAINT:
		p.add(catalog.RenameConstraint{Place: p.place, Table: from, From: n.Subname, To: n.Newname})
	case pg.ObjectType_OBJECT_TRIGGER:
		p.add(catalog.RenameTrigger{Place: p.place, Table: from, From: n.Subname, To: n.Newname})
	case pg.ObjectType_OBJECT_POLICY:
		p.add(catalog.RenamePolicy{Place: p.place, Table: from, From: n.Subname, To: n.Newname})
	case pg.ObjectType_OBJECT_TYPE, pg.ObjectType_OBJECT_DOMAIN:
		p.add(catalog.RenameType{Place: p.place, From: objectName(n.Object), To: to})
	case pg.ObjectType_OBJECT_SCHEMA:
		p.add(catalog.RenameSchema{Place: p.place, From: n.Subname, To: n.Newname})
	case pg.ObjectType_OBJECT_FUNCTION, pg.ObjectType_OBJECT_PROCEDURE, pg.ObjectType_OBJECT_ROUTINE:
		o := n.Object.GetObjectWithArgs()
		p.add(catalog.RenameFunction{Place: p.place, From: qualified(o.GetObjname()), To: to, Args: typesOf(o.GetObjargs()), ArgsGiven: !o.GetArgsUnspecified()})
	case pg.ObjectType_OBJECT_ROLE, pg.ObjectType_OBJECT_DATABASE, pg.ObjectType_OBJECT_TABLESPACE, pg.ObjectType_OBJECT_PUBLICATION, pg.ObjectType_OBJECT_DOMCONSTRAINT:
	default:
		return false
	}
	return true
}

func (p *postgres) drop(n *pg.DropStmt) bool {
	for _, object := range n.Objects {
		if !p.dropOne(n, object) {
			return false
		}
	}
	return true
}

func (p *postgres) dropOne(n *pg.DropStmt, object *pg.Node) bool {
	name, cascade := objectName(object), cascades(n.Behavior)
	switch n.RemoveType {
	case pg.ObjectType_OBJECT_TABLE, pg.ObjectType_OBJECT_FOREIGN_TABLE:
		p.add(catalog.DropTable{Place: p.place, Name: name, IfExists: n.MissingOk, Cascade: cascade})
	case pg.ObjectType_OBJECT_VIEW, pg.ObjectType_OBJECT_MATVIEW:
		p.add(catalog.DropView{Place: p.place, Name: name, IfExists: n.MissingOk, Cascade: cascade})
	case pg.ObjectType_OBJECT_INDEX:
		p.add(catalog.DropIndex{Place: p.place, Name: name, IfExists: n.MissingOk, Cascade: cascade})
	case pg.ObjectType_OBJECT_SEQUENCE:
		p.add(catalog.DropSequence{Place: p.place, Name: name, IfExists: n.MissingOk, Cascade: cascade})
	case pg.ObjectType_OBJECT_TYPE, pg.ObjectType_OBJECT_DOMAIN:
		p.add(catalog.DropType{Place: p.place, Name: name, IfExists: n.MissingOk, Cascade: cascade})
	case pg.ObjectType_OBJECT_SCHEMA:
		p.add(catalog.DropSchema{Place: p.place, Name: name.Object, IfExists: n.MissingOk, Cascade: cascade})
	case pg.ObjectType_OBJECT_FUNCTION, pg.ObjectType_OBJECT_PROCEDURE, pg.ObjectType_OBJECT_ROUTINE, pg.ObjectType_OBJECT_AGGREGATE:
		o := object.GetObjectWithArgs()
		p.add(catalog.DropFunction{Place: p.place, Name: name, Args: typesOf(o.GetObjargs()), ArgsGiven: !o.GetArgsUnspecified(), IfExists: n.MissingOk, Cascade: cascade})
	case pg.ObjectType_OBJECT_TRIGGER:
		table, item := within(object)
		p.add(catalog.DropTrigger{Place: p.place, Table: &table, Name: item, IfExists: n.MissingOk, Cascade: cascade})
	case pg.ObjectType_OBJECT_POLICY:
		table, item := within(object)
		p.add(catalog.DropPolicy{Place: p.place, Table: table, Name: item, IfExists: n.MissingOk})
	case pg.ObjectType_OBJECT_EXTENSION, pg.ObjectType_OBJECT_COLLATION, pg.ObjectType_OBJECT_CAST, pg.ObjectType_OBJECT_OPERATOR,
		pg.ObjectType_OBJECT_OPCLASS, pg.ObjectType_OBJECT_OPFAMILY, pg.ObjectType_OBJECT_FDW, pg.ObjectType_OBJECT_FOREIGN_SERVER:
		// What was made of them goes too, and is not known.
		p.out.unread("%s takes away what is not read", p.words(2))
	case pg.ObjectType_OBJECT_STATISTIC_EXT, pg.ObjectType_OBJECT_EVENT_TRIGGER, pg.ObjectType_OBJECT_PUBLICATION, pg.ObjectType_OBJECT_RULE,
		pg.ObjectType_OBJECT_TSCONFIGURATION, pg.ObjectType_OBJECT_TSDICTIONARY, pg.ObjectType_OBJECT_LANGUAGE, pg.ObjectType_OBJECT_ACCESS_METHOD:
	default:
		return false
	}
	return true
}

// kinds are the kinds of objects that can be moved and given away.
var kinds = map[pg.ObjectType]catalog.Kind{
	pg.ObjectType_OBJECT_TABLE: catalog.KindTable, pg.ObjectType_OBJECT_FOREIGN_TABLE: catalog.KindTable, pg.ObjectType_OBJECT_VIEW: catalog.KindView,
	pg.ObjectType_OBJECT_MATVIEW: catalog.KindView, pg.ObjectType_OBJECT_SEQUENCE: catalog.KindSequence, pg.ObjectType_OBJECT_FUNCTION: catalog.KindFunction,
	pg.ObjectType_OBJECT_PROCEDURE: catalog.KindFunction, pg.ObjectType_OBJECT_TYPE: catalog.KindEnum, pg.ObjectType_OBJECT_DOMAIN: catalog.KindDomain,
	pg.ObjectType_OBJECT_SCHEMA: catalog.KindSchema,
}

func (p *postgres) move(n *pg.AlterObjectSchemaStmt) {
	kind, ok := kinds[n.ObjectType]
	if !ok {
		return // an extension, an operator
	}
	name := relation(n.Relation)
	if n.Relation == nil {
		name = objectName(n.Object)
	}
	p.add(catalog.MoveSchema{Place: p.place, Kind: kind, Name: name, To: n.Newschema, IfExists: n.MissingOk})
}

func (p *postgres) owner(n *pg.AlterOwnerStmt) {
	name := relation(n.Relation)
	if n.Relation == nil {
		name = objectName(n.Object)
	}
	p.add(catalog.SetOwner{Place: p.place, Kind: kinds[n.ObjectType], Name: name, Owner: role(n.Newowner)})
}

package sql

import (
	"strconv"
	"strings"

	pg "github.com/sqlc-dev/oliphant"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// object reads views, types, sequences, policies and privileges.
func (p *postgres) object(node *pg.Node) bool {
	switch n := node.Node.(type) {
	case *pg.Node_ViewStmt:
		v := n.ViewStmt
		p.addView(relation(v.View), v.Aliases, p.query(v.Query), v.Query, false, v.Replace, false)
	case *pg.Node_CreateEnumStmt:
		p.add(catalog.CreateEnum{Place: p.place, Enum: &catalog.Enum{Name: qualified(n.CreateEnumStmt.TypeName), Values: parts(n.CreateEnumStmt.Vals), At: p.place}})
	case *pg.Node_AlterEnumStmt:
		p.alterEnum(n.AlterEnumStmt)
	case *pg.Node_CreateDomainStmt:
		p.createDomain(n.CreateDomainStmt)
	case *pg.Node_AlterDomainStmt:
		return p.alterDomain(n.AlterDomainStmt)
	case *pg.Node_CompositeTypeStmt:
		p.ownType(relation(n.CompositeTypeStmt.Typevar), "record")
	case *pg.Node_CreateRangeStmt:
		p.ownType(qualified(n.CreateRangeStmt.TypeName), "range")
	case *pg.Node_DefineStmt:
		if n.DefineStmt.Kind == pg.ObjectType_OBJECT_TYPE {
			p.ownType(qualified(n.DefineStmt.Defnames), "base")
		}
	case *pg.Node_CreateSeqStmt:
		s := &catalog.Sequence{Name: relation(n.CreateSeqStmt.Sequence), At: p.place}
		option := sequenceOptions(n.CreateSeqStmt.Options)
		s.OwnedBy = option.owned
		if option.increment != nil {
			s.Increment = *option.increment
		}
		p.add(catalog.CreateSequence{Place: p.place, Sequence: s, IfNotExists: n.CreateSeqStmt.IfNotExists})
	case *pg.Node_AlterSeqStmt:
		option := sequenceOptions(n.AlterSeqStmt.Options)
		p.add(catalog.AlterSequence{Place: p.place, Name: relation(n.AlterSeqStmt.Sequence), Increment: option.increment, Restart: option.restart,
			OwnedBy: option.owned, IfExists: n.AlterSeqStmt.MissingOk})
	case *pg.Node_CreatePolicyStmt:
		x := n.CreatePolicyStmt
		p.add(catalog.CreatePolicy{Place: p.place, Table: relation(x.Table), Policy: &catalog.Policy{Name: x.PolicyName, Restrictive: !x.Permissive,
			Command: x.CmdName, Roles: roles(x.Roles), Using: p.expr(x.Qual), WithCheck: p.expr(x.WithCheck),
			Columns: append(columnsOf(x.Qual), columnsOf(x.WithCheck)...), At: p.place}})
	case *pg.Node_AlterPolicyStmt:
		x := n.AlterPolicyStmt
		p.add(catalog.AlterPolicy{Place: p.place, Table: relation(x.Table), Name: x.PolicyName, Roles: roles(x.Roles), Using: p.optional(x.Qual), WithCheck: p.optional(x.WithCheck)})
	case *pg.Node_GrantStmt:
		p.grant(n.GrantStmt)
	case *pg.Node_GrantRoleStmt:
		if !n.GrantRoleStmt.IsGrant {
			p.out.unread("REVOKE of a role takes away privileges that are not read")
		}
	case *pg.Node_AlterDefaultPrivilegesStmt, *pg.Node_AlterRoleStmt:
		// Objects made later, and log-ins.
	case *pg.Node_DropRoleStmt:
		for _, name := range roles(n.DropRoleStmt.Roles) {
			p.add(catalog.DropRole{Place: p.place, Role: name})
		}
	default:
		return false
	}
	return true
}

func (p *postgres) addView(name catalog.Name, aliases []*pg.Node, q *querying, query *pg.Node, materialized, replace, ifNotExists bool) {
	v := &catalog.View{Name: name, Materialized: materialized, Columns: parts(aliases), At: p.place}
	if v.Columns == nil && !q.star {
		v.Columns = q.outputs
	}
	v.Definition = p.definition(query)
	mentions := q.result.Reads
	for _, use := range q.result.Tables {
		mentions = append(mentions, catalog.Mention{Tables: []catalog.Name{use.Name}, At: use.At})
	}
	p.add(catalog.CreateView{Place: p.place, View: v, Mentions: mentions, Replace: replace, IfNotExists: ifNotExists})
}

func (p *postgres) definition(query *pg.Node) string {
	text, err := pg.Deparse(&pg.ParseResult{Stmts: []*pg.RawStmt{{Stmt: query}}})
	if err != nil {
		return p.text
	}
	return text
}

func (p *postgres) alterEnum(n *pg.AlterEnumStmt) {
	name := qualified(n.TypeName)
	if n.OldVal != "" {
		p.add(catalog.RenameEnumValue{Place: p.place, Enum: name, From: n.OldVal, To: n.NewVal})
		return
	}
	change := catalog.AddEnumValue{Place: p.place, Enum: name, Value: n.NewVal, IfNotExists: n.SkipIfNewValExists}
	if n.NewValIsAfter {
		change.After = n.NewValNeighbor
	} else {
		change.Before = n.NewValNeighbor
	}
	p.add(change)
}

func (p *postgres) ownType(name catalog.Name, base string) {
	p.add(catalog.CreateDomain{Place: p.place, Domain: &catalog.Domain{Name: name, Type: catalog.Type{Base: base}, At: p.place}})
}

func (p *postgres) createDomain(n *pg.CreateDomainStmt) {
	d := &catalog.Domain{Name: qualified(n.Domainname), At: p.place}
	d.Type, _ = typeOf(n.TypeName)
	for _, node := range n.Constraints {
		x := node.GetConstraint()
		switch x.GetContype() {
		case pg.ConstrType_CONSTR_NOTNULL:
			d.NotNull = true
		case pg.ConstrType_CONSTR_DEFAULT:
			d.Default = p.optional(x.RawExpr)
		case pg.ConstrType_CONSTR_CHECK:
			if made := p.constraint(x, ""); made != nil {
				made.Columns = nil
				d.Constraints = append(d.Constraints, made)
			}
		}
	}
	p.add(catalog.CreateDomain{Place: p.place, Domain: d})
}

func (p *postgres) alterDomain(n *pg.AlterDomainStmt) bool {
	change := catalog.AlterDomain{Place: p.place, Domain: qualified(n.TypeName), IfExists: n.MissingOk}
	yes, no := true, false
	switch n.Subtype {
	case "T":
		change.Default, change.DropDefault = p.optional(n.Def), n.Def == nil
	case "N":
		change.NotNull = &no
	case "O":
		change.NotNull = &yes
	case "C":
		if change.Add = p.constraint(n.Def.GetConstraint(), ""); change.Add == nil {
			change.NotNull = &yes
		}
	case "X":
		change.DropConstraint = n.Name
	case "V":
		change.Validate = n.Name
	default:
		return false
	}
	p.add(change)
	return true
}

type sequenceOption struct {
	increment *string
	restart   bool
	owned     *catalog.ColumnOf
}

func sequenceOptions(nodes []*pg.Node) sequenceOption {
	var o sequenceOption
	for _, node := range nodes {
		e := node.GetDefElem()
		switch e.GetDefname() {
		case "increment":
			text := numeral(e.Arg)
			o.increment = &text
		case "restart", "start":
			o.restart = true
		case "owned_by":
			if list := parts(e.Arg.GetList().GetItems()); len(list) > 1 {
				o.owned = &catalog.ColumnOf{Table: nameOf(list[:len(list)-1]), Column: list[len(list)-1]}
			}
		}
	}
	return o
}

func numeral(n *pg.Node) string {
	if f := n.GetFloat(); f != nil {
		return f.Fval
	}
	return strconv.Itoa(int(n.GetInteger().GetIval()))
}

// grant reads GRANT and REVOKE.
func (p *postgres) grant(n *pg.GrantStmt) {
	kind := strings.ToLower(strings.TrimPrefix(n.Objtype.String(), "OBJECT_"))
	if n.Targtype == pg.GrantTargetType_ACL_TARGET_ALL_IN_SCHEMA {
		kind = "all " + kind + "s in schema"
	}
	const most = 10_000
	if len(n.Objects)*len(n.Grantees)*max(1, len(n.Privileges)) > most {
		p.out.unread("the statement gives more than %d privileges", most)
		return
	}
	var grants []*catalog.Grant
	for _, object := range n.Objects {
		name := objectName(object)
		if r := object.GetRangeVar(); r != nil {
			name = relation(r)
		}
		for _, to := range roles(n.Grantees) {
			for _, g := range privileges(n.Privileges) {
				g.Kind, g.On, g.Role, g.At = kind, name, to, p.place
				grants = append(grants, &g)
			}
		}
	}
	if n.IsGrant {
		p.add(catalog.GrantPrivileges{Place: p.place, Grants: grants})
		return
	}
	p.add(catalog.RevokePrivileges{Place: p.place, Grants: grants, Cascade: cascades(n.Behavior)})
}

// privileges are those that are listed; none are all.
func privileges(nodes []*pg.Node) []catalog.Grant {
	if len(nodes) == 0 {
		return []catalog.Grant{{Privilege: "all"}}
	}
	var list []catalog.Grant
	for _, node := range nodes {
		a := node.GetAccessPriv()
		name := strings.ToLower(a.GetPrivName())
		if name == "" {
			name = "all"
		}
		list = append(list, catalog.Grant{Privilege: name, Columns: parts(a.GetCols())})
	}
	return list
}

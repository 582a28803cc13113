package sql

import (
	"strings"

	pg "github.com/sqlc-dev/oliphant"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

func relation(r *pg.RangeVar) catalog.Name {
	return catalog.Name{Schema: r.GetSchemaname(), Object: r.GetRelname()}
}

// parts are the strings of a list of names.
func parts(nodes []*pg.Node) []string {
	var list []string
	for _, n := range nodes {
		if s := n.GetString_(); s != nil {
			list = append(list, s.Sval)
		}
	}
	return list
}

// qualified is the name that a list of one to three parts makes.
func qualified(nodes []*pg.Node) catalog.Name { return nameOf(parts(nodes)) }

func nameOf(list []string) catalog.Name {
	switch len(list) {
	case 0:
		return catalog.Name{}
	case 1:
		return catalog.Name{Object: list[0]}
	}
	return catalog.Name{Schema: list[len(list)-2], Object: list[len(list)-1]}
}

// objectName is the name of what DROP and ALTER speak of.
func objectName(n *pg.Node) catalog.Name {
	switch {
	case n.GetList() != nil:
		return qualified(n.GetList().Items)
	case n.GetString_() != nil:
		return catalog.Name{Object: n.GetString_().Sval}
	case n.GetTypeName() != nil:
		return qualified(n.GetTypeName().Names)
	case n.GetObjectWithArgs() != nil:
		return qualified(n.GetObjectWithArgs().Objname)
	}
	return catalog.Name{}
}

// within is what DROP TRIGGER and its like name: an object of a table.
func within(n *pg.Node) (catalog.Name, string) {
	list := parts(n.GetList().GetItems())
	if len(list) == 0 {
		return catalog.Name{}, ""
	}
	return nameOf(list[:len(list)-1]), list[len(list)-1]
}

func role(r *pg.RoleSpec) string {
	switch r.GetRoletype() {
	case pg.RoleSpecType_ROLESPEC_PUBLIC:
		return "public"
	case pg.RoleSpecType_ROLESPEC_CURRENT_USER, pg.RoleSpecType_ROLESPEC_CURRENT_ROLE:
		return "current_user"
	case pg.RoleSpecType_ROLESPEC_SESSION_USER:
		return "session_user"
	}
	return r.GetRolename()
}

func roles(nodes []*pg.Node) []string {
	var list []string
	for _, n := range nodes {
		if r := n.GetRoleSpec(); r != nil {
			list = append(list, role(r))
		}
	}
	return list
}

func cascades(b pg.DropBehavior) bool { return b == pg.DropBehavior_DROP_CASCADE }

// expr is an expression's text as PostgreSQL would write it, so that two that mean the
// same are more often written the same.
func (p *postgres) expr(n *pg.Node) string {
	if n == nil {
		return ""
	}
	target := &pg.Node{Node: &pg.Node_ResTarget{ResTarget: &pg.ResTarget{Val: n}}}
	sel := &pg.Node{Node: &pg.Node_SelectStmt{SelectStmt: &pg.SelectStmt{TargetList: []*pg.Node{target},
		LimitOption: pg.LimitOption_LIMIT_OPTION_DEFAULT, Op: pg.SetOperation_SETOP_NONE}}}
	text, err := pg.Deparse(&pg.ParseResult{Stmts: []*pg.RawStmt{{Stmt: sel}}})
	if err != nil {
		return p.text
	}
	return strings.TrimPrefix(text, "SELECT ")
}

func (p *postgres) optional(n *pg.Node) *string {
	if n == nil {
		return nil
	}
	text := p.expr(n)
	return &text
}

package sql

import (
	"strings"

	my "github.com/sqlc-dev/marino/ast"
	mytype "github.com/sqlc-dev/marino/mysql"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// privileges reads GRANT and REVOKE.
func (p *mysql) privileges(node my.StmtNode) bool {
	switch n := node.(type) {
	case *my.GrantStmt:
		if grants, ok := p.grants(n.Privs, n.ObjectType, n.Level, n.Users); ok {
			p.add(catalog.GrantPrivileges{Place: p.place, Grants: grants})
		}
	case *my.RevokeStmt:
		if grants, ok := p.grants(n.Privs, n.ObjectType, n.Level, n.Users); ok {
			p.add(catalog.RevokePrivileges{Place: p.place, Grants: grants})
		}
	case *my.RevokeRoleStmt:
		p.out.unread("REVOKE of a role takes away privileges that are not read")
	case *my.DropUserStmt:
		for _, user := range n.UserList {
			p.add(catalog.DropRole{Place: p.place, Role: user.String()})
		}
	default:
		return false
	}
	return true
}

// grants are the privileges that a statement lists.
func (p *mysql) grants(privileges []*my.PrivElem, object my.ObjectTypeType, level *my.GrantLevel, users []*my.UserSpec) ([]*catalog.Grant, bool) {
	const most = 10_000
	if len(privileges)*len(users) > most {
		p.out.unread("the statement gives more than %d privileges", most)
		return nil, false
	}
	kind, on := grantedOn(object, level)
	var grants []*catalog.Grant
	for _, user := range users {
		for _, privilege := range privileges {
			g := &catalog.Grant{Kind: kind, On: on, Role: user.User.String(), At: p.place, Privilege: strings.ToLower(privilege.Priv.String())}
			if privilege.Priv == mytype.AllPriv {
				g.Privilege = "all"
			}
			if privilege.Name != "" {
				g.Privilege = strings.ToLower(privilege.Name)
			}
			for _, column := range privilege.Cols {
				g.Columns = append(g.Columns, column.Name.O)
			}
			grants = append(grants, g)
		}
	}
	return grants, true
}

func grantedOn(object my.ObjectTypeType, level *my.GrantLevel) (string, catalog.Name) {
	switch {
	case level == nil || level.Level == my.GrantLevelGlobal:
		return "global", catalog.Name{}
	case level.Level == my.GrantLevelDB:
		return "all tables in schema", catalog.Name{Object: level.DBName}
	}
	kind := "table"
	switch object {
	case my.ObjectTypeFunction:
		kind = "function"
	case my.ObjectTypeProcedure:
		kind = "procedure"
	}
	return kind, catalog.Name{Schema: level.DBName, Object: level.TableName}
}

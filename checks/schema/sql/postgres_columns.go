package sql

import (
	"slices"

	pg "github.com/sqlc-dev/oliphant"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// columnsOf are the columns that an expression over one table names, each once.
func columnsOf(node *pg.Node) []string {
	if node == nil {
		return nil
	}
	room := maxStatement
	q := pgQuery{newQuerying(&context{file: catalog.NewFile("", ""), room: &room}, catalog.Postgres, "")}
	self := catalog.Name{}
	q.expression(&scope{items: []item{{table: &self}}}, node)
	var columns []string
	for _, m := range q.result.Reads {
		if m.Column != "*" && len(m.Tables) > 0 && m.Tables[len(m.Tables)-1] == self && !slices.Contains(columns, m.Column) {
			columns = append(columns, m.Column)
		}
	}
	return columns
}

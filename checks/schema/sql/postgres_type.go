package sql

import (
	pg "github.com/sqlc-dev/oliphant"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// typeOf is a type in its canonical spelling, and for the serial types what they bring along.
func typeOf(n *pg.TypeName) (t catalog.Type, serial bool) {
	if n == nil {
		return t, false
	}
	name := qualified(n.Names)
	if name.Schema == "pg_catalog" {
		name.Schema = ""
	}
	var args []int
	for _, mod := range n.Typmods {
		if c := mod.GetAConst(); c != nil && c.GetIval() != nil {
			args = append(args, int(c.GetIval().Ival))
		}
	}
	t, serial = catalog.Canonical(catalog.Postgres, name.Object, args)
	if catalog.Known(catalog.Postgres, t.Base) {
		name.Schema = ""
	}
	t.Schema, t.Array = name.Schema, len(n.ArrayBounds)
	if n.PctType {
		t.Base += "%type"
	}
	return t, serial
}

func typesOf(nodes []*pg.Node) []catalog.Type {
	var list []catalog.Type
	for _, n := range nodes {
		if name := n.GetTypeName(); name != nil {
			t, _ := typeOf(name)
			list = append(list, t)
		}
	}
	return list
}

package catalog

import (
	"fmt"
	"strings"
)

// constraintName is the name that the database gives to a constraint which is not named.
func (c *Catalog) constraintName(t *Table, x *Constraint) string {
	switch c.Dialect {
	case Postgres:
		return c.free(t, postgresName(t.Name.Object, x), "")
	case MySQL:
		return c.mysqlName(t, x)
	}
	if x.Kind == Primary || x.Kind == Unique {
		return fmt.Sprintf("sqlite_autoindex_%s_%d", t.Name.Object, len(t.Constraints)+1)
	}
	return ""
}

// postgresName follows ChooseIndexName and ChooseConstraintName of PostgreSQL: table,
// columns and a word for the kind, in at most 63 bytes.
func postgresName(table string, x *Constraint) string {
	word := map[ConstraintKind]string{Primary: "pkey", Unique: "key", Check: "check", Foreign: "fkey", Exclusion: "excl", Index: "idx"}[x.Kind]
	if x.ByIndex {
		word = "idx"
	}
	var columns []string
	for _, column := range x.Columns {
		if column == "" {
			column = "expr"
		}
		columns = append(columns, column)
	}
	if x.Kind == Primary || x.Kind == Check && len(columns) != 1 {
		columns = nil
	}
	middle := strings.Join(columns, "_")
	// The longer of table and columns gives way until the name fits.
	for len(table)+len(middle)+len(word)+2 > 63 && len(table)+len(middle) > 0 {
		if len(table) > len(middle) {
			table = table[:len(table)-1]
		} else {
			middle = middle[:len(middle)-1]
		}
	}
	if middle == "" {
		return table + "_" + word
	}
	return table + "_" + middle + "_" + word
}

func (c *Catalog) mysqlName(t *Table, x *Constraint) string {
	switch x.Kind {
	case Primary:
		return "PRIMARY"
	case Foreign:
		return fmt.Sprintf("%s_ibfk_%d", t.Name.Object, 1+c.count(t, Foreign))
	case Check:
		return fmt.Sprintf("%s_chk_%d", t.Name.Object, 1+c.count(t, Check))
	}
	if len(x.Columns) > 0 && x.Columns[0] != "" {
		return c.free(t, x.Columns[0], "_")
	}
	return c.free(t, "functional_index", "_")
}

func (c *Catalog) count(t *Table, kind ConstraintKind) int {
	n := 0
	for _, x := range t.Constraints {
		if x.Kind == kind {
			n++
		}
	}
	c.spend(len(t.Constraints))
	return n
}

// free is the name, with a number behind it when it is taken.
func (c *Catalog) free(t *Table, name, gap string) string {
	if c.constraintOf(t, name, Index) < 0 {
		return name
	}
	first := 1
	if c.Dialect == MySQL {
		first = 2
	}
	for n := first; !c.Exhausted(); n++ {
		numbered := fmt.Sprintf("%s%s%d", name, gap, n)
		if c.constraintOf(t, numbered, Index) < 0 {
			return numbered
		}
	}
	return name
}

package schema

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/checks/verdict"
)

// TestHostile: a change that is made to be dear to judge ends in time, and is not passed.
func TestHostile(t *testing.T) {
	const columns, n = 400, 1100
	var table, drops, tables, truncates, model strings.Builder
	table.WriteString("CREATE TABLE t (id int PRIMARY KEY")
	model.WriteString("CREATE TABLE t (\n  id int PRIMARY KEY")
	for i := range columns {
		fmt.Fprintf(&table, ", column_%d text", i)
		fmt.Fprintf(&model, ",\n  column_%d text", i)
		fmt.Fprintf(&drops, "ALTER TABLE t DROP COLUMN column_%d;\n", i)
	}
	for i := range n {
		fmt.Fprintf(&tables, "CREATE TABLE t%d (id int);\n", i)
		fmt.Fprintf(&truncates, "TRUNCATE t%d;\nDELETE FROM t%d;\n", i, i)
	}
	for name, test := range map[string]struct{ before, change string }{
		"columns":  {table.String() + ");", drops.String()},
		"one each": {table.String() + ");", strings.ReplaceAll(drops.String(), "ALTER", "BEGIN; ALTER") + ""},
		"rows":     {tables.String(), truncates.String()},
	} {
		t.Run(name, func(t *testing.T) {
			base := map[string]string{up(1, "t"): test.before, "tables/t.sql": model.String() + "\n);\n", "app/q.sql": strings.Repeat("SELECT * FROM t;\nSELECT column_1, column_2 FROM t;\n", 500)}
			change := changeOf(t, base, with(base, up(2, "more"), test.change))
			began := time.Now()
			r := run(t, change, fixed{{"v1", tree.Memory("v1", base)}})
			if took := time.Since(began); took > hostileLimit {
				t.Errorf("took %s", took)
			}
			if len(r.Findings) > maxFindings+1 || conclusion(r) == verdict.Success {
				t.Errorf("%d findings, %s", len(r.Findings), conclusion(r))
			}
		})
	}
}

// hostileLimit is generous: the machine may be doing other things, and a quadratic fault is
// worse by far.
const hostileLimit = 60 * time.Second

package sql

import (
	"testing"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// The values that code puts in are told by their place in each of the other dialects too.
func TestMasksOfDialects(t *testing.T) {
	sql := "SELECT " + Mask(9) + " FROM " + Mask(8) + " WHERE x = " + Mask(5)
	for _, d := range []catalog.Dialect{catalog.MySQL, catalog.SQLite} {
		s := Read(d, Whole("a.ts", sql)).Statements[0]
		if s.Unread != "" || len(s.Query.Masks) != 3 {
			t.Errorf("%s, %q: unread %q, query %+v", d, sql, s.Unread, s.Query)
			continue
		}
		for _, m := range s.Query.Masks {
			if !IsMask(sql[m.Start:m.End]) {
				t.Errorf("%s: a mask at %q", d, sql[m.Start:m.End])
			}
		}
		for _, text := range []string{"SELECT a FROM t " + Mask(12), "SELECT a FROM t WHERE b = 1 " + Mask(10), "UPDATE t SET a = 1 WHERE " + Mask(4) + " AND b = 1",
			"SELECT a FROM t WHERE b IN (" + Mask(6) + ")"} {
			if s := Read(d, Whole("a.ts", text)).Statements[0]; s.Unread != "" {
				t.Errorf("%s, %q: %s", d, text, s.Unread)
			}
		}
	}
}

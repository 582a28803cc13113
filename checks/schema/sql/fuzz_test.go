package sql

import (
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// The first byte chooses the dialect. Whatever is read, its places lie in the text and
// folding it ends.
func FuzzRead(f *testing.F) {
	for _, seed := range []string{"0CREATE TABLE t (a int); DROP TABLE t", "0SELECT a FROM t WHERE b = ?", "0DO $$ BEGIN CREATE TABLE a(); END $$",
		"0COPY t FROM stdin;\n1\n\\.\n", "0\\i x", "1DELIMITER //\nSELECT 1//", "2CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1; END;", "0SELECT " + Mask(5), "0E'\\", "0$a$"} {
		f.Add(seed)
	}
	dialects := []catalog.Dialect{catalog.Postgres, catalog.MySQL, catalog.SQLite}
	f.Fuzz(func(t *testing.T, input string) {
		if input == "" {
			return
		}
		d, text := dialects[int(input[0])%len(dialects)], input[1:]
		c := catalog.New(d)
		before := c.Clone()
		end := 0
		for _, s := range Read(d, Whole("a.sql", text)).Statements {
			if s.Start < end || s.End < s.Start || s.End > len(text) {
				t.Fatalf("statement from %d to %d, after %d, of %d", s.Start, s.End, end, len(text))
			}
			end = s.End
			if s.At.Span.Line < 1 || s.At.Span.Line > 1+strings.Count(text, "\n") {
				t.Errorf("line %d", s.At.Span.Line)
			}
			c.Fold(s.Changes...)
		}
		catalog.Diff(before, c)
	})
}

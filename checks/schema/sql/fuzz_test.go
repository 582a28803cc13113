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
		"0COPY t FROM stdin;\n1\n\\.\n", "0\\i x", "1DELIMITER //\nSELECT 1//", "2CREATE TRIGGER a AFTER INSERT ON b BEGIN SELECT 1; END;", "0SELECT " + Mask(5), "0E'\\", "0$a$",
		"1CREATE TABLE `t` (a int(5) unsigned, KEY k (a)) CHARSET=utf8; ALTER TABLE t MODIFY a enum('x') FIRST", "1/*!40101 SET x = 1 */", "1INSERT INTO t (a) VALUES (1) RETURNING a",
		"1CREATE PROCEDURE p() BEGIN IF a THEN PREPARE s FROM b; END IF; END", "1UPDATE t JOIN u USING (k) SET t.a = u.b", "1CREATE OR REPLACE TABLE t (a uuid)", "1DELETE a FROM t a, u",
		"2CREATE TABLE t (a INTEGER PRIMARY KEY, [b] AS (a)) WITHOUT ROWID; ALTER TABLE t RENAME a TO c", "2INSERT INTO t VALUES (1) ON CONFLICT (a) DO UPDATE SET b = excluded.b RETURNING *",
		"2CREATE VIRTUAL TABLE t USING fts5(a, b=c)", "2WITH x AS (SELECT 1) SELECT * FROM x, json_each(y) WHERE a IN t", "2.read x\nPRAGMA writable_schema=1"} {
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

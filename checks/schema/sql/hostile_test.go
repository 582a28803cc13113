package sql

import (
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/fixtures/effort"
)

// TestHostile: 1 MB of anything is read and folded within a second of processor time and 64 MB.
func TestHostile(t *testing.T) {
	if !effort.Measured {
		t.Skip("measures time and memory")
	}
	const size = 1 << 20
	fill := func(head, unit, tail string) string {
		return head + strings.Repeat(unit, (size-len(head)-len(tail))/len(unit)) + tail
	}
	for name, text := range map[string]string{
		"one list":          fill("SELECT 1", ",1", ""),
		"many lists":        fill("", "SELECT 1"+strings.Repeat("+1", 1000)+";", ""),
		"brackets":          fill("SELECT ", "(", ""),
		"nested":            fill("", "SELECT "+strings.Repeat("(", 59)+"1"+strings.Repeat(")", 59)+";", ""),
		"negations":         fill("SELECT ", "NOT ", "1"),
		"many negations":    fill("", "SELECT "+strings.Repeat("NOT ", 5000)+"1;", ""),
		"cases":             fill("", "SELECT "+strings.Repeat("CASE WHEN ", 200)+"1;", ""),
		"unions":            fill("", "SELECT a FROM t"+strings.Repeat(" UNION SELECT a FROM t", 1000)+";", ""),
		"joins":             fill("SELECT * FROM a", " JOIN a ON a", ""),
		"joins using":       fill("", "SELECT * FROM a"+strings.Repeat(" JOIN a USING (a)", 1000)+";", ""),
		"rows":              fill("INSERT INTO t VALUES (1)", ",(1)", ""),
		"separators":        fill("", ";", ""),
		"words":             fill("", "a;", ""),
		"quotes":            fill("", "'", ""),
		"dollars":           fill("", "$a", ""),
		"comments":          fill("", "/*", ""),
		"columns":           fill("CREATE TABLE t (a int", ",a int", ")"),
		"additions":         fill("CREATE TABLE t ();", "ALTER TABLE t ADD a int;", ""),
		"adds in one":       fill("CREATE TABLE t ();ALTER TABLE t ADD a int", ",ADD a int", ""),
		"creates and drops": fill("", "CREATE TABLE t();DROP TABLE t;", ""),
		"indexes":           fill("CREATE TABLE t (a int);", "CREATE INDEX ON t (a);", ""),
		"views":             fill("CREATE TABLE t (a int);", "CREATE OR REPLACE VIEW v AS SELECT * FROM t;", ""),
		"masks":             fill("SELECT ", Mask(5)+" ", ""),
		"placeholders":      fill("SELECT ", "?,", "1"),
		"grants":            fill("", "GRANT ALL ON a TO b;", ""),
		"not UTF-8":         fill("", "\xff", ""),
		"lines":             fill("", "\n", ""),
		"triggers":          fill("CREATE TABLE t (a int);", "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW BEGIN DELETE FROM t; END;", ""),
		"open bodies":       fill("", "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW BEGIN ", ""),
		"bodies":            fill("CREATE PROCEDURE p() BEGIN ", "SELECT a FROM t;", "END"),
		"likes":             fill("CREATE TABLE t (a int);", "CREATE TABLE u LIKE t;DROP TABLE u;", ""),
		"redefinitions":     fill("CREATE TABLE t (a int);", "ALTER TABLE t MODIFY a int;", ""),
		"keys":              fill("CREATE TABLE t (a int, b int);", "ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES t (b);", ""),
		"comments that run": fill("", "/*!1 ", ""),
		"assignments":       fill("UPDATE t SET a = a", ", a = a", ""),
		"many assignments":  fill("", "UPDATE t SET a = a"+strings.Repeat(", a = a", 1000)+";", ""),
		"aliases":           fill("", "SELECT 1 AS a"+strings.Repeat(", a AS a", 500)+" FROM t WHERE a = 1"+strings.Repeat(" AND a = 1", 500)+";", ""),
		"virtual tables":    fill("", "CREATE VIRTUAL TABLE t USING fts5(a);", ""),
		"returnings":        fill("", "INSERT INTO t (a) VALUES (1) RETURNING a;", ""),
		"if exists":         fill("", "ALTER TABLE IF EXISTS t ADD a uuid;", ""),
		"signs":             fill("SELECT ", "- ", "1"),
		"exponents":         fill("SELECT 1", "e", ""),
		"backslashes":       fill("SELECT '", "\\", ""),
		"backquotes":        fill("", "`", ""),
		"delimiters":        fill("", "DELIMITER ;\n", ""),
		"wide tables":       fill("", "CREATE TABLE t (a int"+strings.Repeat(", b int", 4000)+");DROP TABLE t;", ""),
		"wide keys":         fill("", "CREATE TABLE t (a int"+strings.Repeat(", b int", 2000)+", PRIMARY KEY (a"+strings.Repeat(",a", 5000)+"));DROP TABLE t;", ""),
		"wide inserts":      fill("", "INSERT INTO t (a"+strings.Repeat(",a", 7000)+") SELECT 1"+strings.Repeat(",1", 7000)+";", ""),
		"wide updates":      fill("", "UPDATE t"+strings.Repeat(", t", 3000)+" SET t.a = 1"+strings.Repeat(", t.a = 1", 2500)+";", ""),
		"wide deletes":      fill("", "DELETE t"+strings.Repeat(", t", 5000)+" FROM t"+strings.Repeat(", t", 5000)+";", ""),
		"wide aliases":      fill("", "SELECT 1 AS a"+strings.Repeat(", a AS a", 2500)+" FROM t WHERE b"+strings.Repeat(" AND b", 5000)+";", ""),
		"wide matches":      fill("", "SELECT MATCH (a"+strings.Repeat(",a", 10000)+") AGAINST ('') FROM t;", ""),
		"wide joins":        fill("", "SELECT 1 FROM t"+strings.Repeat(" JOIN t USING (a)", 3000)+";", ""),
		"wide unions":       fill("", "SELECT 1"+strings.Repeat(" UNION SELECT 1", 7000)+";", ""),
		"wide calls":        fill("", "SELECT 1"+strings.Repeat(",f(1)", 5000)+";", ""),
		"wide cases":        fill("", "SELECT CASE"+strings.Repeat(" WHEN a THEN b", 5000)+" END;", ""),
		"wide expressions":  fill("", "SELECT 1"+strings.Repeat(" + 1", 14000)+";", ""),
		"wide conditions":   fill("", "SELECT 1 FROM t WHERE a"+strings.Repeat(" AND a = 1", 7000)+";", ""),
		"wide alters":       fill("CREATE TABLE t (a int);", "ALTER TABLE t ADD b int"+strings.Repeat(", MODIFY a int", 7000)+";", ""),
		"wide checks":       fill("", "CREATE TABLE t (a int CHECK (a > 1"+strings.Repeat(" AND a > 1", 5000)+"));DROP TABLE t;", ""),
		"wide withs":        fill("", "WITH a AS (SELECT 1)"+strings.Repeat(", a AS (SELECT 1)", 3000)+" SELECT 1 FROM a;", ""),
		"wide charsets":     fill("CREATE TABLE t (a text"+strings.Repeat(", b text", 1500)+");", "ALTER TABLE t CONVERT TO CHARSET utf8;", ""),
		"wide drops":        fill("CREATE TABLE t (a int);", "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (a), DROP FOREIGN KEY f, DROP INDEX f;", ""),
		"long delimiter":    fill("DELIMITER ", "x", "\nSELECT 1"),
	} {
		for _, d := range []catalog.Dialect{catalog.Postgres, catalog.MySQL, catalog.SQLite} {
			t.Run(string(d)+"/"+name, func(t *testing.T) { checkHostile(t, d, text) })
		}
	}
}

func checkHostile(t *testing.T, d catalog.Dialect, text string) {
	took, heap := effort.Of(func() {
		c := catalog.New(d)
		for _, s := range Read(d, Whole("a.sql", text)).Statements {
			c.Fold(s.Changes...)
		}
	})
	t.Logf("%s: %v, %d MB", t.Name(), took, heap>>20)
	if took > time.Second {
		t.Errorf("took %v", took)
	}
	if heap > 64<<20 {
		t.Errorf("peak heap %d MB", heap>>20)
	}
}

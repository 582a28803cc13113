package sql

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

func TestMySQLTables(t *testing.T) {
	testTables(t, catalog.MySQL, map[string]tableTest{
		"definition": {
			sql: "CREATE TABLE IF NOT EXISTS `users` (id BIGINT(20) UNSIGNED NOT NULL AUTO_INCREMENT, `email` VARCHAR(21) CHARACTER SET latin1 COLLATE latin1_bin DEFAULT 'x', active BOOLEAN NOT NULL DEFAULT 0," +
				"kind ENUM('a','b') NOT NULL, twice int(11) GENERATED ALWAYS AS (id * 2) STORED, at TIMESTAMP(6) NULL DEFAULT CURRENT_TIMESTAMP(6) ON UPDATE CURRENT_TIMESTAMP(6), price DECIMAL, note TEXT, data JSON DEFAULT NULL," +
				"PRIMARY KEY (id), KEY i (active, email(10) DESC), UNIQUE KEY (kind), FULLTEXT KEY ft (note), CONSTRAINT fk FOREIGN KEY (kind) REFERENCES other.kinds (k) ON DELETE SET NULL, CHECK (price > 0), INDEX low ((lower(email)))" +
				") ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_bin",
			table: "users",
			want: []string{"id bigint unsigned not null identity default", "email varchar(21) charset latin1 collate latin1_bin default 'x'", "active tinyint not null default 0", "kind enum('a','b') not null",
				"twice int generated id*2", "at timestamp(6) default CURRENT_TIMESTAMP(6)", "price decimal(10,0)", "note text", "data json",
				"primary PRIMARY(id)", "index i(active,email)", "unique kind(kind)", "index ft(note)", "foreign fk(kind) -> other.kinds(k) on delete set null", "check users_chk_1(price) price>0", "index low() LOWER(email)"},
		},
		"constraints on columns": {
			sql:   "CREATE TABLE t (a INT PRIMARY KEY, b INT UNIQUE, c INT REFERENCES x (y), d INT CHECK (d > 0), e SERIAL)",
			table: "t", want: []string{"a int not null", "b int", "c int", "d int", "e bigint unsigned not null identity default", "primary PRIMARY(a)", "unique b(b)", "foreign t_ibfk_1(c) -> x(y)", "check t_chk_1(d) d>0", "unique e(e)"},
		},
		"columns added, dropped and moved": {
			sql:   "CREATE TABLE t (a int, b int, c text); ALTER TABLE t ADD COLUMN d int FIRST, ADD e varchar(5) NOT NULL DEFAULT '' AFTER a, DROP COLUMN b, ADD (f int, g int, KEY k (f)), ALTER COLUMN f SET DEFAULT 3, ALTER e DROP DEFAULT",
			table: "t", want: []string{"d int", "a int", "e varchar(5) not null", "c text", "f int default 3", "g int", "index k(f)"},
		},
		"columns defined anew": {
			sql:   "CREATE TABLE t (a int NOT NULL DEFAULT 1, b int, c ENUM('x'), PRIMARY KEY (b)); ALTER TABLE t MODIFY a BIGINT, CHANGE COLUMN b d SMALLINT UNSIGNED FIRST, MODIFY COLUMN c ENUM('x','y') NOT NULL AFTER a; ALTER TABLE t RENAME COLUMN a TO z",
			table: "t", want: []string{"d smallint unsigned not null", "z bigint", "c enum('x','y') not null", "primary PRIMARY(d)"},
		},
		"indexes and keys": {
			sql: "CREATE TABLE t (a int, b int); ALTER TABLE t ADD INDEX i (a), ADD UNIQUE u (b), ADD PRIMARY KEY (a), ADD CONSTRAINT fk FOREIGN KEY (b) REFERENCES x (y), ADD CONSTRAINT k CHECK (a > 1), ADD INDEX fk (b);" +
				"ALTER TABLE t RENAME INDEX i TO j; ALTER TABLE t DROP KEY u, DROP PRIMARY KEY, DROP FOREIGN KEY fk, DROP CHECK k; CREATE UNIQUE INDEX w ON t (a, b); DROP INDEX j ON t",
			table: "t", want: []string{"a int not null", "b int", "index fk(b)", "unique w(a,b)"},
		},
		"an index that a foreign key brought along": {
			sql: "CREATE TABLE t (a int, CONSTRAINT fk FOREIGN KEY (a) REFERENCES x (y)); ALTER TABLE t DROP FOREIGN KEY fk, DROP INDEX fk", table: "t", want: []string{"a int"},
		},
		"a column leaves its indexes": {
			sql: "CREATE TABLE t (a int, b int, KEY i (a, b), KEY j (a)); ALTER TABLE t DROP a", table: "t", want: []string{"b int", "index i(b)"},
		},
		"renames": {
			sql: "CREATE TABLE a (x int); CREATE TABLE b (y int); RENAME TABLE a TO c, b TO a; ALTER TABLE a RENAME TO d, ADD z int", table: "d", want: []string{"y int", "z int"},
		},
		"names made of the table's": {
			sql: "CREATE TABLE a (x int CHECK (x > 1), FOREIGN KEY (x) REFERENCES b (y)); ALTER TABLE a RENAME TO c; ALTER TABLE c DROP FOREIGN KEY c_ibfk_1", table: "c", want: []string{"x int", "check c_chk_1(x) x>1"},
		},
		"a table like another": {
			sql: "CREATE TABLE a (x int AUTO_INCREMENT, y int DEFAULT 1, PRIMARY KEY (x), KEY k (y)); CREATE TABLE b LIKE a; DROP TABLE a", table: "b",
			want: []string{"x int not null identity default", "y int default 1", "primary PRIMARY(x)", "index k(y)"},
		},
		"a table of a query": {
			sql: "CREATE TABLE a (x int); CREATE TABLE b (y int) AS SELECT x FROM a", table: "b", want: []string{"y int", "x ", "filled from a", "partial: it is made of a query's result"},
		},
		"what servers of some version run": {
			sql:   "/*!999999\\- enable the sandbox mode */\n/*!40101 SET NAMES utf8 */;\n/*!40000 ALTER TABLE t DISABLE KEYS */;\nCREATE TABLE t (a int) /*!50100 PARTITION BY HASH(a) PARTITIONS 2 */;\n/*!50001 ALTER TABLE t ADD b int */;",
			table: "t", want: []string{"a int", "b int"},
		},
		"a client's delimiter": {
			sql:   "CREATE TABLE t (a int);\nDELIMITER //\nCREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW BEGIN SET NEW.a = 1; INSERT INTO u (b) VALUES (NEW.a); END//\nDELIMITER ;\nALTER TABLE t ADD c int;",
			table: "t", want: []string{"a int", "c int", "trigger x before insert"},
		},
		"a body without a delimiter": {
			sql:   "CREATE TABLE t (a int);\nCREATE PROCEDURE p() BEGIN IF 1 THEN SELECT 1; END IF; CASE a WHEN 1 THEN SELECT 2; END CASE; END;\nDROP PROCEDURE IF EXISTS p; ALTER TABLE t ADD c int;",
			table: "t", want: []string{"a int", "c int"},
		},
		"what MariaDB has besides": {
			sql: "CREATE OR REPLACE TABLE t (a int, id uuid NOT NULL DEFAULT uuid(), ip INET6); ALTER TABLE IF EXISTS nothing ADD x int; ALTER TABLE IF EXISTS t ADD COLUMN IF NOT EXISTS b int, DROP COLUMN IF EXISTS c," +
				"ADD CONSTRAINT fk FOREIGN KEY IF NOT EXISTS (b) REFERENCES x (y), DROP FOREIGN KEY IF EXISTS zz, DROP INDEX IF EXISTS z; CREATE INDEX IF NOT EXISTS i ON t (a); CREATE OR REPLACE TABLE t (a int, id uuid, v int AS (a + 1) PERSISTENT)",
			table: "t", want: []string{"a int", "id uuid", "v int generated a+1"},
		},
		"what cannot be read": {
			sql:   "CREATE TABLE t (a int);\nCALL p();\nPREPARE s FROM 'DROP TABLE t';\nEXECUTE s;\nALTER TABLE t DROP PARTITION p1;\nALTER TABEL t;",
			table: "t", want: []string{"a int"},
			told: []string{"2: unread: CALL p() runs code that is not read", "4: unread: EXECUTE runs a prepared statement that is not read here",
				"5: unread: ALTER TABLE t: rows go with partitions, which are not read", `6: unread: near "ALTER TABEL t": syntax error`},
		},
		"what changes no schema": {
			sql:   "USE db; SET FOREIGN_KEY_CHECKS = 0; LOCK TABLES t WRITE; UNLOCK TABLES; SHOW TABLES; ANALYZE TABLE t; FLUSH PRIVILEGES; CREATE USER u; CREATE TABLE t (a int); START TRANSACTION; COMMIT; DROP TABLE IF EXISTS x, y; CREATE DATABASE d; DROP DATABASE d; OPTIMIZE TABLE t; ALTER TABLE t ENGINE=InnoDB, COMMENT='x', AUTO_INCREMENT=5, ALGORITHM=INPLACE, LOCK=NONE, ADD PARTITION (PARTITION p VALUES LESS THAN (5)); TRUNCATE t; DO SLEEP(1)",
			table: "t", want: []string{"a int"},
		},
	})
}

// The character set of a table is that of its columns which do not say another.
func TestMySQLCharsets(t *testing.T) {
	c, told := fold(t, catalog.MySQL, "CREATE TABLE t (a varchar(5), b text CHARSET latin1, c int) DEFAULT CHARSET=utf8; ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;"+
		"CREATE TABLE u (a varchar(5), b int) CHARSET=utf8; ALTER TABLE u DEFAULT CHARACTER SET utf8mb4, ADD c text")
	if len(told) > 0 {
		t.Error(told)
	}
	table := c.Table(catalog.Name{Object: "t"})
	if table.Charset != "utf8mb4" || table.Collation != "utf8mb4_bin" {
		t.Errorf("t has %q %q", table.Charset, table.Collation)
	}
	if diff := cmp.Diff([]string{"a varchar(5)", "b text", "c int"}, describe(table)); diff != "" {
		t.Error(diff)
	}
	table = c.Table(catalog.Name{Object: "u"})
	if diff := cmp.Diff([]string{"a varchar(5) charset utf8", "b int", "c text"}, describe(table)); diff != "" || table.Charset != "utf8mb4" {
		t.Error(table.Charset, diff)
	}
}

func TestMySQLObjects(t *testing.T) {
	c, told := fold(t, catalog.MySQL, `CREATE TABLE t (a int, b int, c varchar(5));
		CREATE OR REPLACE ALGORITHM=MERGE VIEW v AS SELECT a, b AS x FROM t WHERE c = 1;
		CREATE VIEW w (p) AS SELECT count(*) FROM t; DROP VIEW w; ALTER VIEW v AS SELECT a FROM t;
		CREATE PROCEDURE p(IN n INT, OUT m VARCHAR(20)) BEGIN DECLARE k INT; SELECT b INTO k FROM t WHERE a = n; UPDATE t SET c = k; END;
		CREATE FUNCTION f(n INT) RETURNS INT DETERMINISTIC RETURN (SELECT b FROM t WHERE a = n);
		CREATE PROCEDURE q() BEGIN SET @s = 'DROP TABLE t'; PREPARE s FROM @s; EXECUTE s; END;
		CREATE DEFINER='root'@'%' TRIGGER x AFTER UPDATE ON t FOR EACH ROW UPDATE u SET d = OLD.b WHERE e = NEW.a;
		GRANT SELECT (a), INSERT ON db.t TO 'u'@'%', 'v'; GRANT ALL ON *.* TO w; REVOKE INSERT ON db.t FROM 'u'@'%';`)
	if len(told) > 0 {
		t.Error(told)
	}
	v := c.View(catalog.Name{Object: "v"})
	if v == nil || !slices.Equal(v.Columns, []string{"a"}) || len(v.Uses) != 2 {
		t.Errorf("view %+v", v)
	}
	mentions := func(list []catalog.Mention) []string {
		lines := describeMentions("", list)
		slices.Sort(lines)
		return slices.Compact(lines)
	}
	p := c.Overloads(catalog.Name{Object: "p"})[0]
	if diff := cmp.Diff([]string{" t.", " t.a maybe", " t.b maybe", " t.c", " t.n maybe", " t.k maybe"}, mentions(p.Mentions), sorted); diff != "" || !p.Procedure || len(p.Args) != 2 || p.Args[1].Mode != "out" || p.Unread != "" {
		t.Errorf("procedure %+v %s", p, diff)
	}
	f := c.Overloads(catalog.Name{Object: "f"})[0]
	if f.Procedure || f.Returns != "int" || len(f.Mentions) == 0 {
		t.Errorf("function %+v", f)
	}
	if q := c.Overloads(catalog.Name{Object: "q"})[0]; q.Unread == "" {
		t.Errorf("a body that builds SQL is taken for read: %+v", q)
	}
	trigger := c.Table(catalog.Name{Object: "t"}).Triggers[0]
	if diff := cmp.Diff([]string{" t.a", " t.b", " u.", " u.e maybe", " u.d"}, mentions(trigger.Mentions), sorted); diff != "" || trigger.Timing != "after" {
		t.Errorf("trigger %+v %s", trigger, diff)
	}
	var grants []string
	for _, g := range c.Grants {
		grants = append(grants, g.Privilege+" "+g.Kind+" "+g.On.String()+" "+g.Role)
	}
	if diff := cmp.Diff([]string{"select table db.t u@%", "select table db.t v@%", "insert table db.t v@%", "all global  w@%"}, grants, sorted); diff != "" {
		t.Error(diff)
	}
}

func TestMySQLQueries(t *testing.T) {
	testQueries(t, catalog.MySQL, map[string][]string{
		"SELECT u.id, `name` FROM db.`users` u WHERE age > ?":            {"table db.users", "read db.users.id", "read db.users.name", "read db.users.age"},
		"SELECT * FROM users WHERE id = :id AND a = \"text\"":            {"table users", "read users.*", "read users.id", "read users.a"},
		"SELECT t.*, 1 FROM t, u":                                        {"table t", "table u", "read t.*"},
		"WITH X AS (SELECT id FROM t) SELECT x.id FROM x":                {"table t", "read t.id"},
		"SELECT s.b FROM (SELECT * FROM t) s":                            {"table t", "read t.*", "read t.b"},
		"SELECT a FROM t JOIN u USING (k)":                               {"table t", "table u", "read t,u.a", "read t.k", "read u.k"},
		"SELECT a + 1 AS b, c FROM t GROUP BY c HAVING b > 1 ORDER BY b": {"table t", "read t.a", "read t.c", "read t.c", "read t.b maybe"},
		"SELECT COUNT(DISTINCT a), lower(b), ROW_NUMBER() OVER (PARTITION BY c ORDER BY d) FROM t": {
			"table t", "read t.a", "read t.b", "read t.c", "read t.d", "call COUNT 1", "call lower 1", "call ROW_NUMBER 0"},
		"SELECT a FROM t UNION SELECT b FROM u ORDER BY a": {"table t", "table u", "read t.a", "read u.b"},
		"SELECT a->'$.x' FROM t WHERE MATCH (b, c) AGAINST ('x') AND EXISTS (SELECT 1 FROM u WHERE u.x = t.y)": {
			"table t", "table u", "read t.a", "read t.b", "read t.c", "read u.x", "read t.y"},
		"UPDATE t SET a = b + 1 WHERE c = %s LIMIT 1": {"table t written", "write t.a", "read t.b", "read t.c", "data update t"},
		"UPDATE t JOIN u ON t.i = u.i SET t.a = u.b WHERE u.d = 1": {
			"table t written", "table u", "read t.i", "read u.i", "write t.a", "read u.b", "read u.d", "data update t from u"},
		"UPDATE t x, u SET x.a = a":                       {"table t written", "table u", "write t.a", "read t,u.a", "data update t from u all"},
		"DELETE FROM t":                                   {"table t written", "data delete t all"},
		"DELETE x FROM t x JOIN u ON x.a = u.b WHERE u.c": {"table t written", "table u", "read t.a", "read u.b", "read u.c", "data delete t from u"},
		"INSERT INTO t (a, `b`) VALUES (1, 2) ON DUPLICATE KEY UPDATE b = VALUES(b), c = c + 1": {
			"table t written", "write t.a", "write t.b", "write t.b", "write t.c", "read t.b", "read t.c", "insert a,b", "conflict any update", "data insert t"},
		"INSERT INTO t (a) VALUES (1) AS new ON DUPLICATE KEY UPDATE a = new.a": {"table t written", "write t.a", "write t.a", "read t.a", "insert a", "conflict any update", "data insert t"},
		"INSERT IGNORE INTO t VALUES (1, 2, 3)":                                 {"table t written", "insert positional 3", "conflict any", "data insert t"},
		"REPLACE INTO t (a) VALUES (1)":                                         {"table t written", "write t.a", "insert a", "conflict any", "data insert t"},
		"INSERT INTO t SET a = 1, b = 2":                                        {"table t written", "write t.a", "write t.b", "insert a,b", "data insert t"},
		"INSERT INTO t () VALUES ()":                                            {"table t written", "insert ", "data insert t"},
		"INSERT INTO t SELECT a, b FROM u":                                      {"table t written", "table u", "read u.a", "read u.b", "insert positional 2", "data insert t from u"},
		"INSERT INTO t (a) VALUES (1) RETURNING id, lower(b) AS c":              {"table t written", "write t.a", "read t.id", "read t.b", "call lower 1", "insert a", "data insert t"},
		"LOAD DATA INFILE 'x' INTO TABLE t (a, b)":                              {"table t written", "write t.a", "write t.b", "data copy t"},
	})
}

func TestMySQLTypes(t *testing.T) {
	for _, test := range []struct {
		from, to string
		want     catalog.Relation
	}{
		{"int", "INTEGER(11)", catalog.Same},
		{"boolean", "tinyint(1)", catalog.Same},
		{"int", "bigint", catalog.Widens},
		{"bigint", "int", catalog.Narrows},
		{"int", "int unsigned", catalog.Other},
		{"varchar(5)", "varchar(9)", catalog.Widens},
		{"varchar(9)", "varchar(5)", catalog.Narrows},
		{"varchar(5)", "text", catalog.Widens},
		{"decimal(10,2)", "numeric(12,2)", catalog.Widens},
		{"enum('a','b')", "enum('a','b','c')", catalog.Widens},
		{"enum('a','b')", "enum('b','a')", catalog.Narrows},
		{"datetime", "datetime(6)", catalog.Widens},
		{"char", "char(1)", catalog.Same},
		{"varchar(5)", "varchar(5) CHARACTER SET latin1", catalog.Other},
		{"double precision", "real", catalog.Same},
	} {
		c, told := fold(t, catalog.MySQL, "CREATE TABLE t (a "+test.from+", b "+test.to+")")
		if len(told) > 0 {
			t.Errorf("%s, %s: %v", test.from, test.to, told)
			continue
		}
		columns := c.Table(catalog.Name{Object: "t"}).Columns
		if got := catalog.Relate(catalog.MySQL, columns[0].Type, columns[1].Type); got != test.want {
			t.Errorf("%s to %s: %s, want %s", test.from, test.to, got, test.want)
		}
	}
}

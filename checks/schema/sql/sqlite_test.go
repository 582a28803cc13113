package sql

import (
	"testing"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

func TestSQLiteTables(t *testing.T) {
	testTables(t, catalog.SQLite, map[string]tableTest{
		"definition": {
			sql: `CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, "email" VARCHAR(21) NOT NULL UNIQUE COLLATE NOCASE, [age] int DEFAULT 18 CHECK (age > 0),
				org REFERENCES orgs (id) ON DELETE CASCADE, full TEXT GENERATED ALWAYS AS (email || 'x') STORED, half AS (age / 2),
				price DECIMAL(10, 2) DEFAULT (1 + 1), at DATETIME DEFAULT CURRENT_TIMESTAMP, CONSTRAINT u UNIQUE (org, email), FOREIGN KEY (age) REFERENCES ages);`,
			table: "users",
			want: []string{"id integer identity default", "email varchar(21) collate nocase not null", "age int default 18", "org ", "full text generated email || 'x'", "half  generated age / 2",
				"price decimal(10,2) default (1 + 1)", "at datetime default CURRENT_TIMESTAMP", "primary sqlite_autoindex_users_1(id)", "unique sqlite_autoindex_users_2(email)",
				"check (age) age > 0", "foreign (org) -> orgs(id) on delete cascade", "unique u(org,email)", "foreign (age) -> ages()"},
		},
		"a table without rowid": {
			sql: "CREATE TABLE t (a INTEGER, b TEXT, PRIMARY KEY (b, a)) WITHOUT ROWID", table: "t",
			want: []string{"a integer not null", "b text not null", "primary sqlite_autoindex_t_1(b,a)"},
		},
		"a key of one integer numbers rows": {
			sql: "CREATE TABLE t (a INTEGER, b INT PRIMARY KEY, PRIMARY KEY (a))", table: "t",
			want: []string{"a integer identity default", "b int", "primary sqlite_autoindex_t_1(b)", "primary sqlite_autoindex_t_2(a)"},
		},
		"alterations": {
			sql: `CREATE TABLE t (a int, b int, c text); ALTER TABLE t ADD COLUMN d TEXT NOT NULL DEFAULT 'x'; ALTER TABLE t DROP COLUMN b;
				ALTER TABLE t RENAME COLUMN c TO e; ALTER TABLE t ADD f REFERENCES u; ALTER TABLE t RENAME TO s; CREATE UNIQUE INDEX i ON s (lower(e), a DESC) WHERE a > 1;`,
			table: "s", want: []string{"a int", "e text", "d text not null default 'x'", "f ", "foreign (f) -> u()", "unique i(,a) lower(e) where a > 1"},
		},
		"an index is dropped": {
			sql: "CREATE TABLE t (a, b); CREATE INDEX i ON t (a); CREATE INDEX j ON t (b COLLATE nocase); DROP INDEX i; DROP INDEX IF EXISTS k", table: "t",
			want: []string{"a ", "b ", "index j(b)"},
		},
		"a table built anew": {
			sql: `PRAGMA foreign_keys=OFF; BEGIN; CREATE TABLE p (id INTEGER PRIMARY KEY, t_id REFERENCES t (a)); CREATE TABLE t (a int, b int, c text);
				CREATE TABLE t_new (a int NOT NULL, c text); INSERT INTO t_new (a, c) SELECT a, c FROM t; DROP TABLE t; ALTER TABLE t_new RENAME TO t; COMMIT; PRAGMA foreign_key_check`,
			table: "t", want: []string{"a int not null", "c text", "filled from t"},
		},
		"a table moved aside": {
			sql: `CREATE TABLE p (t_id REFERENCES t (a)); CREATE TABLE t (a int, b int); ALTER TABLE t RENAME TO old; CREATE TABLE t (a int);
				INSERT INTO t SELECT a FROM old; DROP TABLE old;`,
			table: "p", want: []string{"t_id ", "foreign (t_id) -> old(a)"},
		},
		"a virtual table": {
			sql: "CREATE VIRTUAL TABLE t USING fts5(title, body UNINDEXED, tokenize = 'porter')", table: "t", want: []string{"title ", "body ", "partial: it is a virtual table of fts5"},
		},
		"a table of a query": {
			sql: "CREATE TABLE u (a int, b int); CREATE TABLE t AS SELECT a, b AS c FROM u", table: "t", want: []string{"a ", "c ", "filled from u", "partial: it is made of a query's result"},
		},
		"what is not there is told": {
			sql: "ALTER TABLE t ADD a int;\nDROP TABLE IF EXISTS t;\nCREATE TABLE main.t (a int);\nALTER TABLE t DROP b;", table: "t",
			want: []string{"a int"}, told: []string{"a.sql:1:1: table t is not known here", "a.sql:4:1: column t.b is not known here"},
		},
		"a trigger whose body has separators": {
			sql:   `CREATE TABLE t (a int, b int); CREATE TRIGGER x AFTER UPDATE OF a ON t WHEN new.a > 1 BEGIN UPDATE t SET b = CASE WHEN 1 THEN 2 END; DELETE FROM u; END; ALTER TABLE t ADD c;`,
			table: "t", want: []string{"a int", "b int", "c ", "trigger x after update of a"},
		},
		"what cannot be read": {
			sql:   "CREATE TABLE t (a);\nPRAGMA writable_schema = ON;\nUPDATE sqlite_master SET sql = 'x';\nATTACH 'a.db' AS a;\nALTER TABEL t;\nSELECT load_extension('x')",
			table: "t", want: []string{"a "},
			told: []string{"2: unread: PRAGMA writable_schema lets statements write the schema itself", "3: unread: the schema itself is written: sqlite_master",
				"4: unread: ATTACH brings another database, whose tables are not known", `5: unread: near "TABEL": syntax error`, "6: unread: SELECT load_extension() runs code that is not read"},
		},
		"a column called like a word of routines": {
			sql: "CREATE TABLE event (begin int, end int); CREATE TABLE t (a)", table: "t", want: []string{"a "},
		},
	})
}

func TestSQLiteQueries(t *testing.T) {
	testQueries(t, catalog.SQLite, map[string][]string{
		"SELECT u.id, name FROM users u WHERE age > ?1":        {"table users", "read users.id", "read users.name", "read users.age"},
		"SELECT * FROM users WHERE id = $id AND a = @name":     {"table users", "read users.*", "read users.id", "read users.a"},
		"WITH X AS (SELECT id FROM t) SELECT x.id FROM x":      {"table t", "read t.id"},
		"SELECT s.b FROM (SELECT * FROM t) s":                  {"table t", "read t.*", "read t.b"},
		"SELECT a FROM t JOIN u USING (k)":                     {"table t", "table u", "read t,u.a", "read t.k", "read u.k"},
		"SELECT a + 1 AS b FROM t WHERE b > 1 ORDER BY b":      {"table t", "read t.a", "read t.b maybe"},
		`SELECT rowid, "x" FROM t`:                             {"table t", "read t.rowid maybe", "read t.x maybe"},
		"SELECT a FROM t WHERE a IN u":                         {"table t", "table u", "read t.a", "read t.a"},
		"SELECT count(*), max(a) FILTER (WHERE b) FROM main.t": {"table main.t", "read main.t.a", "read main.t.b", "call count 0", "call max 1"},
		"UPDATE t SET a = b + 1, (c, d) = (1, e) FROM u WHERE u.x = t.y RETURNING f": {
			"table t written", "table u", "write t.a", "write t.c", "write t.d", "read t,u.b", "read t,u.e", "read u.x", "read t.y", "read t.f", "data update t from u"},
		"DELETE FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.y)": {"table t written", "table u", "read u.x", "read t.y", "data delete t from u"},
		"DELETE FROM t": {"table t written", "data delete t all"},
		"INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a) WHERE c DO UPDATE SET b = excluded.b": {
			"table t written", "write t.a", "write t.b", "write t.b", "read t.b", "insert a,b", "conflict a update where c", "data insert t"},
		"INSERT OR REPLACE INTO t VALUES (1, 2, 3)": {"table t written", "insert positional 3", "conflict any", "data insert t"},
		"REPLACE INTO t (a) VALUES (1)":             {"table t written", "write t.a", "insert a", "conflict any", "data insert t"},
		"INSERT OR IGNORE INTO t DEFAULT VALUES":    {"table t written", "insert ", "conflict any", "data insert t"},
		"INSERT INTO t (a) SELECT b FROM u":         {"table t written", "table u", "write t.a", "read u.b", "insert a", "data insert t from u"},
		"SELECT group_concat(a ORDER BY b) OVER (PARTITION BY c) FROM t GROUP BY d HAVING e": {
			"table t", "read t.a", "read t.b", "read t.c", "read t.d", "read t.e", "call group_concat 1"},
	})
}

// Package engine_test compares what the readers of package sql make of scripts with what
// the databases themselves do.
package engine_test

import (
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	_ "modernc.org/sqlite"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	schemasql "github.com/checkrein/checkrein/checks/schema/sql"
)

// TestSQLiteEngine runs small histories on SQLite itself: the catalogue that they fold to
// has the same tables and columns.
func TestSQLiteEngine(t *testing.T) {
	for name, script := range map[string]string{
		"types and defaults": `CREATE TABLE a (id INTEGER PRIMARY KEY, b VARCHAR(21) NOT NULL DEFAULT 'x', c, d DECIMAL(10, 2) DEFAULT (1 + 1), e UNSIGNED BIG INT DEFAULT NULL, f "my type", g TEXT DEFAULT CURRENT_TIMESTAMP, h DEFAULT -1);`,
		"keys": `CREATE TABLE a (x INTEGER PRIMARY KEY DESC); CREATE TABLE b (x INT, y TEXT, PRIMARY KEY (y, x)) WITHOUT ROWID; CREATE TABLE c (x INT PRIMARY KEY, y TEXT) STRICT;
			CREATE TABLE d (x INTEGER PRIMARY KEY, y ANY) STRICT; CREATE TABLE e (x INTEGER, y, PRIMARY KEY (x));`,
		"generated": `CREATE TABLE a (x int, y int GENERATED ALWAYS AS (x + 1) STORED, z AS (x || 'a'), w text generated always as (y) virtual);`,
		"alterations": `CREATE TABLE a (x int, y int, z int); CREATE INDEX i ON a (y); ALTER TABLE a ADD COLUMN w text NOT NULL DEFAULT ''; ALTER TABLE a RENAME y TO v; ALTER TABLE a DROP COLUMN z;
			ALTER TABLE a RENAME TO b; CREATE TABLE IF NOT EXISTS b (q); DROP INDEX i; ALTER TABLE b DROP COLUMN v;`,
		"built anew": `CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE child (p REFERENCES parent (id)); CREATE TABLE n (id INTEGER PRIMARY KEY, more text NOT NULL DEFAULT 'x');
			INSERT INTO n (id) SELECT id FROM parent; DROP TABLE parent; ALTER TABLE n RENAME TO parent;`,
		"moved aside": `CREATE TABLE parent (id INTEGER PRIMARY KEY); CREATE TABLE child (p REFERENCES parent (id)); ALTER TABLE parent RENAME TO aside; CREATE TABLE parent (id, more);
			INSERT INTO parent (id) SELECT id FROM aside; DROP TABLE aside;`,
		"views and triggers": `CREATE TABLE a (x, y); CREATE VIEW v AS SELECT x AS z, y FROM a; CREATE VIEW w (p, q) AS SELECT * FROM a; CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE a SET y = CASE WHEN new.x THEN 1 END; END;
			ALTER TABLE a RENAME COLUMN x TO xx; DROP VIEW w;`,
		"made of a query": `CREATE TABLE a (x, y); CREATE TABLE b AS SELECT x, y AS z, x + 1 FROM a; CREATE TEMP TABLE c (x);`,
		"constraints": `CREATE TABLE a (x UNIQUE, y CHECK (y > 0) CONSTRAINT k NOT NULL, z REFERENCES b (c) ON DELETE SET NULL ON UPDATE CASCADE DEFERRABLE INITIALLY DEFERRED, w COLLATE NOCASE, CONSTRAINT u UNIQUE (x, y) ON CONFLICT IGNORE,
			FOREIGN KEY (x, y) REFERENCES d); CREATE UNIQUE INDEX i ON a (lower(w), z COLLATE nocase DESC) WHERE x > 1;`,
	} {
		t.Run(name, func(t *testing.T) { compareEngine(t, script, false) })
	}
}

// compareEngine runs a script on SQLite and folds it, statement by statement, and compares
// what tables tell. What SQLite refuses is an error, or with lenient is left out of both.
func compareEngine(t *testing.T, script string, lenient bool) {
	t.Helper()
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}()
	db.SetMaxOpenConns(1)
	c := catalog.New(catalog.SQLite)
	for _, s := range schemasql.Read(catalog.SQLite, schemasql.Whole("a.sql", script)).Statements {
		if _, err := db.Exec(script[s.Start:s.End]); err != nil {
			if !lenient {
				t.Fatalf("SQLite, line %d: %v", s.At.Span.Line, err)
			}
			t.Logf("SQLite, line %d: %v", s.At.Span.Line, err)
			continue
		}
		if s.Unread != "" {
			t.Errorf("line %d: %s", s.At.Span.Line, s.Unread)
		}
		for _, problem := range c.Fold(s.Changes...) {
			t.Error(problem)
		}
	}
	if diff := cmp.Diff(engineTables(t, db), foldedTables(c)); diff != "" {
		t.Errorf("-SQLite +catalogue:\n%s", diff)
	}
}

// engineTables are the columns, foreign keys and indexes of each table as SQLite tells them.
func engineTables(t *testing.T, db *sql.DB) map[string][]string {
	tables := map[string][]string{}
	for _, name := range query(t, db, "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%' UNION SELECT name FROM sqlite_temp_master WHERE type = 'table'") {
		columns := query(t, db, `SELECT lower(name) || ' ' || CASE WHEN m.t = 'view' OR m.sql LIKE '% AS SELECT%' THEN '' ELSE lower(replace(x.type, ' ', '')) END || CASE x."notnull" WHEN 1 THEN ' not null' ELSE '' END
			|| CASE WHEN upper(dflt_value) = 'NULL' OR dflt_value IS NULL OR hidden > 1 THEN '' ELSE ' default' END || CASE WHEN hidden = 2 THEN ' virtual' WHEN hidden = 3 THEN ' stored' ELSE '' END
			FROM pragma_table_xinfo(?) x, (SELECT max(type) t, max(sql) sql FROM sqlite_master WHERE name = ?) m ORDER BY cid`, name, name)
		keys := query(t, db, `SELECT 'foreign ' || group_concat(lower("from"), ',') || ' ' || "table" || ' ' || coalesce(group_concat(lower("to"), ','), '') || ' ' || lower(on_delete)
			FROM (SELECT * FROM pragma_foreign_key_list(?) ORDER BY id, seq) GROUP BY id`, name)
		indexes := query(t, db, `SELECT 'index ' || name || ' ' || "unique" FROM pragma_index_list(?) WHERE origin = 'c'`, name)
		slices.Sort(keys)
		slices.Sort(indexes)
		tables[strings.ToLower(name)] = append(append(columns, keys...), indexes...)
	}
	return tables
}

func query(t *testing.T, db *sql.DB, text string, args ...any) []string {
	t.Helper()
	rows, err := db.Query(text, args...)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		list = append(list, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return list
}

// foldedTables tells the same of a catalogue.
func foldedTables(c *catalog.Catalog) map[string][]string {
	tables := map[string][]string{}
	for key, table := range c.Tables {
		var columns, keys, indexes []string
		for _, column := range table.Columns {
			columns = append(columns, foldedColumn(table, column))
		}
		for _, x := range table.Constraints {
			switch {
			case x.Kind == catalog.Foreign:
				does := x.OnDelete
				if does == "" {
					does = "no action"
				}
				keys = append(keys, strings.ToLower(fmt.Sprintf("foreign %s %s %s %s", strings.Join(x.Columns, ","), x.References, strings.Join(x.RefColumns, ","), does)))
			case x.ByIndex:
				indexes = append(indexes, fmt.Sprintf("index %s %d", x.Name, map[bool]int{true: 1}[x.Kind == catalog.Unique]))
			}
		}
		slices.Sort(keys)
		slices.Sort(indexes)
		tables[key.Object] = append(append(columns, keys...), indexes...)
	}
	for key, view := range c.Views {
		for _, column := range view.Columns {
			tables[key.Object] = append(tables[key.Object], strings.ToLower(column)+" ")
		}
	}
	return tables
}

func foldedColumn(table *catalog.Table, column *catalog.Column) string {
	bare := column.Type
	bare.Collation = ""
	line := strings.ToLower(column.Name) + " " + strings.ReplaceAll(bare.String(), " ", "")
	if column.NotNull {
		line += " not null"
	}
	if column.Default != nil {
		line += " default"
	}
	if column.Generated != nil {
		line += map[bool]string{true: " stored", false: " virtual"}[column.Stored]
	}
	return line
}

// TestSQLiteEngineHistories does the same with the folders of CHECKREIN_HISTORIES that are
// SQLite's ("sqlite=DIR").
func TestSQLiteEngineHistories(t *testing.T) {
	for _, dir := range filepath.SplitList(os.Getenv("CHECKREIN_HISTORIES")) {
		dialect, dir, _ := strings.Cut(dir, "=")
		if dialect != string(catalog.SQLite) {
			continue
		}
		t.Run(filepath.Base(dir), func(t *testing.T) {
			var script strings.Builder
			err := filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
				if err != nil || !strings.HasSuffix(path, ".sql") || strings.HasSuffix(path, ".down.sql") {
					return err
				}
				text, err := os.ReadFile(path)
				script.Write(append(text, ";\n"...))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			compareEngine(t, script.String(), true)
		})
	}
}

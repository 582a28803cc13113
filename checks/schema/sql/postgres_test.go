package sql

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// fold reads a script and applies what it does; what was not read, and what did not fit, is returned.
func fold(t *testing.T, d catalog.Dialect, text string) (*catalog.Catalog, []string) {
	t.Helper()
	c := catalog.New(d)
	var told []string
	for _, s := range Read(d, Whole("a.sql", text)).Statements {
		if s.Unread != "" {
			told = append(told, fmt.Sprintf("%d: unread: %s", s.At.Span.Line, s.Unread))
		}
		for _, err := range c.Fold(s.Changes...) {
			told = append(told, err.Error())
		}
	}
	return c, told
}

// describe tells a table in short, one line each.
func describe(t *catalog.Table) []string {
	var lines []string
	for _, column := range t.Columns {
		line := column.Name + " " + column.Type.String()
		if column.NotNull {
			line += " not null"
		}
		if column.Default != nil {
			line += " default " + *column.Default
		}
		if column.Identity != "" {
			line += " identity " + column.Identity
		}
		if column.Generated != nil {
			line += " generated " + *column.Generated
		}
		lines = append(lines, line)
	}
	for _, x := range t.Constraints {
		line := string(x.Kind) + " " + x.Name + "(" + strings.Join(x.Columns, ",") + ")"
		if x.Expr != "" {
			line += " " + x.Expr
		}
		if x.References != nil {
			line += " -> " + x.References.String() + "(" + strings.Join(x.RefColumns, ",") + ")"
		}
		if x.OnDelete != "" {
			line += " on delete " + x.OnDelete
		}
		if x.Where != "" {
			line += " where " + x.Where
		}
		if !x.Valid {
			line += " not valid"
		}
		lines = append(lines, line)
	}
	for _, x := range t.Triggers {
		line := "trigger " + x.Name + " " + x.Timing + " " + strings.Join(x.Events, ",")
		if len(x.Columns) > 0 {
			line += " of " + strings.Join(x.Columns, ",")
		}
		lines = append(lines, line)
	}
	for _, from := range t.FilledFrom {
		lines = append(lines, "filled from "+from.String())
	}
	if t.Partial != "" {
		lines = append(lines, "partial: "+t.Partial)
	}
	return lines
}

// tableTest is a script, and what one of its tables is in the end.
type tableTest struct {
	sql   string
	table string
	want  []string
	told  []string
}

func TestPostgresTables(t *testing.T) {
	testTables(t, catalog.Postgres, map[string]tableTest{
		"definition": {
			sql: `CREATE TABLE users (
				id bigserial PRIMARY KEY, email character varying(21) NOT NULL UNIQUE, "Age" integer DEFAULT 18 CHECK ("Age" > 0),
				org int REFERENCES orgs (id) ON DELETE CASCADE, full_name text GENERATED ALWAYS AS (email || 'x') STORED,
				tags text[], at timestamp with time zone DEFAULT now(), CONSTRAINT u UNIQUE (org, email));`,
			table: "users",
			want: []string{"id int8 not null identity default", "email varchar(21) not null", "Age int4 default 18", "org int4",
				"full_name text generated email || 'x'", "tags text[]", "at timestamptz default now()",
				"primary users_pkey(id)", "unique users_email_key(email)", `check users_Age_check(Age) "Age" > 0`,
				"foreign users_org_fkey(org) -> orgs(id) on delete cascade", "unique u(org,email)"},
		},
		"alterations": {
			sql: `CREATE TABLE t (a int, b int, c text);
				ALTER TABLE t ADD COLUMN d uuid NOT NULL DEFAULT gen_random_uuid(), DROP COLUMN b, ALTER a TYPE bigint, ALTER c SET NOT NULL;
				ALTER TABLE t RENAME COLUMN c TO e; ALTER TABLE t ALTER d DROP DEFAULT;
				CREATE UNIQUE INDEX i ON t (lower(e), a) WHERE a > 1; ALTER TABLE t ADD CONSTRAINT k CHECK (a > 0) NOT VALID;`,
			table: "t",
			want:  []string{"a int8", "e text not null", "d uuid not null", "unique i(,a) lower(e) where a > 1", "check k(a) a > 0 not valid"},
		},
		"a column takes its index along": {
			sql:   "CREATE TABLE t (a int, b int); CREATE INDEX i ON t (a, b); CREATE INDEX j ON t (b); ALTER TABLE t DROP a;",
			table: "t", want: []string{"b int4", "index j(b)"},
		},
		"what is not there is told": {
			sql:   "ALTER TABLE t ADD a int;\nDROP TABLE IF EXISTS t;\nCREATE TABLE t (a int);\nALTER TABLE t DROP b;",
			table: "t", want: []string{"a int4"},
			told: []string{"a.sql:1:1: table t is not known here", "a.sql:4:1: column t.b is not known here"},
		},
		"the search path": {
			sql:   "SET search_path TO auth, public; CREATE TABLE t (a int); ALTER TABLE t ADD b int;",
			table: "auth.t", want: []string{"a int4", "b int4"},
		},
		"a parser that is nested too deep": {
			sql:   "CREATE TABLE t (a int);\nSELECT " + strings.Repeat("(", 100) + "1" + strings.Repeat(")", 100) + ";\nALTER TABLE t ADD b int",
			table: "t", want: []string{"a int4", "b int4"},
			told: []string{"2: unread: brackets are nested 100 deep: more than 60 is not read"},
		},
		"what does not parse": {
			sql:   "CREATE TABLE t (a int);\nALTER TABEL t DROP a;",
			table: "t", want: []string{"a int4"}, told: []string{`2: unread: syntax error at or near "TABEL"`},
		},
		"a block that guards what it makes": {
			sql:   "CREATE TABLE t (a int);\nDO $$ BEGIN\n ALTER TABLE t ADD CONSTRAINT k UNIQUE (a);\nEXCEPTION WHEN duplicate_object THEN null;\nEND $$;",
			table: "t", want: []string{"a int4", "unique k(a)"},
		},
		"a block that decides": {
			sql:   "CREATE TABLE t (a int);\nDO $$ BEGIN IF true THEN ALTER TABLE t DROP a; END IF; END $$;",
			table: "t", want: []string{"a int4"}, told: []string{"2: unread: DO runs code that is not read"},
		},
		"a block that does nothing but to rows": {
			sql: "CREATE TABLE t (a int);\nDO $$ DECLARE n int; r record; BEGIN\n LOOP -- drop\n  UPDATE t SET a = length('drop') WHERE a IN (SELECT a FROM t LIMIT 10);\n" +
				"  GET DIAGNOSTICS n = ROW_COUNT; EXIT WHEN n = 0; PERFORM pg_sleep(0.1);\n END LOOP;\n FOR r IN SELECT a FROM t FOR UPDATE LOOP\n" +
				"  INSERT INTO \"t\" (a) VALUES (r.a) ON CONFLICT (a) DO UPDATE SET a = 1;\n  DELETE FROM public.t WHERE a = r.a; END LOOP; END $$;",
			table: "t", want: []string{"a int4"},
		},
		"a block that calls code": {
			sql:   "CREATE TABLE t (a int);\nDO $$ BEGIN IF true THEN PERFORM split(1); END IF; END $$;\nDO $$ BEGIN UPDATE t SET a = app.\"F\"(1); END $$;",
			table: "t", want: []string{"a int4"}, told: []string{"2: unread: DO runs code that is not read", "3: unread: DO runs code that is not read"},
		},
		"a block in another language": {
			sql:   "CREATE TABLE t (a int);\nDO LANGUAGE plpython3u $$ plan = 'update t' $$;",
			table: "t", want: []string{"a int4"}, told: []string{"2: unread: DO runs code that is not read"},
		},
		"a block of dynamic SQL": {
			sql:   "CREATE TABLE t (a int);\nDO $$ BEGIN EXECUTE 'ALTER TABLE t DROP a'; END $$;",
			table: "t", want: []string{"a int4"}, told: []string{"2: unread: DO runs code that is not read"},
		},
	})
}

func testTables(t *testing.T, d catalog.Dialect, tests map[string]tableTest) {
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			c, told := fold(t, d, test.sql)
			if diff := cmp.Diff(test.told, told); diff != "" {
				t.Errorf("told (-want +got):\n%s", diff)
			}
			object := catalog.Name{Object: test.table}
			if schema, name, ok := strings.Cut(test.table, "."); ok {
				object = catalog.Name{Schema: schema, Object: name}
			}
			table := c.Table(object)
			if table == nil {
				t.Fatalf("no table %s", object)
			}
			if diff := cmp.Diff(test.want, describe(table)); diff != "" {
				t.Errorf("table (-want +got):\n%s", diff)
			}
		})
	}
}

// Positions count bytes, in lines that hold more than ASCII too.
func TestPositions(t *testing.T) {
	text := "-- é\n/* /* ; */ */ CREATE TABLE a (b text DEFAULT ';');\n\\connect x\n  DROP TABLE \"é;\"; COPY a FROM stdin;\n;x\n\\.\nSELECT $f$;$f$"
	script := Read(catalog.Postgres, Whole("a.sql", text))
	var got []string
	for _, s := range script.Statements {
		got = append(got, text[s.Start:s.End])
		lines := strings.Split(text, "\n")
		if line := lines[s.At.Span.Line-1]; line != s.At.Line || !strings.HasPrefix(line[s.At.Span.Column-1:], strings.Split(text[s.Start:s.End], "\n")[0]) {
			t.Errorf("place of %q is %+v", text[s.Start:s.End], s.At)
		}
	}
	want := []string{"CREATE TABLE a (b text DEFAULT ';')", `DROP TABLE "é;"`, "COPY a FROM stdin", "SELECT $f$;$f$"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(script.Skipped) != 2 || script.Skipped[0].What != "psql" || script.Skipped[1].What != "copy" {
		t.Errorf("skipped %+v", script.Skipped)
	}
}

func TestPostgresQueries(t *testing.T) {
	for sql, want := range map[string][]string{
		"SELECT u.id, name FROM users u WHERE age > $1":                {"read users.id", "read users.name", "read users.age"},
		"SELECT * FROM users WHERE id = ? AND a = :name":               {"read users.*", "read users.id", "read users.a"},
		"WITH x AS (SELECT id FROM t) SELECT x.id FROM x":              {"read t.id"},
		"SELECT s.b FROM (SELECT * FROM t) s":                          {"read t.*", "read t.b"},
		"SELECT a FROM t JOIN u USING (k)":                             {"read t,u.a", "read t.k", "read u.k"},
		"UPDATE t SET a = b + 1 WHERE c = %s RETURNING *":              {"write t.a", "read t.b", "read t.c", "read t.*"},
		"DELETE FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.x = t.y)": {"read u.x", "read t.y"},
		"INSERT INTO t (a, b) VALUES (1, 2) ON CONFLICT (a) DO UPDATE SET b = excluded.b": {
			"write t.a", "write t.b", "write t.b", "read t.b", "insert a,b", "conflict a"},
		"INSERT INTO t VALUES (1, 2, 3)": {"insert positional 3"},
	} {
		t.Run(sql, func(t *testing.T) {
			s := Read(catalog.Postgres, Whole("a.sql", sql)).Statements[0]
			if s.Unread != "" {
				t.Fatal(s.Unread)
			}
			got := describeQuery(s.Query)
			slices.Sort(got)
			slices.Sort(want)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func describeQuery(q *Query) []string {
	var lines []string
	list := func(verb string, mentions []catalog.Mention) {
		for _, m := range mentions {
			var names []string
			for _, name := range m.Tables {
				names = append(names, name.String())
			}
			lines = append(lines, verb+" "+strings.Join(names, ",")+"."+m.Column)
		}
	}
	list("read", q.Reads)
	list("write", q.Writes)
	if i := q.Insert; i != nil {
		if i.Positional {
			lines = append(lines, fmt.Sprint("insert positional ", i.Values))
		} else {
			lines = append(lines, "insert "+strings.Join(i.Columns, ","))
		}
		if i.Conflict != nil {
			lines = append(lines, "conflict "+strings.Join(i.Conflict.Columns, ","))
		}
	}
	return lines
}

func TestMasks(t *testing.T) {
	where := "SELECT a FROM t " + Mask(12)
	sql := "SELECT " + Mask(9) + " FROM " + Mask(8) + " WHERE x = " + Mask(5)
	s := Read(catalog.Postgres, Whole("a.ts", sql)).Statements[0]
	if s.Unread != "" || len(s.Query.Masks) != 3 {
		t.Errorf("%q: unread %q, masks %+v", sql, s.Unread, s.Query)
	}
	for _, text := range []string{where, "SELECT a FROM t WHERE b = 1 " + Mask(10), "UPDATE t SET a = 1 WHERE " + Mask(4) + " AND b = 1"} {
		if s := Read(catalog.Postgres, Whole("a.ts", text)).Statements[0]; s.Unread != "" {
			t.Errorf("%q: %s", text, s.Unread)
		}
	}
}

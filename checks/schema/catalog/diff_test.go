package catalog_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/sql"
)

const start = "CREATE TYPE e AS ENUM ('a'); CREATE TABLE t (id int PRIMARY KEY, a int, b varchar(5)); CREATE TABLE u (x int REFERENCES t); CREATE VIEW v AS SELECT a FROM t;"

func TestDiff(t *testing.T) {
	for change, want := range map[string][]string{
		"": nil,
		"ALTER TABLE t ADD c int; ALTER TABLE t DROP c;":           nil,
		"CREATE TABLE w (a int); DROP TABLE w;":                    nil,
		"ALTER TABLE t DROP b":                                     {"removed column t b [] 1"},
		"ALTER TABLE t RENAME b TO c":                              {"renamed column t b [] 1"},
		"ALTER TABLE t DROP b; ALTER TABLE t ADD c varchar(5)":     {"removed column t b [] 1", "added column t c [] 1"},
		"ALTER TABLE t DROP b; ALTER TABLE t ADD b varchar(5)":     {"recreated column t b [] 1"},
		"ALTER TABLE t DROP b; ALTER TABLE t ADD b text":           {"changed column t b [type] 1", "recreated column t b [] 1"},
		"ALTER TABLE t ALTER b SET NOT NULL":                       {"changed column t b [null] 1"},
		"ALTER TABLE t RENAME TO s":                                {"renamed table t  [] 1"},
		"ALTER TABLE t RENAME b TO c; ALTER TABLE t RENAME c TO b": nil,
		"DROP TABLE u":                                    {"removed table u  [] 1"},
		"DROP TABLE u; CREATE TABLE u (y int)":            {"removed column u x [] 1", "added column u y [] 1", "removed constraint u u_x_fkey [] 1", "recreated table u  [] 1"},
		"ALTER TABLE t DROP a CASCADE":                    {"removed column t a [] 1", "removed view v  [] 1"},
		"ALTER TYPE e ADD VALUE 'b'":                      {"changed enum e  [values] 1"},
		"DROP INDEX IF EXISTS i; CREATE INDEX i ON t (b)": {"added constraint t i [] 1"},
		"ALTER TABLE t ENABLE ROW LEVEL SECURITY":         {"changed table t  [row security] 1"},
	} {
		t.Run(change, func(t *testing.T) {
			before := catalog.New(catalog.Postgres)
			apply(t, before, "before.sql", start)
			after := before.Clone()
			apply(t, after, "after.sql", change)
			var got []string
			for _, d := range catalog.Diff(before, after) {
				if d.At.Path != "after.sql" {
					t.Errorf("%s %s: told of %q", d.Action, d.Item, d.At.Path)
				}
				got = append(got, fmt.Sprint(d.Action, " ", d.Kind, " ", d.Table, " ", d.Item, " ", d.Aspects, " ", d.At.Span.Line))
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Error(diff)
			}
			again := catalog.New(catalog.Postgres)
			apply(t, again, "before.sql", start)
			if len(catalog.Diff(before, again)) != 0 {
				t.Error("the change to the clone reached the original")
			}
		})
	}
}

func apply(t *testing.T, c *catalog.Catalog, path, text string) {
	t.Helper()
	for _, s := range sql.Read(catalog.Postgres, sql.Whole(path, text)).Statements {
		for _, err := range c.Fold(s.Changes...) {
			t.Fatal(err)
		}
	}
}

func TestRelate(t *testing.T) {
	for _, test := range []struct {
		from, to string
		a, b     []int
		want     catalog.Relation
	}{
		{"int", "integer", nil, nil, catalog.Same},
		{"int", "bigint", nil, nil, catalog.Widens},
		{"bigint", "int", nil, nil, catalog.Narrows},
		{"varchar", "varchar", []int{5}, []int{9}, catalog.Widens},
		{"varchar", "text", []int{5}, nil, catalog.Widens},
		{"text", "varchar", nil, []int{5}, catalog.Narrows},
		{"numeric", "numeric", []int{10, 2}, []int{12, 4}, catalog.Widens},
		{"numeric", "numeric", []int{10, 2}, []int{10, 4}, catalog.Narrows},
		{"text", "int", nil, nil, catalog.Other},
		{"json", "jsonb", nil, nil, catalog.Other},
		{"timestamp", "timestamptz", nil, nil, catalog.Other},
	} {
		from, _ := catalog.Canonical(catalog.Postgres, test.from, test.a)
		to, _ := catalog.Canonical(catalog.Postgres, test.to, test.b)
		if got := catalog.Relate(catalog.Postgres, from, to); got != test.want {
			t.Errorf("%s to %s: %s, want %s", from, to, got, test.want)
		}
	}
}

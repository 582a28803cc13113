package usage

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// A column that no line of code names is used all the same, by the model that code is
// generated from; and the helper that puts its table in is told as unread.
func TestEnumerated(t *testing.T) {
	archive := txtar.Parse([]byte(`
-- schema.sql --
CREATE TABLE sign_in_experiences (id varchar(21) PRIMARY KEY, color jsonb NOT NULL, custom_ui_asset_id varchar(21));
CREATE TABLE hooks (id varchar(21) PRIMARY KEY, name varchar(21) NOT NULL);
-- tables/sign_in_experiences.sql --
create table sign_in_experiences (
  id varchar(21) not null,
  color jsonb not null,
  custom_ui_asset_id varchar(21)
);
-- src/find-by-id.ts --
export const find = (pool) => (schema) => {
  const { table, fields } = convertToIdentifiers(schema);
  return async (id: string) => pool.one(sql` + "`" + `
    select ${sql.join(Object.values(fields), sql` + "`, `" + `)}
    from ${table}
    where ${fields.id}=${id}
  ` + "`" + `);
};
-- src/hooks.ts --
pool.query("insert into hooks (id) values ($1) on conflict (id) do nothing");
pool.query("insert into hooks values ($1)");
pool.query("insert into hooks (id, name) values ($1, $2)");
`))
	u := NewIndex(factsOf(archive)).Against(schemaOf(t, archive))
	table := catalog.Name{Object: "sign_in_experiences"}

	uses := u.Column(table, "custom_ui_asset_id")
	if len(uses) != 1 || uses[0].Model != "table definition" || uses[0].At.Line != "  custom_ui_asset_id varchar(21)" || uses[0].At.Span.Column != 3 {
		t.Errorf("uses of the column: %+v", uses)
	}
	unread := u.Unread(table)
	if len(unread) != 1 || unread[0].At.Path != "src/find-by-id.ts" || unread[0].At.Span.Line != 4 || unread[0].Named {
		t.Errorf("unread: %+v", unread)
	}

	hooks := catalog.Name{Object: "hooks"}
	var omit []int
	for _, use := range u.Omits(hooks, "name") {
		omit = append(omit, use.At.Span.Line)
	}
	if diff := cmp.Diff([]int{1, 2}, omit); diff != "" {
		t.Errorf("lines that omit the name (-want +got):\n%s", diff)
	}
	if upserts := u.Upserts(hooks); len(upserts) != 1 || upserts[0].Insert.Conflict.Columns[0] != "id" {
		t.Errorf("upserts: %+v", upserts)
	}
	if serving, tests := u.Words("customUiAssetId"); len(serving) != 1 || len(tests) != 0 {
		t.Errorf("words in %v and %v", serving, tests)
	}
}

// MySQL and SQLite tell no names apart by case alone; PostgreSQL does.
func TestCase(t *testing.T) {
	facts := Read("a.go", []byte("q(`SELECT Name FROM Users`)"))
	for dialect, want := range map[catalog.Dialect]int{catalog.MySQL: 1, catalog.SQLite: 1, catalog.Postgres: 0} {
		c := catalog.New(dialect)
		c.Fold(catalog.CreateTable{Table: &catalog.Table{Name: catalog.Name{Object: "users"}, Columns: []*catalog.Column{{Name: "name"}}}})
		if uses := NewIndex([]*Facts{facts}).Against(c).Column(catalog.Name{Object: "USERS"}, "NAME"); len(uses) != want {
			t.Errorf("%s: %d uses", dialect, len(uses))
		}
	}
}

// TestPlaces: each column that a query names stands where it is said to.
func TestPlaces(t *testing.T) {
	paths, err := filepath.Glob("testdata/truth/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range factsOf(archive) {
			lines := strings.Split(part(archive, f.Path), "\n")
			for _, q := range f.Queries {
				for _, m := range append(q.Reads, q.Writes...) {
					if m.Loose || m.Column == "" || m.At.Line != m.At.EndLine {
						continue
					}
					seen++
					line := lines[m.At.Line-1]
					text := line[m.At.Column-1 : min(len(line), m.At.EndColumn-1)]
					text, column := strings.ToLower(strings.Trim(text, "\"`\\ ")), strings.ToLower(m.Column)
					if column != "*" && !strings.HasSuffix(text, column) && !strings.HasPrefix(column, text) { // a quoted name's end is short
						t.Errorf("%s:%d: %s stands at %q", f.Path, m.At.Line, m.Column, text)
					}
				}
			}
		}
	}
	if seen < 60 {
		t.Errorf("only %d columns", seen)
	}
}

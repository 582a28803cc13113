package migrations

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// samplePaths has a path for each format: the one that the first byte chooses.
func samplePaths() []string {
	return []string{
		"migrations/001_a.up.sql", "db/migration/V1__a.sql", "prisma/migrations/20240101000000_a/migration.sql", "migrations/1_a/up.sql", "db/schema.sql",
		"supabase/migrations/20240101000000_a.sql", "deploy/a.sql", "migrations/001.sql", "alterations/1-a.ts", "migrations/1700000000000-A.js",
		"migrations/atlas.sum", "drizzle/meta/_journal.json", "sqitch.plan", "schema.prisma", "config/database.yml",
		"db/migrate/20240101000000_a.rb", "db/schema.rb", "migrations/versions/a.py", "shop/migrations/0001_a.py", "database/migrations/2024_01_01_000000_a.php",
		"priv/repo/migrations/20240101000000_a.exs", "Migrations/20240101000000_A.cs", "changelog/a.xml", "migrations/20240101000000-a.js", "migrations/0001_a.go",
	}
}

// Whatever is read, its places lie in the text, and it comes back from JSON as it was.
func FuzzRead(f *testing.F) {
	for i, text := range []string{"CREATE TABLE a (id int);", "-- +goose Up\nDROP TABLE a;\n-- +goose Down", "-- migrate:up transaction:false\nDROP TABLE a",
		"--liquibase formatted sql\n--changeset a:1 endDelimiter:/\nDROP TABLE a\n/", "up sql`drop table ${sql.identifier(['a'])}`", "export const up = async (p) => { await p.query(sql`drop ${`a${1}`}`) }",
		"class A { async up(queryRunner) { await queryRunner.query('DROP TABLE a' + x) } }", "class A < ActiveRecord::Migration[7.1]\n  def change\n    create_table :a do |t|\n      t.string :b, null: false\n    end\n    execute <<~SQL\n      DROP TABLE b\n    SQL\n  end\nend\n",
		"ActiveRecord::Schema[7.1].define(version: 1) do\n  create_table \"a\", force: :cascade do |t|\n    t.index [\"b\"], name: \"c\"\n  end\nend\n",
		"revision = 'a'\ndown_revision = None\ndef upgrade():\n    op.add_column('a', sa.Column('b', sa.String(3)))\n    op.execute(f\"DROP TABLE {x}\")\n",
		"class Migration(migrations.Migration):\n    operations = [migrations.AddField('a', 'b', models.CharField(max_length=3, default=''))]\n",
		"<?php Schema::table('a', fn($t) => $t->dropColumn('b')); function down() {}", `{"entries":[{"tag":"a"}]}`, "a 2024\n@v1\na 2025", "provider = \"mysql\"", "\xff\xfe"} {
		for j := range samplePaths() {
			f.Add(string(rune('0'+j)) + text)
		}
		f.Add(string(rune('0'+i)) + text)
	}
	f.Fuzz(func(t *testing.T, input string) {
		if input == "" {
			return
		}
		paths := samplePaths()
		path, text := paths[int(input[0])%len(paths)], input[1:]
		for _, d := range Dialects(path, []byte(text)) {
			file := Read(path, []byte(text), d)
			check(t, file, text)
			(&Line{Dialect: d, Migrations: []*File{file}}).arrange(nil)
		}
	})
}

func check(t *testing.T, file *File, text string) {
	t.Helper()
	lines := 1 + strings.Count(text, "\n")
	c := catalog.New(file.Dialect)
	for _, step := range file.Steps {
		if len(step.Statements) == 0 {
			t.Error("an empty step")
		}
		for _, s := range step.Statements {
			if s.At.Span.Line < 1 || s.At.Span.EndLine > lines || s.At.Span.EndLine < s.At.Span.Line {
				t.Errorf("%+v of %d lines", s.At.Span, lines)
			}
			c.Fold(s.Changes...)
		}
	}
	data, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	var back File
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(*file, back, cmp.AllowUnexported(catalog.Table{})); diff != "" {
		t.Error(diff)
	}
}

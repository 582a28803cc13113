package migrations

import (
	"testing"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// TestRecognised: without a reader, what removes, alters or runs SQL going forward is
// unread, and what only adds is unsupported. What undoes does not count.
func TestRecognised(t *testing.T) {
	for _, c := range []struct {
		name, path, text string
		format           string
		unread           bool
	}{
		{"knex adds", "migrations/20240718093000_a.js", "exports.up = (knex) => knex.schema.createTable('a', t => t.string('dropped'));\nexports.down = (knex) => knex.schema.dropTable('a');\n", "knex", false},
		{"knex drops", "migrations/20240718093000_a.ts", "import { Knex } from 'knex';\nexport async function up(knex: Knex) { await knex.schema.alterTable('a', t => t.dropColumn('b')); }\nexport async function down(knex: Knex) {}\n", "knex", true},
		{"knex down first", "migrations/20240718093000_a.js", "exports.down = (knex) => {};\nexports.up = (knex) => knex.schema.dropTable('a');\n", "knex", true},
		{"sequelize adds", "migrations/20240718093000-a.js", "module.exports = {\n  async up(queryInterface) { await queryInterface.addColumn('a', 'b', {}); },\n  async down(queryInterface) { await queryInterface.removeColumn('a', 'b'); }\n};\n", "sequelize", false},
		{"sequelize removes", "migrations/20240718093000-a.js", "module.exports = {\n  async up(queryInterface) { await queryInterface.removeColumn('a', 'b'); },\n  async down() {}\n};\n", "sequelize", true},
		{"laravel adds", "database/migrations/2024_07_18_093000_a.php", "<?php\nreturn new class extends Migration {\n  public function up() { Schema::table('a', fn ($t) => $t->string('b')); }\n  public function down() { Schema::table('a', fn ($t) => $t->dropColumn('b')); }\n};\n", "laravel", false},
		{"laravel changes", "database/migrations/2024_07_18_093000_a.php", "<?php\nclass A extends Migration {\n  public function up() { Schema::table('a', fn ($t) => $t->string('b')->nullable()->change()); }\n}\n", "laravel", true},
		{"ecto adds", "priv/repo/migrations/20240718093000_a.exs", "defmodule A do\n  use Ecto.Migration\n  def change do\n    create table(:a) do\n      add :changed_at, :string\n    end\n  end\nend\n", "ecto", false},
		{"ecto removes", "priv/repo/migrations/20240718093000_a.exs", "defmodule A do\n  use Ecto.Migration\n  def up do\n    alter table(:a) do\n      remove :b\n    end\n  end\n  def down do\n  end\nend\n", "ecto", true},
		{"ef adds", "src/Migrations/20240718093000_A.cs", "protected override void Up(MigrationBuilder migrationBuilder) {\n migrationBuilder.AddColumn<string>(name: \"b\");\n}\nprotected override void Down(MigrationBuilder migrationBuilder) {\n migrationBuilder.DropColumn(name: \"b\");\n}\n", "efcore", false},
		{"ef drops", "src/Migrations/20240718093000_A.cs", "protected override void Up(MigrationBuilder migrationBuilder) {\n migrationBuilder.DropColumn(name: \"b\");\n}\n", "efcore", true},
		{"liquibase adds", "db/changelog/a.xml", "<databaseChangeLog><changeSet id=\"1\"><addColumn tableName=\"a\"/><rollback><dropColumn/></rollback></changeSet></databaseChangeLog>", "liquibase", false},
		{"liquibase drops", "db/changelog/a.yaml", "databaseChangeLog:\n- changeSet:\n    id: 1\n    changes:\n    - dropColumn:\n        tableName: a\n", "liquibase", true},
		{"liquibase runs SQL", "db/changelog/a.xml", "<databaseChangeLog><changeSet id=\"1\"><sql>DROP TABLE a</sql></changeSet></databaseChangeLog>", "liquibase", true},
		{"go runs SQL", "migrations/00002_a.go", "package migrations\nfunc init() { goose.AddMigration(up, down) }\nfunc up(tx *sql.Tx) error { _, err := tx.Exec(q); return err }\nfunc down(tx *sql.Tx) error { return nil }\n", "goose", true},
		{"doctrine runs SQL", "migrations/Version20240718093000.php", "<?php\nfinal class A extends AbstractMigration {\n public function up() { $this->addSql('DROP TABLE a'); }\n}\n", "doctrine", true},
		{"other XML", "db/changelog/pom.xml", "<project/>", "", false},
		{"other Go", "migrations/001_embed.go", "package migrations\n", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := Read(c.path, []byte(c.text), catalog.Postgres)
			if f.Format != c.format {
				t.Errorf("format %q, want %q", f.Format, c.format)
			}
			if unread := f.Unread != "" && !f.Unsupported; unread != c.unread {
				t.Errorf("unread %q, unsupported %v", f.Unread, f.Unsupported)
			}
			if f.Format != "" && !c.unread && !f.Unsupported {
				t.Error("taken for read")
			}
		})
	}
}

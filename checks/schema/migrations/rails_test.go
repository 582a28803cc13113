package migrations

import (
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

func rubyMigration(version, body string) string {
	return "class A < ActiveRecord::Migration" + version + "\n  def change\n" + dedent(body) + "\n  end\n\n  def down\n    drop_table :never\n  end\nend\n"
}

const railsFile = "db/migrate/20240718093000_a.rb"

func TestRailsCalls(t *testing.T) {
	for body, want := range map[string]string{
		"create_table :users":                                                               "create users\n  id int8 not null counts\n  primary (id)",
		"create_table :users, id: false":                                                    "create users",
		"create_table :users, id: :uuid":                                                    "create users\n  id uuid not null default gen_random_uuid()\n  primary (id)",
		"create_table :users, primary_key: :code":                                           "create users\n  code int8 not null counts\n  primary (code)",
		"create_table :users, primary_key: [:a, :b]":                                        "create users\n  primary (a,b)",
		"create_table(:users, id: :string) { |t| }":                                         "create users\n  id varchar not null\n  primary (id)",
		"create_join_table :parts, :assemblies":                                             "create assemblies_parts\n  part_id int8 not null\n  assembly_id int8 not null",
		"drop_table :users":                                                                 "drop users",
		"drop_table :users, if_exists: true":                                                "drop users if there",
		"rename_table :users, :people":                                                      "rename users to people",
		"add_column :users, :email, :string":                                                "add users.email varchar",
		"add_column :users, :email, :string, limit: 20":                                     "add users.email varchar(20)",
		"add_column 'users', 'tags', :string, array: true":                                  "add users.tags varchar[]",
		"add_column :users, :n, :integer, limit: 8":                                         "add users.n int8",
		"add_column :users, :n, :decimal, precision: 10, scale: 2, default: 0, null: false": "add users.n numeric(10,2) not null default 0",
		"add_column :users, :on, :boolean, null: false, default: false":                     "add users.on bool not null default false",
		"add_column :users, :at, :datetime, default: -> { 'now()' }":                        "add users.at timestamp(6) default now()",
		"add_column :users, :x, :string, if_not_exists: true":                               "add users.x varchar if missing",
		"remove_column :users, :email, :string":                                             "drop users.email",
		"remove_columns :users, :a, :b":                                                     "drop users.a\ndrop users.b",
		"rename_column :users, :a, :b":                                                      "rename users.a to b\nrename index index_users_on_a to index_users_on_b if there",
		"change_column :users, :a, :text":                                                   "alter users.a type text",
		"change_column :users, :a, :bigint, null: false":                                    "alter users.a type int8 set not null",
		"change_column_null :users, :a, false":                                              "alter users.a set not null",
		"change_column_default :users, :a, from: nil, to: 'x'":                              "alter users.a default 'x'",
		"change_column_default :users, :a, nil":                                             "alter users.a drop default",
		"add_timestamps :users":                                                             "add users.created_at timestamp(6) not null\nadd users.updated_at timestamp(6) not null",
		"add_reference :posts, :user, null: false, foreign_key: true": "add posts.user_id int8 not null\non posts: index (user_id) index_posts_on_user_id\n" +
			"on posts: foreign (user_id) fk_rails_5b5ddfd518 to users(id)",
		"add_reference :posts, :owner, polymorphic: true, index: false":                                       "add posts.owner_type varchar\nadd posts.owner_id int8",
		"remove_reference :posts, :user, foreign_key: true":                                                   "drop posts.user_id",
		"add_index :users, :email, unique: true, algorithm: :concurrently, where: 'email IS NOT NULL'":        "on users: unique (email) index_users_on_email where email IS NOT NULL",
		"add_index :users, %i[a b], name: 'x'":                                                                "on users: index (a,b) x",
		"add_index :users, 'lower(email)'":                                                                    "on users: index () index_users_on_lower_email",
		"remove_index :users, :email":                                                                         "drop index index_users_on_email",
		"remove_index :users, name: :x":                                                                       "drop index x",
		"add_foreign_key :posts, :users, column: :author_id, on_delete: :nullify, name: 'x', validate: false": "on posts: foreign (author_id) x to users(id) on delete set null not valid",
		"add_check_constraint :users, 'age > 0', name: 'x'":                                                   "on users: check (age) x",
		"remove_check_constraint :users, name: 'x'":                                                           "drop check constraint x of users",
		"create_enum :mood, %w[happy sad]":                                                                    "enum mood happy|sad",
		"add_enum_value :mood, 'meh'":                                                                         "enum mood + meh",
		"add_column :users, :mood, :enum, enum_type: :mood":                                                   "add users.mood mood",
		"execute 'DROP TABLE users'":                                                                          "drop users",
		"execute <<~SQL\n  ALTER TABLE users DROP COLUMN a;\n  DROP TABLE b;\nSQL":                            "drop users.a\ndrop b",
		"safety_assured { remove_column :users, :a }":                                                         "drop users.a",
		"reversible do |dir|\n  dir.up { drop_table :a }\n  dir.down { drop_table :b }\nend":                  "drop a",
		"up_only { execute 'UPDATE users SET a = 1' }":                                                        "update users",
		"%w[a b].each { |name| drop_table name }":                                                             "drop a\ndrop b",
		"{ a: :string, b: :text }.each do |name, type|\n  add_column :users, name, type\nend":                 "add users.a varchar\nadd users.b text",
		"[:a, :b].each { |n| execute \"DROP TABLE #{n}\" }":                                                   "drop a\ndrop b",
		"drop_table :a if table_exists?(:a)":                                                                  "drop a if there",
		"add_column :users, :a, :text unless column_exists?(:users, :a)":                                      "add users.a text if missing",
		"change_table :users, bulk: true do |t|\n  t.string :a\n  t.remove :b, :c\n  t.rename :d, :e\nend": "add users.a varchar\ndrop users.b\ndrop users.c\n" +
			"rename users.d to e\nrename index index_users_on_d to index_users_on_e if there",

		// What is not plain is told.
		"drop_table name":                                                  "unread: the table of drop_table is not plainly written: name",
		"drop_table :a if Rails.env.production?":                           "unread: it runs only under a condition that is not known here: if Rails.env.production?",
		"tables.each { |t| drop_table t }":                                 "unread: it stands within a call of each that is not known here",
		"execute \"DROP TABLE #{name}\"":                                   "unread: code puts a value into the SQL that is not known here",
		"execute Foo::SQL":                                                 "unread: the SQL that execute runs is not plainly written: Foo::SQL",
		"swap_column_types :users, :a":                                     "unread: swap_column_types is defined elsewhere and has no reader",
		"add_column :users, *args":                                         "unread: arguments of add_column are not plainly written",
		"return if Foo.bar?\ndrop_table :a":                                "unread: it runs only under a condition that is not known here: return if Foo.bar?",
		"User.update_all(a: 1)":                                            "",
		"User.where(id: 1).in_batches { |b| execute 'DELETE FROM users' }": "delete users",
	} {
		t.Run(body, func(t *testing.T) {
			checkBrief(t, want, Read(railsFile, []byte(rubyMigration("[7.1]", body)), catalog.Postgres))
		})
	}
}

func TestRailsTable(t *testing.T) {
	body := `
		create_table "posts", force: :cascade do |t|
		  t.string :title, :slug, null: false, limit: 80
		  t.references :user, foreign_key: { on_delete: :cascade }, index: { unique: true }
		  t.belongs_to :thing, polymorphic: true
		  t.jsonb :meta, default: {}
		  t.virtual :up, type: :string, as: "upper(title)", stored: true
		  t.integer :n, index: true
		  t.timestamps
		  t.index [:title, :slug], unique: true
		end`
	checkBrief(t, `
		drop posts if there
		create posts
		  id int8 not null counts
		  title varchar(80) not null
		  slug varchar(80) not null
		  user_id int8
		  thing_type varchar
		  thing_id int8
		  meta jsonb default '{}'
		  up varchar generated upper(title)
		  n int4
		  created_at timestamp(6) not null
		  updated_at timestamp(6) not null
		  primary (id)
		on posts: unique (user_id) index_posts_on_user_id
		on posts: foreign (user_id) fk_rails_5b5ddfd518 to users(id) on delete cascade
		on posts: index (thing_type,thing_id) index_posts_on_thing
		on posts: index (n) index_posts_on_n
		on posts: unique (title,slug) index_posts_on_title_and_slug`, Read(railsFile, []byte(rubyMigration("[7.1]", body)), catalog.Postgres))
}

// TestRailsVersions: what a migration means hangs on the version that it names.
func TestRailsVersions(t *testing.T) {
	body := "create_table :a do |t|\n  t.references :b\n  t.datetime :c\n  t.timestamps\nend"
	for version, want := range map[string]string{
		"": `
			create a
			  id int4 not null counts
			  b_id int4
			  c timestamp
			  created_at timestamp
			  updated_at timestamp
			  primary (id)`,
		"[5.0]": `
			create a
			  id int4 not null counts
			  b_id int4
			  c timestamp
			  created_at timestamp not null
			  updated_at timestamp not null
			  primary (id)
			on a: index (b_id) index_a_on_b_id`,
		"[6.0]": `
			create a
			  id int8 not null counts
			  b_id int8
			  c timestamp
			  created_at timestamp(6) not null
			  updated_at timestamp(6) not null
			  primary (id)
			on a: index (b_id) index_a_on_b_id`,
	} {
		t.Run(version, func(t *testing.T) {
			checkBrief(t, want, Read(railsFile, []byte(rubyMigration(version, body)), catalog.Postgres))
		})
	}
}

func TestRailsDialects(t *testing.T) {
	body := "create_table :a do |t|\n  t.string :b\n  t.text :c, limit: 16777215\n  t.boolean :d, default: true\n  t.datetime :e\n  t.integer :f, unsigned: true\nend"
	checkBrief(t, `
		create a
		  id bigint not null counts
		  b varchar(255)
		  c mediumtext
		  d tinyint default 1
		  e datetime(6)
		  f int unsigned
		  primary (id)`, Read(railsFile, []byte(rubyMigration("[7.1]", body)), catalog.MySQL))
	checkBrief(t, `
		create a
		  id integer not null counts
		  b varchar
		  c text(16777215)
		  d boolean default 1
		  e datetime
		  f integer
		  primary (id)`, Read(railsFile, []byte(rubyMigration("[7.1]", body)), catalog.SQLite))
}

// TestRailsPlaces: a statement of SQL within a heredoc stands where it stands in the file.
func TestRailsPlaces(t *testing.T) {
	text := "class A < ActiveRecord::Migration[7.1]\n  disable_ddl_transaction!\n  def up\n    execute <<~SQL\n      DROP TABLE a;\n      ALTER TABLE \"b\" DROP c\n    SQL\n    execute \"DROP TABLE \\\"d\\\"\"\n  end\nend\n"
	f := Read(railsFile, []byte(text), catalog.Postgres)
	var got []string
	for _, step := range f.Steps {
		if step.Transaction || len(step.Statements) != 1 {
			t.Errorf("a step of %d statements, transaction %v", len(step.Statements), step.Transaction)
		}
		for _, s := range step.Statements {
			lines := strings.Split(text, "\n")
			span := s.At.Span
			got = append(got, lines[span.Line-1][span.Column-1:span.EndColumn-1])
			if place := s.Changes[0].Where(); place != s.At {
				t.Errorf("the change stands at %v, the statement at %v", place, s.At)
			}
		}
	}
	want := []string{"DROP TABLE a", `ALTER TABLE "b" DROP c`, `DROP TABLE \"d\"`}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestRailsDump(t *testing.T) {
	text := "ActiveRecord::Schema[7.1].define(version: 2024_07_18_093000) do\n  enable_extension \"plpgsql\"\n\n  create_table \"posts\", id: :serial, force: :cascade do |t|\n" +
		"    t.string \"title\", limit: 80, null: false\n    t.datetime \"at\", precision: nil\n    t.index [\"title\"], name: \"x\", unique: true\n  end\n\n  add_foreign_key \"posts\", \"users\"\nend\n"
	f := Read("db/schema.rb", []byte(text), catalog.Postgres)
	if f.Kind != Dump {
		t.Errorf("kind %q", f.Kind)
	}
	checkBrief(t, `
		create posts
		  id int4 not null counts
		  title varchar(80) not null
		  at timestamp
		  primary (id)
		on posts: unique (title) x
		on posts: foreign (user_id) fk_rails_5b5ddfd518 to users(id)`, f)
}

package migrations

import (
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

const alembicFile = "migrations/versions/1f2e3d_a.py"

func revision(body string) string {
	return "import sqlalchemy as sa\nfrom alembic import op\n\nrevision = '1f2e3d'\ndown_revision = ('a', 'b')\nKIND = sa.Enum('x', 'y', name='kind')\n\n" +
		"def helper(table):\n    op.drop_table(table)\n\n\ndef upgrade():\n    " + strings.ReplaceAll(strings.TrimSpace(dedent(body)), "\n", "\n    ") + "\n\n\ndef downgrade():\n    op.drop_table('never')\n"
}

func TestAlembicCalls(t *testing.T) {
	for body, want := range map[string]string{
		"op.drop_table('a', schema='s')":                            "drop s.a",
		"op.execute('INSERT INTO s.a (b, c) {}'.format(rows('d')))": "insert s.a",
		"op.rename_table('a', 'b')":                                 "rename a to b",
		"op.add_column('a', sa.Column('b', sa.String(length=20), nullable=False, server_default='x'))":             "add a.b varchar(20) not null default 'x'",
		"op.add_column('a', sa.Column('b', sa.DateTime(timezone=True), server_default=sa.func.now()))":             "add a.b timestamptz default now()",
		"op.add_column('a', sa.Column('b', sa.BigInteger, server_default=sa.text('0')))":                           "add a.b int8 default 0",
		"op.add_column('a', sa.Column('b', sa.Numeric(10, 2)))":                                                    "add a.b numeric(10,2)",
		"op.add_column('a', sa.Column('b', postgresql.ARRAY(sa.Text()), nullable=True))":                           "add a.b text[]",
		"op.add_column('a', sa.Column('b', postgresql.JSONB(astext_type=sa.Text()), nullable=True))":               "add a.b jsonb",
		"op.add_column('a', sa.Column('b', app.types.Secret(), nullable=True))":                                    "add a.b",
		"op.add_column('a', sa.Column('b', sa.Integer(), sa.ForeignKey('c.id', ondelete='CASCADE'), unique=True))": "add a.b int4\non a: foreign (b) to c(id) on delete cascade\non a: unique (b)",
		"op.drop_column('a', 'b')": "drop a.b",
		"op.alter_column('a', 'b', nullable=False, existing_type=sa.Text())":                          "alter a.b set not null",
		"op.alter_column('a', 'b', server_default=None)":                                              "alter a.b drop default",
		"op.alter_column('a', 'b', type_=sa.Text(), existing_type=sa.String(5))":                      "alter a.b type text",
		"op.alter_column('a', 'b', new_column_name='c')":                                              "rename a.b to c",
		"op.create_index(op.f('ix_a_b'), 'a', ['b'], unique=True, postgresql_where=sa.text('b > 0'))": "on a: unique (b) ix_a_b where b > 0",
		"op.create_index('ix', 'a', [sa.text('lower(b)')])":                                           "on a: index () ix",
		"op.drop_index('ix', table_name='a')":                                                         "drop index ix",
		"op.create_unique_constraint('u', 'a', ['b', 'c'])":                                           "on a: unique (b,c) u",
		"op.create_foreign_key(None, 'a', 'c', ['b'], ['id'], ondelete='SET NULL')":                   "on a: foreign (b) to c(id) on delete set null",
		"op.create_check_constraint('k', 'a', 'b > 0')":                                               "on a: check (b) k",
		"op.create_primary_key('p', 'a', ['b'])":                                                      "on a: primary (b) p",
		"op.drop_constraint('u', 'a', type_='unique')":                                                "drop unique constraint u of a",
		"op.execute('DROP TABLE a')":                                                                  "drop a",
		"op.execute(sa.text(\"DROP TABLE a; \" 'DROP TABLE b'))":                                      "drop a\ndrop b",
		"op.execute('DROP TABLE {}'.format('a'))":                                                     "drop a",
		"op.execute('DROP TABLE %s' % 'a')":                                                           "drop a",
		"t = 'a'\nop.execute(f'DROP TABLE {t}')":                                                      "drop a",
		"conn = op.get_bind()\nconn.execute(sa.text('DROP TABLE a'))":                                 "drop a",
		"op.get_bind().execute(users.update().values(a=1))":                                           "",
		"helper('a')":                         "drop a",
		"for t in ('a', 'b'):\n    helper(t)": "drop a\ndrop b",
		"with op.batch_alter_table('a', schema=None) as batch_op:\n    batch_op.add_column(sa.Column('b', sa.Text()))\n    batch_op.drop_column('c')\n    batch_op.create_unique_constraint('u', ['b'])": "add a.b text\ndrop a.c\non a: unique (b) u",
		"with op.get_context().autocommit_block():\n    op.execute('DROP TABLE a')":                             "drop a",
		"KIND.create(op.get_bind(), checkfirst=True)\nKIND.drop(op.get_bind())":                                 "enum kind x|y\ncatalog.DropType",
		"if op.get_bind().dialect.name == 'postgresql':\n    op.drop_table('a')\nelse:\n    op.drop_table('b')": "drop a",
		"if not has_table('a'):\n    op.drop_table('a')":                                                        "drop a if there",

		// What is not plain is told.
		"op.drop_table(name)":                      "unread: the table of drop_table is not plainly written: name",
		"op.execute(f'DROP TABLE {name}')":         "unread: code puts a value into the SQL that is not known here",
		"op.execute(load('a.sql'))":                "unread: the SQL that execute runs is not plainly written: load('a.sql')",
		"if settings.X:\n    op.drop_table('a')":   "unread: it runs only under a condition that is not known here: settings.X",
		"for t in tables():\n    op.drop_table(t)": "unread: it runs once for each of what is not known here",
		"[op.drop_table(t) for t in tables]":       "unread: op.drop_table is called, and it is not a plain call",
		"op.invoke(x)":                             "unread: op.invoke has no reader",
		"drop_all_columns('a')":                    "unread: drop_all_columns is defined elsewhere and has no reader",
	} {
		t.Run(body, func(t *testing.T) {
			checkBrief(t, want, Read(alembicFile, []byte(revision(body)), catalog.Postgres))
		})
	}
}

func TestAlembicTable(t *testing.T) {
	f := Read(alembicFile, []byte(revision(`
		op.create_table(
		    'a',
		    sa.Column('id', sa.Integer(), nullable=False),
		    sa.Column('kind', KIND, nullable=False),
		    sa.Column('b_id', sa.Integer(), nullable=True),
		    sa.Column('n', sa.Integer(), sa.Computed('b_id + 1')),
		    sa.ForeignKeyConstraint(['b_id'], ['b.id'], name='fk', ondelete='CASCADE'),
		    sa.PrimaryKeyConstraint('id'),
		    sa.UniqueConstraint('kind', 'b_id', name='u'),
		    sa.CheckConstraint('n > 0', name='k'),
		)`)), catalog.Postgres)
	checkBrief(t, `
		enum kind x|y
		create a
		  id int4 not null counts
		  kind kind not null
		  b_id int4
		  n int4 generated b_id + 1
		  foreign (b_id) fk to b(id) on delete cascade
		  primary (id)
		  unique (kind,b_id) u
		  check (n) k`, f)
	if f.ID != "1f2e3d" || f.Name != "a" || strings.Join(f.After, " ") != "a b" {
		t.Errorf("ID %q, name %q, after %q", f.ID, f.Name, f.After)
	}
}

// TestAlembicSteps: what an autocommit block holds runs outside of the transaction.
func TestAlembicSteps(t *testing.T) {
	f := Read(alembicFile, []byte(revision("op.drop_table('a')\nwith op.get_context().autocommit_block():\n    op.drop_table('b')\nop.drop_table('c')")), catalog.Postgres)
	var got []string
	for _, step := range f.Steps {
		got = append(got, flagged(step.Transaction, "in ")+step.Statements[0].Text)
	}
	if want := "in op.drop_table('a')|op.drop_table('b')|in op.drop_table('c')"; strings.Join(got, "|") != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNotAlembic(t *testing.T) {
	if f := Read("api/versions/v1.py", []byte("def get():\n    pass\n"), catalog.Postgres); f.Kind != "" || f.Unread != "" {
		t.Errorf("read as %q: %s", f.Kind, f.Unread)
	}
}

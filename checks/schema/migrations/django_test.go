package migrations

import (
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

func djangoMigration(operations string) string {
	return "from django.db import migrations, models\n\n\nclass Migration(migrations.Migration):\n    dependencies = [('auth', '0001_initial'), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]\n    operations = [\n" +
		dedent(operations) + "\n    ]\n"
}

const shopModels = `
	migrations.CreateModel(
	    name='Shop',
	    fields=[
	        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False)),
	        ('name', models.CharField(max_length=80)),
	        ('price', models.DecimalField(max_digits=10, decimal_places=2, default=0)),
	        ('note', models.TextField(blank=True, null=True)),
	        ('owner', models.ForeignKey(on_delete=models.CASCADE, to='auth.user')),
	    ],
	    options={'unique_together': {('name', 'owner')}},
	),
	migrations.CreateModel(
	    name='Item',
	    fields=[
	        ('code', models.UUIDField(primary_key=True)),
	        ('shop', models.ForeignKey(db_column='shop_ref', db_index=False, null=True, on_delete=models.SET_NULL, to='shop.Shop')),
	        ('tags', models.ManyToManyField(to='shop.Shop', related_name='+')),
	    ],
	    options={'db_table': 'things'},
	),`

// after are the changes of the second migration of the app, whose first makes the models.
func after(t *testing.T, operations string) *File {
	t.Helper()
	first := Read("shop/migrations/0001_initial.py", []byte(djangoMigration(shopModels)), catalog.Postgres)
	second := Read("shop/migrations/0002_b.py", []byte(djangoMigration(operations)), catalog.Postgres)
	l := &Line{Dialect: catalog.Postgres, Migrations: []*File{second, first}}
	second.After = []string{"shop.0001_initial"}
	l.arrange(nil)
	if l.Migrations[1].Path != second.Path {
		t.Fatal("not in the order of their dependencies")
	}
	c := catalog.New(catalog.Postgres)
	for _, f := range l.Migrations {
		for _, step := range f.Steps {
			for _, s := range step.Statements {
				for _, problem := range c.Fold(s.Changes...) {
					t.Logf("%v", problem)
				}
			}
		}
	}
	return l.Migrations[1]
}

func TestDjangoModels(t *testing.T) {
	f := Read("shop/migrations/0001_initial.py", []byte(djangoMigration(shopModels)), catalog.Postgres)
	l := &Line{Dialect: catalog.Postgres, Migrations: []*File{f}}
	l.arrange(nil)
	got := brief(l.Migrations[0])
	for _, want := range []string{
		"create shop_shop\n  id int8 not null counts\n  name varchar(80) not null\n  price numeric(10,2) not null\n  note text\n  owner_id int4 not null\n  primary (id)",
		"on shop_shop: index (owner_id) shop_shop_owner_id_",
		"_fk_auth_user_id to auth_user(id)",
		"on shop_shop: unique (name,owner_id) shop_shop_name_owner_id_",
		"create things\n  code uuid not null\n  shop_ref int8\n  primary (code)",
		"create things_tags\n  id not null counts\n  item_id uuid not null\n  shop_id int8 not null\n  primary (id)",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("missing %q in\n%s", want, got)
		}
	}
	if strings.Contains(got, "index (shop_ref)") {
		t.Error("db_index=False, and an index")
	}
}

func TestDjangoOperations(t *testing.T) {
	for operations, want := range map[string]string{
		// The default goes again: what runs meanwhile cannot insert.
		"migrations.AddField('shop', 'kind', models.CharField(max_length=5, default='a'))":                             "add shop_shop.kind varchar(5) not null default 'a'\nalter shop_shop.kind drop default",
		"migrations.AddField('shop', 'kind', models.CharField(max_length=5, db_default='a'))":                          "add shop_shop.kind varchar(5) not null default 'a'",
		"migrations.AddField(model_name='shop', name='kind', field=models.IntegerField(null=True))":                    "add shop_shop.kind int4",
		"migrations.AddField('shop', 'at', models.DateTimeField(auto_now_add=True))":                                   "add shop_shop.at timestamptz not null default CURRENT_TIMESTAMP\nalter shop_shop.at drop default",
		"migrations.AddField('shop', 'x', app.fields.Secret(null=True))":                                               "add shop_shop.x",
		"migrations.RemoveField('shop', 'owner')":                                                                      "drop shop_shop.owner_id",
		"migrations.RemoveField('item', 'shop')":                                                                       "drop things.shop_ref",
		"migrations.RemoveField('item', 'tags')":                                                                       "drop things_tags",
		"migrations.RenameField('shop', 'owner', 'keeper')":                                                            "rename shop_shop.owner_id to keeper_id",
		"migrations.RenameField('item', 'shop', 'place')":                                                              "",
		"migrations.AlterField('shop', 'name', models.CharField(max_length=90, null=True))":                            "alter shop_shop.name type varchar(90) drop not null",
		"migrations.AlterField('shop', 'note', models.TextField(default='', verbose_name='x'))":                        "alter shop_shop.note set not null",
		"migrations.AlterField('shop', 'name', models.CharField(max_length=80, verbose_name='only told'))":             "",
		"migrations.RenameModel('Item', 'Thing')":                                                                      "rename things_tags.item_id to thing_id",
		"migrations.RenameModel('Shop', 'Store')":                                                                      "rename shop_shop to shop_store",
		"migrations.DeleteModel('Item')":                                                                               "drop things_tags\ndrop things",
		"migrations.AlterModelTable('shop', 'shops')":                                                                  "rename shop_shop to shops",
		"migrations.AddIndex('shop', models.Index(fields=['-name', 'owner'], name='i'))":                               "on shop_shop: index (name,owner_id) i",
		"migrations.RemoveIndex('shop', 'i')":                                                                          "drop index i",
		"migrations.AddConstraint('shop', models.UniqueConstraint(fields=['name', 'owner'], name='u'))":                "on shop_shop: unique (name,owner_id) u",
		"migrations.AddConstraint('shop', models.CheckConstraint(check=models.Q(price__gte=0), name='k'))":             "on shop_shop: check (price) k",
		"migrations.RemoveConstraint('shop', 'u')":                                                                     "drop constraint u of shop_shop",
		"migrations.RunSQL('DROP TABLE a', reverse_sql='DROP TABLE b')":                                                "drop a",
		"migrations.RunSQL(['DROP TABLE a', ('UPDATE c SET d = %s', [1])])":                                            "drop a\nupdate c",
		"migrations.RunSQL(migrations.RunSQL.noop, 'DROP TABLE b')":                                                    "",
		"migrations.RunPython(fill, migrations.RunPython.noop)":                                                        "",
		"migrations.AlterModelOptions('shop', {'ordering': ['name']})":                                                 "",
		"migrations.SeparateDatabaseAndState(state_operations=[migrations.RemoveField('shop', 'name')])":               "",
		"migrations.SeparateDatabaseAndState(database_operations=[migrations.RunSQL('DROP TABLE a')])":                 "drop a",
		"migrations.CreateModel('P', fields=[], options={'proxy': True}, bases=('shop.shop',))":                        "",
		"migrations.CreateModel('P', fields=[('id', models.AutoField(primary_key=True))], options={'managed': False})": "",

		// What is not plain is told.
		"migrations.RunSQL(load())":               "unread: the SQL of RunSQL is not plainly written",
		"DropEverything('shop')":                  "unread: DropEverything is an operation that has no reader",
		"migrations.RemoveField('shop', name)":    "unread: the name of RemoveField is not plainly written: name",
		"migrations.RemoveField('shop', 'ghost')": "unread: the field Shop.ghost is made by no migration before this one",
		"migrations.DeleteModel('Ghost')":         "unread: the model shop.Ghost is made by no migration before this one",
		"*more()":                                 "unread: an operation is not plainly written",
	} {
		t.Run(operations, func(t *testing.T) {
			checkBrief(t, want, after(t, operations+","))
		})
	}
}

func TestDjangoUniqueTogether(t *testing.T) {
	got := brief(after(t, "migrations.AlterUniqueTogether('shop', {('name', 'price')}),"))
	want := "drop unique constraint shop_shop_name_owner_id_"
	if !strings.HasPrefix(got, want) || !strings.Contains(got, "on shop_shop: unique (name,price) shop_shop_name_price_") {
		t.Errorf("got\n%s", got)
	}
}

// TestDjangoName: the names as Django makes them. The digests are of a real database.
func TestDjangoName(t *testing.T) {
	for _, c := range []struct {
		table   string
		columns []string
		suffix  string
		want    string
	}{
		{"auth_user", []string{"username"}, "_like", "auth_user_username_6821ab7c_like"},
		{"auth_permission", []string{"content_type_id"}, "_fk_django_content_type_id", "auth_permission_content_type_id_2f476e4b_fk_django_co"},
		{"auth_user_groups", []string{"user_id", "group_id"}, "_uniq", "auth_user_groups_user_id_group_id_94350c0c_uniq"},
	} {
		if got := djangoName(catalog.Postgres, c.table, c.columns, c.suffix); got != c.want {
			t.Errorf("got %q, want %q", got, c.want)
		}
	}
}

// TestDjangoSquashed: a squashed migration does not run while those it replaces are there.
func TestDjangoSquashed(t *testing.T) {
	squash := strings.Replace(djangoMigration(shopModels), "    operations", "    replaces = [('shop', '0001_initial')]\n    operations", 1)
	for name, paths := range map[string][]string{"both": {"shop/migrations/0001_initial.py", "shop/migrations/0001_squashed.py"}, "squashed": {"shop/migrations/0001_squashed.py"}} {
		t.Run(name, func(t *testing.T) {
			l := &Line{Dialect: catalog.Postgres}
			for _, path := range paths {
				text := djangoMigration(shopModels)
				if strings.Contains(path, "squashed") {
					text = squash
				}
				l.Migrations = append(l.Migrations, Read(path, []byte(text), catalog.Postgres))
			}
			l.arrange(nil)
			made := 0
			for _, f := range l.Migrations {
				made += strings.Count(brief(f), "create shop_shop\n")
			}
			if made != 1 {
				t.Errorf("made %d times", made)
			}
		})
	}
}

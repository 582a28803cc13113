package migrations

import (
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/fixtures/effort"
)

// TestHostileCode: 1 MB of Ruby or Python is read within a second of processor time and 64 MB.
func TestHostileCode(t *testing.T) {
	if !effort.Measured {
		t.Skip("measures time and memory")
	}
	const size = 1 << 20
	fill := func(head, unit, tail string) string {
		return head + strings.Repeat(unit, (size-len(head)-len(tail))/len(unit)) + tail
	}
	ruby, alembic, django := "db/migrate/20240101000000_a.rb", "migrations/versions/a.py", "shop/migrations/0001_a.py"
	up := "class A < ActiveRecord::Migration[7.1]\n def up\n"
	upgrade := "revision='a'\ndown_revision=None\ndef upgrade():\n"
	operations := "class Migration(migrations.Migration):\n operations = [\n"
	for name, c := range map[string]struct{ path, text string }{
		"ruby brackets":      {ruby, fill("", "[", "")},
		"ruby blocks":        {ruby, fill("", "a do\n", "")},
		"ruby braces":        {ruby, fill("", "a{", "")},
		"ruby quotes":        {ruby, fill("", "'", "")},
		"ruby heredocs":      {ruby, fill("", "<<~A\n", "")},
		"ruby many heredocs": {ruby, fill("", "f <<~A, <<~B\nA\nB\n", "")},
		"ruby one line":      {ruby, fill("a", " + a", "")},
		"ruby newlines":      {ruby, fill("a", "\n#x", "")},
		"ruby dots":          {ruby, fill("a", "\n.a", "")},
		"ruby interpolation": {ruby, fill("\"", "#{", "\"")},
		"ruby unary":         {ruby, fill("", "!", "a")},
		"ruby elsif":         {ruby, fill("if a\n", "elsif a\n", "end")},
		"ruby ternaries":     {ruby, fill("", "a ? ", "")},
		"ruby percents":      {ruby, fill("", "%w[", "")},
		"ruby executes":      {ruby, fill(up, "execute 'DROP TABLE a'\n", "end\nend")},
		"ruby one execute":   {ruby, up + "execute <<~SQL\n" + fill("", "DROP TABLE a;\n", "") + "\nSQL\nend\nend"},
		"ruby columns":       {ruby, fill(up+"add_column :a, :b, :string\n", "add_column :a, :b, :string\n", "end\nend")},
		"ruby table":         {ruby, fill(up+"create_table :a do |t|\n", "t.string :a\n", "end\nend\nend")},
		"ruby loops":         {ruby, up + strings.Repeat("%w[a b c d e f g h].each do |x|\n", 8) + "drop_table x\n" + strings.Repeat("end\n", 8) + "end\nend"},
		"ruby helpers":       {ruby, "class A < ActiveRecord::Migration[7.1]\n def a\n a\n a\n a\n end\n def up\n a\n end\nend"},
		"ruby conditions":    {ruby, fill(up, "return if a\n", "end\nend")},
		"python brackets":    {alembic, fill(upgrade, "[", "")},
		"python calls":       {alembic, fill(upgrade+" a", "(", "")},
		"python chain":       {alembic, fill(upgrade+" a", "()", "")},
		"python names":       {alembic, fill(upgrade+" a", ".a", "")},
		"python quotes":      {alembic, fill(upgrade, "'''", "'")},
		"python strings":     {alembic, fill(upgrade+" op.execute(", "'a' ", ")")},
		"python plus":        {alembic, fill(upgrade+" op.execute('a'", "+'a'", ")")},
		"python fields":      {alembic, fill(upgrade+" op.execute(f'", "{a}", "')")},
		"python format":      {alembic, fill(upgrade+" op.execute('", "{}", "'.format(1))")},
		"python percent":     {alembic, fill(upgrade+" op.execute('", "%s", "' % 1)")},
		"python indents":     {alembic, upgrade + deep()},
		"python elif":        {alembic, fill(upgrade+" if a:\n  b\n", " elif a:\n  b\n", "")},
		"python lambdas":     {alembic, fill(upgrade+" a=", "lambda:", "1")},
		"python not":         {alembic, fill(upgrade+" a=", "not ", "1")},
		"python executes":    {alembic, fill(upgrade, " op.execute('DROP TABLE a')\n", "")},
		"python operations":  {alembic, fill(upgrade, " op.drop_table('a')\n", "")},
		"python loops":       {alembic, upgrade + nested(8)},
		"python helpers":     {alembic, "revision='a'\ndown_revision=None\ndef a():\n a()\n a()\n a()\ndef upgrade():\n a()\n"},
		"python bound":       {alembic, fill(upgrade, " a=a\n", " op.drop_table(a)\n")},
		"django operations":  {django, fill(operations, "migrations.DeleteModel('a'),\n", "]")},
		"django fields":      {django, fill(operations+"migrations.CreateModel('a', fields=[", "('a', models.CharField()),\n", "])]")},
		"django adds":        {django, fill(operations+"migrations.CreateModel('a', fields=[]),", "migrations.AddField('a', 'b', models.CharField()),\n", "]")},
		"django sql":         {django, fill(operations, "migrations.RunSQL('DROP TABLE a'),\n", "]")},
		"not UTF-8":          {ruby, fill("", "\xff", "")},
		"zeros":              {alembic, fill("down_revision = 1\n", "\x00", "")},
	} {
		t.Run(name, func(t *testing.T) {
			took, heap := effort.Of(func() {
				f := Read(c.path, []byte(c.text), catalog.Postgres)
				l := &Line{Dialect: catalog.Postgres, Migrations: []*File{f}}
				l.arrange(nil)
			})
			t.Logf("%v, %d MB", took, heap>>20)
			if took > time.Second {
				t.Errorf("took %v", took)
			}
			if heap > 64<<20 {
				t.Errorf("peak heap %d MB", heap>>20)
			}
		})
	}
}

// deep is as many blocks within each other as 1 MB holds.
func deep() string {
	var b strings.Builder
	for i := 1; b.Len() < 1<<20; i++ {
		b.WriteString(strings.Repeat(" ", i) + "if a:\n")
	}
	return b.String()
}

func nested(n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		b.WriteString(strings.Repeat(" ", i) + "for a in ['a','b','c','d','e','f','g','h']:\n")
	}
	return b.String() + strings.Repeat(" ", n+1) + "op.drop_table(a)\n"
}

package schema

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/checks/verdict"
)

const (
	users = "CREATE TABLE users (id int PRIMARY KEY, email text);\n"
	reads = "SELECT email FROM users;\n"
	drops = "ALTER TABLE users DROP COLUMN email;\n"
)

func up(n int, name string) string { return fmt.Sprintf("migrations/%06d_%s.up.sql", n, name) }

// with is a tree's files with more of them.
func with(files map[string]string, more ...string) map[string]string {
	files = cloned(files)
	for i := 0; i < len(more); i += 2 {
		files[more[i]] = more[i+1]
	}
	return files
}

var deployedFiles = map[string]string{up(1, "users"): users, "app/queries.sql": reads}

func changeOf(t *testing.T, base, head map[string]string) checks.Change {
	t.Helper()
	b, h := tree.Memory("base", base), tree.Memory("head", head)
	files, err := tree.Compare(context.Background(), b, h)
	if err != nil {
		t.Fatal(err)
	}
	return checks.Change{Tip: b, MergeBase: b, Head: h, Files: files}
}

func run(t *testing.T, change checks.Change, d Deployments) checks.Report {
	t.Helper()
	return New(policy.Default(), ruleIDs(), nil, d).Run(context.Background(), change)
}

func ages(r checks.Report) []string {
	var list []string
	for _, f := range r.Findings {
		list = append(list, fmt.Sprintf("%s %s new=%v", f.Rule, f.Subject, f.New))
	}
	return list
}

// What the base has already explains, and does not block again.
func TestNew(t *testing.T) {
	v1 := tree.Memory("v1", deployedFiles)
	base := with(deployedFiles, up(2, "drop"), drops, "app/queries.sql", "SELECT id FROM users;")
	refs := fixed{{"v1", v1}, {"main", tree.Memory("base", base)}}
	tests := map[string]struct {
		head map[string]string
		want []string
	}{
		"another migration":     {with(base, up(3, "more"), "CREATE TABLE more (id int);"), []string{"schema/breaks-deployed users.email new=false"}},
		"its own":               {with(base, up(3, "more"), "ALTER TABLE users ADD COLUMN org int NOT NULL;"), []string{"schema/breaks-deployed users.email new=false", "schema/depends users.org new=true"}},
		"no migration":          {with(base, "app/queries.sql", "SELECT 1"), nil},
		"a renamed one":         {with(with(deployedFiles, "app/queries.sql", "SELECT id FROM users;"), up(2, "drop_email"), drops), nil},
		"an edited one of base": {with(base, up(2, "drop"), drops+"-- more\nALTER TABLE users ADD COLUMN b int;"), []string{"schema/breaks-deployed users.email new=true", "schema/edited-migration drop new=true"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, ages(run(t, changeOf(t, base, test.head), refs))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The finding names every commit that it holds for, the first with its proof.
func TestWorstOfSeveral(t *testing.T) {
	word := with(map[string]string{up(1, "users"): users}, "app/user.ts", "export const f = (u: any) => u.email")
	refs := fixed{{"word", tree.Memory("word", word)}, {"query", tree.Memory("query", deployedFiles)}, {"none", tree.Memory("none", map[string]string{up(1, "users"): users})}}
	r := run(t, changeOf(t, deployedFiles, with(deployedFiles, up(2, "drop"), drops)), refs)
	if len(r.Findings) != 1 || r.Findings[0].Severity != checks.Block {
		t.Fatalf("findings %+v", r.Findings)
	}
	f := r.Findings[0]
	if f.Evidence[1].Ref != "query" || !strings.Contains(f.Why, "word") || strings.Contains(f.Why, "none") {
		t.Errorf("%+v", f)
	}
	for _, part := range []string{"searched: this repository only", "query"} {
		if !strings.Contains(strings.ToLower(f.Title+f.Why), part) {
			t.Errorf("the finding does not say %q: %s %s", part, f.Title, f.Why)
		}
	}
}

// answers is a Deployments of one answer.
type answers struct {
	answer Running
	err    error
	calls  int
}

func (a *answers) Running(context.Context, checks.Change, []policy.Deployed, Learner) (Running, error) {
	a.calls++
	return a.answer, a.err
}

func conclusion(r checks.Report) verdict.Conclusion {
	return verdict.Conclude([]checks.Report{r}, policy.Default(), day, verdict.Options{}).Conclusion
}

// While what the policy names is not known, what takes something away is undecided.
func TestUnknownDeployment(t *testing.T) {
	v1 := tree.Memory("v1", map[string]string{up(1, "users"): users})
	d := &answers{answer: Running{Refs: []Ref{{"v1", v1}}, Unknown: []string{"no deployment to production has succeeded"}, Notices: []string{"chosen so"}}}
	base := map[string]string{up(1, "users"): users}
	r := run(t, changeOf(t, base, with(base, up(2, "drop"), drops)), d)
	if got := conclusion(r); got != verdict.Undecided {
		t.Errorf("dropping is %s: %+v", got, r.Findings)
	}
	if !r.Deployed || !slices.Contains(r.Notices, "chosen so") {
		t.Errorf("deployed %v, notices %q", r.Deployed, r.Notices)
	}
	r = run(t, changeOf(t, base, with(base, up(2, "add"), "ALTER TABLE users ADD COLUMN a int;")), d)
	if got := conclusion(r); got != verdict.Success {
		t.Errorf("adding is %s: %+v", got, r.Findings)
	}
	d.answer.Refs = nil // nothing is known at all
	r = run(t, changeOf(t, base, with(base, up(2, "drop"), drops)), d)
	if got := conclusion(r); got == verdict.Success {
		t.Errorf("dropping where nothing is known is %s", got)
	}
}

func TestSourceFails(t *testing.T) {
	away := errors.New("away")
	r := run(t, changeOf(t, deployedFiles, with(deployedFiles, up(2, "drop"), drops)), &answers{err: away})
	if !errors.Is(r.Err, away) || conclusion(r) != verdict.Undecided {
		t.Errorf("%+v", r)
	}
}

// broken is a tree whose source is away.
type broken struct{ tree.Tree }

var errAway = errors.New("away")

func (broken) Prefetch(context.Context, []string) error { return errAway }

// A file that may name what goes is looked at again; where the source fails then, nothing is
// concluded from that.
func TestSourceFailsLate(t *testing.T) {
	code := with(deployedFiles, "app/queries.sql", "SELECT id FROM users;\n", "app/user.ts", "export const show = (u: any) => u.email")
	c := New(policy.Default(), ruleIDs(), &memory{kept: map[FactKey][]byte{}}, nil)
	for path, text := range code {
		learner{c}.Learn(path, tree.BlobID([]byte(text)), []byte(text))
	}
	c.deployed = fixed{{"v1", broken{tree.Memory("v1", code)}}}
	r := c.Run(context.Background(), changeOf(t, code, with(code, up(2, "drop"), drops)))
	if !errors.Is(r.Err, errAway) || conclusion(r) != verdict.Undecided {
		t.Errorf("%v, %q", r.Err, said(r))
	}
}

// A whole tree of which nothing is deployed is read, and nothing is held against it.
func TestNothingRuns(t *testing.T) {
	head := tree.Memory("head", with(map[string]string{up(1, "users"): users}, up(2, "drop"), drops))
	r := run(t, checks.Change{Tip: head, Head: head}, &answers{answer: Running{Notices: []string{"a plain folder"}}})
	if conclusion(r) != verdict.Success || len(r.Findings) > 0 {
		t.Errorf("%q", said(r))
	}
}

// The base may be what runs, and a remote tree of it may list no more than the migrations:
// the code is that of the deployed tree.
func TestBaseThatRuns(t *testing.T) {
	base := map[string]string{up(1, "users"): users}
	code := with(base, "app/user.ts", "export const all = `SELECT email FROM users`")
	some := tree.Memory("same", base)
	change := changeOf(t, base, with(base, up(2, "drop"), drops))
	change.MergeBase, change.Tip = some, some
	if r := run(t, change, fixed{{"main", tree.Memory("same", code)}}); conclusion(r) != verdict.Failure {
		t.Errorf("%q", said(r))
	}
}

// A change that touches no migration asks nobody.
func TestUnaffected(t *testing.T) {
	d := &answers{err: errors.New("asked")}
	r := run(t, changeOf(t, deployedFiles, with(deployedFiles, "app/queries.sql", "SELECT 1")), d)
	if r.Err != nil || d.calls > 0 || r.Deployed {
		t.Errorf("%+v", r)
	}
}

// Without anybody who knows what runs, the base stands for it, and that is told.
func TestNobodyKnows(t *testing.T) {
	r := New(policy.Default(), ruleIDs(), nil, nil).Run(context.Background(), changeOf(t, deployedFiles, with(deployedFiles, up(2, "drop"), drops)))
	if conclusion(r) != verdict.Failure || len(r.Notices) != 1 || r.Deployed {
		t.Errorf("%+v", r)
	}
}

// The whole tree is judged against what runs; where nothing is known to, only whether it
// can be read.
func TestAll(t *testing.T) {
	head := with(deployedFiles, up(2, "drop"), drops, up(3, "odd"), "ALTER TABEL x;")
	for name, test := range map[string]struct {
		deployed Deployments
		want     []string
	}{
		"deployed": {fixed{{"v1", tree.Memory("v1", deployedFiles)}}, []string{"block schema/breaks-deployed users.email", "block schema/unread odd"}},
		"nothing":  {fixed{}, []string{"block schema/unread odd"}},
		"nobody":   {nil, []string{"block schema/unread odd"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := run(t, checks.Change{Head: tree.Memory("head", head)}, test.deployed)
			if diff := cmp.Diff(test.want, said(r)); diff != "" {
				t.Error(diff)
			}
			if name != "deployed" && len(r.Notices) != 1 {
				t.Errorf("notices %q", r.Notices)
			}
		})
	}
}

func TestIgnores(t *testing.T) {
	line := "-- checkrein:ignore schema/breaks-deployed until=2026-12-31 reason=\"nobody reads it\"\n"
	r := run(t, changeOf(t, deployedFiles, with(deployedFiles, up(2, "drop"), line+drops)), fixed{{"v1", tree.Memory("v1", deployedFiles)}})
	if len(r.Ignores) != 1 || !r.Ignores[0].New || r.Ignores[0].Problem != "" || r.Ignores[0].Covers != r.Findings[0].Line {
		t.Fatalf("%+v", r.Ignores)
	}
	for count, want := range map[bool]verdict.Conclusion{true: verdict.Success, false: verdict.Failure} {
		if got := verdict.Conclude([]checks.Report{r}, policy.Default(), day, verdict.Options{NewIgnoresCount: count}).Conclusion; got != want {
			t.Errorf("a new ignore that counts %v makes %s", count, got)
		}
	}
}

// A script that changed data along with a migration does not run again.
func TestRanOnce(t *testing.T) {
	base := map[string]string{up(1, "users"): users, "migration/20240101000000_mails/migration.ts": "sql`SELECT email FROM users`"}
	r := run(t, changeOf(t, base, with(base, up(2, "drop"), drops)), fixed{{"main", tree.Memory("base", base)}})
	if len(r.Findings) > 0 || len(r.Notices) != 1 {
		t.Errorf("%q %q", said(r), r.Notices)
	}
}

// A runner with checksums refuses what differs in a comment only.
func TestEditedChecksum(t *testing.T) {
	path := "prisma/migrations/20240101000000_users/migration.sql"
	base := map[string]string{path: users}
	refs := fixed{{"main", tree.Memory("base", base)}}
	r := run(t, changeOf(t, base, map[string]string{path: "-- Who may sign in.\n" + users}), refs)
	if diff := cmp.Diff([]string{"schema/edited-migration users new=true"}, ages(r)); diff != "" {
		t.Error(diff)
	}
}

// Many that are gone are told once.
func TestSquashed(t *testing.T) {
	base, head := map[string]string{}, map[string]string{up(9, "all"): users}
	for i := range 6 {
		base[up(i+1, fmt.Sprint("m", i))] = fmt.Sprintf("CREATE TABLE t%d (id int);", i)
	}
	r := run(t, changeOf(t, base, head), fixed{{"main", tree.Memory("base", base)}})
	n := 0
	for _, f := range r.Findings {
		if f.Rule == editedMigrationID {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%q", ages(r))
	}
}

// Where there are no migrations, two dumps are compared.
func TestDumps(t *testing.T) {
	dump := "CREATE TABLE users (\n  id int PRIMARY KEY,\n  email text\n);\n"
	base := map[string]string{"db/schema.sql": dump, "app/queries.sql": reads}
	head := with(base, "db/schema.sql", "CREATE TABLE users (\n  id int PRIMARY KEY\n);\n")
	r := run(t, changeOf(t, base, head), fixed{{"main", tree.Memory("base", base)}})
	if diff := cmp.Diff([]string{"schema/breaks-deployed users.email new=true"}, ages(r)); diff != "" {
		t.Error(diff)
	}
	for _, f := range r.Findings {
		if f.Path != "db/schema.sql" {
			t.Errorf("told of %s", f.Path)
		}
	}
}

// Where migrations change the database, a definition that changes without one changes what
// code is made from, and nothing else: the first step of a column's removal.
func TestDefinitionAlone(t *testing.T) {
	const definition = "db/tables/users.sql"
	base := with(deployedFiles, definition, "CREATE TABLE users (\n  id int,\n  email text\n);\n")
	head := with(base, definition, "CREATE TABLE users (\n  id int\n);\n")
	if got := ages(run(t, changeOf(t, base, head), fixed{{"main", tree.Memory("base", base)}})); len(got) > 0 {
		t.Errorf("%q, want nothing", got)
	}
	both := with(head, up(9, "drop"), drops)
	want := []string{"schema/breaks-deployed users.email new=true"}
	if diff := cmp.Diff(want, ages(run(t, changeOf(t, base, both), fixed{{"main", tree.Memory("base", base)}}))); diff != "" {
		t.Error(diff)
	}
}

// memory keeps facts and counts what is asked.
type memory struct {
	mu     sync.Mutex
	kept   map[FactKey][]byte
	ahead  map[FactKey]bool
	reads  int // of several at once
	single int // that nobody had said would come
}

func (m *memory) Prefetch(_ context.Context, keys []FactKey) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reads++
	for _, k := range keys {
		if m.ahead == nil {
			m.ahead = map[FactKey]bool{}
		}
		m.ahead[k] = true
	}
}

func (m *memory) Get(_ context.Context, k FactKey) ([]byte, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if !m.ahead[k] {
		m.single++
	}
	data, ok := m.kept[k]
	return data, ok
}

func (m *memory) Put(_ context.Context, k FactKey, data []byte) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.kept[k] = data
}

// counted is a tree that counts the requests it makes: prefetches of paths not had before.
type counted struct {
	tree.Tree
	requests *int
	have     map[string]bool
}

func (c *counted) Prefetch(ctx context.Context, paths []string) error {
	asked := false
	for _, p := range paths {
		asked = asked || !c.have[p]
		c.have[p] = true
	}
	if asked {
		*c.requests++
	}
	return c.Tree.Prefetch(ctx, paths)
}

// With kept facts nothing is read again, and the verdict is the same to the letter.
func TestFactsAreKept(t *testing.T) {
	facts := &memory{kept: map[FactKey][]byte{}}
	code := with(deployedFiles, "app/user.ts", "export const show = (u: any) => u.nickName")
	change := changeOf(t, code, with(code, up(2, "drop"), drops))
	c := New(policy.Default(), ruleIDs(), facts, nil)
	requests := 0
	count := func(t tree.Tree) tree.Tree { return &counted{Tree: t, requests: &requests, have: map[string]bool{}} }
	change.Head, change.MergeBase = count(change.Head), count(change.MergeBase)
	change.Tip = change.MergeBase
	c.deployed = fixed{{"v1", count(tree.Memory("v1", code))}}
	first := c.Run(context.Background(), change)
	if first.Files == 0 || requests == 0 {
		t.Fatalf("%d files, %d requests", first.Files, requests)
	}
	change.Head, change.MergeBase, requests = count(change.Head), count(change.MergeBase), 0
	change.Tip = change.MergeBase
	c.deployed = fixed{{"v1", count(tree.Memory("v1", code))}}
	facts.reads, facts.single, facts.ahead = 0, 0, nil
	again := c.Run(context.Background(), change)
	if again.Files != first.Files || again.Bytes != 0 || requests != 0 {
		t.Errorf("the second run looked at %d files, the first at %d, and read %d bytes in %d requests", again.Files, first.Files, again.Bytes, requests)
	}
	if facts.single > 0 || facts.reads == 0 || facts.reads > 8 {
		t.Errorf("facts were read %d times, and %d singly: each is a question to the store", facts.reads, facts.single)
	}
	a, _ := json.Marshal(first.Findings)
	b, _ := json.Marshal(again.Findings)
	if diff := cmp.Diff(string(a), string(b)); diff != "" {
		t.Error(diff)
	}
}

// However many names are looked up, a remote tree is asked at most four times.
func TestRequests(t *testing.T) {
	facts := &memory{kept: map[FactKey][]byte{}}
	files := map[string]string{up(1, "users"): "CREATE TABLE users (id int PRIMARY KEY, first_name text, last_name text, nick_name text);"}
	for i, name := range []string{"firstName", "lastName", "nickName"} {
		files[fmt.Sprintf("app/%d.ts", i)] = "export const f = (u: any) => u." + name
	}
	requests := 0
	count := func(t tree.Tree) tree.Tree { return &counted{Tree: t, requests: &requests, have: map[string]bool{}} }
	change := changeOf(t, files, with(files, up(2, "drop"), "ALTER TABLE users DROP first_name, DROP last_name, DROP nick_name;"))
	change.Head, change.MergeBase = count(change.Head), count(change.MergeBase)
	change.Tip = change.MergeBase
	c := New(policy.Default(), ruleIDs(), facts, nil)
	for path, text := range files {
		learner{c}.Learn(path, tree.BlobID([]byte(text)), []byte(text))
	}
	c.deployed = fixed{{"v1", count(tree.Memory("v1", files))}}
	if r := c.Run(context.Background(), change); len(r.Findings) != 3 || requests != 2 {
		t.Errorf("%d requests, %q", requests, said(r))
	}
}

// What a deployed tree teaches ahead is what judging needs.
func TestLearnt(t *testing.T) {
	facts := &memory{kept: map[FactKey][]byte{}}
	c := New(policy.Default(), ruleIDs(), facts, nil)
	l := learner{c}
	for path, text := range with(deployedFiles, "README.md", "hello") {
		if l.Reads(path) {
			l.Learn(path, tree.BlobID([]byte(text)), []byte(text))
		}
	}
	requests := 0
	c.deployed = fixed{{"v1", &counted{Tree: tree.Memory("v1", deployedFiles), requests: &requests, have: map[string]bool{}}}}
	r := c.Run(context.Background(), changeOf(t, deployedFiles, with(deployedFiles, up(2, "drop"), drops)))
	if requests != 0 || conclusion(r) != verdict.Failure {
		t.Errorf("%d requests, %+v", requests, r)
	}
}

// What stands in a file of calls may change in a way that no database sees.
func TestRewritten(t *testing.T) {
	const path = "shop/migrations/0001_initial.py"
	file := func(field, more string) string {
		return "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    dependencies = []\n    " + more +
			"\n    operations = [migrations.CreateModel(name='Shop', fields=[('id', models.AutoField(primary_key=True)), ('name', " + field + ")])]\n"
	}
	plain := file("models.CharField(max_length=20)", "")
	squash := file("models.CharField(max_length=20)", "replaces = [('shop', '0001_initial'), ('shop', '0002_more')]")
	second := "from django.db import migrations, models\n\nclass Migration(migrations.Migration):\n    dependencies = [('shop', '0001_initial')]\n    operations = []\n"
	third := strings.NewReplacer("0001_initial", "0001_squashed_0002", "operations = []", "operations = [migrations.AddField('shop', 'open', models.BooleanField(null=True))]").Replace(second)
	const alteration = "alterations/1.0.0-1700000000-shops.ts"
	script := func(imported, call string) string {
		return "import { " + imported + " } from '@silverhand/slonik';\nconst up = async (pool) => {\n  await pool.query(sql`create table shops (id int, name " + call + ")`);\n};\nexport default { up };\n"
	}
	for name, test := range map[string]struct {
		base, head map[string]string
		want       []string
	}{
		"a script's imports": {map[string]string{alteration: script("sql", "${sql.raw('text')}")}, map[string]string{alteration: script("sql, raw", "${sql.raw( 'text' )}")}, nil},
		"a script's type":    {map[string]string{alteration: script("sql", "text")}, map[string]string{alteration: script("sql", "int")}, []string{"schema/edited-migration shops new=true"}},
		"formatted":          {map[string]string{path: plain}, map[string]string{path: file("models.CharField(\n                max_length=20,\n            )", "")}, nil},
		"a label":            {map[string]string{path: plain}, map[string]string{path: file("models.CharField(max_length=20, verbose_name='Name')", "")}, nil},
		"a length":           {map[string]string{path: plain}, map[string]string{path: file("models.CharField(max_length=30)", "")}, []string{"schema/edited-migration 0001_initial new=true"}},
		"squashed":           {map[string]string{path: plain, "shop/migrations/0002_more.py": second}, map[string]string{"shop/migrations/0001_squashed_0002.py": squash, "shop/migrations/0003_open.py": third}, nil},
		"one missing":        {map[string]string{path: plain}, map[string]string{path: plain, "shop/migrations/0001_squashed_0002.py": squash}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			change := changeOf(t, test.base, test.head)
			if diff := cmp.Diff(test.want, ages(run(t, change, fixed{{"v1", change.MergeBase}}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Statements that elect a dialect elect one for all commits.
func TestGuessedDialect(t *testing.T) {
	base := map[string]string{"db/migrate/20240101000000_users.rb": "class Users < ActiveRecord::Migration[7.1]\n  def change\n    create_table :users do |t|\n      t.string :email\n    end\n  end\nend\n"}
	head := with(base, "db/migrate/20240102000000_email.rb", "class Email < ActiveRecord::Migration[7.1]\n  def up\n    execute 'ALTER TABLE users MODIFY email varchar(300)'\n  end\nend\n")
	change := changeOf(t, base, head)
	if got := ages(run(t, change, fixed{{"v1", change.MergeBase}})); len(got) > 0 {
		t.Error(got)
	}
}

// TypeORM runs a migration late that turns up among older ones: a note.
func TestLateTypeORM(t *testing.T) {
	ts := func(name, statement string) string {
		return "import { MigrationInterface, QueryRunner } from 'typeorm';\nexport class " + name + " implements MigrationInterface {\n" +
			"  public async up(queryRunner: QueryRunner): Promise<void> {\n    await queryRunner.query(`" + statement + "`);\n  }\n}\n"
	}
	const folder = "src/util/migration/postgres/"
	base := map[string]string{folder + "1753639700904-Rules.ts": ts("Rules1753639700904", `CREATE TABLE "rules" ("id" int PRIMARY KEY)`)}
	head := with(base, folder+"1752383879533-Pins.ts", ts("Pins1752383879533", `CREATE TABLE "pins" ("id" int PRIMARY KEY)`))
	want := []string{"note schema/order 1752383879533_Pins"}
	if diff := cmp.Diff(want, said(run(t, changeOf(t, base, head), fixed{{"base", tree.Memory("base", base)}}))); diff != "" {
		t.Error(diff)
	}
}

// A model of ActiveRecord takes its columns from the schema that it knows: those it gives.
// What only the dump tells stands in the dump that changed, whichever comes first.
func TestRails(t *testing.T) {
	const migration, dump = "db/migrate/20240102000000_b.rb", "db/schema.rb"
	schema := func(columns string) string {
		return "ActiveRecord::Schema[7.1].define(version: 1) do\n  create_table \"tags\" do |t|\n" + columns + "  end\nend\n"
	}
	does := func(line string) string {
		return "class B < ActiveRecord::Migration[7.1]\n  def change\n    " + line + "\n  end\nend\n"
	}
	base := map[string]string{"db/migrate/20240101000000_a.rb": "class A < ActiveRecord::Migration[7.1]\n  def change\n    create_table :tags do |t|\n      t.string :slug\n    end\n  end\nend\n",
		dump: schema("    t.string \"slug\"\n"), "db/cache_schema.rb": "ActiveRecord::Schema[7.1].define(version: 1) do\n  create_table \"entries\" do |t|\n  end\nend\n",
		"app/models/tag.rb": "class Tag < ApplicationRecord\n  validates :slug, presence: true\nend\n"}
	for name, test := range map[string]struct{ line, columns, want string }{
		"a column to give": {"add_column :tags, :kind, :string, null: false", "    t.string \"slug\"\n    t.string \"kind\", null: false\n", "schema/breaks-deployed tags.kind new=true"},
		"by the dump":      {"rename_column Tag.table_name, :slug, :token", "    t.string \"token\"\n", "schema/breaks-deployed tags.slug new=true"},
	} {
		t.Run(name, func(t *testing.T) {
			change := changeOf(t, base, with(base, migration, does(test.line), dump, schema(test.columns)))
			if diff := cmp.Diff([]string{test.want}, ages(run(t, change, fixed{{"v1", change.MergeBase}}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

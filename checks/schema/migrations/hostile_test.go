package migrations

import (
	"strings"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/fixtures/effort"
)

// TestHostile: 1 MB of anything is read within a second of processor time and 64 MB.
func TestHostile(t *testing.T) {
	if !effort.Measured {
		t.Skip("measures time and memory")
	}
	const size = 1 << 20
	fill := func(head, unit, tail string) string {
		return head + strings.Repeat(unit, (size-len(head)-len(tail))/len(unit)) + tail
	}
	const plain, scripted = "migrations/1.sql", "alterations/1-a.ts"
	up := "export default { up: async (pool) => {sql``;"
	for name, c := range map[string]struct{ path, text string }{
		"sections":         {plain, fill("-- +goose Up\n", "-- +goose Down\n-- +goose Up\na;\n", "")},
		"statement ends":   {plain, fill("-- +goose Up\n", "-- +goose StatementEnd\n", "")},
		"placeholders":     {plain, fill("-- +goose Up\n-- +goose ENVSUB ON\n", "${a}", "")},
		"changesets":       {plain, fill("--liquibase formatted sql\n", "--changeset a:1\nDROP TABLE a;\n", "")},
		"delimiters":       {plain, fill("--liquibase formatted sql\n--changeset a:1 endDelimiter:/\n", "a\n/\n", "")},
		"migrate":          {plain, fill("-- migrate:up\n", "-- migrate:up\n", "")},
		"journal":          {"drizzle/meta/_journal.json", fill(`{"entries":[`, `{"tag":"a"},`, `{}]}`)},
		"deep journal":     {"drizzle/meta/_journal.json", fill("", "[", "")},
		"plan":             {"sqitch.plan", fill("", "a\n@b\n", "")},
		"untagged plan":    {"sqitch.plan", fill("", "a\n", "")},
		"provider":         {"schema.prisma", fill("", "provider = \"mysql\"\n", "")},
		"yaml":             {"config/database.yml", fill("", "adapter: mysql2\n", "")},
		"queries":          {scripted, fill(up, "pool.query(sql`drop table a`);", "}}")},
		"loops":            {scripted, fill("const l = ["+strings.Repeat("1,", 1000)+"];"+up, "for (const a of l) for (const b of l) pool.query(sql`drop table a`);", "}}")},
		"doubling":         {scripted, fill("let s = 'a';"+up, "s += s;", "pool.query(s)}}")},
		"doubling lists":   {scripted, fill("let s = ['a'];"+up, "s = s.concat(s);", "}}")},
		"pushing":          {scripted, fill("const s = ['a'];"+up, "s.push(...s);", "}}")},
		"templates":        {scripted, fill(up, "`${", "")},
		"deep templates":   {scripted, fill(up, "sql`${f(", "")},
		"brackets":         {scripted, fill(up, "(", "")},
		"lists":            {scripted, fill(up, "[", "")},
		"objects":          {scripted, fill(up, "({a:", "")},
		"blocks":           {scripted, fill(up, "{", "")},
		"arrows":           {scripted, fill(up, "a=>", "")},
		"types":            {scripted, fill(up, "a<b,", "")},
		"nested types":     {scripted, fill(up, "a<", "")},
		"typed":            {scripted, fill(up, "const a: b<", "")},
		"negations":        {scripted, fill(up, "!", "")},
		"choices":          {scripted, fill(up, "a?", "")},
		"conditions":       {scripted, fill(up, "if(a)", "")},
		"calls":            {scripted, fill(up, "f(a)", "")},
		"members":          {scripted, fill(up, ".a", "")},
		"sums":             {scripted, fill(up, "'a'+", "")},
		"recursion":        {scripted, fill("const f = () => { f(); f() };"+up, "f();", "}}")},
		"strings":          {scripted, fill(up, "'", "")},
		"decorators":       {scripted, fill(up, "@", "")},
		"decorated":        {scripted, fill("", "@a()", "class A { up(q) { q.query('a') } }")},
		"private names":    {scripted, fill(up, "#", "")},
		"slashes":          {scripted, fill(up, "/", "")},
		"comments":         {scripted, fill(up, "/*", "")},
		"escapes":          {scripted, fill(up+"pool.query('", `\n`, "')}}")},
		"joined":           {scripted, fill("const l = ["+strings.Repeat("'a',", 20000)+"];"+up, "pool.query(`${l.join(',')}`);", "}}")},
		"wide names":       {scripted, fill("const n = 'a'.concat("+strings.Repeat("'a',", 20000)+");"+up, "pool.query(sql`drop ${sql.identifier([n])}`);", "}}")},
		"not UTF-8":        {plain, fill("", "\xff", "")},
		"whole statements": {plain, fill("", "ALTER TABLE a ADD b int;", "")},
		"lines":            {scripted, fill(up, "\n", "")},
		"dump":             {"db/schema.sql", fill("", "CREATE TABLE ${a} (a int);", "")},
	} {
		t.Run(name, func(t *testing.T) {
			took, heap := effort.Of(func() { Read(c.path, []byte(c.text), catalog.Postgres) })
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

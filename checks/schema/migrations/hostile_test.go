package migrations

import (
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// TestHostile: 1 MB of anything is read within a second of processor time and 64 MB.
func TestHostile(t *testing.T) {
	if raced {
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
			took, heap := measure(func() { Read(c.path, []byte(c.text), catalog.Postgres) })
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

// measure tells how much processor time fn takes and how far the heap grows, garbage
// included. How long garbage lies about is for the machine to say: what is too much is
// measured again, and the least counts.
func measure(fn func()) (took time.Duration, heap uint64) {
	took, heap = measureOnce(fn)
	for tries := 1; tries < 3 && (took > time.Second || heap > 64<<20); tries++ {
		again, grown := measureOnce(fn)
		took, heap = min(took, again), min(heap, grown)
	}
	return took, heap
}

func measureOnce(fn func()) (time.Duration, uint64) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	base, peak := m.HeapAlloc, m.HeapAlloc
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-stop:
				return
			case <-tick.C:
				runtime.ReadMemStats(&m)
				peak = max(peak, m.HeapAlloc)
			}
		}
	}()
	start := processorTime()
	fn()
	took := processorTime() - start
	close(stop)
	<-done
	return took, max(peak, base) - base
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

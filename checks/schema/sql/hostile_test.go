package sql

import (
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// TestHostile: 1 MB of anything is read and folded within a second of processor time and 64 MB.
func TestHostile(t *testing.T) {
	if raced {
		t.Skip("measures time and memory")
	}
	const size = 1 << 20
	fill := func(head, unit, tail string) string {
		return head + strings.Repeat(unit, (size-len(head)-len(tail))/len(unit)) + tail
	}
	for name, text := range map[string]string{
		"one list":          fill("SELECT 1", ",1", ""),
		"many lists":        fill("", "SELECT 1"+strings.Repeat("+1", 1000)+";", ""),
		"brackets":          fill("SELECT ", "(", ""),
		"nested":            fill("", "SELECT "+strings.Repeat("(", 59)+"1"+strings.Repeat(")", 59)+";", ""),
		"negations":         fill("SELECT ", "NOT ", "1"),
		"many negations":    fill("", "SELECT "+strings.Repeat("NOT ", 5000)+"1;", ""),
		"cases":             fill("", "SELECT "+strings.Repeat("CASE WHEN ", 200)+"1;", ""),
		"unions":            fill("", "SELECT a FROM t"+strings.Repeat(" UNION SELECT a FROM t", 1000)+";", ""),
		"joins":             fill("SELECT * FROM a", " JOIN a ON a", ""),
		"joins using":       fill("", "SELECT * FROM a"+strings.Repeat(" JOIN a USING (a)", 1000)+";", ""),
		"rows":              fill("INSERT INTO t VALUES (1)", ",(1)", ""),
		"separators":        fill("", ";", ""),
		"words":             fill("", "a;", ""),
		"quotes":            fill("", "'", ""),
		"dollars":           fill("", "$a", ""),
		"comments":          fill("", "/*", ""),
		"columns":           fill("CREATE TABLE t (a int", ",a int", ")"),
		"additions":         fill("CREATE TABLE t ();", "ALTER TABLE t ADD a int;", ""),
		"adds in one":       fill("CREATE TABLE t ();ALTER TABLE t ADD a int", ",ADD a int", ""),
		"creates and drops": fill("", "CREATE TABLE t();DROP TABLE t;", ""),
		"indexes":           fill("CREATE TABLE t (a int);", "CREATE INDEX ON t (a);", ""),
		"views":             fill("CREATE TABLE t (a int);", "CREATE OR REPLACE VIEW v AS SELECT * FROM t;", ""),
		"masks":             fill("SELECT ", Mask(5)+" ", ""),
		"placeholders":      fill("SELECT ", "?,", "1"),
		"grants":            fill("", "GRANT ALL ON a TO b;", ""),
		"not UTF-8":         fill("", "\xff", ""),
		"lines":             fill("", "\n", ""),
	} {
		t.Run(name, func(t *testing.T) {
			took, heap := measure(func() {
				c := catalog.New(catalog.Postgres)
				for _, s := range Read(catalog.Postgres, Whole("a.sql", text)).Statements {
					c.Fold(s.Changes...)
				}
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

// measure tells how much processor time fn takes and how far the heap grows, garbage included.
func measure(fn func()) (time.Duration, uint64) {
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

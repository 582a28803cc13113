package schema

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
)

// large is a repository of 10,000 files and 1,000 migrations.
func large() map[string]string {
	files := map[string]string{}
	for i := range 1000 {
		files[up(i+1, fmt.Sprint("m", i))] = fmt.Sprintf("CREATE TABLE t%d (id int PRIMARY KEY, email text, n int DEFAULT 1);\nCREATE INDEX i%d ON t%d (email);\nALTER TABLE t%d ADD COLUMN more_%d text;\n", i, i, i, i/2, i)
	}
	filler := strings.Repeat("export const compute = (left: number, right: number) => left * right + Math.sqrt(left);\n", 60)
	for i := range 9000 {
		files[fmt.Sprintf("src/m%d/f%d.ts", i%90, i)] = fmt.Sprintf("%sexport const q%d = sql`select id, email from t%d where n = ${n}`;\n", filler, i, i%1000)
	}
	return files
}

// BenchmarkChange: one new migration on a large repository, with nothing known and with
// everything known.
func BenchmarkChange(b *testing.B) {
	files := large()
	base, head := tree.Memory("base", files), tree.Memory("head", with(files, up(1001, "drop"), "ALTER TABLE t7 DROP COLUMN email;"))
	change := checks.Change{Tip: base, MergeBase: base, Head: head, Files: []tree.Changed{{Path: up(1001, "drop"), Status: tree.Added}}}
	judge := func(b *testing.B, facts Facts) {
		r := New(policy.Default(), ruleIDs(), facts, fixed{{"main", base}}).Run(context.Background(), change)
		if len(r.Findings) != 1 {
			b.Fatalf("%d findings", len(r.Findings))
		}
	}
	b.Run("cold", func(b *testing.B) {
		for b.Loop() {
			judge(b, nil)
		}
	})
	b.Run("warm", func(b *testing.B) {
		facts := &memory{kept: map[FactKey][]byte{}}
		judge(b, facts)
		for b.Loop() {
			judge(b, facts)
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		b.ReportMetric(float64(m.HeapSys)/(1<<20), "MB-heap")
	})
}

package schema

import (
	"context"
	"runtime"
	"testing"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/fixtures/mixedtree"
)

// BenchmarkChange: one new migration on a repository of 1,000 migrations and 9,000 programs, with nothing known and with
// everything known.
func BenchmarkChange(b *testing.B) {
	files := mixedtree.Migrations(1000)
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

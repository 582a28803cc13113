package images

import (
	"context"
	"testing"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/policy"
	"github.com/checkrein/checkrein/checks/tree"
	"github.com/checkrein/checkrein/fixtures/mixedtree"
)

// BenchmarkMixedTree judges a whole tree of 5,000 files; with -cpu 1,2 it shows what
// another core brings.
func BenchmarkMixedTree(b *testing.B) {
	p, problems := policy.Parse("policy", []byte("version: 1\n"), nil)
	if len(problems) > 0 {
		b.Fatal(problems)
	}
	files := mixedtree.Files(5000)
	head := tree.Memory("head", files)
	b.ReportAllocs()
	for b.Loop() {
		report := New(p, ruleIDs(), nil, nil).Run(context.Background(), checks.Change{Head: head})
		if report.Err != nil || len(report.References) < len(files)/10 {
			b.Fatalf("%d references, %v", len(report.References), report.Err)
		}
	}
	b.ReportMetric(float64(b.N*len(files))/b.Elapsed().Seconds(), "files/s")
}

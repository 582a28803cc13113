package deletions_test

import (
	"testing"

	"github.com/checkrein/checkrein/fixtures/mixedtree"
)

// BenchmarkWorkflows judges a thousand workflows as they are met, every tenth of which cleans up.
func BenchmarkWorkflows(b *testing.B) {
	files := mixedtree.Workflows(1000)
	b.ReportAllocs()
	for b.Loop() {
		if r := whole(files); len(r.Findings) == 0 || len(r.Unread) > 0 {
			b.Fatalf("%d findings, %d unread", len(r.Findings), len(r.Unread))
		}
	}
}

package pipeline

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkThousandWorkflows reads 1,000 workflows of ordinary size.
func BenchmarkThousandWorkflows(b *testing.B) {
	data := []byte(ordinaryWorkflow())
	b.SetBytes(int64(1000 * len(data)))
	for b.Loop() {
		for range 1000 {
			if f := Read(".github/workflows/x.yml", data); len(f.Jobs) != 3 {
				b.Fatal(f)
			}
		}
	}
}

// ordinaryWorkflow has three jobs of eight steps, 90 lines.
func ordinaryWorkflow() string {
	var b strings.Builder
	b.WriteString("name: CI\non:\n  push:\n    branches: [main]\n  pull_request:\npermissions:\n  contents: read\njobs:\n")
	for j := range 3 {
		fmt.Fprintf(&b, "  job%d:\n    runs-on: ubuntu-latest\n    env:\n      A: ${{ secrets.A }}\n    steps:\n      - uses: actions/checkout@v4\n", j)
		for s := range 7 {
			fmt.Fprintf(&b, "      - name: Step %d\n        run: |\n          echo \"${{ github.sha }}\"\n          make all\n", s)
		}
	}
	return b.String()
}

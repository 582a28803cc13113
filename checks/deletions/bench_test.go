package deletions_test

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkWorkflows judges a thousand workflows as they are met, every tenth of which cleans up.
func BenchmarkWorkflows(b *testing.B) {
	files := map[string]string{
		"scripts/clean.sh": "#!/bin/bash\nset -euo pipefail\nfor id in $(gh api /orgs/acme/packages/container/cloud/versions --jq '.[].id'); do\n  gh api -X DELETE \"/orgs/acme/packages/container/cloud/versions/$id\"\ndone\n",
		"Makefile":         "build:\n\tgo build ./...\ntest: build\n\tgo test ./...\n",
	}
	for i := range 1000 {
		var w strings.Builder
		fmt.Fprintf(&w, "name: Workflow %d\non:\n  push:\n    branches: [main]\n  pull_request:\nenv:\n  GO_VERSION: '1.26'\njobs:\n", i)
		for j := range 4 {
			fmt.Fprintf(&w, "  job%d:\n    runs-on: ubuntu-latest\n    permissions:\n      contents: read\n    steps:\n      - uses: actions/checkout@v4\n"+
				"      - uses: actions/setup-go@v5\n        with:\n          go-version: ${{ env.GO_VERSION }}\n      - name: Build\n        run: |\n          make build\n          go vet ./... && go test ./...\n"+
				"      - name: Push\n        if: github.ref == 'refs/heads/main'\n        env:\n          TOKEN: ${{ secrets.GITHUB_TOKEN }}\n        run: |\n          echo \"$TOKEN\" | docker login ghcr.io -u acme --password-stdin\n"+
				"          docker build -t \"ghcr.io/acme/cloud:${GITHUB_SHA}\" .\n          docker push \"ghcr.io/acme/cloud:${GITHUB_SHA}\"\n", j)
		}
		if i%10 == 0 {
			w.WriteString("  clean:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: bash scripts/clean.sh\n")
		}
		files[fmt.Sprintf(".github/workflows/w%d.yml", i)] = w.String()
	}
	b.ReportAllocs()
	for b.Loop() {
		if r := whole(files); len(r.Findings) == 0 || len(r.Unread) > 0 {
			b.Fatalf("%d findings, %d unread", len(r.Findings), len(r.Unread))
		}
	}
}

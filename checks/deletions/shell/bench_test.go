package shell

import (
	"strings"
	"testing"
)

// typical is a clean-up step as workflows have it, of some 40 lines.
var typical = Input{Dialect: Sh, Env: map[string]string{"TAG": "${{ inputs.tag }}"}, Text: Whole([]byte(strings.Repeat(`set -euo pipefail
ORG="${ORG:-acme}"
delete() {
  local id="$1"
  if [ "${DRY_RUN:-false}" = "true" ]; then
    echo "would delete $id"
  else
    sudo -E gh api -X DELETE "/orgs/$ORG/packages/container/cloud/versions/$id"
  fi
}
gh api "/orgs/$ORG/packages/container/cloud/versions" --paginate \
  | jq -r '.[] | select(.metadata.container.tags | length == 0) | .id' \
  | while read -r id; do delete "$id"; done
docker run --rm -e TAG ghcr.io/acme/cleaner:1 bash -c "cleaner --tag '$TAG' --keep ${{ inputs.keep }}"
`, 3)))}

func BenchmarkReadTypical(b *testing.B) {
	b.ReportAllocs()
	b.SetBytes(int64(len(typical.Text.Body)))
	for b.Loop() {
		if s := Read(typical); len(s.Commands) < 10 || len(s.Unread) > 0 {
			b.Fatal(len(s.Commands), s.Unread)
		}
	}
}

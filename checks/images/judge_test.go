package images

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// Every reference is listed with what it resolves to, also one that is never pulled;
// what may be a secret stays a name.
func TestReferencesAreResolved(t *testing.T) {
	archive := txtar.Parse([]byte(`
-- base/.env --
-- head/.env --
APP_IMAGE=acme/api
SECRET=hunter2
-- head/compose.yml --
services:
  api: {build: ., image: "${APP_IMAGE}:${TAG:-latest}"}
  db: {image: "${SECRET}:16"}
`))
	type line struct{ Ref, Resolved, Class string }
	var got []line
	for _, r := range judgeArchive(t, archive).References {
		got = append(got, line{r.Ref, r.Resolved, r.Class})
	}
	want := []line{{"${APP_IMAGE}:${TAG:-latest}", "acme/api:latest", "local"}, {"${SECRET}:16", "${SECRET}:16", "floating-version"}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("references (-want +got):\n%s", diff)
	}
}

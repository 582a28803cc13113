package store

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/lookup"
	"github.com/checkrein/checkrein/checks/images"
)

func TestSightings(t *testing.T) {
	s, _ := openTest(t)
	tag := lookup.Tag{Registry: "ghcr.io", Repository: "acme/api", Name: "1.2.3"}
	other := lookup.Tag{Registry: "quay.io", Repository: "acme/api", Name: "1.2.3"}
	see := func(of lookup.Tag, digest string, hours int) map[lookup.Tag][]images.Sighting {
		t.Helper()
		all, err := s.See(t.Context(), []lookup.Seen{{Tag: of, Digest: digest, At: noon.Add(time.Duration(hours) * time.Hour)}})
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	see(tag, "sha256:a", 2)
	see(tag, "sha256:a", 1) // asked earlier, told later
	see(tag, "sha256:a", 3)
	see(other, "sha256:c", 4)
	want := map[lookup.Tag][]images.Sighting{tag: {
		{Digest: "sha256:a", First: noon.Add(time.Hour), Last: noon.Add(3 * time.Hour)},
		{Digest: "sha256:b", First: noon.Add(5 * time.Hour), Last: noon.Add(5 * time.Hour)},
	}}
	if diff := cmp.Diff(want, see(tag, "sha256:b", 5)); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
	must(t, s.Purge(t.Context(), noon.Add(4*time.Hour)))
	if got := column(t, s, `SELECT digest FROM sightings ORDER BY digest`); got != "sha256:b,sha256:c" {
		t.Errorf("%s are left, want those that were seen since", got)
	}
}

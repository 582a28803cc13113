package guard_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/guard"
)

func digests(all ...registry.Digest) []registry.Digest { return all }

func TestFirst(t *testing.T) {
	w := newWorld(t, "kas/api")
	amd, arm, lone := w.image("amd"), w.image("arm"), w.image("lone")
	index := w.index("ix", digests(amd, arm), "prod")
	w.image("other", "other")
	w.start()
	a := w.refused(arm, guard.Referenced)
	want := "checkrein: this is needed: prod -> " + string(index) + " -> linux/arm1"
	if diff := cmp.Diff(want, a.why()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a.header.Get("X-Checkrein-Decision") != "refuse" || !strings.Contains(a.body, `"documentation_url"`) || !strings.Contains(a.body, `"field":"`+string(arm)+`"`) {
		t.Errorf("%v %s", a.header, a.body)
	}
	w.gone(lone)
	w.refused(index, guard.Tagged)
	if diff := cmp.Diff([]string{"refused referenced", "intended", "deleted", "refused tagged"}, w.memory.events()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if a := w.call("GET", w.path(arm), w.admin, ""); a.status != http.StatusOK {
		t.Errorf("%d", a.status)
	}
}

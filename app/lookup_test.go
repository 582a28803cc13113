package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/app/lookup"
	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/fixtures/registrytest"
)

const asks = "-- .github/checkrein.yml --\nversion: 1\nchecks: {images: {registries: [example.com]}}\n"

// newLookups is a world with a registry that operator and policy let be asked.
func newLookups(t *testing.T, files string, operator ...string) (*world, *registrytest.Public) {
	t.Helper()
	p := registrytest.StartPublic()
	t.Cleanup(p.Close)
	w := newGitHub(t, files)
	w.config.Registries = operator
	w.config.Detour(lookup.Detour{Hosts: map[string]string{registrytest.Host + ":443": p.Address}, Roots: p.Roots})
	w.start()
	w.swept()
	return w, p
}

// The edit that pins what moves is shown as a difference; a digest that is gone blocks.
func TestLookup(t *testing.T) {
	t.Parallel()
	w, registry := newLookups(t, asks+compose("nginx:1.27.3"), "example.com")
	index, platform, err := registry.PushIndex("acme/api:latest")
	if err != nil {
		t.Fatal(err)
	}
	floats := w.open("floats", compose("example.com/acme/api:latest"))
	run := w.expect(floats.Head(), "failure", "1 blocking")
	for _, line := range []string{"```diff", "-    image: example.com/acme/api:latest\n", "+    image: example.com/acme/api:latest@" + index + "\n"} {
		if !strings.Contains(run.Summary, line) {
			t.Errorf("the summary lacks %q:\n%s", line, run.Summary)
		}
	}
	if strings.Contains(run.Summary, platform) {
		t.Error("the digest of one platform is offered")
	}
	pinned := w.open("pinned", compose("example.com/acme/api:latest@"+index))
	w.expect(pinned.Head(), "success", "")
	if err := registry.Delete("acme/api", index); err != nil {
		t.Fatal(err)
	}
	gone := w.open("gone", compose("example.com/acme/api@"+index))
	if run := w.expect(gone.Head(), "failure", "1 blocking"); !strings.Contains(run.Summary, "images/pin-missing") {
		t.Errorf("the summary does not tell what is gone:\n%s", run.Summary)
	}
}

// A tag that was seen with another digest, by a verdict on another head, has moved.
func TestTagMoved(t *testing.T) {
	t.Parallel()
	w, registry := newLookups(t, asks+compose("nginx:1.27.3"), "example.com")
	first := githubtest.Must(registry.PushImage("acme/api:1.2.3"))
	w.expect(w.open("first", compose("example.com/acme/api:1.2.3")).Head(), "success", "")
	second := githubtest.Must(registry.PushImage("acme/api:1.2.3"))
	w.stop() // what was seen outlives the process
	w.start()
	pull := w.open("second", "-- second.compose.yml --\nservices:\n  api:\n    image: example.com/acme/api:1.2.3\n")
	w.expect(pull.Head(), "success", "")
	var detail string
	for _, run := range w.repo.CheckRuns(pull.Head()) {
		if run.Name == "checkrein / images" {
			detail = run.Text
		}
	}
	for _, digest := range []string{first, second} {
		if !strings.Contains(detail, digest) {
			t.Errorf("the detail run does not tell %s:\n%s", digest, detail)
		}
	}
}

// Nothing is asked for a change that touches no image, for what stood there before, or
// where only one of the two lists names the registry.
func TestNothingIsLookedUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		files    string
		operator []string
		change   string
	}{
		"unaffected":            {asks + compose("example.com/acme/api:latest"), []string{"example.com"}, "-- notes.md --\nx\n"},
		"as before":             {asks + compose("example.com/acme/api:latest"), []string{"example.com"}, "-- compose.yml --\n# x\nservices:\n  web:\n    image: example.com/acme/api:latest\n"},
		"not the operator's":    {asks + compose("nginx:1.27.3"), []string{"ghcr.io"}, compose("example.com/acme/api:1.2.3")},
		"no operator's":         {asks + compose("nginx:1.27.3"), nil, compose("example.com/acme/api:1.2.3")},
		"not the policy's":      {compose("nginx:1.27.3"), []string{"example.com"}, compose("example.com/acme/api:1.2.3")},
		"the change's policy's": {compose("nginx:1.27.3"), []string{"example.com"}, asks + compose("example.com/acme/api:1.2.3")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, registry := newLookups(t, c.files, c.operator...)
			w.expect(w.open("change", c.change).Head(), "success", "")
			if asked := registry.Requests(); len(asked) > 0 {
				t.Errorf("asked: %v", asked)
			}
		})
	}
}

// A registry that is down is told, makes nothing red and nothing greener than it is.
func TestRegistryDown(t *testing.T) {
	t.Parallel()
	w, registry := newLookups(t, asks+compose("nginx:1.27.3"), "example.com")
	registry.Intercept(func(w http.ResponseWriter, _ *http.Request) bool {
		w.WriteHeader(http.StatusServiceUnavailable)
		return true
	})
	exact := w.expect(w.open("exact", compose("example.com/acme/api:1.2.3")).Head(), "success", "")
	floats := w.expect(w.open("floats", compose("example.com/acme/api:latest")).Head(), "failure", "1 blocking")
	var told []bool
	for _, run := range []githubtest.CheckRun{exact, floats} {
		told = append(told, strings.Contains(run.Summary, "answered with status 503"))
	}
	if diff := cmp.Diff([]bool{true, true}, told); diff != "" {
		t.Errorf("told (-want +got):\n%s\n%s", diff, exact.Summary)
	}
}

package guard_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/registry/guard"
)

// TestLinksLeadBack: whoever follows the pages of a list stays with the guard.
func TestLinksLeadBack(t *testing.T) {
	for _, c := range []struct {
		mode    guard.Mode
		numeric bool
		want    string // path of the link
	}{
		{guard.Refuse, false, "/guard/orgs/acme/packages/container/app/versions"},
		{guard.Hide, true, "/guard/orgs/acme/packages/container/app/versions"},
	} {
		w := newWorld(t, "app")
		for i := range 3 {
			w.image(fmt.Sprint(i), fmt.Sprint("v", i))
		}
		w.github.SetHabits(githubtest.Habits{NumericLinks: c.numeric})
		w.config.Mode, w.config.Prefix = c.mode, "/guard"
		w.start()
		a := w.call("GET", "/guard/orgs/acme/packages/container/app/versions?per_page=2&state=active", w.admin, "")
		if a.status != http.StatusOK || !strings.Contains(a.header.Get("Link"), "<"+w.server.URL+c.want+"?") || strings.Contains(a.header.Get("Link"), w.github.URL) {
			t.Errorf("%s: %d %q", c.mode, a.status, a.header.Get("Link"))
		}
	}
}

// TestRegistryPasses: a push and a pull through the guard work, and uploads come back to it.
func TestRegistryPasses(t *testing.T) {
	w := newWorld(t, "app")
	w.image("old", "v1")
	w.start()
	a := w.call("POST", "/v2/acme/app/blobs/uploads/", nil, "", "Authorization", w.bearer())
	location := a.header.Get("Location")
	if a.status != http.StatusAccepted || location == "" || strings.Contains(location, strings.TrimPrefix(w.github.RegistryURL, "http://")) {
		t.Fatalf("%d %q", a.status, location)
	}
	if a := w.call("PUT", "/v2/acme/app/manifests/v2", nil, image("new"), "Authorization", w.bearer(), "Content-Type", ociImage); a.status != http.StatusCreated {
		t.Errorf("push: %d %s", a.status, a.body)
	}
	if a := w.call("GET", "/v2/acme/app/manifests/v2", nil, "", "Authorization", w.bearer(), "Accept", ociImage); a.body != image("new") {
		t.Errorf("pull: %d %s", a.status, a.body)
	}
	if a := w.call("GET", "/v2/", nil, ""); a.status != http.StatusUnauthorized || !strings.Contains(a.header.Get("WWW-Authenticate"), w.github.RegistryURL+"/token") {
		t.Errorf("challenge: %d %v", a.status, a.header)
	}
}

// TestHideMode: lists leave out what may not go, so that a cleaner never meets a refusal;
// what has been deleted is shown.
func TestHideMode(t *testing.T) {
	w := newWorld(t, "app")
	amd, lone := w.image("amd"), w.image("lone")
	w.index("ix", digests(amd), "prod")
	w.config.Mode = guard.Hide
	w.start()
	list := func(query string) (names []string) {
		a := w.call("GET", "/orgs/acme/packages/container/app/versions"+query, w.admin, "", "Accept-Encoding", "gzip")
		for digest, name := range w.names {
			if strings.Contains(a.body, digest) {
				names = append(names, name)
			}
		}
		return names
	}
	if diff := cmp.Diff([]string{"lone"}, list("?per_page=100")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	w.gone(lone)
	if diff := cmp.Diff([]string{"lone"}, list("?state=deleted")); diff != "" {
		t.Errorf("deleted (-want +got):\n%s", diff)
	}
	w.github.Fault(githubtest.Match{Path: regexp.MustCompile(`^/v2/acme/app/manifests/`), Times: -1}, githubtest.Action{Status: 503})
	w.memory.manifests = nil
	w.start()
	if got := list(""); len(got) != 0 {
		t.Errorf("shown though nothing could be read: %v", got)
	}
}

// TestRestorePasses: a caller can bring back what it deleted.
func TestRestorePasses(t *testing.T) {
	w := newWorld(t, "app")
	w.image("kept", "prod")
	lone := w.image("lone")
	w.start()
	path := w.path(lone)
	w.gone(lone)
	if a := w.call("POST", path+"/restore", w.admin, ""); a.status != http.StatusNoContent || !w.there(lone) {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// TestRedirectsAreNotFollowed: the caller gets them, and the guard's own reading fails.
func TestRedirectsAreNotFollowed(t *testing.T) {
	w := newWorld(t, "app")
	lone := w.image("lone")
	w.start()
	w.github.Fault(githubtest.Match{Method: "GET", Path: regexp.MustCompile(regexp.QuoteMeta(w.path(lone))), Times: -1},
		githubtest.Action{Status: http.StatusMovedPermanently, Header: http.Header{"Location": {"http://elsewhere.example/x"}}})
	if a := w.call("GET", w.path(lone), w.admin, ""); a.status != http.StatusMovedPermanently || a.header.Get("Location") != "http://elsewhere.example/x" {
		t.Errorf("%d %v", a.status, a.header)
	}
	w.refused(lone, guard.Unreadable)
}

package lookup

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/checkrein/checkrein/checks/images"
	"github.com/checkrein/checkrein/fixtures/registrytest"
)

const api = registrytest.Host + "/acme/api"

var here = Hosts{registrytest.Host}

// asker is a resolver before a registry of its own.
type asker struct {
	testing.TB
	*registrytest.Public
	images.Resolver
	client *Client
}

func ask(t testing.TB, change func(*Config)) *asker {
	t.Helper()
	p := registrytest.StartPublic()
	t.Cleanup(p.Close)
	c := Config{UserAgent: "checkrein/test", Most: Most, Within: Within, Now: time.Now,
		Detour: Detour{Hosts: map[string]string{registrytest.Host + ":443": p.Address}, Roots: p.Roots}}
	if change != nil {
		change(&c)
	}
	client := New(c)
	return &asker{t, p, client.Resolver(here, here), client}
}

// one asks one question.
func (a *asker) one(q images.Question) images.Answer {
	a.Helper()
	return a.Resolve(a.Context(), []images.Question{q})[0]
}

func (a *asker) want(q images.Question, want images.Answer) {
	a.Helper()
	if diff := cmp.Diff(want, a.one(q)); diff != "" {
		a.Errorf("%+v (-want +got):\n%s", q, diff)
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// pushIndex pushes an index and answers both digests.
func (a *asker) pushIndex(tag string) (index, platform string) {
	a.Helper()
	index, platform, err := a.PushIndex(tag)
	if err != nil {
		a.Fatal(err)
	}
	return index, platform
}

func TestDigestNow(t *testing.T) {
	a := ask(t, nil)
	index, platform := a.pushIndex("acme/api:1.2.3")
	latest := must(a.PushImage("acme/api:latest"))
	a.want(images.Question{Name: api, Tag: "1.2.3"}, images.Answer{Digest: index}) // of the index, not of a platform
	a.want(images.Question{Name: api}, images.Answer{Digest: latest})
	a.want(images.Question{Name: api, Digest: index}, images.Answer{})
	a.want(images.Question{Name: api, Digest: platform}, images.Answer{})
	a.want(images.Question{Name: api, Tag: "9.9.9"}, images.Answer{Gone: true})
	if err := a.Delete("acme/api", latest); err != nil {
		t.Fatal(err)
	}
	a.want(images.Question{Name: api, Digest: latest}, images.Answer{Gone: true})
	for _, r := range a.Requests() {
		if strings.HasPrefix(r, "GET") && !strings.Contains(r, latest) && !strings.Contains(r, "9.9.9") {
			t.Errorf("%s: what is there costs a HEAD, which is no pull", r)
		}
	}
}

// A question is asked once, and only so many are.
func TestBounds(t *testing.T) {
	a := ask(t, func(c *Config) { c.Most = 2 })
	digest := must(a.PushImage("acme/api:1"))
	q := images.Question{Name: api, Tag: "1"}
	a.want(q, images.Answer{Digest: digest})
	a.want(q, images.Answer{Digest: digest})
	if diff := cmp.Diff([]string{"HEAD acme/api 1"}, a.Requests()); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	a.one(images.Question{Name: api, Tag: "2"})
	a.want(images.Question{Name: api, Tag: "3"}, images.Answer{Problem: "One verdict looks up 2 references at most"})
}

func TestBothLists(t *testing.T) {
	a := ask(t, nil)
	must(a.PushImage("acme/api:1"))
	q := images.Question{Name: api, Tag: "1"}
	for _, c := range []struct {
		policy, operator Hosts
		want             images.Answer
	}{
		{Hosts{"ghcr.io"}, here, images.Answer{Unasked: "example.com is not among the registries that may be asked (checks.images.registries)"}},
		{here, Hosts{"ghcr.io"}, images.Answer{Problem: "example.com is not among the registries that the operator lets be asked (CHECKREIN_REGISTRIES)"}},
		{here, nil, images.Answer{Problem: "example.com is not among the registries that the operator lets be asked (CHECKREIN_REGISTRIES)"}},
	} {
		a.Resolver = a.client.Resolver(c.policy, c.operator)
		a.want(q, c.want)
	}
	if requests := a.Requests(); len(requests) > 0 {
		t.Errorf("asked all the same: %v", requests)
	}
	if a.client.Resolver(nil, here) != nil {
		t.Error("a policy without registries looks up")
	}
}

func TestHosts(t *testing.T) {
	hosts := must(ParseHosts([]string{"docker.io", " *.pkg.dev", "registry.acme.com:5000"}))
	for host, want := range map[string]bool{
		"index.docker.io": true, "registry-1.docker.io": true, "docker.io.evil.example": false, "europe-docker.pkg.dev": true,
		"pkg.dev": false, "evilpkg.dev": false, "registry.acme.com:5000": true, "registry.acme.com": false, "ghcr.io": false,
	} {
		if hosts.Match(host) != want {
			t.Errorf("%s: %v, want %v", host, !want, want)
		}
	}
	for _, bad := range []string{"*", "*.", "https://ghcr.io", "ghcr.io/acme", "localhost", "a b.c", ""} {
		if _, err := ParseHosts([]string{bad}); err == nil {
			t.Errorf("%q is taken for a registry", bad)
		}
	}
}

func TestPublicAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"140.82.112.33": true, "2606:50c0:8000::154": true, "64:ff9b::8c52:7021": true, "100.63.0.1": true,
		"10.0.0.1": false, "172.16.0.1": false, "192.168.1.1": false, "127.0.0.1": false, "0.0.0.0": false, "169.254.169.254": false,
		"100.64.0.1": false, "198.18.0.1": false, "224.0.0.1": false, "255.255.255.255": false, "192.0.2.1": false,
		"::1": false, "::": false, "fe80::1": false, "fd00::1": false, "ff02::1": false, "::ffff:10.0.0.1": false, "::ffff:140.82.112.33": true,
		"64:ff9b::a00:1": false, "64:ff9b::7f00:1": false, "64:ff9b:1::1": false, "2002:a00:1::": false, "2001::1": false, "2001:db8::1": false,
		"::7f00:1": false, "fec0::1": false,
	} {
		if got := isPublic(netip.MustParseAddr(address)); got != want {
			t.Errorf("%s: public %v, want %v", address, got, want)
		}
	}
}

// What a registry may not do: every case is one answer that is no answer, in our words.
func TestHostileRegistry(t *testing.T) {
	redirect := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusTemporaryRedirect) }
	}
	realm := func(to string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", fmt.Sprintf(`Bearer realm=%q,service="x"`, to))
			w.WriteHeader(http.StatusUnauthorized)
		}
	}
	const unusable = "example.com could not be reached, or gave no usable answer"
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		ping   bool // it answers /v2/ too
		want   string
	}{
		"redirect to a private address":    {redirect("https://10.0.0.1/v2/"), false, unusable},
		"redirect to the machine itself":   {redirect("https://127.0.0.1/v2/"), false, unusable},
		"redirect to a name of it":         {redirect("https://localhost/v2/"), false, "example.com gave no usable answer: the address is not public"},
		"redirect to the metadata service": {redirect("http://169.254.169.254/latest/meta-data"), false, unusable},
		"redirect to plain http":           {redirect("http://example.org/v2/"), false, "example.com gave no usable answer: it leads to an address without TLS"},
		"redirect to another port":         {redirect("https://example.org:22/"), false, "example.com gave no usable answer: it leads to another port"},
		"redirect without end": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, r.URL.Path+"x", http.StatusTemporaryRedirect)
		}, false, "example.com gave no usable answer: it leads from one address to the next without end"},
		"token service elsewhere":     {realm("https://auth.evil.example/token"), true, "example.com gave no usable answer: its token service is under another domain"},
		"token service inside":        {realm("https://127.0.0.1/token"), true, unusable},
		"token service by plain http": {realm("http://auth.example.com/token"), true, unusable},
		"wants credentials": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("WWW-Authenticate", `Basic realm="x"`)
			w.WriteHeader(http.StatusUnauthorized)
		}, true, "example.com does not show it to everybody, and no credentials are used"},
		"asked too often": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, false,
			"example.com has been asked too often for now"},
		"broken":             {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) }, false, "example.com answered with status 502"},
		"404 without a code": {func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) }, false, "example.com knows nothing under this name, or does not show it to everybody"},
		"404 of another code": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"errors":[{"code":"NAME_UNKNOWN"}]}`)
		}, false, "example.com knows nothing under this name, or does not show it to everybody"},
		"a page": {func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>@everybody</html>") }, false,
			"example.com answered with something else than was asked for"},
		"two megabytes": {func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
			if r.Method == http.MethodGet {
				fmt.Fprint(w, strings.Repeat(" ", 2<<20))
			}
		}, false, "example.com gave no usable answer: its answer is too large"},
		"two megabytes of token": {func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/token" {
				fmt.Fprint(w, strings.Repeat(" ", 2<<20))
				return
			}
			realm("https://example.com/token")(w, r)
		}, true, unusable},
	} {
		t.Run(name, func(t *testing.T) {
			a := ask(t, nil)
			must(a.PushImage("acme/api:1"))
			a.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
				if !c.ping && !strings.Contains(r.URL.Path, "/manifests/") {
					return false
				}
				c.answer(w, r)
				return true
			})
			got := a.one(images.Question{Name: api, Tag: "1"})
			if diff := cmp.Diff(images.Answer{Problem: c.want}, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Bytes that do not have the digest they were asked by are no answer.
func TestWrongBytes(t *testing.T) {
	a := ask(t, nil)
	index, _ := a.pushIndex("acme/api:1")
	a.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/manifests/") {
			return false
		}
		w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
		fmt.Fprint(w, `{"schemaVersion":2,"manifests":[]}`)
		return true
	})
	a.want(images.Question{Name: api, Digest: index}, images.Answer{Problem: "example.com answered with something else than was asked for"})
}

// A registry that gives no digest with a HEAD is read, and the bytes are summed up.
func TestDigestOfTheBytes(t *testing.T) {
	a := ask(t, nil)
	a.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		if !strings.Contains(r.URL.Path, "/manifests/") {
			return false
		}
		w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json; charset=utf-8")
		fmt.Fprint(w, "{}")
		return true
	})
	const ofBraces = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
	a.want(images.Question{Name: api, Tag: "1"}, images.Answer{Digest: ofBraces})
}

// A token is asked for where the registry says, without credentials.
func TestToken(t *testing.T) {
	a := ask(t, func(c *Config) { c.Detour.Hosts["auth.example.com:443"] = c.Detour.Hosts["example.com:443"] })
	digest := must(a.PushImage("acme/api:1"))
	a.Intercept(func(w http.ResponseWriter, r *http.Request) bool {
		switch {
		case r.URL.Path == "/token":
			if r.Header.Get("Authorization") != "" || r.Host != "auth.example.com" {
				t.Errorf("%s is asked for a token with %q", r.Host, r.Header)
			}
			fmt.Fprint(w, `{"token":"anybody"}`)
		case r.Header.Get("Authorization") != "Bearer anybody":
			w.Header().Set("WWW-Authenticate", `Bearer realm="https://auth.example.com/token"`)
			w.WriteHeader(http.StatusUnauthorized)
		default:
			return false
		}
		return true
	})
	a.want(images.Question{Name: api, Tag: "1"}, images.Answer{Digest: digest})
}

// A registry that does not answer is waited for as long as a verdict may take, and then
// left alone.
func TestSlowRegistry(t *testing.T) {
	a := ask(t, func(c *Config) { c.Within = 200 * time.Millisecond })
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	a.Intercept(func(http.ResponseWriter, *http.Request) bool { <-release; return true })
	var questions []images.Question
	for i := range 20 {
		questions = append(questions, images.Question{Name: api, Tag: fmt.Sprint(i)})
	}
	began := time.Now()
	for _, got := range a.Resolve(t.Context(), questions) {
		if got.Problem != "example.com did not answer in time" {
			t.Errorf("answer %+v", got)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("the verdict waited %s", took)
	}
}

// memory is Sightings for one test.
type memory struct {
	seen []Seen
	fail error
}

func (m *memory) See(_ context.Context, seen []Seen) (map[Tag][]images.Sighting, error) {
	m.seen = append(m.seen, seen...)
	all := map[Tag][]images.Sighting{}
	for _, s := range m.seen {
		all[s.Tag] = append(all[s.Tag], images.Sighting{Digest: s.Digest, First: s.At, Last: s.At})
	}
	return all, m.fail
}

func TestSightings(t *testing.T) {
	kept := &memory{}
	a := ask(t, func(c *Config) { c.Sightings = kept })
	first := must(a.PushImage("acme/api:1.2.3"))
	q := images.Question{Name: api, Tag: "1.2.3", Keep: true}
	if got := a.one(q); got.Digest != first || len(got.Seen) != 1 {
		t.Errorf("answer %+v", got)
	}
	second := must(a.PushImage("acme/api:1.2.3"))
	a.Resolver = a.client.Resolver(here, here) // another verdict
	got := a.one(q)
	want := []images.Sighting{{Digest: first}, {Digest: second}}
	if diff := cmp.Diff(want, got.Seen, cmpopts.IgnoreTypes(time.Time{})); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
	if want := (Tag{"example.com", "acme/api", "1.2.3"}); kept.seen[0].Tag != want {
		t.Errorf("kept as %+v, want %+v", kept.seen[0].Tag, want)
	}
	a.one(images.Question{Name: api, Tag: "latest"})
	if len(kept.seen) != 2 {
		t.Errorf("%d sightings are kept: nobody wanted those of a tag that moves", len(kept.seen))
	}
	kept.fail = errors.New("disk full")
	a.Resolver = a.client.Resolver(here, here)
	if got := a.one(q); got.Problem == "" || got.Digest != second {
		t.Errorf("answer %+v: what the registry said holds, and the failure is told", got)
	}
}

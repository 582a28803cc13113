package guard_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/guard"
	"github.com/checkrein/checkrein/registry/retention"
)

const (
	ociIndex    = "application/vnd.oci.image.index.v1+json"
	ociImage    = "application/vnd.oci.image.manifest.v1+json"
	dockerList  = "application/vnd.docker.distribution.manifest.list.v2+json"
	dockerImage = "application/vnd.docker.distribution.manifest.v2+json"
)

// world is a simulated GitHub with one package, and a guard before it. Everything is old
// when the guard looks first: what a test pushes later is not.
type world struct {
	testing.TB
	github *githubtest.Server
	pack   *githubtest.Package
	admin  *githubtest.User
	memory *memory
	config guard.Config
	guard  *guard.Guard
	server *httptest.Server
	log    *buffer

	mu    sync.Mutex
	now   time.Time
	names map[string]string // by digest

	contents map[string]string // by digest
}

type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func newWorld(t testing.TB, name string) *world {
	t.Helper()
	w := &world{TB: t, memory: newMemory(), log: &buffer{}, now: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC), names: map[string]string{}, contents: map[string]string{}}
	w.github = githubtest.Must(githubtest.Start(githubtest.WithClock(w.clock), githubtest.WithRates(githubtest.Rates{REST: 1e9, GraphQL: 1e9, Window: time.Hour, Status: 403})))
	t.Cleanup(w.github.Close)
	w.admin = w.github.User("ada")
	w.pack = w.github.Package("acme", name)
	w.must(w.pack.Grant(w.admin, "admin"))
	w.config = guard.Config{API: w.github.URL, Registry: w.github.RegistryURL, Grace: 24 * time.Hour, Memory: w.memory,
		Log: slog.New(slog.NewTextHandler(w.log, nil)), Now: w.clock}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(w.log)
		}
	})
	return w
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// start runs a guard, anew when one runs already: with what the memory holds.
func (w *world) start() *world {
	w.Helper()
	g, err := guard.New(w.Context(), w.config)
	w.must(err)
	if w.server != nil {
		w.server.Close()
	}
	w.guard, w.server = g, httptest.NewServer(g)
	w.Cleanup(w.server.Close)
	return w
}

// policy sets the retention policy of all packages.
func (w *world) policy(keys string) *world {
	w.Helper()
	p, err := retention.Parse([]byte("version: 1\npackages:\n- {match: '**', " + keys + "}\n"))
	w.must(err)
	w.config.Policy = p
	return w
}

// push puts a manifest into the package and lets two days pass.
func (w *world) push(name, mediaType, manifest string, tags ...string) registry.Digest {
	w.Helper()
	v, err := w.pack.Push(mediaType, []byte(manifest), tags...)
	w.must(err)
	w.must(w.pack.Backdate(v.Digest, w.clock().Add(-48*time.Hour)))
	w.names[v.Digest], w.contents[v.Digest] = name, manifest
	return registry.Digest(v.Digest)
}

// image is a manifest with one layer that its name makes.
func image(name string) string {
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":%q},"layers":[{"digest":%[2]q}]}`,
		ociImage, registry.DigestOf([]byte(name)))
}

func (w *world) image(name string, tags ...string) registry.Digest {
	return w.push(name, ociImage, image(name), tags...)
}

// about is an artifact with a subject.
func about(name string, subject registry.Digest) string {
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"artifactType":"test/%s","config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":%q},"layers":[{"digest":%q}],"subject":{"digest":%q}}`,
		ociImage, name, registry.DigestOf([]byte("{}")), registry.DigestOf([]byte(name)), subject)
}

func (w *world) about(name string, subject registry.Digest, tags ...string) registry.Digest {
	return w.push(name, ociImage, about(name, subject), tags...)
}

// index lists children; the nth is for linux/arm<n>, and an index where it was pushed as one.
func (w *world) index(name string, children []registry.Digest, tags ...string) registry.Digest {
	return w.push(name, ociIndex, w.indexOf(ociIndex, children), tags...)
}

func (w *world) indexOf(mediaType string, children []registry.Digest) string {
	entries := []string{}
	for i, c := range children {
		kind := ociImage
		if strings.HasPrefix(w.names[string(c)], "ix") {
			kind = ociIndex
		}
		entries = append(entries, fmt.Sprintf(`{"mediaType":%q,"digest":%q,"size":1,"platform":{"os":"linux","architecture":"arm%d"}}`, kind, c, i))
	}
	return fmt.Sprintf(`{"schemaVersion":2,"mediaType":%q,"manifests":[%s]}`, mediaType, strings.Join(entries, ","))
}

// path is the address of a version.
func (w *world) path(d registry.Digest) string {
	w.Helper()
	for _, v := range w.pack.Versions() {
		if v.Digest == string(d) {
			return fmt.Sprintf("/orgs/acme/packages/container/%s/versions/%d", strings.ReplaceAll(w.pack.Name, "/", "%2F"), v.ID)
		}
	}
	w.Fatalf("no version %s", d)
	return ""
}

// answer is what the guard answered.
type answer struct {
	status int
	header http.Header
	body   string
}

// code is that of a refusal, from either error shape.
func (a answer) code() string {
	var e struct {
		Errors []struct {
			Code   string
			Detail struct{ Code string }
		}
	}
	if json.Unmarshal([]byte(a.body), &e) != nil || len(e.Errors) == 0 {
		return ""
	}
	if e.Errors[0].Detail.Code != "" {
		return e.Errors[0].Detail.Code
	}
	return e.Errors[0].Code
}

// why is the message of a refusal.
func (a answer) why() string {
	var e struct{ Message string }
	_ = json.Unmarshal([]byte(a.body), &e)
	return e.Message
}

func (w *world) call(method, path string, as *githubtest.User, body string, header ...string) answer {
	w.Helper()
	req, err := http.NewRequest(method, w.server.URL+path, strings.NewReader(body))
	w.must(err)
	if as != nil {
		req.Header.Set("Authorization", "Bearer "+as.Token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	resp, err := client.Do(req)
	w.must(err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	w.must(err)
	return answer{resp.StatusCode, resp.Header, string(data)}
}

func (w *world) delete(d registry.Digest) answer {
	w.Helper()
	return w.call("DELETE", w.path(d), w.admin, "")
}

// refused says that a deletion is refused with this code, and that nothing went.
func (w *world) refused(d registry.Digest, code guard.Code) answer {
	w.Helper()
	a := w.delete(d)
	if a.status != http.StatusForbidden || a.code() != string(code) {
		w.Errorf("delete %s: %d %s, want 403 %s", w.names[string(d)], a.status, a.body, code)
	}
	if !w.there(d) {
		w.Errorf("%s is gone", w.names[string(d)])
	}
	return a
}

// gone says that a deletion goes through.
func (w *world) gone(all ...registry.Digest) {
	w.Helper()
	for _, d := range all {
		if a := w.delete(d); a.status != http.StatusNoContent {
			w.Errorf("delete %s: %d %s, want 204", w.names[string(d)], a.status, a.body)
		} else if w.there(d) {
			w.Errorf("%s is still there", w.names[string(d)])
		}
	}
}

func (w *world) there(d registry.Digest) bool {
	_, ok := w.pack.Version(string(d))
	return ok
}

package store_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/store"
	"github.com/checkrein/checkrein/fixtures/effort"
	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/guard"
)

// largePackage answers like GitHub for a package of which only the numbers exist: of
// eleven versions two are tagged images, one is a tagged index with the next four, and
// two more are tagged images; the rest nobody needs.
type largePackage struct {
	versions int
	manifest atomic.Int64 // how many manifests were asked for
	deleted  atomic.Int64
}

func largeDigest(i int) registry.Digest { return registry.DigestOf(fmt.Append(nil, i)) }

// largeVersion describes the ith version.
func largeVersion(i int) (m registry.Manifest, tagged bool) {
	m = registry.Manifest{Digest: largeDigest(i), Kind: registry.Image}
	switch i % 11 {
	case 0, 1, 7, 8:
		return m, true
	case 2:
		m.Kind = registry.Index
		for c := range 4 {
			m.Children = append(m.Children, registry.Child{Digest: largeDigest(i + c + 1), Kind: registry.Image, Label: "linux/arm64"})
		}
		return m, true
	}
	return m, false
}

func (l *largePackage) json(i int) string {
	tag := ""
	if _, tagged := largeVersion(i); tagged {
		tag = fmt.Sprintf(`"v%d"`, i)
	}
	return fmt.Sprintf(`{"id":%d,"name":%q,"created_at":"2025-01-01T00:00:00Z","updated_at":"2025-01-01T00:00:00Z","metadata":{"package_type":"container","container":{"tags":[%s]}}}`,
		i+1, largeDigest(i), tag)
}

var oneVersion = regexp.MustCompile(`/versions/(\d+)$`)

func (l *largePackage) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	one := oneVersion.FindStringSubmatch(r.URL.Path)
	switch {
	case r.Method == http.MethodDelete:
		l.deleted.Add(1)
		w.WriteHeader(http.StatusNoContent)
	case one != nil:
		id, _ := strconv.Atoi(one[1])
		fmt.Fprint(w, l.json(id-1))
	case strings.HasSuffix(r.URL.Path, "/versions"):
		number, _ := strconv.Atoi(r.URL.Query().Get("page"))
		if number*100 < l.versions {
			w.Header().Set("Link", fmt.Sprintf(`<http://%s%s?page=%d>; rel="next"`, r.Host, r.URL.Path, number+1))
		}
		var all []string
		for i := l.versions - 1 - (number-1)*100; i >= max(0, l.versions-number*100); i-- {
			all = append(all, l.json(i))
		}
		fmt.Fprintf(w, "[%s]", strings.Join(all, ","))
	default:
		if strings.Contains(r.URL.Path, "/manifests/") {
			l.manifest.Add(1)
		}
		http.NotFound(w, r)
	}
}

// TestGuardHeap holds a large package: its manifests and tags come from the store, its list
// from the caller, and deletions are decided with them. What it may take is 200 MB for
// 100,000 versions, asserted in proportion; CHECKREIN_TEST_LARGE=1 asks for all of them.
func TestGuardHeap(t *testing.T) {
	if !effort.Measured {
		t.Skip("the race detector takes memory of its own")
	}
	versions := 10_000
	if os.Getenv("CHECKREIN_TEST_LARGE") != "" {
		versions = 100_000
	}
	bound := int64(versions) * (200 << 20) / 100_000
	s, err := store.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "guard.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	memory := s.Guard("https://ghcr.io")
	var part []registry.Manifest
	tags := map[string]registry.Digest{}
	for i := range versions {
		m, tagged := largeVersion(i)
		if tagged {
			tags[fmt.Sprint("v", i)] = m.Digest
		}
		if part = append(part, m); len(part) == 1000 || i == versions-1 {
			memory.PutManifests("acme/app", part)
			if err := memory.Saw(t.Context(), "acme/app", guard.Sights{Tags: tags}); err != nil {
				t.Fatal(err)
			}
			part, tags = nil, map[string]registry.Digest{}
		}
	}
	upstream := &largePackage{versions: versions}
	server := httptest.NewServer(upstream)
	t.Cleanup(server.Close)
	before := heap()
	g, err := guard.New(t.Context(), guard.Config{API: server.URL, Registry: server.URL, Grace: 24 * time.Hour, Memory: memory, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	for _, id := range []int{21, 10, 4} { // nobody's, nobody's, a child
		req := httptest.NewRequest(http.MethodDelete, fmt.Sprintf("/orgs/acme/packages/container/app/versions/%d", id), nil)
		req.Header.Set("Authorization", "Bearer secret")
		answer := httptest.NewRecorder()
		g.ServeHTTP(answer, req)
		if want := map[int]int{21: 204, 10: 204, 4: 403}[id]; answer.Code != want {
			t.Errorf("version %d: answered %d %s, want %d", id, answer.Code, answer.Body, want)
		}
	}
	took, holds := time.Since(begun), heap()-before
	runtime.KeepAlive(g)
	t.Logf("the guard holds %d MB for %d versions; read and decided in %s", holds>>20, versions, took)
	if holds > bound || holds < bound/20 {
		t.Errorf("the guard holds %d MB for %d versions, want less than %d and more than nothing", holds>>20, versions, bound>>20)
	}
	if n := upstream.manifest.Load(); n != 0 || upstream.deleted.Load() != 2 {
		t.Errorf("%d manifests were asked for, %d versions deleted", n, upstream.deleted.Load())
	}
}

// heap is what is in use after everything that is not is gone.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

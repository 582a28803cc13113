package app_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/checkrein/checkrein/app/store"
	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/registry"
)

// BenchmarkGuardDecision deletes one version after the other, in turns through the guard
// and past it, and tells the median of both and of what the guard adds. Figures are in
// docs/performance.md, where another program measures the same with the real process.
func BenchmarkGuardDecision(b *testing.B) {
	g := newGuarded(b)
	address, _, stop := g.start()
	defer stop()
	var through, past []time.Duration
	for b.Loop() {
		for i, base := range []string{address, g.github.URL} {
			v := githubtest.Must(g.pack.Push("application/vnd.oci.image.manifest.v1+json", fmt.Appendf(nil, guardImage, 1000+len(past)*2+i)))
			if err := g.pack.Backdate(v.Digest, time.Now().Add(-48*time.Hour)); err != nil {
				b.Fatal(err)
			}
			begun := time.Now()
			if status := g.delete(base, v.Digest); status != http.StatusNoContent {
				b.Fatalf("answered %d", status)
			}
			if i == 0 {
				through = append(through, time.Since(begun))
			} else {
				past = append(past, time.Since(begun))
			}
		}
	}
	median := func(all []time.Duration) float64 {
		slices.Sort(all)
		return float64(all[len(all)/2].Microseconds()) / 1000
	}
	b.ReportMetric(median(through), "ms-through")
	b.ReportMetric(median(past), "ms-past")
}

// BenchmarkGuardLoad reads what is stored of a package of 100,000 versions.
func BenchmarkGuardLoad(b *testing.B) {
	s, err := store.Open(b.Context(), "sqlite:"+filepath.Join(b.TempDir(), "guard.db"))
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	memory := s.Guard("https://ghcr.io")
	digest := func(i int) registry.Digest { return registry.DigestOf(fmt.Append(nil, i)) }
	var all []registry.Manifest
	for i := range 100_000 {
		m := registry.Manifest{Digest: digest(i), Kind: registry.Image}
		if i%10 == 0 {
			m.Kind = registry.Index
			for c := range 4 {
				m.Children = append(m.Children, registry.Child{Digest: digest(i + c + 1), Kind: registry.Image, Label: "linux/arm64"})
			}
		}
		all = append(all, m)
	}
	memory.PutManifests("acme/app", all)
	if err := s.Ping(b.Context()); err != nil {
		b.Fatal(err)
	}
	all = nil
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	var graph *registry.Graph
	for b.Loop() {
		stored, err := memory.Manifests(b.Context(), "acme/app")
		if err != nil || len(stored) != 100_000 {
			b.Fatal(len(stored), err)
		}
		graph = registry.NewGraph()
		for i, m := range stored {
			graph.List(m.Digest)
			if m.Kind == registry.Index {
				graph.Root(m.Digest, registry.Root{Kind: registry.Tagged, Name: fmt.Sprint("v", i)})
			}
			graph.Add(m)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportMetric(float64(int64(after.HeapAlloc)-int64(before.HeapAlloc))/(1<<20), "MB-graph")
	runtime.KeepAlive(graph)
}

package guard_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/authn"

	"github.com/checkrein/checkrein/fixtures/registrytest"
	"github.com/checkrein/checkrein/registry/guard"
	"github.com/checkrein/checkrein/registry/retention"
)

// upstream is a registry with the distribution API, and a guard before it.
type upstream struct {
	testing.TB
	url, host string
	memory    *memory
	config    guard.Config
	server    *httptest.Server

	mu  sync.Mutex
	now time.Time
}

const repository = "acme/shop"

// eachRegistry runs a test before every registry there is.
func eachRegistry(t *testing.T, do func(*upstream)) {
	for name, options := range map[string][]registrytest.Option{"referrers API": {registrytest.WithReferrers()}, "no referrers API": nil} {
		t.Run(name, func(t *testing.T) {
			r := registrytest.Start(options...)
			t.Cleanup(r.Close)
			do(newUpstream(t, r.URL, r.Host))
		})
	}
	t.Run("docker-registry", func(t *testing.T) {
		d, err := registrytest.StartDistribution()
		if errors.Is(err, registrytest.ErrNoProgram) {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = d.Close() })
		do(newUpstream(t, d.URL, d.Host))
	})
}

func newUpstream(t *testing.T, url, host string) *upstream {
	t.Helper()
	u := &upstream{TB: t, url: url, host: host, memory: newMemory(), now: time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)}
	u.config = guard.Config{API: "http://127.0.0.1:1", Registry: url, Grace: 24 * time.Hour, Memory: u.memory, Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: func() time.Time {
		u.mu.Lock()
		defer u.mu.Unlock()
		return u.now
	}}
	p, err := retention.Parse([]byte("version: 1\npackages:\n- {match: '**', delete: {untagged: true, tags: ['pr-*', 'sha256-*']}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	u.config.Policy = p
	g, err := guard.New(t.Context(), u.config)
	if err != nil {
		t.Fatal(err)
	}
	u.server = httptest.NewServer(g)
	t.Cleanup(u.server.Close)
	return u
}

func (u *upstream) pass(d time.Duration) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.now = u.now.Add(d)
}

// push goes past the guard.
func (u *upstream) push(m registrytest.Manifest, tags ...string) registrytest.Manifest {
	u.Helper()
	if err := registrytest.Push(context.Background(), u.host+"/"+repository, authn.Anonymous, m, tags...); err != nil {
		u.Fatal(err)
	}
	return m
}

func (u *upstream) call(method, reference, body, mediaType string) answer {
	u.Helper()
	req, err := http.NewRequest(method, u.server.URL+"/v2/"+repository+"/manifests/"+reference, strings.NewReader(body))
	if err != nil {
		u.Fatal(err)
	}
	req.Header.Set("Content-Type", mediaType)
	req.Header.Set("Accept", ociIndex+","+ociImage)
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		u.Fatal(err)
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	return answer{resp.StatusCode, resp.Header, string(data)}
}

func (u *upstream) refused(reference string, code guard.Code) {
	u.Helper()
	if a := u.call("DELETE", reference, "", ""); a.status != http.StatusForbidden || a.code() != string(code) || !strings.Contains(a.body, `"DENIED"`) {
		u.Errorf("delete %s: %d %s, want %s", reference, a.status, a.body, code)
	}
}

func (u *upstream) gone(reference string) {
	u.Helper()
	if a := u.call("DELETE", reference, "", ""); a.status != http.StatusAccepted {
		u.Errorf("delete %s: %d %s, want 202", reference, a.status, a.body)
	}
}

// aged has everything seen by the guard, and lets it become old.
func (u *upstream) aged(all ...registrytest.Manifest) {
	u.Helper()
	for _, m := range all {
		if a := u.call("DELETE", m.Digest(), "", ""); a.status != http.StatusForbidden {
			u.Errorf("at first sight: %d %s", a.status, a.body)
		}
	}
	u.pass(25 * time.Hour)
}

func (u *upstream) pull(tag string) {
	u.Helper()
	if err := registrytest.Pull(context.Background(), u.host+"/"+repository+":"+tag, authn.Anonymous, "linux/amd64"); err != nil {
		u.Error(err)
	}
}

// TestRegistries: what is decided for GitHub is decided for any registry.
func TestRegistries(t *testing.T) {
	eachRegistry(t, func(u *upstream) {
		image := registrytest.Image("inner")
		nested := u.push(registrytest.Index(registrytest.Entry{Manifest: registrytest.Index(registrytest.Entry{Manifest: image, Platform: "linux/amd64"})}), "prod")
		pr := u.push(registrytest.Buildx("pr", "linux/amd64"), "pr-1")
		lone := u.push(registrytest.Image("lone"))
		signature := u.push(registrytest.Attached(nested, "sig"), registrytest.SuffixTag(nested, "sig"))
		sbom := u.push(registrytest.Referrer(image, "application/spdx+json"))
		u.aged(nested, nested.Children[0], image, pr, lone, signature, sbom)
		u.refused(image.Digest(), guard.Referenced)
		u.refused(nested.Children[0].Digest(), guard.Referenced)
		u.refused(nested.Digest(), guard.Tagged)
		u.refused("prod", guard.Tagged)
		u.refused(signature.Digest(), guard.Referenced)
		u.refused(sbom.Digest(), guard.Referenced)
		u.refused(pr.Children[0].Digest(), guard.Referenced)
		u.gone(lone.Digest())
		u.gone(pr.Digest())
		if a := u.call("DELETE", pr.Children[0].Digest(), "", ""); a.status != http.StatusForbidden || a.code() != string(guard.Young) {
			t.Errorf("a child that is seen for the first time: %d %s", a.status, a.body)
		}
		u.pass(25 * time.Hour)
		u.gone(pr.Children[0].Digest())
		u.pull("prod")
	})
}

// TestReferrerIndex: what an index that is about a kept image lists is kept, where the
// registry tells of such an index.
func TestReferrerIndex(t *testing.T) {
	r := registrytest.Start(registrytest.WithReferrers())
	t.Cleanup(r.Close)
	u := newUpstream(t, r.URL, r.Host)
	image := u.push(registrytest.Image("image"), "prod")
	part := registrytest.Image("part")
	index := u.push(registrytest.ReferrerIndex(image, "application/vnd.acme.bundle", registrytest.Entry{Manifest: part}))
	u.aged(part, index)
	u.refused(part.Digest(), guard.Referenced)
	u.refused(index.Digest(), guard.Referenced)
}

// TestSameBytesComeBack: a registry restores nothing, so the guard puts back what it kept.
func TestSameBytesComeBack(t *testing.T) {
	eachRegistry(t, func(u *upstream) {
		image := registrytest.Image("image")
		u.push(image)
		u.push(registrytest.Image("other"), "other")
		lone := u.push(registrytest.Image("lone"))
		u.aged(image, lone)
		u.gone(image.Digest())
		// Past the guard, an index that needs it is pushed; registries that look would
		// refuse it, so what is missing is put back and deleted again.
		u.push(registrytest.Index(registrytest.Entry{Manifest: image, Platform: "linux/amd64"}), "late")
		req, err := http.NewRequest("DELETE", u.url+"/v2/"+repository+"/manifests/"+image.Digest(), nil)
		if err != nil {
			t.Fatal(err)
		}
		if resp, err := http.DefaultClient.Do(req); err != nil || resp.StatusCode != http.StatusAccepted {
			t.Fatal(resp, err)
		}
		u.pass(2 * time.Minute)
		u.gone(lone.Digest())
		u.pull("late")
		if a := u.call("GET", image.Digest(), "", ""); a.body != string(image.Bytes) {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}

// TestTombstones: a manifest without content over a tag is that tag's deletion; over a new
// tag, or one of its own, it is a push.
func TestTombstones(t *testing.T) {
	eachRegistry(t, func(u *upstream) {
		tomb := u.push(registrytest.Tombstone(), "pr-0") // its config is there
		shared := u.push(registrytest.Image("shared"), "pr-1", "v1")
		lone := u.push(registrytest.Image("lone"), "pr-2")
		u.push(registrytest.Image("kept"), "prod")
		u.aged(shared, lone)
		put := func(tag string, want int, code guard.Code) {
			t.Helper()
			if a := u.call("PUT", tag, string(tomb.Bytes), tomb.MediaType); a.status != want || a.code() != string(code) {
				u.Errorf("put over %s: %d %s, want %d %s", tag, a.status, a.body, want, code)
			}
		}
		put("prod", http.StatusForbidden, guard.Tagged)
		put("pr-1", http.StatusForbidden, guard.Tagged)
		put("pr-2", http.StatusCreated, "")
		put("pr-0", http.StatusCreated, "")
		put("brand-new", http.StatusCreated, "")
		for _, empty := range []string{`{"schemaVersion":2,"mediaType":"` + ociIndex + `","manifests":[]}`, `{"mediaType":"application/x-odd"}`, "not JSON"} {
			if a := u.call("PUT", "prod", empty, ociIndex); a.status != http.StatusForbidden {
				u.Errorf("put of %s: %d %s", empty, a.status, a.body)
			}
		}
		u.pull("prod")
		u.pull("v1")
	})
}

// TestMovedTagsOfRegistries: a tag that moves leaves a root for one grace period.
func TestMovedTagsOfRegistries(t *testing.T) {
	eachRegistry(t, func(u *upstream) {
		old := u.push(registrytest.Buildx("old", "linux/amd64"), "prod")
		next := u.push(registrytest.Image("next"))
		u.aged(old, old.Children[0])
		if a := u.call("PUT", "prod", string(next.Bytes), next.MediaType); a.status != http.StatusCreated {
			t.Fatalf("%d %s", a.status, a.body)
		}
		u.refused(old.Digest(), guard.Young)
		u.refused(old.Children[0].Digest(), guard.Referenced)
		u.pass(25 * time.Hour)
		u.gone(old.Digest())
		u.gone(old.Children[0].Digest())
		u.pull("prod")
	})
}

// TestDeployedInARegistry: a digest of the keep file is kept with what it needs; others of
// the file are somewhere else.
func TestDeployedInARegistry(t *testing.T) {
	r := registrytest.Start()
	t.Cleanup(r.Close)
	u := newUpstream(t, r.URL, r.Host)
	running := u.push(registrytest.Buildx("running", "linux/amd64"))
	lone := u.push(registrytest.Image("lone"))
	u.push(registrytest.Image("kept"), "prod")
	keepIn(t, &u.config, running.Digest()+"\n"+registrytest.Image("elsewhere").Digest()+"\n")
	g, err := guard.New(t.Context(), u.config)
	if err != nil {
		t.Fatal(err)
	}
	u.server.Config.Handler = g
	u.aged(running, running.Children[0], lone)
	u.refused(running.Digest(), guard.Deployed)
	u.refused(running.Children[0].Digest(), guard.Referenced)
	u.gone(lone.Digest())
}

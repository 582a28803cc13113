package main

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/fixtures/incidents"
	"github.com/checkrein/checkrein/fixtures/registrytest"
)

// platforms are what production runs on.
func platforms() []string { return []string{"linux/amd64", "linux/arm64"} }

// production is a simulated GitHub with the package acme/cloud as it was deployed over
// forty days, and the credential of the repository's workflows.
type production struct {
	github   *githubtest.Server
	pack     *githubtest.Package
	dev      *githubtest.User
	workflow *githubtest.User
	names    map[string]string // what a digest is, in words
	ago      atomic.Int64      // a duration: how far back the simulated GitHub's clock is

	prod, release, retired, fresh registrytest.Manifest
}

func newProduction(ctx context.Context, incident *incidents.Incident) (*production, error) {
	p := &production{names: map[string]string{}}
	server, err := githubtest.Start(githubtest.WithClock(func() time.Time { return time.Now().Add(-time.Duration(p.ago.Load())) }))
	if err != nil {
		return nil, fmt.Errorf("start the simulated GitHub: %w", err)
	}
	p.github, p.dev = server, server.User("dana")
	repo, err := server.CreateRepo("acme", "cloud", texts(incident.Before))
	if err == nil {
		err = p.deploy(ctx, repo)
	}
	if err != nil {
		server.Close()
		return nil, fmt.Errorf("deploy acme/cloud: %w", err)
	}
	return p, nil
}

// deploy pushes as buildx does: every deployment an index with prod on it, which the
// one before loses.
func (p *production) deploy(ctx context.Context, repo *githubtest.Repo) error {
	p.pack, p.workflow = p.github.Package("acme", "cloud"), p.github.Workflow(repo)
	for _, user := range []*githubtest.User{p.dev, p.workflow} {
		if err := p.pack.Grant(user, "admin"); err != nil {
			return err
		}
	}
	var err error
	if p.retired, err = p.push(ctx, "the retired image", 40, "prod"); err != nil {
		return err
	}
	if p.release, err = p.push(ctx, "release v1.0.0", 30, "v1.0.0", "prod"); err != nil {
		return err
	}
	if p.prod, err = p.push(ctx, "production", 10, "prod"); err != nil {
		return err
	}
	p.fresh, err = p.push(ctx, "the image being built", 0)
	return err
}

// push pushes an image so many days ago.
func (p *production) push(ctx context.Context, what string, days int, tags ...string) (registrytest.Manifest, error) {
	p.ago.Store(int64(days) * int64(24*time.Hour))
	index := registrytest.Buildx(what, platforms()...)
	if err := registrytest.Push(ctx, p.pack.Image(), registrytest.Login(p.dev.Token), index, tags...); err != nil {
		return index, err
	}
	p.names[index.Digest()] = what
	for i, child := range index.Children {
		p.names[child.Digest()] = what + " for " + platforms()[i%len(platforms())]
		if i >= len(platforms()) {
			p.names[child.Digest()] = what + ", attestation for " + platforms()[i%len(platforms())]
		}
	}
	return index, nil
}

// pull pulls what is under a tag or digest on every platform, with a real registry client.
func (p *production) pull(ctx context.Context, reference string) error {
	for _, platform := range platforms() {
		if err := registrytest.Pull(ctx, p.pack.Image()+reference, registrytest.Login(p.workflow.Token), platform); err != nil {
			return err
		}
	}
	return nil
}

// lost are the manifests of an image that are gone, in words.
func (p *production) lost(m registrytest.Manifest) []string {
	var gone []string
	for _, one := range append([]registrytest.Manifest{m}, m.Children...) {
		if _, ok := p.pack.Version(one.Digest()); !ok {
			gone = append(gone, p.names[one.Digest()])
		}
	}
	return gone
}

// tellRefusals prints what was not allowed to go, and the guard's words, with digests shortened.
func (p *production) tellRefusals(refused []refusal) {
	digest := regexp.MustCompile(`(sha256:[0-9a-f]{12})[0-9a-f]{52}`)
	slices.SortFunc(refused, func(a, b refusal) int { return strings.Compare(p.names[a.digest], p.names[b.digest]) })
	for _, r := range refused {
		fmt.Printf("    %.19s  %s\n        %s\n", r.digest, p.names[r.digest], digest.ReplaceAllString(r.words, "$1"))
	}
}

// tell prints digests in words, sorted.
func (p *production) tell(digests []string) {
	sorted := slices.SortedFunc(slices.Values(digests), func(a, b string) int { return strings.Compare(p.names[a], p.names[b]) })
	for _, digest := range sorted {
		fmt.Printf("    %.19s  %s\n", digest, p.names[digest])
	}
}

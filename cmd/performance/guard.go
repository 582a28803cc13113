package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/checkrein/checkrein/cmd/internal/product"
	"github.com/checkrein/checkrein/fixtures/githubtest"
)

// guarded is the package acme/app, with the running guard before it.
type guarded struct {
	github *githubtest.Server
	pack   *githubtest.Package
	admin  *githubtest.User
	client *http.Client
	old    []githubtest.PackageVersion // untagged and needed by nothing
	made   int                         // images so far
	guard  *product.Process
}

// newGuarded has a package of so many versions, as docs/guard.md models it: of the tagged
// ones three in ten are indexes with four images of their own; the rest, fewer than ten, are old.
func (b *bench) newGuarded(ctx context.Context, tagged, old int) (*guarded, error) {
	folder, err := b.room("guard")
	if err != nil {
		return nil, err
	}
	plenty := githubtest.Rates{REST: 1_000_000, GraphQL: 1_000_000, Window: time.Hour, Status: http.StatusForbidden}
	server, err := githubtest.Start(githubtest.WithRates(plenty))
	if err != nil {
		return nil, fmt.Errorf("start the simulated GitHub: %w", err)
	}
	g := &guarded{github: server, pack: server.Package("acme", "app"), admin: server.User("ada"), client: newClient()}
	if err := errors.Join(g.pack.Grant(g.admin, "admin"), g.fill(tagged, old)); err != nil {
		return nil, errors.Join(err, g.close())
	}
	if g.guard, err = product.Guard(ctx, b.binary, folder, server); err != nil {
		return nil, errors.Join(err, g.close())
	}
	return g, nil
}

func (g *guarded) close() error {
	defer g.github.Close()
	if g.guard == nil {
		return nil
	}
	return g.guard.Stop()
}

const (
	imageType = "application/vnd.oci.image.manifest.v1+json"
	indexType = "application/vnd.oci.image.index.v1+json"
)

func (g *guarded) fill(tagged, old int) error {
	for i := range tagged {
		tag := fmt.Sprint("v", i)
		if i%10 >= 3 {
			if _, err := g.image(tag); err != nil {
				return err
			}
			continue
		}
		if err := g.index(tag); err != nil {
			return err
		}
	}
	for range old {
		v, err := g.image()
		if err != nil {
			return err
		}
		g.old = append(g.old, v)
	}
	return nil
}

// image pushes one that is none of the others, two days ago.
func (g *guarded) image(tags ...string) (githubtest.PackageVersion, error) {
	g.made++
	return g.push(imageType, fmt.Sprintf(`{"schemaVersion":2,"mediaType":"`+imageType+`","config":{"mediaType":"application/vnd.oci.image.config.v1+json","size":2,`+
		`"digest":"sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","size":1,"digest":"sha256:%064d"}]}`, g.made), tags...)
}

// index pushes one with images for four platforms.
func (g *guarded) index(tag string) error {
	list := ""
	for i, platform := range []string{"amd64", "arm64", "s390x", "ppc64le"} {
		v, err := g.image()
		if err != nil {
			return err
		}
		if i > 0 {
			list += ","
		}
		list += fmt.Sprintf(`{"mediaType":"`+imageType+`","digest":"%s","size":1,"platform":{"os":"linux","architecture":"%s"}}`, v.Digest, platform)
	}
	_, err := g.push(indexType, `{"schemaVersion":2,"mediaType":"`+indexType+`","manifests":[`+list+`]}`, tag)
	return err
}

func (g *guarded) push(mediaType, manifest string, tags ...string) (githubtest.PackageVersion, error) {
	v, err := g.pack.Push(mediaType, []byte(manifest), tags...)
	if err != nil {
		return v, err
	}
	return v, g.pack.Backdate(v.Digest, time.Now().Add(-48*time.Hour))
}

// delete deletes a version at an address of the API, as its administrator; it must go.
func (g *guarded) delete(ctx context.Context, address string, v githubtest.PackageVersion) (time.Duration, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodDelete, fmt.Sprintf("%s/orgs/acme/packages/container/app/versions/%d", address, v.ID), nil)
	if err != nil {
		return 0, err
	}
	req.Header.Set("Authorization", "Bearer "+g.admin.Token)
	began := time.Now()
	resp, err := g.client.Do(req)
	if err != nil {
		return 0, fmt.Errorf("delete: %w", err)
	}
	defer resp.Body.Close()
	took := time.Since(began)
	if resp.StatusCode != http.StatusNoContent {
		return 0, fmt.Errorf("the deletion was answered with %s, expected 204", resp.Status)
	}
	return took, nil
}

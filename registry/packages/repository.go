package packages

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/checkrein/checkrein/registry"
)

// accept is every media type a manifest may have: registries answer 404 for what is not
// asked for.
var accept = strings.Join([]string{
	string(types.OCIImageIndex), string(types.DockerManifestList), string(types.OCIManifestSchema1), string(types.DockerManifestSchema2),
	"application/vnd.oci.artifact.manifest.v1+json", string(types.DockerManifestSchema1Signed), string(types.DockerManifestSchema1), "*/*",
}, ", ")

// Repository is one repository of a registry with the distribution API, as one caller
// sees it.
type Repository struct {
	up         *Upstreams
	name       string
	credential string // the caller's Authorization header
	github     bool   // it is one of the API: it has to be turned into one of the registry
	token      *token
}

// Repository is a repository of the registry, seen with a caller's Authorization header.
func (u *Upstreams) Repository(name, credential string) *Repository {
	return u.repository(name, credential, false)
}

func (u *Upstreams) repository(name, credential string, github bool) *Repository {
	return &Repository{up: u, name: name, credential: credential, github: github, token: &token{}}
}

// Name is the repository's name in the registry.
func (r *Repository) Name() string { return r.name }

// Content is a manifest as the registry has it.
type Content struct {
	Bytes     []byte
	MediaType string
	Digest    registry.Digest
}

// Manifest reads a manifest and what it says. Errors wrap registry.ErrUnread, or are a
// StatusError.
func (r *Repository) Manifest(ctx context.Context, digest registry.Digest) (registry.Manifest, error) {
	content, err := r.Content(ctx, string(digest))
	if err != nil {
		return registry.Manifest{}, err
	}
	return registry.Parse(content.Bytes, digest, content.MediaType)
}

// Content reads a manifest by tag or digest; the digest is that of the bytes, in the
// algorithm of the reference.
func (r *Repository) Content(ctx context.Context, reference string) (Content, error) {
	r.up.counts.manifests.Add(1)
	what := "manifest " + reference
	resp, body, err := r.do(ctx, http.MethodGet, "/manifests/"+reference, accept, nil)
	if err != nil {
		return Content{}, blame(what, err)
	}
	if resp.StatusCode != http.StatusOK {
		return Content{}, &StatusError{resp.StatusCode, what, resp.Header}
	}
	content := Content{Bytes: body, MediaType: resp.Header.Get("Content-Type"), Digest: registry.DigestOf(body)}
	if d, err := registry.ParseDigest(reference); err == nil {
		if content.Digest = d; !d.Names(body) {
			return Content{}, fmt.Errorf("%w: what the registry answers for %s has the digest %s", registry.ErrUnread, d, registry.DigestOf(body))
		}
	}
	return content, nil
}

// Resolve answers which manifest a tag names; ok is false when there is no such tag.
func (r *Repository) Resolve(ctx context.Context, tag string) (digest registry.Digest, ok bool, err error) {
	r.up.counts.tags.Add(1)
	what := "tag " + tag
	resp, _, err := r.do(ctx, http.MethodHead, "/manifests/"+tag, accept, nil)
	switch {
	case err != nil:
		return "", false, blame(what, err)
	case resp.StatusCode == http.StatusNotFound:
		return "", false, nil
	case resp.StatusCode != http.StatusOK:
		return "", false, &StatusError{resp.StatusCode, what, resp.Header}
	}
	if digest, err = registry.ParseDigest(resp.Header.Get("Docker-Content-Digest")); err == nil {
		return digest, true, nil
	}
	content, err := r.Content(ctx, tag) // the header is optional
	return content.Digest, err == nil, err
}

// maxTags bounds the tags of a repository, and with them the pages that are asked for.
const maxTags = 1_000_000

// Tags lists all tags.
func (r *Repository) Tags(ctx context.Context) ([]string, error) {
	var all []string
	for path := "/tags/list?n=1000"; path != ""; {
		r.up.counts.tags.Add(1)
		resp, body, err := r.do(ctx, http.MethodGet, path, "application/json", nil)
		if err != nil {
			return nil, blame("list of tags", err)
		}
		if resp.StatusCode != http.StatusOK {
			return nil, &StatusError{resp.StatusCode, "list of tags", resp.Header}
		}
		var page struct {
			Tags []string `json:"tags"`
		}
		if err := json.Unmarshal(body, &page); err != nil {
			return nil, fmt.Errorf("list of tags: %w", err)
		}
		all = append(all, page.Tags...)
		if path, err = nextTags(resp.Header.Get("Link"), page.Tags); err != nil {
			return nil, err
		}
		if len(all) > maxTags {
			return nil, fmt.Errorf("list of tags: more than %d", maxTags)
		}
	}
	slices.Sort(all)
	return slices.Compact(all), nil
}

// nextTags goes on after the last tag of a page when there is a next one; what address
// the link names does not matter.
func nextTags(link string, tags []string) (string, error) {
	if !strings.Contains(link, `rel="next"`) && !strings.Contains(link, "rel=next") {
		return "", nil
	}
	if len(tags) == 0 {
		return "", errors.New("list of tags: an empty page that is not the last")
	}
	return "/tags/list?n=1000&last=" + url.QueryEscape(tags[len(tags)-1]), nil
}

// ErrNoReferrers says that the registry has no referrers API.
var ErrNoReferrers = errors.New("the registry has no referrers API")

// Referrer is what the registry lists as about a subject.
type Referrer struct {
	Digest   registry.Digest
	Artifact string
}

// Referrers asks the referrers API who is about a manifest. The list may be filtered or
// short: it only ever adds.
func (r *Repository) Referrers(ctx context.Context, subject registry.Digest) ([]Referrer, error) {
	r.up.counts.referrers.Add(1)
	what := "referrers of " + string(subject)
	resp, body, err := r.do(ctx, http.MethodGet, "/referrers/"+string(subject), string(types.OCIImageIndex), nil)
	if err != nil {
		return nil, blame(what, err)
	}
	switch resp.StatusCode {
	case http.StatusOK:
	case http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusBadRequest:
		return nil, ErrNoReferrers
	default:
		return nil, &StatusError{resp.StatusCode, what, resp.Header}
	}
	var index struct {
		Manifests []struct {
			Digest       string `json:"digest"`
			ArtifactType string `json:"artifactType"`
		} `json:"manifests"`
	}
	if err := json.Unmarshal(body, &index); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", registry.ErrUnread, what, err)
	}
	var all []Referrer
	for _, m := range index.Manifests {
		digest, err := registry.ParseDigest(m.Digest)
		if err != nil {
			return nil, fmt.Errorf("%w: %s: %w", registry.ErrUnread, what, err)
		}
		all = append(all, Referrer{digest, m.ArtifactType})
	}
	return all, nil
}

// Put writes a manifest by digest or tag.
func (r *Repository) Put(ctx context.Context, reference string, c Content) error {
	r.up.counts.writes.Add(1)
	what := "put of manifest " + reference
	resp, _, err := r.do(ctx, http.MethodPut, "/manifests/"+reference, "", &c)
	if err != nil {
		return blame(what, err)
	}
	if resp.StatusCode/100 != 2 {
		return &StatusError{resp.StatusCode, what, resp.Header}
	}
	return nil
}

// do sends one request, with the registry's token where one is needed, and reads the
// answer, which may be no longer than a manifest.
func (r *Repository) do(ctx context.Context, method, path, accept string, content *Content) (*http.Response, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	if r.github && r.header() == "" { // one finds out how to be let in, the others wait
		r.token.first.Lock()
		defer r.token.first.Unlock()
	}
	header := r.header()
	if known := r.up.challenge.Load(); r.github && header == "" && known != nil {
		if err := r.authorize(ctx, *known, header); err != nil {
			return nil, nil, err
		}
		header = r.header()
	}
	resp, body, err := r.once(ctx, method, path, accept, header, content)
	if err != nil || resp.StatusCode != http.StatusUnauthorized || !r.github {
		return resp, body, err
	}
	challenge := resp.Header.Get("WWW-Authenticate")
	if err := r.authorize(ctx, challenge, header); err != nil {
		return nil, nil, err
	}
	r.up.challenge.Store(&challenge)
	return r.once(ctx, method, path, accept, r.header(), content)
}

func (r *Repository) once(ctx context.Context, method, path, accept, header string, content *Content) (*http.Response, []byte, error) {
	var send io.Reader
	if content != nil {
		send = strings.NewReader(string(content.Bytes))
	}
	req, err := http.NewRequestWithContext(ctx, method, r.up.registry.String()+"/v2/"+r.name+path, send)
	if err != nil {
		return nil, nil, err
	}
	if accept != "" {
		req.Header.Set("Accept", accept)
	}
	if content != nil {
		req.Header.Set("Content-Type", content.MediaType)
	}
	if header != "" {
		req.Header.Set("Authorization", header)
	}
	resp, err := r.up.client.Do(req)
	if err != nil {
		return nil, nil, err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, registry.MaxManifest+1))
	if err == nil && len(body) > registry.MaxManifest {
		err = fmt.Errorf("%w: the answer has more than %d bytes", registry.ErrUnread, registry.MaxManifest)
	}
	return resp, body, err
}

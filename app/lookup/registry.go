package lookup

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/remote/transport"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/checkrein/checkrein/checks/images"
)

// registry is one registry as one verdict asks it.
type registry struct {
	host   string
	puller *remote.Puller

	mu       sync.Mutex
	failures int
	problem  string // of the last failure
}

func newRegistry(c *Client, host string) *registry {
	puller, err := remote.NewPuller(
		remote.WithTransport(guard{inner: c.net, host: host, agent: c.config.UserAgent}),
		remote.WithAuth(authn.Anonymous),
		// Nothing is tried again: a verdict does not wait.
		remote.WithRetryBackoff(remote.Backoff{Steps: 1}), remote.WithRetryStatusCodes(),
		remote.WithRetryPredicate(func(error) bool { return false }))
	if err != nil {
		panic(err) // the options do not contradict each other
	}
	return &registry{host: host, puller: puller}
}

// hostname is a host without its port.
func hostname(host string) string {
	u := url.URL{Host: host}
	return u.Hostname()
}

// ask asks one question. A registry that failed before is left alone: the rest of the
// verdict must not wait for it.
func (r *registry) ask(ctx context.Context, ref name.Reference, byDigest bool) images.Answer {
	if problem := r.givenUp(); problem != "" {
		return images.Answer{Problem: problem}
	}
	digest, err := r.digest(ctx, ref)
	switch {
	case err == nil && byDigest:
		return images.Answer{}
	case err == nil:
		return images.Answer{Digest: digest}
	case unknownManifest(err):
		return images.Answer{Gone: true}
	}
	problem, failed := r.describe(err)
	if failed {
		r.fail(problem)
	}
	return images.Answer{Problem: problem}
}

func (r *registry) givenUp() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.failures < patience {
		return ""
	}
	return r.problem
}

func (r *registry) fail(problem string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failures++
	r.problem = problem
}

// digest is that of what a reference stands for: of the index, where there is one, since
// every kind of manifest is accepted and no platform asked for. A HEAD is enough, and
// does not count as a pull; where it is not, the bytes are read and summed up.
func (r *registry) digest(ctx context.Context, ref name.Reference) (string, error) {
	d, err := r.puller.Head(ctx, ref)
	if err == nil {
		return checked(d.Digest.String(), d.MediaType)
	}
	if denied := (*transport.Error)(nil); errors.As(err, &denied) && denied.StatusCode != http.StatusNotFound &&
		denied.StatusCode != http.StatusMethodNotAllowed || ctx.Err() != nil || refused(err) {
		return "", err
	}
	got, err := r.puller.Get(ctx, ref)
	if err != nil {
		return "", err
	}
	return checked(got.Digest.String(), got.MediaType)
}

var errKind = errors.New("it answered with something else than a manifest")

// checked refuses what is no manifest that has a digest of its own.
func checked(digest string, kind types.MediaType) (string, error) {
	kind, _, _ = cutParameters(kind)
	if !kind.IsIndex() && !kind.IsImage() || !strings.HasPrefix(digest, "sha256:") {
		return "", errKind
	}
	return digest, nil
}

func cutParameters(kind types.MediaType) (types.MediaType, string, bool) {
	before, after, found := strings.Cut(string(kind), ";")
	return types.MediaType(strings.TrimSpace(before)), after, found
}

// unknownManifest: the registry says that it knows no such manifest, and nothing else.
func unknownManifest(err error) bool {
	e := (*transport.Error)(nil)
	return errors.As(err, &e) && e.StatusCode == http.StatusNotFound && len(e.Errors) > 0 &&
		!slices.ContainsFunc(e.Errors, func(d transport.Diagnostic) bool { return d.Code != transport.ManifestUnknownErrorCode })
}

// refusals are the errors of the guard: asking in another way changes nothing.
var refusals = []error{errPlain, errPort, errRedirects, errRealm, errLarge, errPrivate}

func refused(err error) bool {
	return slices.ContainsFunc(refusals, func(refusal error) bool { return errors.Is(err, refusal) })
}

// describe says in words of ours why there is no answer (what a registry writes is not
// repeated), and whether the next question would fare the same.
func (r *registry) describe(err error) (problem string, failed bool) {
	host := Canonical(r.host)
	for _, refusal := range refusals {
		if errors.Is(err, refusal) {
			return fmt.Sprintf("%s gave no usable answer: %s", host, refusal), true
		}
	}
	status, dns, timeout := (*transport.Error)(nil), (*net.DNSError)(nil), net.Error(nil)
	switch {
	case errors.As(err, &status):
		return describeStatus(host, status.StatusCode)
	case errors.As(err, &dns):
		return fmt.Sprintf("%s could not be found", host), true
	case errors.Is(err, context.DeadlineExceeded), errors.As(err, &timeout) && timeout.Timeout():
		return fmt.Sprintf("%s did not answer in time", host), true
	case errors.Is(err, errKind), strings.Contains(err.Error(), "does not match requested digest"):
		return fmt.Sprintf("%s answered with something else than was asked for", host), false
	case errors.Is(err, context.Canceled):
		return fmt.Sprintf("%s was not waited for", host), true
	}
	return fmt.Sprintf("%s could not be reached, or gave no usable answer", host), true
}

func describeStatus(host string, code int) (string, bool) {
	switch {
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return fmt.Sprintf("%s does not show it to everybody, and no credentials are used", host), false
	case code == http.StatusNotFound:
		return fmt.Sprintf("%s knows nothing under this name, or does not show it to everybody", host), false
	case code == http.StatusTooManyRequests:
		return fmt.Sprintf("%s has been asked too often for now", host), true
	}
	return fmt.Sprintf("%s answered with status %d", host, code), code >= 500
}

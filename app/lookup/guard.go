package lookup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/netip"

	"golang.org/x/net/publicsuffix"
)

var (
	errPlain     = errors.New("it leads to an address without TLS")
	errPort      = errors.New("it leads to another port")
	errRedirects = errors.New("it leads from one address to the next without end")
	errRealm     = errors.New("its token service is under another domain")
	errLarge     = errors.New("its answer is too large")
)

// mostRedirects of one answer are followed.
const mostRedirects = 3

// guard lets pass what one registry may lead to, and bounds every answer.
type guard struct {
	inner http.RoundTripper
	host  string // of the registry, with its port where one is written
	agent string
}

// RoundTrip implements http.RoundTripper.
func (g guard) RoundTrip(req *http.Request) (*http.Response, error) {
	if err := g.may(req); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(req.Context(), answerTime)
	bounded := req.Clone(ctx)
	bounded.Header.Set("User-Agent", g.agent)
	resp, err := g.inner.RoundTrip(bounded)
	if err != nil {
		cancel()
		return nil, err
	}
	resp.Body = &body{ReadCloser: resp.Body, left: answerSize, cancel: cancel}
	resp.Request = req
	return resp, nil
}

// may decides by the address that a request names; which machine that is, the dialler
// looks at.
func (g guard) may(req *http.Request) error {
	switch {
	case req.URL.Scheme != "https" || req.URL.User != nil:
		return errPlain
	case redirects(req) > mostRedirects:
		return errRedirects
	case req.URL.Host == g.host:
		return nil
	case req.URL.Port() != "" && req.URL.Port() != "443":
		return errPort
	case req.Response != nil:
		return nil // the registry sends there
	case !sameSite(req.URL.Hostname(), hostname(g.host)):
		return errRealm
	}
	return nil
}

// redirects is how often the request was sent on.
func redirects(req *http.Request) int {
	n := 0
	for req.Response != nil && n <= mostRedirects {
		n++
		if req = req.Response.Request; req == nil {
			break
		}
	}
	return n
}

// sameSite: one owner has both names (auth.docker.io and index.docker.io).
func sameSite(a, b string) bool {
	if _, err := netip.ParseAddr(a); err == nil {
		return a == b
	}
	siteA, errA := publicsuffix.EffectiveTLDPlusOne(a)
	siteB, errB := publicsuffix.EffectiveTLDPlusOne(b)
	return a == b || errA == nil && errB == nil && siteA == siteB
}

// body bounds how much of an answer is read; its end ends the answer's time.
type body struct {
	io.ReadCloser
	left   int64
	cancel context.CancelFunc
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	if int64(len(p)) > b.left+1 {
		p = p[:b.left+1]
	}
	n, err := b.ReadCloser.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, fmt.Errorf("%w: more than %d bytes", errLarge, answerSize)
	}
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}

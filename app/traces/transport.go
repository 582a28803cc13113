package traces

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// Transport makes a span of every request that is sent within one. The usual library for
// this tells whole addresses; in ours stand tokens (of archives), names of repositories and
// what a pull request names. Here a span tells the host and the words of the API, and the
// request itself tells nothing of the trace.
func (t *Traces) Transport(next http.RoundTripper) http.RoundTripper {
	if t.provider == nil {
		return next
	}
	return &transport{next, t.Tracer()}
}

type transport struct {
	next   http.RoundTripper
	tracer trace.Tracer
}

// RoundTrip implements http.RoundTripper. The span lasts until the answer is read.
func (t *transport) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return t.next.RoundTrip(req) // nobody follows it
	}
	shown := route(req.URL)
	_, span := t.tracer.Start(ctx, req.Method+" "+shown, trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		semconv.HTTPRequestMethodKey.String(req.Method), semconv.ServerAddress(req.URL.Hostname()), semconv.URLTemplate(shown)))
	resp, err := t.next.RoundTrip(req)
	if err != nil {
		fail(span, fmt.Sprintf("%T", err)) // its text repeats the address
		span.End()
		return resp, err
	}
	span.SetAttributes(semconv.HTTPResponseStatusCode(resp.StatusCode))
	if resp.StatusCode >= 400 {
		fail(span, fmt.Sprint(resp.StatusCode))
	}
	if resp.StatusCode == http.StatusSwitchingProtocols { // its body is a connection
		span.End()
		return resp, nil
	}
	resp.Body = &body{ReadCloser: resp.Body, end: sync.OnceFunc(func() { span.End() })}
	return resp, nil
}

func fail(span trace.Span, kind string) {
	span.SetAttributes(attribute.String(string(semconv.ErrorTypeKey), kind))
	span.SetStatus(codes.Error, "")
}

type body struct {
	io.ReadCloser
	end func()
}

// Close implements io.Closer.
func (b *body) Close() error {
	defer b.end()
	return b.ReadCloser.Close()
}

// roots are the words with which paths of the spoken APIs begin, words those that stand
// further on; whatever else stands in a path somebody has chosen.
var (
	roots = set("api v2 v3 graphql app installation repos orgs users user token meta rate_limit")
	words = set("installations repositories access_tokens hook config deliveries attempts compare commits check-runs check-suites " +
		"annotations pulls files reviews issues comments branches protection required_status_checks rules rulesets collaborators " +
		"permission git blobs trees refs tarball legacy.tar.gz contents deployments statuses status releases tags packages container " +
		"versions restore manifests referrers uploads list")
)

func set(list string) map[string]bool {
	all := map[string]bool{}
	for _, word := range strings.Fields(list) {
		all[word] = true
	}
	return all
}

// maxDepth bounds what is shown of a path.
const maxDepth = 12

// route is an address's path with {} for whatever is no word of an API.
func route(u *url.URL) string {
	parts := strings.SplitN(strings.TrimPrefix(u.EscapedPath(), "/"), "/", maxDepth+1)
	parts = parts[:min(len(parts), maxDepth)]
	known := roots
	for i, part := range parts {
		if !known[part] {
			parts[i] = "{}"
		}
		if part != "api" && part != "v3" { // with which those of Enterprise Server begin
			known = words
		}
	}
	return "/" + strings.Join(parts, "/")
}

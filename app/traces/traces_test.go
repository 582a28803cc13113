package traces

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// TestNothingSet: without a wish for traces there is no exporter, no goroutine, and next to
// nothing to do for a span.
func TestNothingSet(t *testing.T) {
	before := runtime.NumGoroutine()
	off, err := Start(t.Context(), Config{}, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if after := runtime.NumGoroutine(); after != before || off.provider != nil {
		t.Errorf("%d goroutines more, provider %v", after-before, off.provider)
	}
	if off.Transport(http.DefaultTransport) != http.DefaultTransport {
		t.Error("requests go through something")
	}
	tracer := off.Tracer()
	if n := testing.AllocsPerRun(100, func() {
		ctx, span := tracer.Start(t.Context(), "work head")
		if span.IsRecording() || trace.SpanContextFromContext(ctx).IsValid() {
			t.Error("a span is recorded")
		}
		span.End()
	}); n > 1 { // the context that carries it
		t.Errorf("%v allocations for a span that nobody wants", n)
	}
	off.Close(t.Context())
}

// recording keeps spans in memory.
func recording(t *testing.T) (*Traces, *tracetest.SpanRecorder) {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	provider := sdk.NewTracerProvider(sdk.WithSpanProcessor(spans))
	t.Cleanup(func() { _ = provider.Shutdown(context.Background()) })
	return &Traces{provider: provider, log: slog.New(slog.DiscardHandler)}, spans
}

// TestTransport: a span has neither query nor names, lasts until the answer is read, and the
// request carries nothing of it.
func TestTransport(t *testing.T) {
	on, spans := recording(t)
	var got http.Header
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r.Header
		if strings.Contains(r.URL.Path, "broken") {
			w.WriteHeader(http.StatusBadGateway)
		}
	}))
	defer server.Close()
	client := &http.Client{Transport: on.Transport(http.DefaultTransport)}
	get := func(ctx context.Context, address string) {
		t.Helper()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer hunter2")
		resp, err := client.Do(req)
		if err != nil {
			return
		}
		if n := len(spans.Started()) - len(spans.Ended()); n != 2 {
			t.Errorf("%d spans are open while the answer is read, want this one and its parent", n)
		}
		resp.Body.Close()
	}
	ctx, parent := on.Tracer().Start(t.Context(), "work head")
	get(ctx, server.URL+"/repos/acme/secret-name/tarball/main?token=hunter2")
	get(ctx, server.URL+"/repos/acme/broken/compare/a...b")
	get(ctx, "http://127.0.0.1:1/graphql?hunter2")
	if got.Get("Traceparent") != "" || got.Get("Baggage") != "" {
		t.Errorf("the request tells of the trace: %v", got)
	}
	var told []string
	for _, s := range spans.Ended() {
		line := s.Name() + " " + s.Status().Code.String()
		for _, a := range s.Attributes() {
			line += " " + string(a.Key) + "=" + a.Value.String()
		}
		if s.Parent().SpanID() != parent.SpanContext().SpanID() {
			t.Errorf("%s has another parent", s.Name())
		}
		told = append(told, line)
	}
	want := []string{
		"GET /repos/{}/{}/tarball/{} Unset http.request.method=GET server.address=127.0.0.1 url.template=/repos/{}/{}/tarball/{} http.response.status_code=200",
		"GET /repos/{}/{}/compare/{} Error http.request.method=GET server.address=127.0.0.1 url.template=/repos/{}/{}/compare/{} http.response.status_code=502 error.type=502",
		"GET /graphql Error http.request.method=GET server.address=127.0.0.1 url.template=/graphql error.type=*net.OpError",
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
	resp, err := client.Get(server.URL + "/graphql") // outside of any span
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if n := len(spans.Started()); n != len(want)+1 {
		t.Errorf("%d spans, want none of a request that belongs to none", n)
	}
}

func TestRoute(t *testing.T) {
	for address, want := range map[string]string{
		"https://api.github.com/app/installations/42/access_tokens":            "/app/installations/{}/access_tokens",
		"https://ghe/api/v3/repos/a/b/contents/.github/x%2Fy?ref=z":            "/api/v3/repos/{}/{}/contents/{}/{}",
		"https://ghcr.io/v2/acme/app/manifests/sha256:0":                       "/v2/{}/{}/manifests/{}",
		"https://ghe/api/graphql":                                              "/api/graphql",
		"https://ghe/api/v3/app/installations":                                 "/api/v3/app/installations",
		"https://ghcr.io":                                                      "/{}",
		"https://x/v2/a/b/c/d/e/f/g/h/i/j/k/l/m/n/manifests/latest?scope=pull": "/v2/{}/{}/{}/{}/{}/{}/{}/{}/{}/{}/{}",
		"https://api.github.com/orgs/acme/packages/container/a%2Fb/versions/7": "/orgs/{}/packages/container/{}/versions/{}",
	} {
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		if got := route(u); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

func TestLogs(t *testing.T) {
	on, _ := recording(t)
	var out bytes.Buffer
	log := slog.New(Logs(slog.NewTextHandler(&out, nil))).With("key", "k")
	ctx, span := on.Tracer().Start(t.Context(), "work head")
	log.InfoContext(ctx, "within")
	log.InfoContext(t.Context(), "without")
	within, without, _ := strings.Cut(out.String(), "\n")
	if !strings.Contains(within, "key=k trace_id="+span.SpanContext().TraceID().String()) || strings.Contains(without, "trace_id") {
		t.Errorf("logged:\n%s", out.String())
	}
}

// failing is an exporter that fails as long as it is told to.
type failing struct {
	sdk.SpanExporter
	err error
}

func (f *failing) ExportSpans(context.Context, []sdk.ReadOnlySpan) error { return f.err }

// TestTelling: a collector that is away is told once, and once more when it is back.
func TestTelling(t *testing.T) {
	var out bytes.Buffer
	f := &failing{err: errors.New("away " + strings.Repeat("x", 10_000))}
	e := &telling{SpanExporter: f, log: slog.New(slog.NewTextHandler(&out, nil))}
	three := make([]sdk.ReadOnlySpan, 3)
	for _, f.err = range []error{f.err, f.err, f.err, nil, nil} {
		if err := e.ExportSpans(t.Context(), three); err != nil {
			t.Errorf("the SDK hears of %v", err)
		}
	}
	if got := out.String(); strings.Count(got, "lost") != 2 || !strings.Contains(got, "lost=9") || len(got) > 1000 {
		t.Errorf("logged:\n%s", got)
	}
}

// TestCollectorHangs: whoever makes spans does not wait, and neither does the end.
func TestCollectorHangs(t *testing.T) {
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-over
	}))
	defer server.Close()
	defer close(over)
	t.Setenv("OTEL_EXPORTER_OTLP_ENDPOINT", server.URL)
	t.Setenv("OTEL_BSP_MAX_QUEUE_SIZE", "8")
	on, err := Start(t.Context(), Config{exporter: otlp, protocol: "http/protobuf"}, "test", slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	for range 10_000 {
		_, span := on.Tracer().Start(t.Context(), "work head")
		span.End()
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	on.Close(ctx)
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("10,000 spans and the end took %s", took)
	}
}

func TestStartRefuses(t *testing.T) {
	t.Setenv("OTEL_RESOURCE_ATTRIBUTES", "no pair")
	_, err := Start(t.Context(), Config{exporter: console}, "test", slog.New(slog.DiscardHandler))
	if err == nil || !strings.Contains(err.Error(), "OTEL_RESOURCE_ATTRIBUTES") {
		t.Errorf("error %v, want one about OTEL_RESOURCE_ATTRIBUTES", err)
	}
}

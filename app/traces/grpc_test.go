package traces

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	rpc "google.golang.org/grpc"
)

// receiving is a collector that speaks gRPC.
type receiving struct {
	collector.UnimplementedTraceServiceServer
	got chan *collector.ExportTraceServiceRequest
}

func (r *receiving) Export(_ context.Context, in *collector.ExportTraceServiceRequest) (*collector.ExportTraceServiceResponse, error) {
	r.got <- in
	return &collector.ExportTraceServiceResponse{}, nil
}

// TestGRPC: with what the environment says of it a span arrives by gRPC, under the name that
// it says; and none does where it says that none is kept.
func TestGRPC(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := &receiving{got: make(chan *collector.ExportTraceServiceRequest, 2)}
	server := rpc.NewServer()
	collector.RegisterTraceServiceServer(server, r)
	go func() { _ = server.Serve(listener) }() // until it is stopped
	defer server.Stop()
	environment := map[string]string{
		"OTEL_EXPORTER_OTLP_ENDPOINT": "http://" + listener.Addr().String(), "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc",
		"OTEL_SERVICE_NAME": "judging",
	}
	once := func() {
		t.Helper()
		for name, value := range environment {
			t.Setenv(name, value)
		}
		c, err := Read(func(name string) (string, bool) { v, ok := environment[name]; return v, ok })
		if err != nil {
			t.Fatal(err)
		}
		on, err := Start(t.Context(), c, "1.2.3", slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		_, span := on.Tracer().Start(t.Context(), "work head")
		span.End()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		on.Close(ctx)
	}
	once()
	if len(r.got) != 1 {
		t.Fatalf("%d requests arrived, want 1", len(r.got))
	}
	got := (<-r.got).ResourceSpans[0]
	if from := got.Resource.String(); got.ScopeSpans[0].Spans[0].Name != "work head" || !strings.Contains(from, "judging") || !strings.Contains(from, "1.2.3") {
		t.Errorf("arrived is %v", got)
	}
	environment["OTEL_TRACES_SAMPLER"] = "always_off"
	once()
	if len(r.got) != 0 {
		t.Errorf("%v arrived although nothing is kept", <-r.got)
	}
}

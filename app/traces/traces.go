// Package traces sends spans to where OpenTelemetry's environment says, or makes none.
// Others get a tracer handed to them and know nothing of this package.
package traces

import (
	"context"
	"fmt"
	"log/slog"

	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

// Traces is where the spans of a process go.
type Traces struct {
	provider *sdk.TracerProvider // nil: nowhere
	log      *slog.Logger
}

// Start begins to export; without a wish for that nothing is begun. It asks nobody: a
// collector that is away is told in the log when spans cannot be handed over.
func Start(ctx context.Context, c Config, version string, log *slog.Logger) (*Traces, error) {
	t := &Traces{log: log}
	if c.exporter == "" {
		return t, nil
	}
	exporter, err := c.export(ctx)
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	from, err := resource.New(ctx,
		resource.WithAttributes(semconv.ServiceName("checkrein"), semconv.ServiceVersion(version)),
		resource.WithTelemetrySDK(), resource.WithHost(), resource.WithProcessPID(), // which replica it was
		resource.WithFromEnv())
	if err != nil {
		return nil, fmt.Errorf("OTEL_RESOURCE_ATTRIBUTES: %w", err)
	}
	t.provider = sdk.NewTracerProvider(sdk.WithBatcher(&telling{SpanExporter: exporter, log: log}), sdk.WithResource(from))
	log.Info("tracing", "exporter", c.exporter, "protocol", c.protocol)
	return t, nil
}

// Tracer makes the spans; one that makes none where they would go nowhere.
func (t *Traces) Tracer() trace.Tracer {
	if t.provider == nil {
		return noop.NewTracerProvider().Tracer("")
	}
	return t.provider.Tracer("github.com/checkrein/checkrein")
}

// Close hands over what is left, as long as ctx lasts. What is not handed over then is lost.
func (t *Traces) Close(ctx context.Context) {
	if t.provider == nil {
		return
	}
	if err := t.provider.Shutdown(ctx); err != nil {
		t.log.Warn("the last spans were not handed over", "error", err)
	}
}

package traces

import (
	"context"
	"log/slog"

	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// telling says once in the log that spans cannot be handed over, and once that they can be
// again. Errors end here: otherwise the SDK would write them past the log, for every batch.
type telling struct {
	sdk.SpanExporter
	log  *slog.Logger
	lost int // spans since it failed first
}

// maxError bounds what a collector can put into the log.
const maxError = 512

// ExportSpans implements sdk.SpanExporter; the SDK calls it for one batch at a time.
func (t *telling) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	err := t.SpanExporter.ExportSpans(ctx, spans)
	switch {
	case err != nil && t.lost == 0:
		why := err.Error()
		t.log.Warn("spans cannot be handed over and are lost", "error", why[:min(len(why), maxError)])
	case err == nil && t.lost > 0:
		t.log.Info("spans are handed over again", "lost", t.lost)
		t.lost = 0
	}
	if err != nil {
		t.lost += len(spans)
	}
	return nil
}

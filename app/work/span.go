package work

import (
	"context"
	"fmt"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
)

// span begins the span of a job: a further one of the trace in which its row became due, each
// time it is tried.
func (w *Worker) span(ctx context.Context, c *Claim, waited time.Duration) (context.Context, trace.Span) {
	ctx = context.WithValue(ctx, inJob{}, true)
	parent, links := c.Causes.spans()
	ctx = trace.ContextWithRemoteSpanContext(ctx, parent)
	if w.Tracer == nil {
		return ctx, trace.SpanFromContext(ctx)
	}
	ctx, span := w.Tracer.Start(ctx, "work "+c.Kind, trace.WithSpanKind(trace.SpanKindConsumer), trace.WithLinks(links...))
	if span.IsRecording() {
		span.SetAttributes(attributes(c, waited)...)
	}
	return ctx, span
}

// attributes are the fields of the job's log lines.
func attributes(c *Claim, waited time.Duration) []attribute.KeyValue {
	all := []attribute.KeyValue{attribute.Float64("checkrein.waited_ms", float64(waited.Microseconds())/1000)}
	list := fields(c)
	for i := 0; i+1 < len(list); i += 2 {
		name := attribute.Key("checkrein." + list[i].(string))
		switch value := list[i+1].(type) {
		case int64:
			all = append(all, name.Int64(value))
		case int:
			all = append(all, name.Int(value))
		default:
			all = append(all, name.String(fmt.Sprint(value)))
		}
	}
	return all
}

// outcome tells how a job ended. Why stands in the log, under the same trace_id: an error may
// repeat what a pull request brought.
func outcome(span trace.Span, outcome string) {
	span.SetAttributes(attribute.String("checkrein.outcome", outcome))
	if outcome != OutcomeDone {
		span.SetStatus(codes.Error, outcome)
	}
}

package webhook

import (
	"context"
	"net/http"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	semconv "go.opentelemetry.io/otel/semconv/v1.43.0"
	"go.opentelemetry.io/otel/trace"
)

// span begins the trace of a delivery that is to be stored. Other requests get none: whoever
// can send them could crowd out the traces that matter. A traceparent stands in a header,
// which nobody signs: it is a link, and neither names this trace nor decides whether it is
// kept.
func (h *Handler) span(r *http.Request, in Intake, begun time.Time) context.Context {
	options := []trace.SpanStartOption{trace.WithNewRoot(), trace.WithSpanKind(trace.SpanKindServer), trace.WithTimestamp(begun)}
	if r.Header.Get("Traceparent") != "" {
		theirs := trace.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), propagation.HeaderCarrier(r.Header)))
		options = append(options, trace.WithLinks(trace.Link{SpanContext: theirs.WithTraceState(trace.TraceState{})}))
	}
	ctx, span := h.tracer.Start(r.Context(), "POST /webhook", options...)
	if span.IsRecording() {
		span.SetAttributes(semconv.HTTPRequestMethodPost, semconv.HTTPRoute("/webhook"))
		span.SetAttributes(attributes(in)...)
	}
	return ctx
}

// attributes tell of a payload what names the place, and nothing else.
func attributes(in Intake) []attribute.KeyValue {
	d := in.Delivery
	all := []attribute.KeyValue{
		attribute.String("checkrein.delivery", d.ID), attribute.String("checkrein.event", d.Event), attribute.String("checkrein.action", d.Action),
		attribute.Int64("checkrein.installation", d.Installation), attribute.Int64("checkrein.repository", d.Repository),
	}
	if len(in.Pulls) == 1 {
		all = append(all, attribute.String("checkrein.head", in.Pulls[0].Head))
	}
	return all
}

// answered tells what became of it.
func answered(span trace.Span, status int) {
	span.SetAttributes(semconv.HTTPResponseStatusCode(status))
	if status >= 400 {
		span.SetStatus(codes.Error, "")
	}
}

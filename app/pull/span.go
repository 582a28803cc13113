package pull

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/report"
)

// span begins the span of a part of the judgement.
func (e *evaluation) span(ctx context.Context, name string) (context.Context, trace.Span) {
	if e.Tracer == nil {
		return ctx, noop.Span{}
	}
	ctx, span := e.Tracer.Start(ctx, name)
	if span.IsRecording() {
		span.SetAttributes(attribute.Int64("checkrein.repository", e.repo.ID), attribute.String("checkrein.head", e.sha))
	}
	return ctx, span
}

// endSpan ends one. Why it failed stands in the log, under the same trace_id.
func endSpan(span trace.Span, err error) {
	if err != nil {
		span.SetStatus(codes.Error, "")
	}
	span.End()
}

// tellReport tells how a check ended, in numbers: findings quote what a pull request brought.
func tellReport(span trace.Span, r checks.Report) {
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(attribute.String("checkrein.check", r.Check), attribute.Int("checkrein.findings", len(r.Findings)),
		attribute.Int("checkrein.unread", len(r.Unread)), attribute.Int("checkrein.files", r.Files))
	for _, u := range r.Unread {
		if u.Kind == checks.Failed {
			span.SetStatus(codes.Error, "")
		}
	}
}

// tellVerdict tells what is published.
func tellVerdict(span trace.Span, h report.Head) {
	if span.IsRecording() {
		span.SetAttributes(attribute.String("checkrein.conclusion", string(h.Worst().Verdict.Conclusion)))
	}
}

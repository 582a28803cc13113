package work

import (
	"context"
	"strings"

	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
)

// Cause is the span under which a row was made due, as it is kept with the row until that is
// done, perhaps by another process: its traceparent (W3C Trace Context) and a space. Several
// stand one after the other. Empty: nobody follows it.
//
// The first one from outside, a delivery, is the parent of the job's span, so that both are
// of one trace. The others are links. So is what a job has made due: a push or a sweep may
// ask for thousands of heads, and each begins a trace of its own.
type Cause string

// mark stands before a cause that is a job.
const mark = "~"

// causeSize is the length of a cause, at most.
const causeSize = len(mark + "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01 ")

// mostLinks bounds what is kept of one row besides the parent.
const mostLinks = 8

const traceparent = "traceparent"

// inJob marks a context as that of a job.
type inJob struct{}

// CauseOf is what is kept with a row that is made due under ctx.
func CauseOf(ctx context.Context) Cause {
	if !trace.SpanContextFromContext(ctx).IsValid() {
		return ""
	}
	carrier := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(ctx, carrier)
	text := carrier[traceparent] + " "
	if ctx.Value(inJob{}) != nil {
		text = mark + text
	}
	return Cause(text)
}

// Room is how long the causes of a row may be for this one to be added to them. A sweep that
// asks for the same again and again takes no delivery's place.
func (c Cause) Room() int {
	if strings.HasPrefix(string(c), mark) {
		return 0
	}
	return mostLinks * causeSize
}

// spans are the parent of a job's span and what it is linked to. The zero parent: the job
// begins a trace.
func (c Cause) spans() (parent trace.SpanContext, links []trace.Link) {
	for text := range strings.FieldsSeq(string(c)) {
		text, ofJob := strings.CutPrefix(text, mark)
		span := trace.SpanContextFromContext(propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{traceparent: text}))
		switch {
		case !span.IsValid():
		case !ofJob && !parent.IsValid():
			parent = span
		case len(links) < mostLinks:
			links = append(links, trace.Link{SpanContext: span})
		}
	}
	return parent, links
}

package work

import (
	"context"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/trace"
)

// spanAt is a span's context with numbers that are easy to tell apart.
func spanAt(n byte) trace.SpanContext {
	return trace.NewSpanContext(trace.SpanContextConfig{TraceID: trace.TraceID{n}, SpanID: trace.SpanID{n}, TraceFlags: trace.FlagsSampled})
}

func delivered(n byte) Cause {
	return CauseOf(trace.ContextWithSpanContext(context.Background(), spanAt(n)))
}

func asked(n byte) Cause {
	return CauseOf(trace.ContextWithSpanContext(context.WithValue(context.Background(), inJob{}, true), spanAt(n)))
}

func TestCause(t *testing.T) {
	for name, c := range map[string]struct {
		causes        Cause
		parent, links []byte
	}{
		"nobody follows it":       {"", nil, nil},
		"a delivery":              {delivered(1), []byte{1}, nil},
		"several":                 {delivered(1) + delivered(2) + delivered(3), []byte{1}, []byte{2, 3}},
		"a job":                   {asked(1), nil, []byte{1}},
		"a job, then a delivery":  {asked(1) + delivered(2), []byte{2}, []byte{1}},
		"what cannot be read":     {"~ 00-zz " + delivered(1) + "x", []byte{1}, nil},
		"more than there may be":  {Cause(strings.Repeat(string(delivered(1)), 20)), []byte{1}, []byte{1, 1, 1, 1, 1, 1, 1, 1}},
		"a context without spans": {CauseOf(context.Background()), nil, nil},
	} {
		t.Run(name, func(t *testing.T) {
			parent, links := c.causes.spans()
			if parent.IsValid() != (c.parent != nil) || parent.IsValid() && (parent.SpanID() != spanAt(c.parent[0]).SpanID() || !parent.IsSampled()) {
				t.Errorf("parent %v, want %v", parent.SpanID(), c.parent)
			}
			var got []byte
			for _, l := range links {
				id := l.SpanContext.TraceID()
				got = append(got, id[0])
			}
			if string(got) != string(c.links) {
				t.Errorf("links %v, want %v", got, c.links)
			}
		})
	}
}

package app_test

import (
	"bytes"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"time"

	collector "go.opentelemetry.io/proto/otlp/collector/trace/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	trace "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

// collected is a span as a collector gets it.
type collected struct {
	*trace.Span
	from *resource.Resource
}

// attribute is one of a span's, as text.
func (s collected) attribute(name string) string {
	for _, a := range s.Attributes {
		if a.Key == name {
			return strings.Trim(strings.SplitN(a.Value.String(), ":", 2)[1], `"`)
		}
	}
	return ""
}

// process is the number of the process that made the span.
func (s collected) process() string {
	return collected{Span: &trace.Span{Attributes: s.from.Attributes}}.attribute("process.pid")
}

func (s collected) trace() string { return hex.EncodeToString(s.TraceId) }

// spans are some of those that were collected.
type spans []collected

// named are those with a name, or with the beginning of one before a star.
func (all spans) named(name string) spans {
	return all.where(func(s collected) bool {
		begin, any := strings.CutSuffix(name, "*")
		return s.Name == name || any && strings.HasPrefix(s.Name, begin)
	})
}

func (all spans) where(is func(collected) bool) (some spans) {
	for _, s := range all {
		if is(s) {
			some = append(some, s)
		}
	}
	return some
}

// under are the children of a span.
func (all spans) under(parent collected) spans {
	return all.where(func(s collected) bool {
		return bytes.Equal(s.ParentSpanId, parent.SpanId) && bytes.Equal(s.TraceId, parent.TraceId)
	})
}

// names, each once and sorted.
func (all spans) names() []string {
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// collecting takes in what is exported by OTLP over HTTP.
type collecting struct {
	*world
	url string

	mu    sync.Mutex
	bytes []byte // of all requests, their heads included
	spans spans
}

// newCollector has the world's processes export to a collector without delay.
func newCollector(w *world, variables ...string) *collecting {
	w.Helper()
	c := &collecting{world: w}
	server := httptest.NewServer(c)
	w.Cleanup(server.Close)
	c.url = server.URL
	w.variables = append([]string{"OTEL_EXPORTER_OTLP_ENDPOINT=" + c.url, "OTEL_BSP_SCHEDULE_DELAY=20"}, variables...)
	return c
}

// ServeHTTP implements http.Handler.
func (c *collecting) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var request collector.ExportTraceServiceRequest
	if err != nil || r.URL.Path != "/v1/traces" || r.Header.Get("Content-Type") != "application/x-protobuf" || proto.Unmarshal(body, &request) != nil {
		c.Errorf("the collector got %s %s with %d bytes, which are no spans", r.Method, r.URL, len(body))
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	var head bytes.Buffer
	_ = r.Header.Write(&head)
	c.bytes = slices.Concat(c.bytes, head.Bytes(), body)
	for _, from := range request.ResourceSpans {
		for _, scope := range from.ScopeSpans {
			for _, s := range scope.Spans {
				c.spans = append(c.spans, collected{s, from.Resource})
			}
		}
	}
}

func (c *collecting) all() spans {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.spans)
}

// delivered waits for the span of the delivery that told of a head.
func (c *collecting) delivered(action, head string) (found collected) {
	c.Helper()
	c.until("the delivery's span is collected", func() bool {
		some := c.all().named("POST /webhook").where(func(s collected) bool {
			return s.attribute("checkrein.event") == "pull_request" && s.attribute("checkrein.action") == action && s.attribute("checkrein.head") == head
		})
		if len(some) > 0 {
			found = some[0]
		}
		return len(some) > 0
	})
	return found
}

// hangs is a collector that takes every request and answers none.
func hangs(w *world) (url string) {
	w.Helper()
	over := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		select {
		case <-over:
		case <-time.After(time.Minute):
		}
	}))
	w.Cleanup(server.Close)
	w.Cleanup(func() { close(over) }) // before that
	return server.URL
}

package webhook

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// traced has a handler's spans recorded, of which none would be kept by chance.
func traced(t *testing.T, inbox Inbox) (*Handler, *tracetest.SpanRecorder) {
	t.Helper()
	spans := tracetest.NewSpanRecorder()
	c := config(inbox)
	c.Tracer = sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)).Tracer("")
	h, err := NewHandler(c)
	if err != nil {
		t.Fatal(err)
	}
	return h, spans
}

// TestTraceparentOfStrangers: it is told as a link. It is not the parent, and its wish not to
// be kept is not followed.
func TestTraceparentOfStrangers(t *testing.T) {
	const theirs = "0af7651916cd43dd8448eb211c80319c"
	for name, header := range map[string]string{
		"kept": "00-" + theirs + "-b7ad6b7169203331-01", "not kept": "00-" + theirs + "-b7ad6b7169203331-00", "none": "00-zz",
	} {
		t.Run(name, func(t *testing.T) {
			h, spans := traced(t, &fakeInbox{})
			r := signedRequest("pull_request", openedA)
			r.Header.Set("Traceparent", header)
			r.Header.Set("Tracestate", "vendor=anything")
			h.ServeHTTP(httptest.NewRecorder(), r)
			if len(spans.Ended()) != 1 {
				t.Fatalf("%d spans, want 1", len(spans.Ended()))
			}
			s := spans.Ended()[0]
			if s.Parent().IsValid() || s.SpanContext().TraceID().String() == theirs || s.SpanContext().TraceState().Len() > 0 {
				t.Errorf("span %v with parent %v", s.SpanContext(), s.Parent())
			}
			if linked := len(s.Links()) == 1 && s.Links()[0].SpanContext.TraceID().String() == theirs; linked != (name != "none") {
				t.Errorf("links %v", s.Links())
			}
			for _, l := range s.Links() {
				if l.SpanContext.TraceState().Len() > 0 {
					t.Error("the link has what they put into tracestate")
				}
			}
		})
	}
}

// TestSpans: only deliveries that are to be stored have one, and it tells no more of them than
// where they are about.
func TestSpans(t *testing.T) {
	for name, c := range map[string]struct {
		inbox  *fakeInbox
		change func(*http.Request)
		want   []string // name, status, attributes
	}{
		"stored": {&fakeInbox{}, func(*http.Request) {}, []string{"POST /webhook Unset", "http.request.method=POST", "http.route=/webhook",
			"checkrein.delivery=72d3162e-cc78-11e3-81ab-4c9367dc0958", "checkrein.event=pull_request", "checkrein.action=opened",
			"checkrein.installation=9", "checkrein.repository=42", "checkrein.head=" + headA, "http.response.status_code=202"}},
		"not signed":   {&fakeInbox{}, func(r *http.Request) { r.Header.Del("X-Hub-Signature-256") }, nil},
		"not for us":   {&fakeInbox{}, func(r *http.Request) { r.Header.Set("X-GitHub-Event", "star") }, nil},
		"not readable": {&fakeInbox{}, func(r *http.Request) { r.Header.Set("X-GitHub-Event", "push") }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			h, spans := traced(t, c.inbox)
			r := signedRequest("pull_request", openedA)
			c.change(r)
			h.ServeHTTP(httptest.NewRecorder(), r)
			var got []string
			for _, s := range spans.Ended() {
				got = append(got, s.Name()+" "+s.Status().Code.String())
				for _, a := range s.Attributes() {
					got = append(got, string(a.Key)+"="+a.Value.String())
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("spans (-want +got):\n%s", diff)
			}
		})
	}
	h, spans := traced(t, &fakeInbox{err: ErrUnavailable})
	h.ServeHTTP(httptest.NewRecorder(), signedRequest("pull_request", openedA))
	if len(spans.Ended()) != 1 || spans.Ended()[0].Status().Code.String() != "Error" {
		t.Errorf("of a delivery that cannot be stored: %v", spans.Ended())
	}
}

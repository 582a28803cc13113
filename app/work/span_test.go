package work

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
	"go.opentelemetry.io/otel/trace"
)

// caused has every claim tell these causes.
type caused struct {
	*fakeQueue
	causes Cause
}

func (q caused) Claim(ctx context.Context, lease time.Duration, without ...string) (*Claim, error) {
	c, err := q.fakeQueue.Claim(ctx, lease, without...)
	if c != nil {
		c.Causes = q.causes
	}
	return c, err
}

// TestSpansOfRetries: each try is a span of the same trace, those that fail tell it, and what a
// job makes due is linked to it.
func TestSpansOfRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		spans := tracetest.NewSpanRecorder()
		key := HeadKey(42, "abc")
		tries, made := 0, []Cause{}
		w := newWorker(&caused{newFakeQueue(key), delivered(1) + delivered(2)}, func(ctx context.Context, _ *Claim) error {
			made = append(made, CauseOf(ctx))
			if tries++; tries < 3 {
				return errors.New("compose.yml cannot be read")
			}
			return nil
		})
		w.Tracer = sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)).Tracer("")
		stop := start(t, w)
		time.Sleep(time.Hour) // of the bubble
		if err := stop(); err != nil {
			t.Error(err)
		}
		var told []string
		for i, s := range spans.Ended() {
			line := s.Name() + " " + s.Status().Code.String() + " " + s.Status().Description
			for _, a := range s.Attributes() {
				if a.Key != "checkrein.waited_ms" {
					line += " " + string(a.Key) + "=" + a.Value.String()
				}
			}
			told = append(told, line)
			if s.Parent().SpanID() != spanAt(1).SpanID() || s.SpanContext().TraceID() != spanAt(1).TraceID() || len(s.Links()) != 1 || s.SpanKind() != trace.SpanKindConsumer {
				t.Errorf("parent %v, links %v", s.Parent(), s.Links())
			}
			parent, links := made[i].spans()
			if parent.IsValid() || len(links) != 1 || links[0].SpanContext.SpanID() != s.SpanContext().SpanID() {
				t.Errorf("what the job makes due has the cause %q", made[i])
			}
		}
		const fields = " checkrein.kind=head checkrein.key=head:42@abc"
		want := []string{
			"work head Error retried" + fields + " checkrein.lease=1 checkrein.tries=0 checkrein.repository=42 checkrein.head=abc checkrein.outcome=retried",
			"work head Error retried" + fields + " checkrein.lease=2 checkrein.tries=1 checkrein.repository=42 checkrein.head=abc checkrein.outcome=retried",
			"work head Unset " + fields + " checkrein.lease=3 checkrein.tries=2 checkrein.repository=42 checkrein.head=abc checkrein.outcome=done",
		}
		if diff := cmp.Diff(want, told); diff != "" {
			t.Errorf("spans (-want +got):\n%s", diff)
		}
	})
}

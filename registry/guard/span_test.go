package guard_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/checkrein/checkrein/fixtures/githubtest"
	"github.com/checkrein/checkrein/registry"
	"github.com/checkrein/checkrein/registry/guard"
)

// TestSpans: each decided deletion has one span, which tells the decision, and neither who
// asked nor with what.
func TestSpans(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	w := newWorld(t, "app")
	w.config.Tracer = sdk.NewTracerProvider(sdk.WithSpanProcessor(spans)).Tracer("")
	w.start()
	child, alone := w.image("child"), w.image("alone")
	w.index("ix", []registry.Digest{child}, "prod")
	w.refused(child, guard.Referenced)
	w.gone(alone)
	w.call("DELETE", w.path(child), w.github.User("eve"), "")
	w.call("GET", "/orgs/acme/packages/container/app/versions", w.admin, "") // decides nothing
	w.github.Fault(githubtest.Match{Method: "DELETE"}, githubtest.Action{Status: 502})
	doubtful := w.image("doubtful")
	w.delete(doubtful)

	var told []string
	for _, s := range spans.Ended() {
		line := s.Name() + " " + s.Status().Code.String()
		for _, a := range s.Attributes() {
			line += " " + string(a.Key) + "=" + a.Value.String()
		}
		told = append(told, line)
	}
	want := []string{
		fmt.Sprintf("decide deletion Unset checkrein.digest=%s checkrein.decision=refuse checkrein.code=referenced", child),
		fmt.Sprintf("decide deletion Unset checkrein.digest=%s checkrein.decision=allow checkrein.intent=1 checkrein.outcome=deleted", alone),
		"decide deletion Unset checkrein.digest= checkrein.decision=refuse checkrein.code=unreadable",
		fmt.Sprintf("decide deletion Error checkrein.digest=%s checkrein.decision=allow checkrein.intent=2 checkrein.outcome=unknown", doubtful),
	}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

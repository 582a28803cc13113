package guard

import (
	"context"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
)

// run decides in a span of its own. It tells the decision and where the journal tells the
// rest: not who asked, nor for what by name.
func (d *deletion) run(ctx context.Context) (*refusal, error) {
	ctx, span := d.g.tracer.Start(ctx, "decide deletion")
	defer span.End()
	why, err := d.decide(ctx)
	if !span.IsRecording() {
		return why, err
	}
	span.SetAttributes(attribute.String("checkrein.digest", string(d.version.Digest)))
	switch {
	case err != nil:
		span.SetStatus(codes.Error, "the upstream does not accept the credential")
	case why != nil:
		span.SetAttributes(attribute.String("checkrein.decision", "refuse"), attribute.String("checkrein.code", string(why.code)))
	default:
		span.SetAttributes(attribute.String("checkrein.decision", "allow"), attribute.Int64("checkrein.intent", d.intent.ID),
			attribute.String("checkrein.outcome", string(d.outcome)))
	}
	if d.outcome == Unknown {
		span.SetStatus(codes.Error, "the upstream does not say whether it deleted")
	}
	return why, err
}

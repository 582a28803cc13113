package images

import (
	"fmt"

	"github.com/checkrein/checkrein/checks"
)

const pinMissingID = "images/pin-missing"

func pinMissing() checks.Rule {
	return checks.Rule{
		ID:       pinMissingID,
		Severity: checks.Block,
		Says:     "The pinned digest is gone from its registry (with look-ups).",
		Why: "A digest can only be pulled while its registry keeps it. Retention jobs delete what no tag names any more, and an " +
			"overwritten tag leaves its old digest without one: nodes that have the image go on, the next one that needs it cannot start.",
		Fix:     "Pin a digest that the registry has, or have this one restored; keep it tagged so that no clean-up takes it.",
		Example: "image: acme/api:1.2.3@sha256:…   # the registry answers MANIFEST_UNKNOWN: images/pin-missing\n",
	}
}

func (s *site) pinMissing(r reference) checks.Finding {
	f := s.finding(pinMissingID, r)
	f.Title = fmt.Sprintf("The registry no longer has %s", f.Subject)
	f.Why = "Whoever has pulled it before goes on with it; whoever has not cannot start it."
	f.Fix.Text = fmt.Sprintf("Pin a digest of %s that its registry has, or have this one restored there and keep it tagged.", r.name)
	f.Evidence = append(f.Evidence, s.field("the registry was asked for this digest and answered MANIFEST_UNKNOWN", r))
	return f
}

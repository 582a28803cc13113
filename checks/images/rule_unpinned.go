package images

import (
	"fmt"

	"github.com/checkrein/checkrein/checks"
)

const unpinnedID = "images/unpinned"

func unpinned() checks.Rule {
	return checks.Rule{
		ID:       unpinnedID,
		Severity: checks.Off,
		Says:     "An exact tag without a digest (on with `pin: digest`).",
		Why: "A tag is exact by convention only: whoever may push can overwrite it. Registries have purged the old digest after " +
			"such an overwrite, and have served an image with the same tag that could not start.",
		Fix:     "Add the digest of the index (never of one platform): redis:7.4.1@sha256:….",
		Example: "checks:\n  images:\n    pin: digest   # now image: redis:7.4.1 is images/unpinned\n",
	}
}

func (s *site) unpinned(r reference) checks.Finding {
	f := s.finding(unpinnedID, r)
	f.Title = fmt.Sprintf("%s has no digest", f.Subject)
	f.Why = "The policy asks for digests (pin: digest): a tag can be pushed again with other content."
	f.Fix.Text = fmt.Sprintf("Write %s@sha256:… with the digest that the registry answers for it.", f.Subject)
	f.Evidence = append(f.Evidence, s.field("the image field", r))
	return f
}

package images

import (
	"fmt"

	"github.com/checkrein/checkrein/checks"
)

const unresolvedID = "images/unresolved"

func unresolved() checks.Rule {
	return checks.Rule{
		ID:       unresolvedID,
		Severity: checks.Note,
		Says:     "The image cannot be resolved from the repository; it is never passed off as fine.",
		Why: "The tag comes from outside (a pipeline, a parameter without default, another stack). That may be the best of ways, " +
			"but this check cannot see what is pulled, and says so.",
		Fix:     "Nothing, when whoever gives the value gives an exact one. Else give it where it can be read.",
		Example: "Image: !Sub acme/api:${Tag}   # Tag has no Default: images/unresolved\n",
	}
}

func (s *site) unresolved(r reference) checks.Finding {
	f := s.finding(unresolvedID, r)
	f.Subject = s.Raw
	f.Title = fmt.Sprintf("%s cannot be resolved from this repository", f.Subject)
	f.Why = "What is pulled is decided elsewhere: " + unknowns(r.value) + "."
	f.Fix.Text = "Make sure that whoever gives the value gives an exact tag or a digest."
	f.Evidence = append(f.Evidence, s.field("the image field", r))
	return f
}

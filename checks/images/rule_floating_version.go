package images

import (
	"fmt"

	"github.com/checkrein/checkrein/checks"
)

const floatingVersionID = "images/floating-version"

func floatingVersion() checks.Rule {
	return checks.Rule{
		ID:       floatingVersionID,
		Severity: checks.Warn,
		Says:     "The tag names a version line (node:22, postgres:16, ubuntu:22.04) and moves with every release of it.",
		Why: "A version line is a promise about compatibility, not about content: the same tag has been re-pushed with a broken " +
			"build, without a root file system, or with other defaults, and every branch that built on it turned red at once.",
		Fix:     "Name the full version (node:22.11.0) or add the digest (node:22@sha256:…).",
		Example: "FROM node:22   # images/floating-version\n",
	}
}

func (s *site) floatingVersion(r reference) checks.Finding {
	f := s.finding(floatingVersionID, r)
	f.Title = fmt.Sprintf("%s moves with every release", f.Subject)
	f.Why = fmt.Sprintf("The tag %s names a line of versions: the next pull may bring another build.", r.tag)
	f.Fix.Text = s.pinFix(r)
	f.Evidence = append(f.Evidence, s.origin(r)...)
	return f
}

package images

import (
	"fmt"

	"github.com/checkrein/checkrein/checks"
)

const mutableTagID = "images/mutable-tag"

func mutableTag() checks.Rule {
	return checks.Rule{
		ID:       mutableTagID,
		Severity: checks.Block,
		Says:     "An image is named by a tag that moves: latest, no tag, a branch, an environment.",
		Why: "The registry answers such a tag with whatever was pushed last. A node that restarts, a second replica or a scaled-up group " +
			"runs another build than the one that was reviewed, and a rollback has nothing to go back to. Mutable tags broke " +
			"builds and services again and again: mysql:latest went from 5.7 to 8 on a reboot and could not read its own data.",
		Fix:     "Name an exact version (redis:7.4.1) or, better, a digest (redis:7.4.1@sha256:…).",
		Example: "services:\n  cache:\n    image: redis:latest   # images/mutable-tag\n",
	}
}

func (s *site) mutableTag(r reference) checks.Finding {
	f := s.finding(mutableTagID, r)
	f.Title = fmt.Sprintf("%s is whatever was pushed last", f.Subject)
	if r.tag == "" {
		f.Title = fmt.Sprintf("%s has no tag, so it is whatever was pushed last", f.Subject)
	}
	f.Why = fmt.Sprintf("The tag %s moves: the next pull may bring another build than the one that was tried.", shown(r.tag))
	if s.kind == building {
		f.Why = fmt.Sprintf("The tag %s moves: the same Dockerfile builds something else tomorrow.", shown(r.tag))
	}
	f.Fix.Text = s.pinFix(r)
	f.Evidence = append(f.Evidence, s.origin(r)...)
	return f
}

// shown is a tag as a sentence names it.
func shown(tag string) string {
	if tag == "" {
		return "latest (what the registry takes when none is written)"
	}
	return tag
}

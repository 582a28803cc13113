package images

import (
	"fmt"
	"time"

	"github.com/checkrein/checkrein/checks"
)

const tagMovedID = "images/tag-moved"

func tagMoved() checks.Rule {
	return checks.Rule{
		ID:       tagMovedID,
		Severity: checks.Warn,
		Says:     "This exact tag has been seen with two digests (with look-ups, in the App).",
		Why: "An exact tag is a promise that one name means one build. A registry that lets it be pushed again keeps no promise: this " +
			"tag was seen to change its content, so it can again. The App remembers what it saw; the command has no memory and does not say this.",
		Fix:     "Add the digest, and have the registry refuse to overwrite tags where it can.",
		Example: "image: acme/api:1.2.3   # yesterday sha256:a…, today sha256:b…: images/tag-moved\n",
	}
}

func (s *site) tagMoved(r reference, seen []Sighting) checks.Finding {
	f := s.finding(tagMovedID, r)
	f.Title = fmt.Sprintf("%s has been pushed again with other content", f.Subject)
	f.Why = fmt.Sprintf("The tag %s looks like one build, but it has been seen with %d digests: what was tried need not be what is pulled.", r.tag, len(seen))
	f.Fix.Text = fmt.Sprintf("Add the digest of the build that is meant to %s.", f.Subject)
	for _, one := range seen[max(0, len(seen)-2):] {
		f.Evidence = append(f.Evidence, s.field(fmt.Sprintf("was %s from %s to %s", one.Digest, day(one.First), day(one.Last)), r))
	}
	return f
}

// day is when something was seen, for a sentence.
func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

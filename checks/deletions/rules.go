package deletions

import (
	"sync"

	"github.com/checkrein/checkrein/checks"
)

// Rules is the one list of this check's rules.
func Rules() []checks.Rule {
	return []checks.Rule{
		unreviewed(),
		noDryRun(),
		noEnvironment(),
		unsafeImages(),
		wholePackage(),
		unknownCallee(),
	}
}

// severities are what the rules start from, by id.
var severities = sync.OnceValue(func() map[string]checks.Severity {
	by := map[string]checks.Severity{}
	for _, r := range Rules() {
		by[r.ID] = r.Severity
	}
	return by
})

package policy

import (
	"fmt"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// Bounds of a glob: matching tries every combination of its alternatives.
const (
	maxGlob         = 512 // bytes
	maxBraces       = 4
	maxAlternatives = 16
)

// Match reports whether name matches a doublestar glob. A glob that does not parse
// matches nothing.
func Match(glob, name string) bool { return doublestar.MatchUnvalidated(glob, name) }

// badGlob says what is wrong with a glob; empty when it is fine.
func badGlob(glob string) string {
	switch {
	case glob == "":
		return "is empty"
	case len(glob) > maxGlob:
		return fmt.Sprintf("is longer than %d bytes", maxGlob)
	case strings.Count(glob, "{") > maxBraces || strings.Count(glob, ",") > maxAlternatives:
		return fmt.Sprintf("has more than %d braces or %d commas", maxBraces, maxAlternatives)
	case !doublestar.ValidatePattern(glob):
		return "is not a glob"
	}
	return ""
}

// badPathGlob is badGlob for globs over paths, which never begin with a slash or a dot segment.
func badPathGlob(glob string) string {
	if problem := badGlob(glob); problem != "" {
		return problem
	}
	for _, prefix := range []string{"/", "./", "../"} {
		if strings.HasPrefix(glob, prefix) {
			return fmt.Sprintf("begins with %q and matches nothing: paths are relative to the root of the repository", prefix)
		}
	}
	return ""
}

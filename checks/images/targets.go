package images

import (
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/checkrein/checkrein/checks/iac"
)

// maxMatches bounds how often paths are held against globs; beyond it globs match
// nothing more, so files are judged as they are written.
const maxMatches = 2_000_000

// matcher finds what uses mean among paths.
type matcher struct {
	paths []string // sorted
	left  int
}

func newMatcher(paths []string) *matcher {
	return &matcher{paths: paths, left: maxMatches}
}

// targets are the paths that a use in the file at from means: one, or with a glob
// those that it matches.
func (m *matcher) targets(f *iac.File, from string, use iac.Use) []string {
	paths, glob := f.Means(from, use)
	if !glob {
		return paths
	}
	return m.matches(paths)
}

// matches are the paths that any of the globs matches.
func (m *matcher) matches(globs []string) []string {
	var targets []string
	for _, glob := range globs {
		folder, _ := doublestar.SplitPattern(glob)
		if folder == "." {
			folder = ""
		} else {
			folder += "/"
		}
		at, _ := slices.BinarySearch(m.paths, folder)
		for _, p := range m.paths[at:] {
			if !strings.HasPrefix(p, folder) || m.left == 0 {
				break
			}
			if m.left--; doublestar.MatchUnvalidated(glob, p) {
				targets = append(targets, p)
			}
		}
	}
	return targets
}

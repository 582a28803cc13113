package images

import (
	"slices"

	"github.com/checkrein/checkrein/checks/iac"
	"github.com/checkrein/checkrein/checks/spread"
)

// judge judges all files: first, by path, the sites that are places of their own, then, by
// path, those that count only where none of them has their value. Groups of files are
// judged at the same time, each by one worker. Where they come to a bound that holds for
// all of a tree the order matters, and they are judged again, one file after the other.
func (s *side) judge(c *Check) []judged {
	paths := s.together.paths
	all := make([]judged, 2*len(paths))
	groups := s.together.groups()
	if len(groups) == 1 || !s.judgeGroups(c, groups, all) {
		s.judgeGroup(c, slices.Collect(spread.UpTo(len(paths))), all)
	}
	return all
}

// judgeGroups reports whether no bound was met, so that it did not matter who was first.
func (s *side) judgeGroups(c *Check, groups [][]int, all []judged) bool {
	parts := make([]*side, spread.Workers())
	for i := range parts {
		parts[i] = &side{tree: s.tree, known: s.known, links: s.unused()}
	}
	spread.Jobs(spread.UpTo(len(groups)), func(worker, group int) {
		if part := parts[worker]; s.bounded(part) {
			part.judgeGroup(c, groups[group], all)
		}
	})
	return s.bounded(parts...)
}

// judgeGroup judges the files of one group, or of all.
func (s *side) judgeGroup(c *Check, group []int, all []judged) {
	paths, reached := s.together.paths, places{}
	for _, i := range group {
		all[i] = s.judgeFile(c, paths[i], false, reached)
	}
	for _, i := range group {
		all[len(paths)+i] = s.judgeFile(c, paths[i], true, reached)
	}
}

// bounded reports whether the parts together stayed within what the whole side may take.
func (s *side) bounded(parts ...*side) bool {
	matches, names, taken, steps := s.match.left, maxNames, maxTaken, iac.FreeSteps
	for _, p := range parts {
		matches -= s.match.left - p.match.left
		names -= maxNames - p.namesLeft
		taken -= maxTaken - p.setsOf.left
		steps -= p.resolver.Taken()
	}
	return matches > 0 && names >= 0 && taken >= 0 && steps >= 0
}

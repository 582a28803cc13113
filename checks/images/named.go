package images

import (
	"context"
	"slices"

	"github.com/checkrein/checkrein/checks/iac"
	"github.com/checkrein/checkrein/checks/tree"
)

// named lists what is to be read because of the files read so far: what a file
// takes from, always; what it hands to, where the change may alter what is handed.
// So a file that was not touched brings in what it needs itself, not all its parts.
func (s *side) named(ctx context.Context) ([]string, error) {
	s.setsOf, s.patchesBy = newSetsOf(), map[string]patches{}
	s.unitTouched = s.touchedUnits()
	m, err := s.globs(ctx) // of the whole tree: what is named may not have been read yet
	if err != nil {
		return nil, err
	}
	var names []string
	handed := map[string]bool{}
	var hand func(p string)
	name := func(p string, use iac.Use, on bool) {
		for _, target := range m.targets(s.known[p].File, p, use) {
			names = append(names, target)
			if on && !handed[target] {
				handed[target] = true
				hand(target)
			}
		}
	}
	hand = func(p string) {
		if f := s.known[p].File; f != nil {
			for _, use := range f.Uses {
				name(p, use, hands(use))
			}
		}
	}
	for p, k := range s.known {
		if k.File == nil {
			continue
		}
		names = append(names, m.matches(k.unit(p))...)
		altered := s.altered(p, k.File)
		for _, use := range k.File.Uses {
			switch {
			case altered && (gives(use) || use.Hands && len(s.sets(p))+len(s.patchesOf(p)) > 0):
				name(p, use, true)
			case use.Takes || use.As != "" || !hands(use):
				name(p, use, false)
			}
		}
	}
	return names, nil
}

// hands reports whether a use hands something to the other file: values, or images.
func hands(use iac.Use) bool { return use.Hands || gives(use) }

// gives reports whether a use says what names are in the other file. A whole unit is told
// even when it is handed nothing: then its defaults count.
func gives(use iac.Use) bool { return use.Gives != nil || use.Unit != "" }

// altered reports whether the change touches the file, one of its unit or one that it takes from.
func (s *side) altered(p string, f *iac.File) bool {
	return s.touched[p] || f.Unit != "" && s.unitTouched[s.unitOf(p)] ||
		slices.ContainsFunc(takenFrom(p, f), func(from string) bool { return s.touched[from] })
}

// globs matches globs against the paths of the tree that are known, listed only
// where a file that was read has a glob.
func (s *side) globs(ctx context.Context) (*matcher, error) {
	if !slices.ContainsFunc(s.paths(), func(p string) bool {
		f := s.known[p].File
		return f != nil && (f.Unit != "" || slices.ContainsFunc(f.Uses, func(use iac.Use) bool { return use.Glob || use.Unit != "" }))
	}) {
		return newMatcher(nil), nil
	}
	entries, _, err := s.tree.List(ctx)
	if err != nil {
		return nil, err
	}
	var paths []string
	for _, e := range entries {
		if e.Mode == tree.Regular && iac.Reads(e.Path) {
			paths = append(paths, e.Path)
		}
	}
	return newMatcher(paths), nil
}

package images

import (
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/iac"
)

// Bounds on images that files put in place of others: how many all files of a tree
// take from each other (beyond it they take none, and references are judged as
// written), and how often one file may rename one image.
const (
	maxTaken   = 200_000
	maxRenames = 4
)

// setsOf keeps what each file sets, by its path.
type setsOf struct {
	by   map[string]sets
	left int
}

func newSetsOf() *setsOf { return &setsOf{by: map[string]sets{}, left: maxTaken} }

// sets are the images that a file sets, by the name that is replaced.
type sets map[string]set

// set is an image that is set, with the file that gives the tag.
type set struct {
	iac.Set
	from string
}

// put adds what is set later: it wins, but a new name alone keeps the tag given before.
func (s sets) put(later set) {
	if before := s[later.Name]; !later.Tag && before.Tag {
		later.Tag, later.from = true, before.from
	}
	s[later.Name] = later
}

// replacedAt reports whether nobody pulls this reference, because other files, or other
// parts of this one, put another image in place of it, or have no place for it.
func (s *side) replacedAt(p string, at *site, ways []*way, r reference) bool {
	return s.replaced(p, ways, r) || s.patched(at.Site, ways) || at.Before && s.setHere(p, r) || s.unnamed(p, at.For)
}

// replaced reports whether in every one of the ways a file above puts another image
// in place of this one, which the file at p names.
func (s *side) replaced(p string, ways []*way, r reference) bool {
	name, ok := nameOf(r.value)
	return ok && !slices.ContainsFunc(ways, func(w *way) bool { return !s.replaces(w, p, name) })
}

// replaces reports whether a file above puts another image in place of the name. The
// replacement is a place of its own, and judged there: it does not replace itself.
func (s *side) replaces(w *way, p, name string) bool {
	for up := w; up.above != nil; up = up.above {
		above := s.sets(up.from)
		for range maxRenames {
			set, ok := above[name]
			if !ok {
				break
			}
			if set.Tag && set.from != p {
				return true
			}
			if set.As == "" {
				break
			}
			name = set.As
		}
	}
	return false
}

// setHere reports whether the file itself puts another image in place of this one, which it
// names in a patch.
func (s *side) setHere(p string, r reference) bool {
	name, ok := nameOf(r.value)
	return ok && s.sets(p)[name].Tag
}

// nameOf is a value's name without tag and digest; false where it is not known.
func nameOf(v iac.Value) (string, bool) {
	name, _, _ := strings.Cut(masked(v), "@")
	name, _ = split(name)
	return name, name != "" && !strings.ContainsRune(name, hole)
}

// sets are the images that a file sets: those that it takes from other files, then its own.
func (s *side) sets(p string) sets {
	if known, ok := s.setsOf.by[p]; ok {
		return known
	}
	all := sets{}
	s.setsOf.by[p] = all // what a circle of files comes back to
	f := s.known[p].File
	if f == nil {
		return all
	}
	for _, from := range takenFrom(p, f) {
		taken := s.sets(from)
		if s.setsOf.left -= len(taken); s.setsOf.left < 0 {
			break
		}
		for _, set := range taken {
			all.put(set)
		}
	}
	for _, own := range f.Sets {
		all.put(set{own, p})
	}
	return all
}

// takenFrom are the files that the file at p takes from by their own names.
func takenFrom(p string, f *iac.File) []string {
	var from []string
	for _, use := range f.Uses {
		if paths, glob := f.Means(p, use); use.Takes && !glob {
			from = append(from, paths...)
		}
	}
	return slices.DeleteFunc(from, func(t string) bool { return t == p })
}

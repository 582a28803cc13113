package images

import (
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/iac"
)

// longestTarget bounds a patch's regular expressions, in bytes; longer ones, and those that
// count repetitions (which grow when compiled), match nothing.
const longestTarget = 300

// patches are the fields that a file sets in objects, by the field.
type patches map[string][]target

// target is what one patch is for.
type target struct{ kind, name *regexp.Regexp }

// patched reports whether in every one of the ways a patch above sets the field that the
// site is: the patch is a place of its own, and judged there.
func (s *side) patched(at *iac.Site, ways []*way) bool {
	if at.Object == "" {
		return false
	}
	for _, w := range ways {
		if !s.patches(w, at) {
			return false
		}
	}
	return len(ways) > 0
}

func (s *side) patches(w *way, at *iac.Site) bool {
	for up := w; up.above != nil; up = up.above {
		if up.patch {
			continue // the file that it is a patch of does not set it again
		}
		all := s.patchesOf(up.from)
		if all.set(at, at.Address[len(at.Object):]) || all.set(at, at.Pointer) {
			return true
		}
	}
	return false
}

// set reports whether some patch sets this field of the site's object.
func (p patches) set(at *iac.Site, field string) bool {
	kind, name := object(at)
	for _, t := range p[field] {
		if t.kind.MatchString(kind) && t.name.MatchString(name) {
			return true
		}
	}
	return false
}

func object(at *iac.Site) (kind, name string) {
	for i := range at.Object {
		if at.Object[i] == '/' {
			return at.Object[:i], at.Object[i+1:]
		}
	}
	return at.Object, ""
}

// patchesOf are the fields that a file sets: its own patches, its patch files', and those
// of the components that it takes.
func (s *side) patchesOf(p string) patches {
	if known, ok := s.patchesBy[p]; ok {
		return known
	}
	all := patches{}
	s.patchesBy[p] = all // what a circle of files comes back to
	f := s.known[p].File
	if f == nil {
		return all
	}
	for _, own := range f.Patches {
		s.addPatch(all, own)
	}
	for _, use := range f.Uses {
		paths, glob := f.Means(p, use)
		if glob || !use.Takes {
			continue
		}
		for _, from := range paths {
			if use.Patch != nil {
				s.addFile(all, from, *use.Patch)
			} else if from != p {
				s.addAll(all, s.patchesOf(from))
			}
		}
	}
	return all
}

func (s *side) addFile(all patches, from string, of iac.Target) {
	f := s.known[from].File
	if f == nil {
		return
	}
	for i := range f.Sites {
		if patch, ok := f.Sites[i].Patches(of); ok {
			s.addPatch(all, patch)
		}
	}
}

func (s *side) addAll(all, taken patches) {
	if s.setsOf.left -= len(taken); s.setsOf.left < 0 {
		return
	}
	for field, targets := range taken {
		all[field] = append(all[field], targets...)
	}
}

func (s *side) addPatch(all patches, p iac.Patch) {
	if s.setsOf.left--; s.setsOf.left < 0 || len(p.Kind)+len(p.Name) > longestTarget || strings.Contains(p.Kind+p.Name, "{") {
		return
	}
	kind, kindErr := whole(p.Kind)
	name, nameErr := whole(p.Name)
	if kindErr == nil && nameErr == nil {
		all[p.Field] = append(all[p.Field], target{kind, name})
	}
}

// whole compiles an expression that must match all of a text; an empty one matches any.
func whole(pattern string) (*regexp.Regexp, error) {
	if pattern == "" {
		pattern = ".*"
	}
	return regexp.Compile("^(?:" + pattern + ")$")
}

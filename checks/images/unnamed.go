package images

import (
	"maps"
	"slices"

	"github.com/checkrein/checkrein/checks"
	"github.com/checkrein/checkrein/checks/iac"
)

// below are the images that the files below one name; sure: there are no others.
type below struct {
	images map[string]bool
	sure   bool
}

// unnamed reports whether none of the files below the one at p names the image: then
// putting another in its place changes nothing, and nobody pulls that one from here.
func (s *side) unnamed(p, image string) bool {
	if image == "" {
		return false
	}
	b := s.below(p)
	return b.sure && !b.images[image]
}

// below asks the files that were read; one that was not makes the answer unsure.
func (s *side) below(p string) *below {
	if known, ok := s.belowOf[p]; ok {
		return known
	}
	b := &below{images: map[string]bool{}}
	s.belowOf[p] = b // what a circle of files comes back to: not sure
	f := s.known[p].File
	b.sure = !f.Open && len(f.Unread) == 0
	for i := range f.Sites {
		if f.Sites[i].Before {
			s.addSite(b, &f.Sites[i], p)
		}
	}
	for _, set := range f.Sets {
		b.images[set.As] = true
	}
	found := map[checks.Span]bool{}
	for _, use := range f.Uses {
		found[use.Span] = found[use.Span] || s.addBelow(b, p, f, use)
	}
	for _, ok := range found {
		b.sure = b.sure && ok // of a folder's kustomization, under any of its names
	}
	return b
}

// addBelow adds what one used file names; false where it was not read.
func (s *side) addBelow(b *below, p string, f *iac.File, use iac.Use) bool {
	paths, glob := f.Means(p, use)
	if glob || len(paths) != 1 {
		return false
	}
	k, read := s.known[paths[0]]
	if !read || k.File == nil {
		return read && k.Bytes > 0 // a file that names no image
	}
	if s.setsOf.left -= len(k.File.Sites) + len(k.File.Sets); s.setsOf.left < 0 || len(k.File.Unread) > 0 {
		b.sure = false
		return true
	}
	for i := range k.File.Sites {
		s.addSite(b, &k.File.Sites[i], paths[0])
	}
	for _, set := range k.File.Sets {
		b.images[set.As] = true
	}
	if use.Hands && len(k.File.Uses) > 0 && !slices.ContainsFunc(k.File.Uses, func(u iac.Use) bool { return !u.Hands }) {
		further := s.below(paths[0])
		maps.Copy(b.images, further.images)
		b.sure = b.sure && further.sure
	}
	return true
}

func (s *side) addSite(b *below, at *iac.Site, p string) {
	for _, v := range s.resolver.Resolve(at.Expr, &iac.Scope{Path: p}) {
		name, ok := nameOf(v)
		b.images[name], b.sure = true, b.sure && ok
	}
}

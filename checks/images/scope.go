package images

import (
	"maps"
	"slices"

	"github.com/checkrein/checkrein/checks/iac"
)

// Bounds on how files hang together: in how many ways one file is told to be used,
// and how many files may stand above it.
const (
	maxWays  = 64
	maxAbove = 16
)

// way is one way in which a file is used: the values that its names get there, and
// the file that hands it images.
type way struct {
	scope *iac.Scope
	// above is the way of the file that hands to this one what it sets; nil: none does.
	above *way
	depth int // how many files stand above
}

// ways are the ways the file at p is used: once for every way of a file that hands
// it something, else once on its own. A default that every user overrides never wins.
func (s *side) ways(p string) []*way {
	if known, ok := s.waysOf[p]; ok {
		return known
	}
	own := &way{scope: &iac.Scope{Path: p, Given: s.taken(p)}}
	s.waysOf[p] = []*way{own} // what a circle of files comes back to
	var ways []*way
	for _, user := range s.users[p] {
		for _, from := range s.ways(user.path) {
			if len(ways) == maxWays-1 {
				s.waysOf[p] = append(ways, own) // the rest is judged as it is written
				return s.waysOf[p]
			}
			ways = append(ways, own.under(from, user.use))
		}
	}
	if len(ways) > 0 {
		s.waysOf[p] = ways
	}
	return s.waysOf[p]
}

// under is the way of a file that is used by the file of another way.
func (w *way) under(from *way, use iac.Use) *way {
	if from.depth >= maxAbove {
		return w
	}
	down := &way{scope: w.scope, depth: from.depth + 1}
	if use.Hands {
		down.above = from
	}
	if len(use.Gives) > 0 {
		given := maps.Clone(w.scope.Given)
		if given == nil {
			given = map[string]iac.Given{}
		}
		for name, e := range use.Gives {
			given[name] = iac.Given{Expr: e, Scope: from.scope}
		}
		down.scope = &iac.Scope{Path: w.scope.Path, Given: given}
	}
	return down
}

// byScope groups ways next to each other in which the names have the same values.
func byScope(ways []*way) [][]*way {
	var groups [][]*way
	for i, w := range ways {
		if i == 0 || w.scope != ways[i-1].scope {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], w)
	}
	return groups
}

// taken are the values that the file takes from files it uses (a .env beside it).
func (s *side) taken(p string) map[string]iac.Given {
	var given map[string]iac.Given
	for _, use := range s.known[p].File.Uses {
		from, ok := iac.UsePath(p, use.Path)
		if !ok || !use.Takes || s.known[from].File == nil {
			continue
		}
		scope := &iac.Scope{Path: from}
		for name, e := range s.known[from].File.Gives {
			if given == nil {
				given = map[string]iac.Given{}
			}
			given[name] = iac.Given{Expr: e, Scope: scope}
		}
	}
	return given
}

// user is a file that hands something to another: values, or the images it sets.
type user struct {
	path string
	use  iac.Use
}

// findUsers notes who hands something to whom, among the files that were read.
func (s *side) findUsers() {
	s.users, s.waysOf, s.setsOf = map[string][]user{}, map[string][]*way{}, newSetsOf()
	paths := s.paths()
	paths = slices.DeleteFunc(paths, func(p string) bool { return s.known[p].File == nil })
	m := newMatcher(paths)
	for _, p := range paths {
		for _, use := range s.known[p].File.Uses {
			if !hands(use) {
				continue
			}
			for _, target := range m.targets(p, use) {
				if target != p {
					s.users[target] = append(s.users[target], user{p, use})
				}
			}
		}
	}
}

// builds are the image names that the file builds itself.
func (s *side) builds(f *iac.File, scope *iac.Scope) []string {
	var names []string
	for _, e := range f.Builds {
		for _, v := range iac.Resolve(e, scope) {
			if name := untag(v.Text()); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// whole is the site's expression as one reference, where the format keeps the parts apart.
func (s *site) whole(scope *iac.Scope) iac.Expr {
	if s.Split == nil {
		return s.Expr
	}
	join := func(sep string, part *iac.Expr) iac.Expr {
		return iac.Expr{Op: iac.Cat, Span: s.Span, Line: s.Line, Args: []iac.Expr{
			s.Expr, {Op: iac.Lit, Text: sep, Span: s.Span, Line: s.Line}, *part}}
	}
	if s.Split.Digest != nil && !empty(iac.Resolve(*s.Split.Digest, scope)) {
		return join("@", s.Split.Digest)
	}
	if s.Split.Tag != nil && !empty(iac.Resolve(*s.Split.Tag, scope)) {
		return join(":", s.Split.Tag)
	}
	return s.Expr
}

func empty(values []iac.Value) bool {
	for _, v := range values {
		if v.Text() != "" {
			return false
		}
	}
	return true
}

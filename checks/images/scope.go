package images

import (
	"slices"

	"github.com/checkrein/checkrein/checks/iac"
)

// Bounds on how files hang together: in how many ways one is told to be used, how many
// may stand above it, and how many names all uses of units in a tree have together;
// beyond that they are judged as they are written, and give nothing back.
const (
	maxWays  = 64
	maxAbove = 16
	maxNames = 500_000
	perUse   = 32 // what a use itself counts
)

// way is one way in which a file, or the unit that it is a part of, is used: the values
// that its names get there, and the file that hands it images.
type way struct {
	names *names
	// above is the way of the file that hands to this one what it sets; nil: none does.
	above *way
	from  string // the file above
	patch bool   // it is a patch of the file above
	depth int    // how many stand above
	off   bool   // the values in the repository do not come to this use
}

// names are the names of a unit, or of a file that stands alone, with their values.
type names struct {
	unit  unit
	given map[string]iac.Given
	// find finds what used units give back: only when asked, since most is never used.
	find func(name string) (iac.Given, bool)
}

func (n *names) scope(p string) *iac.Scope { return &iac.Scope{Path: p, Given: n.given, Find: n.find} }

// call is one use of a unit in one way of its user.
type call struct {
	names *names
	user  string
	use   int
}

// ways are the ways the unit is used: once for every way of a file that hands
// it something, else once on its own. A default that every user overrides never wins.
func (s *side) ways(u unit) []*way {
	if known, ok := s.waysOf[u]; ok {
		return known
	}
	own := &way{}
	s.waysOf[u] = []*way{own} // what a circle of files comes back to
	own.names = s.namesIn(u, nil, nil)
	s.ownOf[u] = own
	var ways []*way
	for _, user := range s.users[u] {
		for _, from := range s.ways(s.unitOf(user.path)) {
			if len(ways) == maxWays-1 {
				s.waysOf[u] = append(ways, own) // the rest is judged as it is written
				return s.waysOf[u]
			}
			ways = append(ways, s.under(own, from, user))
		}
	}
	if len(ways) > 0 {
		s.waysOf[u] = ways
	}
	return s.waysOf[u]
}

// under is the way of what is used by the file of another way.
func (s *side) under(own, from *way, u user) *way {
	if from.depth >= maxAbove || from.names == nil || s.namesLeft < 0 {
		return own
	}
	down := &way{names: own.names, depth: from.depth + 1, off: from.off}
	if u.use.When != nil {
		down.off = down.off || s.resolver.Off(*u.use.When, from.names.scope(u.path))
	}
	if u.use.Hands {
		down.above, down.from, down.patch = from, u.path, u.use.Patch != nil
	}
	if len(u.use.Gives) > 0 || u.use.Below != "" || len(u.use.Passes) > 0 {
		down.names = s.called(own.names.unit, from.names, u)
	}
	return down
}

// called are the names of a unit as one use in one way of its user gives them.
func (s *side) called(u unit, from *names, by user) *names {
	key := call{from, by.path, by.at}
	if known, ok := s.calls[key]; ok {
		return known
	}
	return s.namesIn(u, &key, func(given map[string]iac.Given) {
		hide(given, by.use.Gives)
		for name, value := range from.given {
			if handed, ok := by.use.Handed(name); ok {
				given[handed] = value
			}
		}
		for name, e := range by.use.Gives {
			given[name] = iac.Given{Expr: e, Scope: from.scope(by.path), Set: by.use.Unit != ""}
		}
	})
}

// hide takes out the parts of what a use sets as a whole: they are parts of another value.
func hide(given map[string]iac.Given, set map[string]iac.Expr) {
	for name := range given {
		for at := range len(name) {
			if name[at] != '.' {
				continue
			}
			if _, whole := set[name[:at]]; whole {
				delete(given, name)
				break
			}
		}
	}
}

// namesIn are the names of a unit with what its own files give, then what a user sets;
// kept under key where there is one.
func (s *side) namesIn(u unit, key *call, sets func(given map[string]iac.Given)) *names {
	files, gives := s.filesOf(u), 0
	for _, p := range files {
		if f := s.known[p].File; u.kind != "" {
			gives += len(f.Gives)
		}
	}
	n := &names{unit: u, given: make(map[string]iac.Given, gives)}
	if key != nil {
		s.calls[*key] = n
	}
	n.find = s.outputs(n, files)
	s.giveOwn(n, files, false)
	s.giveOwn(n, files, true)
	for _, p := range files {
		s.take(n, p)
	}
	if sets != nil {
		sets(n.given)
	}
	if key != nil {
		s.namesLeft -= perUse + len(n.given)
	}
	return n
}

// giveOwn adds what the files give each other: several gives of a name are alternatives,
// those of an overriding file come instead.
func (s *side) giveOwn(n *names, files []string, overriding bool) {
	if n.unit.kind == "" {
		return // a file that stands alone offers its values to others only
	}
	fresh := map[string]bool{} // what overriding files gave
	for _, p := range files {
		f := s.known[p].File
		if f.Overrides != overriding {
			continue
		}
		scope := n.scope(p)
		for name, e := range f.Gives {
			g := iac.Given{Expr: e, Scope: scope}
			if before, ok := n.given[name]; ok && (!overriding || fresh[name]) {
				before.Or = append(slices.Clip(before.Or), g)
				g = before
			}
			if n.given[name] = g; overriding {
				fresh[name] = true
			}
		}
	}
}

// take adds the values that a file gets from others: those of a .env beside it.
func (s *side) take(n *names, p string) {
	for _, from := range takenFrom(p, s.known[p].File) {
		if s.known[from].File == nil {
			continue
		}
		scope := &iac.Scope{Path: from}
		for name, e := range s.known[from].File.Gives {
			n.given[name] = iac.Given{Expr: e, Scope: scope}
		}
	}
}

// outputs finds the values that the units give back which the files use; nil where they use none.
func (s *side) outputs(n *names, files []string) func(name string) (iac.Given, bool) {
	var uses []user
	var used []string // a file of the unit that is used
	for _, p := range files {
		for at, use := range s.known[p].File.Uses {
			if use.As == "" {
				continue
			}
			if targets := s.targets(p, use); len(targets) > 0 {
				uses, used = append(uses, user{p, at, use}), append(used, targets[0])
			}
		}
	}
	if len(uses) == 0 {
		return nil
	}
	return func(name string) (iac.Given, bool) {
		for i, by := range uses {
			if output, ok := by.use.Output(name); ok && s.namesLeft >= 0 {
				return s.output(s.called(s.unitOf(used[i]), n, by), used[i], output)
			}
		}
		return iac.Given{}, false
	}
}

// output is what a used unit gives under a name; a file that stands alone says it itself.
func (s *side) output(of *names, file, name string) (iac.Given, bool) {
	if of.unit.kind != "" {
		given, ok := of.given[name]
		return given, ok
	}
	e, ok := s.known[file].File.Gives[name]
	return iac.Given{Expr: e, Scope: of.scope(file)}, ok
}

// byNames groups ways next to each other in which the names have the same values.
func byNames(ways []*way) [][]*way {
	var groups [][]*way
	for i, w := range ways {
		if i == 0 || w.names != ways[i-1].names {
			groups = append(groups, nil)
		}
		groups[len(groups)-1] = append(groups[len(groups)-1], w)
	}
	return groups
}

// user is a file that hands something to others: values, or the images it sets.
type user struct {
	path string
	at   int // which of its uses
	use  iac.Use
}

// link finds the units among the files that were read, and who hands something to whom.
func (s *side) link() {
	s.files, s.users = map[unit][]string{}, map[unit][]user{}
	paths := slices.DeleteFunc(s.paths(), func(p string) bool { return s.known[p].File == nil })
	s.match, s.together = newMatcher(paths), newTogether(paths)
	for _, p := range paths {
		u := s.unitOf(p)
		s.files[u] = append(s.files[u], p)
		s.together.join(p, s.files[u][0])
	}
	for _, p := range paths {
		for at, use := range s.known[p].File.Uses {
			s.linkUse(user{p, at, use})
		}
	}
	s.links = s.unused()
	s.here = s.builtHere()
}

// unused are the links as they are before any file was judged.
func (s *side) unused() links {
	match := *s.match
	return links{
		match: &match, files: s.files, users: s.users, together: s.together, here: s.here,
		waysOf: map[unit][]*way{}, ownOf: map[unit]*way{}, calls: map[call]*names{}, namesLeft: maxNames,
		resolver: &iac.Resolver{}, setsOf: newSetsOf(), patchesBy: map[string]patches{}, belowOf: map[string]*below{},
	}
}

func (s *side) linkUse(by user) {
	if !hands(by.use) && by.use.As == "" && by.use.Glob {
		return // of such files only those count that hand something back
	}
	seen := map[unit]bool{s.unitOf(by.path): true} // none hands to itself
	for _, target := range s.targets(by.path, by.use) {
		s.together.join(by.path, target)
		if u := s.unitOf(target); hands(by.use) && !seen[u] {
			seen[u] = true
			s.users[u] = append(s.users[u], by)
		}
	}
}

// targets are the files, among those that were read, that a use means.
func (s *side) targets(p string, use iac.Use) []string {
	targets := s.match.targets(s.known[p].File, p, use)
	return slices.DeleteFunc(targets, func(t string) bool { return s.known[t].File == nil })
}

// builds are the image names that the file builds, and those of the files it takes from.
func (s *side) builds(p string, scope *iac.Scope) []string {
	f := s.known[p].File
	names := s.built(f, scope, nil)
	for _, from := range takenFrom(p, f) {
		if other := s.known[from].File; other != nil && other.Builds != nil {
			names = s.built(other, s.ways(s.unitOf(from))[0].names.scope(from), names)
		}
	}
	return names
}

// built adds the image names that a file builds itself.
func (s *side) built(f *iac.File, scope *iac.Scope, names []string) []string {
	for _, e := range f.Builds {
		for _, v := range s.resolver.Resolve(e, scope) {
			if name := untag(v.Text()); !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// whole is the site's expression as one reference, where the format keeps the parts apart.
func (s *side) whole(at *site, scope *iac.Scope) iac.Expr {
	if at.Split == nil {
		return at.Expr
	}
	join := func(sep string, part *iac.Expr) iac.Expr {
		return iac.Expr{Op: iac.Cat, Span: at.Span, Line: at.Line, Args: []iac.Expr{
			at.Expr, {Op: iac.Lit, Text: sep, Span: at.Span, Line: at.Line}, *part}}
	}
	if at.Split.Digest != nil && !empty(s.resolver.Resolve(*at.Split.Digest, scope)) {
		return join("@", at.Split.Digest)
	}
	if at.Split.Tag != nil && !empty(s.resolver.Resolve(*at.Split.Tag, scope)) {
		return join(":", at.Split.Tag)
	}
	return at.Expr
}

func empty(values []iac.Value) bool {
	for _, v := range values {
		if v.Text() != "" {
			return false
		}
	}
	return true
}

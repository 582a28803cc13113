package shell

import (
	"slices"

	"mvdan.cc/sh/v3/syntax"
)

// variable is what a name stands for.
type variable struct {
	value
	list  []field // of an array
	array bool
	unset bool
}

// function is a body with the text it stands in.
type function struct {
	body *syntax.Stmt
	src  *source
}

// scope is what is set where a statement runs. What a branch, a subshell or a function sets
// is kept apart from what was set around it until it is known whether it stays.
type scope struct {
	up    *scope
	vars  map[string]variable
	local map[string]bool
	funcs map[string]function
	args  *arguments
	dir   *folder
}

// arguments are $1, $2, …; unknown: more may follow, of which nothing is known.
type arguments struct {
	words   []field
	unknown bool
}

// folder is where commands run, and where they ran before each pushd and the last cd.
type folder struct {
	now    value
	before value
	stack  []value
}

func (s *scope) child() *scope { return &scope{up: s} }

func (s *scope) lookup(r *reader, name string) (variable, bool) {
	for at := s; at != nil && r.step(1); at = at.up {
		if v, ok := at.vars[name]; ok {
			return v, !v.unset
		}
	}
	return variable{}, false
}

func (s *scope) set(name string, v variable) {
	if s.vars == nil {
		s.vars = map[string]variable{}
	}
	s.vars[name] = v
}

func (s *scope) function(r *reader, name string) (function, bool) {
	for at := s; at != nil && r.step(1); at = at.up {
		if f, ok := at.funcs[name]; ok {
			return f, true
		}
	}
	return function{}, false
}

func (s *scope) declare(name string, f function) {
	if s.funcs == nil {
		s.funcs = map[string]function{}
	}
	s.funcs[name] = f
}

func (s *scope) arguments() *arguments {
	for at := s; at != nil; at = at.up {
		if at.args != nil {
			return at.args
		}
	}
	return &arguments{unknown: true}
}

func (s *scope) folder() *folder {
	for at := s; at != nil; at = at.up {
		if at.dir != nil {
			return at.dir
		}
	}
	return &folder{}
}

// keep takes over what one of some branches set; certain: one of them did run.
func (s *scope) keep(r *reader, branches []*scope, certain bool) {
	for _, b := range branches {
		for name, f := range b.funcs {
			s.declare(name, f)
		}
		for name := range b.vars {
			if !b.local[name] && r.step(len(branches)) {
				s.set(name, s.merged(r, name, branches, certain))
			}
		}
	}
	s.keepArguments(branches, certain)
	s.keepFolder(branches, certain)
}

// merged is what a variable is after the branches: known only where all of them agree.
func (s *scope) merged(r *reader, name string, branches []*scope, certain bool) variable {
	first, _ := branches[0].lookup(r, name)
	agree := branches[1:]
	if !certain {
		agree = append(slices.Clone(agree), s)
	}
	for _, b := range agree {
		if v, _ := b.lookup(r, name); !equal(v, first) {
			return variable{value: unknown("$"+name, 0, 0)}
		}
	}
	return first
}

func equal(a, b variable) bool {
	return a.array == b.array && a.unset == b.unset && len(a.list) == len(b.list) && same(a.value, b.value) &&
		slices.EqualFunc(a.list, b.list, func(x, y field) bool { return same(x.value, y.value) })
}

func (s *scope) keepArguments(branches []*scope, certain bool) {
	for _, b := range branches {
		switch {
		case b.args == nil:
		case certain && len(branches) == 1:
			s.args = b.args
		default:
			s.args = &arguments{unknown: true}
		}
	}
}

func (s *scope) keepFolder(branches []*scope, certain bool) {
	for _, b := range branches {
		switch {
		case b.dir == nil:
		case certain && len(branches) == 1:
			s.dir = b.dir
		default:
			s.dir = &folder{now: unknown("cd", 0, 0)}
		}
	}
}

package migrations

import (
	"cmp"
	"fmt"
	"strings"
)

// chain orders migrations by what they say they follow; those that nothing parts stay in
// the order they are in. What follows itself, or something that is not there, is a problem.
func (l *Line) chain() {
	c := &chaining{line: l, files: map[string]*File{}, replaced: map[string]*File{}, state: map[*File]int{}}
	for _, f := range l.Migrations {
		if c.files[f.ID] == nil {
			c.files[f.ID] = f
		}
		for _, id := range f.Replaces {
			c.replaced[id] = f
		}
	}
	for _, f := range l.Migrations {
		c.visit(f)
	}
	l.Migrations = c.out
	place := map[string]int{}
	for i, f := range c.out {
		place[f.ID] = i + 1
	}
	l.order = func(a, b string) int {
		if place[a] == 0 || place[b] == 0 {
			return 0 // which of them runs first is not told by what one of them is called
		}
		return cmp.Compare(place[a], place[b])
	}
}

// chaining is one line being ordered.
type chaining struct {
	line     *Line
	files    map[string]*File
	replaced map[string]*File // by what they replace
	state    map[*File]int    // 1: being visited, 2: placed
	out      []*File
}

// visit places a file behind all that it follows. Each is entered once; a stack of its own
// keeps a long chain from growing the goroutine's.
func (c *chaining) visit(first *File) {
	type frame struct {
		file *File
		next int
	}
	stack := []frame{}
	push := func(f *File) {
		if c.state[f] == 0 {
			c.state[f] = 1
			stack = append(stack, frame{file: f})
		}
	}
	push(first)
	for len(stack) > 0 {
		top := &stack[len(stack)-1]
		if follows := c.follows(top.file); top.next < len(follows) {
			id := follows[top.next]
			top.next++
			c.follow(top.file, id, push)
			continue
		}
		c.state[top.file] = 2
		c.out = append(c.out, top.file)
		stack = stack[:len(stack)-1]
	}
}

// follows are the IDs that must be placed before a file: what a squashed one replaces too.
func (c *chaining) follows(f *File) []string {
	if len(f.Replaces) == 0 {
		return f.After
	}
	return append(f.After[:len(f.After):len(f.After)], f.Replaces...)
}

func (c *chaining) follow(f *File, id string, push func(*File)) {
	before := c.files[id]
	if before == nil {
		before = c.replaced[id]
	}
	app, name, _ := strings.Cut(id, ".")
	switch {
	case before != nil && before != f && c.state[before] == 1:
		c.line.Problems = append(c.line.Problems, Problem{Missing, f.Path, fmt.Sprintf("it follows %s, which follows it", id)})
	case before != nil:
		push(before)
	case name == "__first__" || name == "__latest__":
		c.whole(app, name, push)
	case !c.elsewhere(f, id):
		c.line.Problems = append(c.line.Problems, Problem{Missing, f.Path, fmt.Sprintf("it follows %s, which is not there", id)})
	}
}

// whole has an app's first migration placed, or all of them.
func (c *chaining) whole(app, name string, push func(*File)) {
	for _, f := range c.line.Migrations {
		if strings.HasPrefix(f.ID, app+".") {
			push(f)
			if name == "__first__" {
				return
			}
		}
	}
}

// elsewhere reports whether what a file follows belongs to an app that is not in the
// repository (Django's own, a library's), or is among what the file itself replaces.
func (c *chaining) elsewhere(f *File, id string) bool {
	app, _, dotted := strings.Cut(id, ".")
	if dotted {
		for known := range c.files {
			if strings.HasPrefix(known, app+".") {
				return false
			}
		}
		return true
	}
	for _, replaced := range f.Replaces {
		if replaced == id {
			return true
		}
	}
	return false
}

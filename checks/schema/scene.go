package schema

import (
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// scene is one line of migrations as one deployed commit meets it: the schema that its code
// knows, the schema that the change leaves, and what the code does.
type scene struct {
	ref           string // as it is told
	dialect       catalog.Dialect
	before, after *catalog.Catalog
	deltas        []catalog.Delta
	// pending are the statements between before and after, in order.
	pending []statement
	code    code

	cache map[catalog.Name][]usage.Use
	fits  map[useKey][]misfit
	// columns are uses by column, see named.
	columns map[catalog.ColumnOf][]usage.Use
	bodies  map[*catalog.Function][]catalog.Mention // see mentions
}

// code is what the code of a deployed commit tells of the schema before.
type code interface {
	// Of are the uses of a table or view.
	Of(table catalog.Name) []usage.Use
	// Column are the uses of a column, each at the line that names it.
	Column(table catalog.Name, column string) []usage.Use
	// Calls are those of a function or sequence.
	Calls(name catalog.Name) []usage.Use
	// Unread are the places that may use a table and could not be read.
	Unread(table catalog.Name) []usage.UnreadAt
	// Found are places where a name stands, in whatever case style; with read set also in
	// SQL that was read, where whose it is is known already.
	Found(name string, read bool) []catalog.Place
}

func newScene(ref string, before, after *catalog.Catalog, pending []statement, code code) *scene {
	s := &scene{ref: ref, dialect: before.Dialect, before: before, after: after, pending: pending, code: code,
		deltas: catalog.Diff(before, after), cache: map[catalog.Name][]usage.Use{}, fits: map[useKey][]misfit{}, columns: map[catalog.ColumnOf][]usage.Use{}, bodies: map[*catalog.Function][]catalog.Mention{}}
	s.place()
	return s
}

// place finds the statement of those differences that are told at where an object was made.
func (s *scene) place() {
	ours := map[string]bool{}
	for _, p := range s.pending {
		ours[p.file.Path] = true
	}
	for i, d := range s.deltas {
		if ours[d.At.Path] {
			continue
		}
		for _, p := range s.pending {
			if slices.ContainsFunc(p.changes, func(c catalog.Change) bool { return strings.HasPrefix(subjectOf(c), told(d)) }) {
				s.deltas[i].At = p.At
			}
		}
	}
}

// at is the same scene in a state on the way.
func (s *scene) at(state *catalog.Catalog) *scene {
	between := *s
	between.after, between.deltas, between.pending = state, catalog.Diff(s.before, state), nil
	between.fits = map[useKey][]misfit{}
	return &between
}

// strong are the uses of a table that are more than a name, or a test.
func (s *scene) strong(table catalog.Name) []usage.Use {
	uses, known := s.cache[table]
	if !known {
		uses = serving(s.code.Of(table))
		s.cache[table] = uses
	}
	return uses
}

func serving(uses []usage.Use) []usage.Use {
	return slices.DeleteFunc(slices.Clone(uses), func(u usage.Use) bool { return u.Weak })
}

// used reports whether the code surely uses the table.
func (s *scene) used(table catalog.Name) bool { return len(s.strong(table)) > 0 }

// calls are the calls of a function or sequence.
func (s *scene) calls(name catalog.Name) []usage.Use { return serving(s.code.Calls(name)) }

// sites are the places that may use a table and could not be read: those that name it, or
// with any set also those of which nothing is known.
func (s *scene) sites(table catalog.Name, any bool) []catalog.Place {
	var list []catalog.Place
	for _, u := range s.code.Unread(table) {
		if !u.Weak && (any || u.Named) {
			list = append(list, u.At)
		}
	}
	return list
}

// like reports whether two names of columns are one.
func (s *scene) like(a, b string) bool { return same(s.dialect, a, b) }

func (s *scene) has(names []string, name string) bool {
	return slices.ContainsFunc(names, func(n string) bool { return s.like(n, name) })
}

// reads reports whether a use needs a column to be there.
func (s *scene) reads(u usage.Use, column string) bool {
	if s.has(u.Ignored, column) {
		return false
	}
	return s.has(u.Reads, column) || u.All && !u.Star
}

func (s *scene) writes(u usage.Use, column string) bool {
	return s.has(u.Writes, column) || u.Insert != nil && s.has(u.Insert.Columns, column)
}

// touches reports whether a use names a column in any way; a model does when it lists it.
func (s *scene) touches(u usage.Use, column string) bool {
	return s.reads(u, column) || s.writes(u, column)
}

// omits reports whether a use is an insert that surely leaves a column out.
func (s *scene) omits(u usage.Use, t *catalog.Table, column string) bool {
	if u.Insert == nil {
		return false
	}
	if u.Insert.Open { // what it gives is not known, but hardly what the schema did not have
		old := s.before.Table(u.Table)
		return old != nil && !slices.ContainsFunc(old.Columns, func(x *catalog.Column) bool { return s.like(x.Name, column) })
	}
	if u.Insert.Positional {
		i := slices.IndexFunc(t.Columns, func(x *catalog.Column) bool { return s.like(x.Name, column) })
		return u.Insert.Values > 0 && i >= u.Insert.Values
	}
	return !s.has(u.Insert.Columns, column)
}

// those are the uses of a table for which holds what is asked.
func (s *scene) those(table catalog.Name, hold func(usage.Use) bool) []usage.Use {
	return slices.DeleteFunc(slices.Clone(s.strong(table)), func(u usage.Use) bool { return !hold(u) })
}

// written reports whether a use inserts or updates; models may do both.
func written(u usage.Use) bool {
	switch u.Verb {
	case usage.InsertInto, usage.Update, usage.Merge, usage.Enumerate:
		return true
	}
	return u.Insert != nil
}

// deleters are the deletes from a table that are written out.
func (s *scene) deleters(table catalog.Name) []usage.Use {
	return s.those(table, func(u usage.Use) bool { return u.Verb == usage.Delete })
}

// became is what a table of before is now: by its identity, else by its name.
func (s *scene) became(t *catalog.Table) *catalog.Table {
	if !s.before.Snapshot && !s.after.Snapshot {
		if same := s.after.Table(t.Name); same != nil && same.ID == t.ID {
			return same
		}
		for _, other := range s.after.Tables {
			if other.ID == t.ID {
				return other
			}
		}
	}
	return s.after.Table(t.Name)
}

// made reports whether what runs does not know the table or view.
func (s *scene) made(name catalog.Name) bool {
	return s.before.Table(name) == nil && s.before.View(name) == nil
}

// delta finds a difference by what it is about.
func (s *scene) delta(kind catalog.Kind, action catalog.Action, table catalog.Name, item string) *catalog.Delta {
	for i, d := range s.deltas {
		if d.Kind == kind && d.Action == action && d.Table == table && (item == "" || d.Item == item) {
			return &s.deltas[i]
		}
	}
	return nil
}

// words are the names that may be looked for in the code: of what goes, and of values that do.
func (s *scene) words(list []trouble) []string {
	var names []string
	for _, d := range s.deltas {
		switch was := d.Was.(type) {
		case nil, *catalog.Grant:
			continue
		case *catalog.Enum:
			names = append(names, was.Values...)
		case *catalog.Constraint:
			names = append(names, literals(was.Expr)...)
		}
		if d.Item != "" {
			names = append(names, d.Item)
		} else {
			names = append(names, d.Table.Object)
		}
	}
	for _, t := range list {
		if t.change != nil {
			names = append(names, word(t.change))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

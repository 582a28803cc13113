package schema

import (
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// misfit is a way in which a use does not work on a schema.
type misfit struct {
	kind   misfitKind
	column string
}

type misfitKind string

const (
	noTable    misfitKind = "the table is not there"
	noColumn   misfitKind = "the column is not there"
	noWrite    misfitKind = "the column takes no values"
	notGiven   misfitKind = "the column must be given"
	noArbiter  misfitKind = "no unique key fits ON CONFLICT"
	noCount    misfitKind = "the number of values is another"
	noFunction misfitKind = "the function or sequence is not there"
	// mayFail: whether it works hangs on what is not looked at (an upsert through a view).
	mayFail misfitKind = "it goes through a view now"
)

// misfits are the ways in which a use fails on the schema after, and did not on the one before.
func (s *scene) misfits(u usage.Use) []misfit {
	key := keyOf(u)
	list, known := s.fits[key]
	if !known {
		old := map[misfit]bool{}
		for _, m := range s.fit(u, s.before) {
			old[m] = true
		}
		list = slices.DeleteFunc(s.fit(u, s.after), func(m misfit) bool { return old[m] })
		s.fits[key] = list
	}
	return list
}

// useKey tells uses apart.
type useKey struct {
	table, called catalog.Name
	at            catalog.Place
	verb          usage.Verb
	args          int
	columns       string
}

func keyOf(u usage.Use) useKey {
	return useKey{u.Table, u.Called, u.At, u.Verb, u.Args, u.ModelName + "\n" + strings.Join(u.Reads, "\n") + "\n\n" + strings.Join(u.Writes, "\n")}
}

// fails reports whether a use fails with one of the kinds; column "" is any.
func (s *scene) fails(u usage.Use, column string, kinds ...misfitKind) bool {
	return slices.ContainsFunc(s.misfits(u), func(m misfit) bool {
		return slices.Contains(kinds, m.kind) && (column == "" || m.column == "" || s.like(m.column, column))
	})
}

// fit is how a use does not work on a schema; nil when it does.
func (s *scene) fit(u usage.Use, c *catalog.Catalog) []misfit {
	if u.Verb == usage.Invoke {
		return s.fitCall(u, c)
	}
	if t := c.Table(u.Table); t != nil {
		return s.fitTable(u, c, t)
	}
	if v := c.View(u.Table); v != nil {
		return s.fitView(u, c, v)
	}
	return []misfit{{kind: noTable}}
}

func (s *scene) fitTable(u usage.Use, c *catalog.Catalog, t *catalog.Table) []misfit {
	var list []misfit
	for _, name := range s.needs(u) {
		if c.Column(t, name) == nil {
			list = append(list, misfit{noColumn, name})
		}
	}
	written := u.Writes
	if u.Insert != nil {
		written = slices.Concat(written, u.Insert.Columns)
	}
	for _, name := range written {
		column := c.Column(t, name)
		switch {
		case column == nil:
			list = append(list, misfit{noColumn, name})
		case column.Generated != nil && u.Verb != usage.Enumerate, column.Identity == "always" && u.Verb == usage.InsertInto:
			list = append(list, misfit{noWrite, name})
		}
	}
	if u.Insert != nil {
		list = append(list, s.fitInsert(u, t)...)
	}
	return list
}

// needs are the columns that a use reads by name; a model those that it lists.
func (s *scene) needs(u usage.Use) []string {
	names := slices.Clone(u.Reads)
	if u.All && !u.Star {
		if t := s.before.Table(u.Table); t != nil {
			for _, column := range t.Columns {
				names = append(names, column.Name)
			}
		}
	}
	return slices.DeleteFunc(names, func(n string) bool { return s.has(u.Ignored, n) })
}

// mandatory reports whether an insert must give the column.
func mandatory(x *catalog.Column) bool {
	return x.NotNull && x.Default == nil && x.Generated == nil && x.Identity == ""
}

// rowid reports whether SQLite fills the column by itself: an integer primary key.
func (s *scene) rowid(t *catalog.Table, x *catalog.Column) bool {
	return s.dialect == catalog.SQLite && strings.EqualFold(x.Type.Base, "integer") && slices.ContainsFunc(t.Constraints, func(k *catalog.Constraint) bool {
		return k.Kind == catalog.Primary && len(k.Columns) == 1 && s.like(k.Columns[0], x.Name)
	})
}

func (s *scene) fitInsert(u usage.Use, t *catalog.Table) []misfit {
	var list []misfit
	for _, column := range t.Columns {
		if mandatory(column) && !s.rowid(t, column) && s.omits(u, t, column.Name) {
			list = append(list, misfit{notGiven, column.Name})
		}
	}
	if values := u.Insert.Values; u.Insert.Positional && values > 0 {
		if n := len(t.Columns); values > n || s.dialect != catalog.Postgres && values != n {
			list = append(list, misfit{kind: noCount})
		}
	}
	if k := u.Insert.Conflict; k != nil && !k.Any && !s.arbitrated(t, k) {
		list = append(list, misfit{kind: noArbiter})
	}
	return list
}

// arbitrated reports whether a unique key of the table is what an upsert goes by.
func (s *scene) arbitrated(t *catalog.Table, k *usage.Conflict) bool {
	return slices.ContainsFunc(t.Constraints, func(x *catalog.Constraint) bool { return s.arbiter(x, k) })
}

func (s *scene) arbiter(x *catalog.Constraint, k *usage.Conflict) bool {
	if x.Kind != catalog.Unique && x.Kind != catalog.Primary && (x.Kind != catalog.Exclusion || k.Constraint == "") {
		return false
	}
	if k.Constraint != "" {
		return !x.ByIndex && s.like(x.Name, k.Constraint)
	}
	if len(x.Columns) != len(k.Columns) || x.Where != "" && k.Where == "" {
		return false
	}
	for _, name := range k.Columns {
		if !s.has(x.Columns, name) {
			return false
		}
	}
	return true
}

// fitView is for a view that stands where a table stood, or a view as such.
func (s *scene) fitView(u usage.Use, c *catalog.Catalog, v *catalog.View) []misfit {
	var list []misfit
	if v.Columns != nil {
		for _, name := range slices.Concat(s.needs(u), u.Writes) {
			if !s.has(v.Columns, name) {
				list = append(list, misfit{noColumn, name})
			}
		}
	}
	switch {
	case u.Verb == usage.Enumerate || !written(u) && u.Verb != usage.Delete:
	case !s.updatable(v):
		list = append(list, misfit{kind: noTable})
	case u.Insert != nil && u.Insert.Conflict != nil:
		list = append(list, misfit{kind: mayFail})
	}
	return list
}

// updatable reports whether writes pass through a view: it reads one table alone, or a
// trigger stands in for it.
func (s *scene) updatable(v *catalog.View) bool {
	if slices.ContainsFunc(v.Triggers, func(t *catalog.Trigger) bool { return t.Timing == "instead" }) {
		return true
	}
	if s.dialect == catalog.SQLite || v.Materialized || len(v.Uses) == 0 {
		return false
	}
	one := v.Uses[0].Table
	return !slices.ContainsFunc(v.Uses, func(x catalog.ColumnOf) bool { return x.Table != one })
}

// fitCall takes a call for one of the database's own unless the repository has made such a
// function or sequence.
func (s *scene) fitCall(u usage.Use, c *catalog.Catalog) []misfit {
	if c.Sequence(u.Called) != nil {
		return nil
	}
	for _, f := range c.Overloads(u.Called) {
		if least, most := arity(f); u.Args < 0 || u.Args >= least && u.Args <= most {
			return nil
		}
	}
	return []misfit{{kind: noFunction}}
}

// arity is how many arguments a call may give.
func arity(f *catalog.Function) (least, most int) {
	for _, a := range f.Args {
		switch a.Mode {
		case "out", "table":
		case "variadic":
			return least, 100
		default:
			if most++; !a.Default {
				least++
			}
		}
	}
	return least, most
}

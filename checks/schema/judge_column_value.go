package schema

import (
	"fmt"
	"slices"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// columnNull judges rows 20 to 22.
func (s *scene) columnNull(d catalog.Delta) []outcome {
	was, is := d.Was.(*catalog.Column), d.Is.(*catalog.Column)
	if !is.NotNull {
		readers := s.those(d.Table, func(u usage.Use) bool { return s.reads(u, was.Name) })
		if len(readers) == 0 || s.primaryOnly(d) {
			return nil
		}
		return []outcome{depends(d, fmt.Sprintf("column %s may be NULL from now on, and the code at %s reads it", told(d), s.ref),
			"Nothing changes until something writes NULL; then what runs now reads a value that it never met.", s.shows(readers, was.Name, "column "+told(d)))}
	}
	omitting := s.those(d.Table, func(u usage.Use) bool { return s.fails(u, is.Name, notGiven) })
	if len(omitting) > 0 && !s.filled(d.Table, d.Item) {
		return []outcome{breaks(d, fmt.Sprintf("column %s must be given from now on, and inserts at %s leave it out", told(d), s.ref),
			"It has no default: every such insert fails.", s.shows(omitting, "", "rows without "+was.Name))}
	}
	writers := s.those(d.Table, func(u usage.Use) bool {
		return s.writes(u, was.Name) || u.Verb == usage.Enumerate && s.reads(u, was.Name)
	})
	if writers = append(writers, omitting...); len(writers) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("column %s takes no NULL from now on, and the code at %s writes it", told(d), s.ref),
		"Whether it ever writes NULL cannot be told; and the statement fails while a row has NULL.", s.shows(writers, was.Name, "column "+told(d)))}
}

// primaryOnly: the column takes NULL because its primary key went, which is told of the key.
func (s *scene) primaryOnly(d catalog.Delta) bool {
	return slices.ContainsFunc(s.deltas, func(x catalog.Delta) bool {
		k, ok := x.Was.(*catalog.Constraint)
		return ok && x.Table == d.Table && k.Kind == catalog.Primary && s.has(k.Columns, d.Item) && x.Action != catalog.Added
	})
}

// filled reports whether a trigger may fill a column before each insert.
func (s *scene) filled(table catalog.Name, column string) bool {
	t := s.after.Table(table)
	return t != nil && s.filler(t, column) != nil
}

// columnDefault judges rows 23 to 25, and identities (row 59).
func (s *scene) columnDefault(d catalog.Delta) []outcome {
	was, is := d.Was.(*catalog.Column), d.Is.(*catalog.Column)
	if is.Identity == "always" && was.Identity != "always" {
		return s.takesNone(d, is)
	}
	had, has := was.Default != nil || was.Identity != "", is.Default != nil || is.Identity != ""
	t := s.before.Table(d.Table)
	omitting := s.those(d.Table, func(u usage.Use) bool { return t != nil && s.omits(u, t, was.Name) })
	switch {
	case had && has && len(omitting) > 0 && was.Default != nil && is.Default != nil:
		return []outcome{hint(d, fmt.Sprintf("inserts at %s that leave %s out get another default", s.ref, told(d)),
			"They go on working; what they write is another value.", s.shows(omitting, "", "rows without "+was.Name))}
	case !had || has:
		return nil
	case is.NotNull:
		return s.mustBeGivenNow(d, is, omitting)
	}
	if models := s.those(d.Table, func(u usage.Use) bool { return u.Verb == usage.Enumerate }); len(omitting)+len(models) > 0 {
		return []outcome{depends(d, fmt.Sprintf("inserts at %s that leave %s out write NULL from now on", s.ref, told(d)),
			"They wrote the default before; whether NULL is understood cannot be told.", s.shows(append(omitting, models...), "", "rows of "+d.Table.String()))}
	}
	return nil
}

// mustBeGivenNow is a default that goes from a column without NULL (row 24).
func (s *scene) mustBeGivenNow(d catalog.Delta, x *catalog.Column, omitting []usage.Use) []outcome {
	if len(omitting) > 0 && !s.filled(d.Table, d.Item) {
		return []outcome{breaks(d, fmt.Sprintf("column %s loses its default, and inserts at %s leave it out", told(d), s.ref),
			"It takes no NULL: every such insert fails.", s.shows(omitting, "", "rows without "+x.Name))}
	}
	open := s.those(d.Table, func(u usage.Use) bool {
		return u.Verb == usage.Enumerate && u.Insert == nil || u.Insert != nil && u.Insert.Open
	})
	if open = append(open, omitting...); len(open) > 0 {
		return []outcome{depends(d, fmt.Sprintf("column %s loses its default, and the code at %s may leave it out", told(d), s.ref),
			"It takes no NULL: an insert that leaves it out fails.", s.shows(open, "", "rows of "+d.Table.String()))}
	}
	return nil
}

// takesNone is a column that the database alone fills from now on.
func (s *scene) takesNone(d catalog.Delta, x *catalog.Column) []outcome {
	writers := s.those(d.Table, func(u usage.Use) bool { return s.writes(u, x.Name) && s.fails(u, x.Name, noWrite) })
	if len(writers) == 0 {
		return nil
	}
	return []outcome{breaks(d, fmt.Sprintf("column %s takes no values any more, and the code at %s gives them", told(d), s.ref),
		"The database computes it itself and refuses every statement that gives a value.", s.shows(writers, x.Name, "column "+told(d)))}
}

// columnGenerated judges row 63.
func (s *scene) columnGenerated(d catalog.Delta) []outcome {
	was, is := d.Was.(*catalog.Column), d.Is.(*catalog.Column)
	if is.Generated != nil {
		if list := s.takesNone(d, is); list != nil {
			return list
		}
		models := s.those(d.Table, func(u usage.Use) bool { return u.Verb == usage.Enumerate && s.reads(u, was.Name) })
		if len(models) == 0 {
			return nil
		}
		return []outcome{depends(d, fmt.Sprintf("column %s is computed from now on, and a model at %s lists it", told(d), s.ref),
			"If the model writes it, every write fails.", s.shows(models, was.Name, "column "+told(d)))}
	}
	readers := s.those(d.Table, func(u usage.Use) bool { return s.reads(u, was.Name) })
	if len(readers) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("column %s is not computed any more, and the code at %s reads it", told(d), s.ref),
		"Rows that what runs now writes have NULL there.", s.shows(readers, was.Name, "column "+told(d)))}
}

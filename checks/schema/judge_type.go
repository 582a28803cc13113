package schema

import (
	"fmt"
	"slices"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/usage"
)

// columnType judges rows 16 to 19, 41 and 64.
func (s *scene) columnType(d catalog.Delta) []outcome {
	was, is := d.Was.(*catalog.Column), d.Is.(*catalog.Column)
	uses := s.those(d.Table, func(u usage.Use) bool { return s.touches(u, was.Name) })
	from, to := was.Type, is.Type
	switch relation := catalog.Relate(s.dialect, from, to); {
	case s.renamedType(from, to):
		return s.enumSwapped(d, from, to)
	case relation == catalog.Widens:
		return s.widened(d, uses, from, to)
	case relation == catalog.Narrows:
		return s.narrowed(d, was, from, to)
	case s.dialect == catalog.SQLite || regrouped(from, to) || close(from, to) || s.opened(from, to):
		return s.typeMayBreak(d, uses, from, to)
	}
	if len(uses) == 0 {
		return s.typeUnused(d, from, to)
	}
	return []outcome{breaks(d, fmt.Sprintf("column %s turns from %s into %s while the code at %s uses it", told(d), from, to, s.ref),
		"Values are of another kind: what is bound, compared and read does not fit any more.", s.shows(uses, was.Name, "column "+told(d)))}
}

// typeUnused is a column of another type that no query and no model names.
func (s *scene) typeUnused(d catalog.Delta, from, to catalog.Type) []outcome {
	l := loss{delta: d, what: "column " + told(d), word: d.Item, table: d.Table, column: d.Item}
	list := s.gone(l)
	for i := range list {
		list[i].title = fmt.Sprintf("column %s turns from %s into %s, and what runs at %s may use it", told(d), from, to, s.ref)
	}
	return list
}

// typeMayBreak is a type whose values mostly pass for those before.
func (s *scene) typeMayBreak(d catalog.Delta, uses []usage.Use, from, to catalog.Type) []outcome {
	if len(uses) == 0 {
		return nil
	}
	on := "What is written mostly passes; operators, comparisons and what drivers make of the values differ."
	if regrouped(from, to) {
		on = "What is equal, how rows sort and which texts can be stored differ: unique keys and comparisons may answer otherwise."
	}
	if s.opened(from, to) {
		on = "What is bound as text passes; what is cast to the enum, or bound as one, does not fit any more, and no value is refused from now on."
	}
	return []outcome{depends(d, fmt.Sprintf("column %s turns from %s into %s while the code at %s uses it", told(d), from, to, s.ref), on, s.shows(uses, d.Item, "column "+told(d)))}
}

// opened reports whether an enum becomes text.
func (s *scene) opened(from, to catalog.Type) bool {
	return from.Array == to.Array && s.before.Enum(from.Named()) != nil && slices.Contains([]string{"text", "varchar", "bpchar"}, to.Base)
}

// regrouped reports whether only collation or character set differ.
func regrouped(from, to catalog.Type) bool {
	from.Collation, from.Charset = to.Collation, to.Charset
	return from.Equal(to)
}

// close are families whose values pass for those of another mostly.
func close(from, to catalog.Type) bool {
	near := [][]string{{"json", "jsonb"}, {"timestamp", "timestamptz"}, {"date", "timestamp", "timestamptz"}, {"datetime", "timestamp"},
		{"varchar", "bpchar", "text", "citext", "char", "tinytext", "mediumtext", "longtext"},
		{"int2", "int4", "int8", "numeric"}, {"float4", "float8", "numeric"}, {"int", "bigint", "decimal"}, {"time", "timetz"}}
	return from.Array == to.Array && slices.ContainsFunc(near, func(group []string) bool {
		return slices.Contains(group, from.Base) && slices.Contains(group, to.Base)
	})
}

func (s *scene) widened(d catalog.Delta, uses []usage.Use, from, to catalog.Type) []outcome {
	past32 := (from.Base == "int4" || from.Base == "int2" || from.Base == "int") && (to.Base == "int8" || to.Base == "bigint")
	if len(uses) == 0 || !past32 && len(from.Values) == 0 {
		return nil
	}
	on := "Drivers give 64-bit integers as another type than 32-bit ones, some as text; and values past 32 bits do not fit what runs now."
	if len(from.Values) > 0 {
		on = "Nothing changes until something writes a new value; then what runs now reads one that it never met."
	}
	return []outcome{hint(d, fmt.Sprintf("column %s widens from %s to %s", told(d), from, to), on, s.shows(uses, d.Item, "column "+told(d)))}
}

// narrowed is a type that not all old values fit (row 18).
func (s *scene) narrowed(d catalog.Delta, was *catalog.Column, from, to catalog.Type) []outcome {
	lost := loses(d, fmt.Sprintf("column %s narrows from %s to %s", told(d), from, to), "Values that do not fit are cut, or make the statement fail.")
	writers := s.those(d.Table, func(u usage.Use) bool {
		return s.writes(u, was.Name) || u.Verb == usage.Enumerate && s.reads(u, was.Name)
	})
	if len(writers) == 0 {
		return []outcome{lost}
	}
	return []outcome{lost, breaks(d, fmt.Sprintf("column %s narrows from %s to %s while the code at %s writes it", told(d), from, to, s.ref),
		"What runs now was made for the wider type: every value beyond the new one is refused.", s.shows(writers, was.Name, "column "+told(d)))}
}

// renamedType reports whether the types are two enums of the repository: what counts are
// their values.
func (s *scene) renamedType(from, to catalog.Type) bool {
	return from.Array == to.Array && s.before.Enum(from.Named()) != nil && s.after.Enum(to.Named()) != nil
}

// enumSwapped is a column whose enum is another one, as when one is made anew to lose a value.
func (s *scene) enumSwapped(d catalog.Delta, from, to catalog.Type) []outcome {
	was, is := s.before.Enum(from.Named()), s.after.Enum(to.Named())
	of := d
	of.Table, of.Item = was.Name, ""
	return s.values(of, was.Values, is.Values, d.Table, d.Item)
}

// values judges a closed list of values that becomes another: an enum's, or a check's
// (rows 39 to 42). The uses are those of a column.
func (s *scene) values(d catalog.Delta, was, is []string, table catalog.Name, column string) []outcome {
	uses := s.those(table, func(u usage.Use) bool { return s.touches(u, column) })
	var lost []string
	for _, v := range was {
		if !slices.Contains(is, v) {
			lost = append(lost, v)
		}
	}
	if len(lost) == 0 {
		if len(uses) == 0 || len(is) == len(was) {
			return nil
		}
		return []outcome{hint(d, fmt.Sprintf("%s takes values that the code at %s does not know", told(d), s.ref),
			"Nothing changes until something writes one; then what runs now reads a value that it never met.", s.shows(uses, column, "column "+column))}
	}
	for _, v := range lost {
		if quoted := s.quoted(v); len(quoted) > 0 && len(uses) > 0 {
			return []outcome{breaks(d, fmt.Sprintf("%s does not know %q any more, which the code at %s uses", told(d), v, s.ref),
				"Writing the value, and comparing with it, fails.", places(quoted, fmt.Sprintf("%q stands here", v)))}
		}
	}
	if len(uses) == 0 {
		return nil
	}
	return []outcome{depends(d, fmt.Sprintf("%s does not know %q any more", told(d), lost[0]),
		"The value does not stand in the code that could be read; a value that comes from elsewhere fails.", s.shows(uses, column, "column "+column))}
}

// quoted are the places where a value stands as a text of the code.
func (s *scene) quoted(value string) []catalog.Place {
	return slices.DeleteFunc(s.code.Found(value, true), func(p catalog.Place) bool { return !inQuotes(p.Line, value) })
}

package catalog

import (
	"math"
	"slices"
	"strings"
)

// Relation is how a type's values fit another type.
type Relation string

const (
	Same    Relation = "same"
	Widens  Relation = "widens"       // every old value fits, and new ones may come
	Narrows Relation = "narrows"      // some old values do not fit
	Other   Relation = "other family" // they mean something else
)

// ladders are types of which each holds every value of those before it.
var ladders = map[Dialect][][]string{
	Postgres: {{"int2", "int4", "int8"}, {"float4", "float8"}},
	MySQL: {{"tinyint", "smallint", "mediumint", "int", "bigint"}, {"float", "double"},
		{"tinyblob", "blob", "mediumblob", "longblob"}},
}

// Relate tells how the values of one type fit another (rows 17 to 19 of what old code must
// survive: widening, narrowing, another family). SQLite's columns hold values of any type:
// there only what it makes of a value counts, its affinity.
func Relate(d Dialect, from, to Type) Relation {
	if from.Equal(to) {
		return Same
	}
	if d == SQLite {
		return relateAffinity(from, to)
	}
	if from.Array != to.Array || from.Unsigned != to.Unsigned || from.Collation != to.Collation || from.Charset != to.Charset {
		return Other
	}
	for _, ladder := range ladders[d] {
		if a, b := slices.Index(ladder, from.Base), slices.Index(ladder, to.Base); a >= 0 && b >= 0 && a != b {
			return wider(a < b)
		}
	}
	if a, b := textLength(d, from), textLength(d, to); a > 0 && b > 0 {
		return wider(b >= a)
	}
	if from.Base != to.Base || from.Schema != to.Schema {
		return Other
	}
	switch {
	case len(from.Values) > 0 || len(to.Values) > 0:
		return relateValues(from.Values, to.Values)
	case len(from.Args) == 2 && len(to.Args) == 2:
		whole, scale := to.Args[0]-to.Args[1] >= from.Args[0]-from.Args[1], to.Args[1] >= from.Args[1]
		return wider(whole && scale)
	case d == MySQL && strings.HasSuffix(from.Base, "time") || from.Base == "timestamp" && d == MySQL:
		return wider(fraction(to) >= fraction(from))
	case len(to.Args) == 0:
		return Widens // without bounds
	case len(from.Args) == 0:
		return Narrows
	}
	return wider(to.Args[0] >= from.Args[0])
}

// fraction is how many digits of a second a type keeps; MySQL keeps none unless told.
func fraction(t Type) int {
	if len(t.Args) == 0 {
		return 0
	}
	return t.Args[0]
}

func wider(yes bool) Relation {
	if yes {
		return Widens
	}
	return Narrows
}

// textLength is how much a type of text of any length holds; 0: it is none. PostgreSQL's
// varchar without a length, and text, have no bound.
func textLength(d Dialect, t Type) int {
	switch {
	case t.Base == "varchar" && len(t.Args) > 0:
		return t.Args[0]
	case d == MySQL:
		return map[string]int{"tinytext": 1<<8 - 1, "text": 1<<16 - 1, "mediumtext": 1<<24 - 1, "longtext": 1<<32 - 1}[t.Base]
	case t.Base == "varchar" || t.Base == "text":
		return math.MaxInt
	}
	return 0
}

// relateValues: appending to MySQL's enum keeps the numbers of the values before.
func relateValues(from, to []string) Relation {
	if len(to) >= len(from) && slices.Equal(from, to[:len(from)]) {
		return Widens
	}
	return Narrows
}

// relateAffinity: of the types with numeric affinity each is its own, since drivers go by
// their names (datetime, boolean).
func relateAffinity(from, to Type) Relation {
	a, b := affinity(from.Base), affinity(to.Base)
	if a != b || from.Collation != to.Collation || a == "numeric" && from.Base != to.Base {
		return Other
	}
	return Same
}

// affinity follows section 3.1 of SQLite's "Datatypes In SQLite".
func affinity(base string) string {
	for _, rule := range []struct{ part, affinity string }{
		{"int", "integer"}, {"char", "text"}, {"clob", "text"}, {"text", "text"}, {"blob", "blob"}, {"real", "real"}, {"floa", "real"}, {"doub", "real"},
	} {
		if strings.Contains(base, rule.part) {
			return rule.affinity
		}
	}
	if base == "" {
		return "blob"
	}
	return "numeric"
}

package catalog

import (
	"strconv"
	"strings"
)

// Type is a column's type in its canonical spelling: "int8", never "bigint" or "bigserial".
type Type struct {
	// Schema qualifies a type that the repository makes itself (an enum, a domain).
	Schema string
	Base   string // canonical: int8, varchar, numeric, timestamptz, or the name of an enum or domain
	Args   []int  // as in varchar(21) and numeric(10,2)
	Array  int    // dimensions; 0: no array
	// Unsigned is MySQL's.
	Unsigned bool
	// Values are those of MySQL's enum and set, in order.
	Values    []string
	Collation string
	Charset   string
}

// Named is the name of a type that the repository makes itself, or would be.
func (t Type) Named() Name { return Name{t.Schema, t.Base} }

func (t Type) String() string {
	var b strings.Builder
	b.WriteString(t.Named().String())
	for i, arg := range t.Args {
		b.WriteString([]string{"(", ","}[min(i, 1)])
		b.WriteString(strconv.Itoa(arg))
	}
	if len(t.Args) > 0 {
		b.WriteString(")")
	}
	if len(t.Values) > 0 {
		b.WriteString("('" + strings.Join(t.Values, "','") + "')")
	}
	if t.Unsigned {
		b.WriteString(" unsigned")
	}
	b.WriteString(strings.Repeat("[]", t.Array))
	if t.Charset != "" {
		b.WriteString(" charset " + t.Charset)
	}
	if t.Collation != "" {
		b.WriteString(" collate " + t.Collation)
	}
	return b.String()
}

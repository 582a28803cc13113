package catalog

import "strings"

// spellings are the other names of a type. Sources: PostgreSQL 18 table 8.1; MySQL 8.4
// section 13.1, MariaDB's list of data types.
var spellings = map[Dialect]map[string]string{
	Postgres: {
		"smallint": "int2", "integer": "int4", "int": "int4", "bigint": "int8", "decimal": "numeric", "dec": "numeric",
		"real": "float4", "float": "float8", "double precision": "float8", "boolean": "bool", "character varying": "varchar",
		"character": "bpchar", "char": "bpchar", "bit varying": "varbit", "serial2": "int2", "smallserial": "int2", "serial": "int4",
		"serial4": "int4", "bigserial": "int8", "serial8": "int8", "timestamp without time zone": "timestamp",
		"timestamp with time zone": "timestamptz", "time without time zone": "time", "time with time zone": "timetz",
	},
	MySQL: {
		"integer": "int", "int1": "tinyint", "int2": "smallint", "int3": "mediumint", "int4": "int", "int8": "bigint", "bool": "tinyint",
		"boolean": "tinyint", "dec": "decimal", "numeric": "decimal", "fixed": "decimal", "double precision": "double", "real": "double",
		"character": "char", "character varying": "varchar", "nchar": "char", "nvarchar": "varchar", "serial": "bigint", "long": "mediumtext",
	},
}

// known are the built-in types that are spelled canonically.
var known = map[Dialect]string{
	Postgres: " int2 int4 int8 numeric float4 float8 bool varchar bpchar text bytea date time timetz timestamp timestamptz interval uuid json jsonb " +
		"xml money inet cidr macaddr macaddr8 bit varbit tsvector tsquery point line lseg box path polygon circle oid name regclass " +
		"int4range int8range numrange tsrange tstzrange daterange int4multirange int8multirange nummultirange tsmultirange tstzmultirange datemultirange void trigger record ",
	MySQL: " tinyint smallint mediumint int bigint decimal float double bit char varchar binary varbinary tinytext text mediumtext longtext tinyblob blob " +
		"mediumblob longblob date time datetime timestamp year json enum set geometry point linestring polygon uuid inet4 inet6 vector ",
}

// Canonical is the type of that name; serial says that it brings a sequence and NOT NULL.
func Canonical(d Dialect, name string, args []int) (t Type, serial bool) {
	lower := strings.ToLower(strings.Join(strings.Fields(name), " "))
	serial = strings.Contains(lower, "serial") && d != SQLite
	base, ok := spellings[d][lower]
	switch {
	case ok:
	case d == Postgres && !Known(d, lower):
		base = name // a type of the user's own keeps its case
	default:
		base = lower
	}
	if d == Postgres && lower == "float" && len(args) == 1 {
		if args[0] <= 24 {
			base = "float4"
		}
		args = nil
	}
	if base == "bpchar" && len(args) == 0 && (lower == "char" || lower == "character") || d == MySQL && base == "char" && len(args) == 0 {
		args = []int{1}
	}
	if base == "decimal" && d == MySQL && len(args) == 0 {
		args = []int{10, 0}
	}
	// The width of MySQL's integers is for display only; tinyint(1) is its boolean.
	if d == MySQL && strings.HasSuffix(base, "int") {
		args = nil
	}
	return Type{Base: base, Args: args}, serial
}

// Known reports whether a canonical name is one of the dialect's own types.
func Known(d Dialect, base string) bool {
	return d == SQLite || strings.Contains(known[d], " "+base+" ")
}

package migrations

import (
	"strconv"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// alchemyTypes are SQLAlchemy's types, generic and of a dialect, in lower case.
var alchemyTypes = map[string][3]string{ // PostgreSQL, MySQL, SQLite
	"string": {"varchar", "varchar", "varchar"}, "unicode": {"varchar", "varchar", "varchar"}, "varchar": {"varchar", "varchar", "varchar"}, "nvarchar": {"varchar", "varchar", "varchar"},
	"autostring": {"varchar", "varchar", "varchar"}, "char": {"char", "char", "char"}, "text": {"text", "text", "text"}, "unicodetext": {"text", "text", "text"}, "clob": {"text", "text", "text"},
	"integer": {"int4", "int", "integer"}, "int": {"int4", "int", "integer"}, "biginteger": {"int8", "bigint", "bigint"}, "bigint": {"int8", "bigint", "bigint"},
	"smallinteger": {"int2", "smallint", "smallint"}, "smallint": {"int2", "smallint", "smallint"}, "boolean": {"bool", "tinyint", "boolean"}, "bool": {"bool", "tinyint", "boolean"},
	"datetime": {"timestamp", "datetime", "datetime"}, "timestamp": {"timestamp", "timestamp", "timestamp"}, "date": {"date", "date", "date"}, "time": {"time", "time", "time"},
	"interval": {"interval", "datetime", "datetime"}, "numeric": {"numeric", "decimal", "numeric"}, "decimal": {"numeric", "decimal", "decimal"}, "float": {"float8", "float", "float"},
	"double": {"float8", "double", "double"}, "double_precision": {"float8", "double", "double"}, "real": {"float4", "float", "real"}, "largebinary": {"bytea", "blob", "blob"},
	"binary": {"bytea", "binary", "blob"}, "varbinary": {"bytea", "varbinary", "blob"}, "blob": {"bytea", "blob", "blob"}, "bytea": {"bytea", "blob", "blob"}, "pickletype": {"bytea", "blob", "blob"},
	"json": {"json", "json", "json"}, "jsonb": {"jsonb", "json", "json"}, "uuid": {"uuid", "char", "char"}, "inet": {"inet", "inet", "inet"}, "cidr": {"cidr", "cidr", "cidr"},
	"macaddr": {"macaddr", "macaddr", "macaddr"}, "tsvector": {"tsvector", "tsvector", "tsvector"}, "hstore": {"hstore", "hstore", "hstore"}, "citext": {"citext", "citext", "citext"},
	"money": {"money", "money", "money"}, "oid": {"oid", "oid", "oid"}, "bit": {"bit", "bit", "bit"}, "daterange": {"daterange", "", ""}, "tsrange": {"tsrange", "", ""}, "tstzrange": {"tstzrange", "", ""},
	"int4range": {"int4range", "", ""}, "int8range": {"int8range", "", ""}, "numrange": {"numrange", "", ""}, "xml": {"xml", "text", "text"},
	"tinyint": {"int2", "tinyint", "tinyint"}, "mediumint": {"int4", "mediumint", "mediumint"}, "longtext": {"text", "longtext", "longtext"}, "mediumtext": {"text", "mediumtext", "mediumtext"},
	"tinytext": {"text", "tinytext", "tinytext"}, "longblob": {"bytea", "longblob", "longblob"}, "mediumblob": {"bytea", "mediumblob", "mediumblob"}, "year": {"int4", "year", "year"},
}

func dialectIndex(d catalog.Dialect) int {
	return map[catalog.Dialect]int{catalog.Postgres: 0, catalog.MySQL: 1, catalog.SQLite: 2}[d]
}

// columnType is a type's canonical spelling. A type that the application makes itself is
// not known: its Base is "".
func (c *alembicCall) columnType(n *node) catalog.Type {
	n = c.names.value(n)
	if n == nil || n.form != callForm && n.form != nameForm {
		c.fail("the type of a column is not plainly written")
		return catalog.Type{}
	}
	name := strings.ToLower(n.text[strings.LastIndexByte(n.text, '.')+1:])
	inner := &alembicCall{alembicReader: c.alembicReader, names: c.names, n: n}
	switch {
	case n.form == callForm && name == "with_variant":
		return c.variant(n)
	case name == "enum":
		return inner.enumType()
	case name == "array" && len(n.items) > 0:
		t := c.columnType(n.items[0])
		t.Array = 1
		if said := inner.pos(-1, "dimensions"); said != nil {
			t.Array = max(1, len(said.text))
		}
		return t
	}
	base, ok := alchemyTypes[name]
	if !ok || base[dialectIndex(c.dialect)] == "" {
		return catalog.Type{}
	}
	known := base[dialectIndex(c.dialect)]
	if c.dialect == catalog.Postgres && (known == "timestamp" || known == "time") && inner.flag("timezone", false) {
		known += "tz"
	}
	t, _ := catalog.Canonical(c.dialect, known, inner.typeArgs(name, known))
	t.Unsigned = inner.flag("unsigned", false)
	if said := n.option("collation"); said != nil {
		t.Collation, _ = c.string(c.names, said)
	}
	return t
}

// typeArgs are a length, or precision and scale.
func (c *alembicCall) typeArgs(name, base string) []int {
	number := func(i int, key string) []int {
		value := c.pos(i, key)
		if value == nil {
			return nil
		}
		if v, err := strconv.Atoi(value.text); err == nil && value.form == numberForm {
			return []int{v}
		}
		return nil
	}
	switch base {
	case "varchar", "char", "binary", "varbinary", "bit":
		if name == "uuid" {
			return []int{32}
		}
		return number(0, "length")
	case "numeric", "decimal":
		args := number(0, "precision")
		if args == nil {
			return nil
		}
		if scale := number(1, "scale"); scale != nil {
			return append(args, scale...)
		}
		return append(args, 0)
	case "timestamp", "timestamptz", "time", "timetz", "datetime":
		if precision := number(-1, "precision"); precision != nil {
			return precision
		}
		return number(-1, "fsp")
	}
	return nil
}

// variant is sa.JSON().with_variant(JSONB(), "postgresql").
func (c *alembicCall) variant(n *node) catalog.Type {
	for _, item := range n.items[min(1, len(n.items)):] {
		if s, ok := c.string(c.names, item); ok && c.isDialect(s) {
			return c.columnType(n.items[0])
		}
	}
	return c.columnType(n.recv)
}

func isEnum(n *node) bool { return n != nil && n.form == callForm && strings.EqualFold(n.text, "enum") }

// enumType is a type of the database's in PostgreSQL, in MySQL a list, in SQLite text.
func (c *alembicCall) enumType() catalog.Type {
	switch c.dialect {
	case catalog.Postgres:
		if name := c.say("name"); name != "" {
			return catalog.Type{Schema: c.say("schema"), Base: name}
		}
		return catalog.Type{}
	case catalog.MySQL:
		return catalog.Type{Base: "enum", Values: c.enumValues()}
	}
	t, _ := catalog.Canonical(c.dialect, "varchar", nil)
	return t
}

func (c *alembicCall) enumValues() []string {
	var out []string
	for _, item := range c.n.items {
		s, ok := c.string(c.names, item)
		if !ok {
			return nil
		}
		out = append(out, s)
	}
	if rest := c.n.option("*"); rest != nil {
		more, ok := c.strings(c.names, rest)
		if !ok {
			return nil
		}
		out = append(out, more...)
	}
	return out
}

// enumOf makes the enum that a new table's column brings along in PostgreSQL.
func (c *alembicCall) enumOf(column *node) []catalog.Change {
	if c.dialect != catalog.Postgres {
		return nil
	}
	for _, item := range column.items {
		item = c.names.value(item)
		inner := &alembicCall{alembicReader: c.alembicReader, names: c.names, n: item}
		if !isEnum(item) || !inner.flag("create_type", true) {
			continue
		}
		name := inner.enumType()
		if name.Base == "" {
			continue
		}
		return []catalog.Change{catalog.CreateEnum{Place: c.place(item), IfNotExists: true, Enum: &catalog.Enum{Name: name.Named(), Values: inner.enumValues(), At: c.place(item)}}}
	}
	return nil
}

// enum is kind.create(bind) or kind.drop(bind).
func (a *alembicReader) enum(names *environment, n, kind *node) {
	if a.dialect != catalog.Postgres {
		return
	}
	c := &alembicCall{alembicReader: a, names: names, n: kind}
	t := c.enumType()
	if c.bad != "" || t.Base == "" {
		a.unread(n, "the enum's name is not plainly written")
		return
	}
	if n.text == "drop" {
		a.emit(n, catalog.DropType{Place: a.place(n), Name: t.Named(), IfExists: true})
		return
	}
	values := c.enumValues()
	if values == nil {
		a.unread(n, "the enum's values are not plainly written")
		return
	}
	a.emit(n, catalog.CreateEnum{Place: a.place(n), IfNotExists: true, Enum: &catalog.Enum{Name: t.Named(), Values: values, At: a.place(n)}})
}

package migrations

import (
	"strconv"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// railsTypes are the column types whose names differ from the database's.
var railsTypes = map[catalog.Dialect]map[string]string{
	catalog.Postgres: {"string": "varchar", "integer": "int4", "bigint": "int8", "float": "float8", "decimal": "numeric", "datetime": "timestamp",
		"binary": "bytea", "blob": "bytea", "boolean": "bool", "bit_varying": "varbit", "smallint": "int2", "tinyint": "int2", "char": "bpchar"},
	catalog.MySQL:  {"string": "varchar", "integer": "int", "boolean": "tinyint", "binary": "blob", "jsonb": "json", "decimal": "decimal", "uuid": "char"},
	catalog.SQLite: {"string": "varchar", "binary": "blob", "jsonb": "json"},
}

// columnType is the type that a name stands for, with the options of the call.
func (c *railsCall) columnType(name string) (t catalog.Type, serial bool) {
	switch name {
	case "primary_key", "bigserial":
		return c.keyType("bigint"), true
	case "serial":
		return c.keyType("integer"), true
	case "enum":
		if said := c.option("enum_type"); said != nil {
			return catalog.Type{Base: c.plain(said, "enum_type")}, false
		}
	}
	if name == "" {
		return catalog.Type{}, false
	}
	unsigned := strings.TrimPrefix(name, "unsigned_")
	base, ok := railsTypes[c.dialect][unsigned]
	if !ok {
		base = unsigned
	}
	args := c.typeArgs(unsigned)
	if c.dialect == catalog.Postgres && unsigned == "integer" {
		base, args = postgresInteger(args), nil
	}
	if c.dialect == catalog.MySQL {
		base, args = c.mysqlType(unsigned, base, args)
	}
	if c.dialect == catalog.Postgres && (unsigned == "text" || unsigned == "binary" || unsigned == "float" || unsigned == "bigint" || unsigned == "boolean") {
		args = nil
	}
	if at := strings.IndexByte(base, '('); at > 0 { // "varchar(20)" written out
		args = numbers(base[at:])
		base = base[:at]
	}
	t, serial = catalog.Canonical(c.dialect, strings.TrimSuffix(base, "[]"), args)
	if strings.HasSuffix(base, "[]") || c.flag("array", false) {
		t.Array = 1
	}
	t.Unsigned = unsigned != name || c.dialect == catalog.MySQL && c.flag("unsigned", false)
	t.Collation = c.say("collation")
	return t, serial
}

// typeArgs are length, or precision and scale.
func (c *railsCall) typeArgs(name string) []int {
	switch name {
	case "decimal", "numeric":
		var args []int
		if p := c.number("precision"); p != nil {
			args = append(args, *p)
			if s := c.number("scale"); s != nil {
				args = append(args, *s)
			} else {
				args = append(args, 0)
			}
		}
		return args
	case "datetime", "timestamp", "timestamptz", "time", "interval":
		if p := c.number("precision"); p != nil {
			return []int{*p}
		}
		if !c.given("precision") && (name == "datetime" || name == "timestamp" && c.dialect != catalog.Postgres) && c.version >= 7 && c.dialect != catalog.SQLite {
			return []int{6}
		}
		return nil
	}
	if p := c.number("limit"); p != nil {
		return []int{*p}
	}
	return nil
}

// number is a keyword argument that is a number; nil when it is not given.
func (c *railsCall) number(name string) *int {
	value := c.option(name)
	if value == nil {
		return nil
	}
	n, err := strconv.Atoi(value.text)
	if value.form != numberForm || err != nil {
		c.fail("the option " + name + " of " + c.n.text + " is not a plain number: " + c.told(value))
		return nil
	}
	return &n
}

func postgresInteger(limit []int) string {
	switch {
	case len(limit) == 0 || limit[0] == 3 || limit[0] == 4:
		return "int4"
	case limit[0] <= 2:
		return "int2"
	}
	return "int8"
}

// mysqlType chooses among the sizes of MySQL's types.
func (c *railsCall) mysqlType(name, base string, limit []int) (string, []int) {
	size := 0
	if len(limit) > 0 {
		size = limit[0]
	}
	switch name {
	case "string":
		if size == 0 {
			limit = []int{255}
		}
	case "uuid":
		limit = []int{36}
	case "integer":
		return []string{"int", "tinyint", "smallint", "mediumint", "int", "bigint", "bigint", "bigint", "bigint"}[min(max(size, 0), 8)], nil
	case "float":
		return "float", nil
	case "text", "binary", "blob":
		return c.mysqlLong(name, size)
	case "boolean":
		return "tinyint", nil
	}
	return base, limit
}

func (c *railsCall) mysqlLong(name string, size int) (string, []int) {
	kind := "blob"
	if name == "text" {
		kind = "text"
	}
	switch said := c.say("size"); {
	case said != "":
		return said + kind, nil
	case name == "binary" && 0 < size && size <= 4095:
		return "varbinary", []int{size}
	case size == 0 || 255 < size && size <= 65535:
		return kind, nil
	case size <= 255:
		return "tiny" + kind, nil
	case size <= 16777215:
		return "medium" + kind, nil
	}
	return "long" + kind, nil
}

func numbers(text string) []int {
	var out []int
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.Atoi(word); err == nil {
			out = append(out, n)
		}
	}
	return out
}

// keyType is the type of a key that counts up.
func (c *railsCall) keyType(name string) catalog.Type {
	if c.dialect == catalog.SQLite {
		return catalog.Type{Base: "integer"}
	}
	t, _ := catalog.Canonical(c.dialect, name, nil)
	return t
}

// defaultOf is the expression of a default; nil: none.
func (c *railsCall) defaultOf(value *node, t catalog.Type) *string {
	if value = c.literal(c.names, value); value.is("nil") {
		return nil
	}
	expr := ""
	switch {
	case value.form == functionForm && len(value.body) == 1:
		expr = c.plain(value.body[0], "default")
	case value.form == numberForm || t.Base == "numeric" && isNumber(c.names, value):
		expr = value.text
		if s, ok := c.names.string(value); ok {
			expr = s
		}
		if t.Base == "numeric" && strings.Contains(expr, ".") {
			expr = strings.TrimSuffix(strings.TrimRight(expr, "0"), ".")
		}
		if t.Base == "varchar" || t.Base == "text" {
			expr = quoted(expr)
		}
	case value.is("true", "false"):
		if expr = value.text; c.dialect != catalog.Postgres {
			expr = map[string]string{"true": "1", "false": "0"}[expr]
		}
	case (value.form == listForm || value.form == dictForm) && len(value.items) == 0:
		expr = "'[]'"
		if value.form == dictForm || t.Array > 0 {
			expr = "'{}'"
		}
	case value.form == textForm:
		expr = quoted(c.plain(value, "default"))
	case value.form == listForm && t.Array > 0:
		expr = quoted("{" + strings.Join(c.list(value, "default"), ",") + "}")
	default:
		// A value that is worked out when the migration runs: there is a default, whatever it be.
		expr = "(" + c.told(value) + ")"
	}
	return &expr
}

func isNumber(names *environment, n *node) bool {
	s, ok := names.string(n)
	_, err := strconv.ParseFloat(s, 64)
	return ok && err == nil
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// kind is a type that is said; one that the application's settings choose
// (primary_key_type of Rails' own migrations) is not known, and the column is all the same.
func (c *railsCall) kind(n *node) string {
	if s, ok := c.names.string(c.literal(c.names, n)); ok {
		return s
	}
	if c.literal(c.names, n).form != nameForm {
		return c.plain(n, "type")
	}
	return ""
}

package migrations

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// field reads models.CharField(...) and its like.
func (c *djangoCall) field(name string, n *node) *Field {
	n = c.names.value(n)
	if n == nil || n.form != callForm {
		c.fail("the field " + name + " is not plainly written")
		return nil
	}
	inner := &djangoCall{djangoReader: c.djangoReader, names: c.names, n: n}
	f := &Field{Name: name, Class: n.text, At: c.place(n), Column: inner.say(-1, "db_column"), Null: inner.flag("null") || n.text == "NullBooleanField",
		Primary: inner.flag("primary_key"), Unique: inner.flag("unique"), Index: inner.flag("db_index"), ToField: inner.say(-1, "to_field"), Table: inner.say(-1, "db_table")}
	f.NoIndex = n.option("db_index").is("False")
	f.NoConstraint = n.option("db_constraint").is("False")
	f.Length = atoi(c.names.value(n.option("max_length")))
	if n.option("max_digits") != nil {
		f.Digits = []int{atoi(c.names.value(n.option("max_digits"))), atoi(c.names.value(n.option("decimal_places")))}
	}
	if said := n.option("db_default"); said != nil {
		f.DatabaseSaid = c.fieldDefault(said)
	}
	if said := n.option("expression"); said != nil && n.text == "GeneratedField" {
		text := c.told(said)
		f.Generated = &text
	}
	f.Default = inner.effectiveDefault()
	for _, base := range []string{"base_field", "output_field"} {
		if said := n.option(base); said != nil {
			f.Base = c.field(name, said)
		}
	}
	if f.Base == nil && n.text == "ArrayField" && len(n.items) > 0 {
		f.Base = c.field(name, n.items[0])
	}
	inner.relation(f)
	if inner.bad != "" {
		c.fail(inner.bad)
	}
	return f
}

// relation reads what a field refers to.
func (c *djangoCall) relation(f *Field) {
	if said := c.n.option("on_delete"); said != nil {
		f.OnDelete = c.told(said)
	}
	if f.kind() == columnKind && !strings.Contains(f.Class, "Foreign") {
		return
	}
	to := c.n.arg(0, "to")
	if s, ok := c.string(c.names, to); to != nil && ok {
		f.To = c.model(s)
	} else {
		f.To = "?"
	}
	if through := c.n.option("through"); through != nil && !through.is("None") {
		f.Through = "?"
		if s, ok := c.string(c.names, through); ok {
			f.Through = c.model(s)
		}
	}
}

// model is "app.model" in lower case; without an app it is this one's.
func (c *djangoCall) model(s string) string {
	if s = strings.ToLower(s); strings.Contains(s, ".") || s == "self" {
		return s
	}
	return strings.ToLower(c.app) + "." + s
}

// effectiveDefault is what Django fills existing rows with; nil: NULL, or nothing.
func (c *djangoCall) effectiveDefault() *string {
	if said := c.n.option("default"); said != nil {
		if value := c.names.value(said); value.is("None") {
			return nil
		}
		return c.fieldDefault(said)
	}
	text := ""
	switch {
	case c.flag("auto_now") || c.flag("auto_now_add"):
		text = "CURRENT_TIMESTAMP"
	case c.flag("blank") && !c.flag("null") && (strings.HasSuffix(c.n.text, "CharField") || strings.HasSuffix(c.n.text, "TextField") || strings.HasSuffix(c.n.text, "SlugField") || strings.HasSuffix(c.n.text, "URLField") || strings.HasSuffix(c.n.text, "EmailField") || c.n.text == "FileField" || c.n.text == "ImageField"):
		text = "''"
	default:
		return nil
	}
	return &text
}

// fieldDefault is a default as SQL where it is plain, else the code that makes it.
func (c *djangoCall) fieldDefault(said *node) *string {
	value := c.names.value(said)
	text := "(" + c.told(said) + ")"
	switch s, ok := c.string(c.names, value); {
	case ok:
		text = quoted(s)
	case value.form == numberForm:
		text = value.text
	case value.is("True", "False"):
		text = strings.ToLower(value.text)
	case value.is("dict"):
		text = "'{}'"
	case value.is("list"):
		text = "'[]'"
	case value.form == callForm && value.text == "Now":
		text = "CURRENT_TIMESTAMP"
	}
	return &text
}

// fieldKind is what a field is to the database.
type fieldKind int

const (
	columnKind fieldKind = iota
	foreignKind
	manyKind // a table of its own
	noColumn
)

func (f *Field) kind() fieldKind {
	switch {
	case strings.HasPrefix(f.Class, "Generic") && f.Class != "GenericIPAddressField", f.Class == "TaggableManager", strings.HasSuffix(f.Class, "GenericRelation"):
		return noColumn
	case strings.Contains(f.Class, "ManyToMany"):
		return manyKind
	case strings.Contains(f.Class, "ForeignKey"), strings.Contains(f.Class, "OneToOne"), f.Class == "TreeForeignKey":
		return foreignKind
	}
	return columnKind
}

// column is the name of a field's column.
func (f *Field) column() string {
	switch {
	case f.Column != "":
		return f.Column
	case f.kind() == foreignKind:
		return f.Name + "_id"
	}
	return f.Name
}

// djangoTypes are the types of fields: PostgreSQL, MySQL, SQLite. Source: the data types of
// Django's database backends.
var djangoTypes = map[string][3]string{
	"AutoField": {"int4", "int", "integer"}, "BigAutoField": {"int8", "bigint", "integer"}, "SmallAutoField": {"int2", "smallint", "integer"},
	"BinaryField": {"bytea", "longblob", "blob"}, "BooleanField": {"bool", "tinyint", "bool"}, "NullBooleanField": {"bool", "tinyint", "bool"},
	"CharField": {"varchar", "varchar", "varchar"}, "CommaSeparatedIntegerField": {"varchar", "varchar", "varchar"}, "DateField": {"date", "date", "date"},
	"DateTimeField": {"timestamptz", "datetime", "datetime"}, "DecimalField": {"numeric", "decimal", "decimal"}, "DurationField": {"interval", "bigint", "bigint"},
	"EmailField": {"varchar", "varchar", "varchar"}, "FileField": {"varchar", "varchar", "varchar"}, "FilePathField": {"varchar", "varchar", "varchar"},
	"ImageField": {"varchar", "varchar", "varchar"}, "FloatField": {"float8", "double", "real"}, "IntegerField": {"int4", "int", "integer"},
	"BigIntegerField": {"int8", "bigint", "bigint"}, "IPAddressField": {"inet", "char", "char"}, "GenericIPAddressField": {"inet", "char", "char"},
	"JSONField": {"jsonb", "json", "text"}, "PositiveBigIntegerField": {"int8", "bigint", "bigint unsigned"}, "PositiveIntegerField": {"int4", "int", "integer unsigned"},
	"PositiveSmallIntegerField": {"int2", "smallint", "smallint unsigned"}, "SlugField": {"varchar", "varchar", "varchar"}, "SmallIntegerField": {"int2", "smallint", "smallint"},
	"TextField": {"text", "longtext", "text"}, "TimeField": {"time", "time", "time"}, "URLField": {"varchar", "varchar", "varchar"}, "UUIDField": {"uuid", "char", "char"},
	"HStoreField": {"hstore", "", ""}, "CITextField": {"citext", "", ""}, "CICharField": {"citext", "", ""}, "CIEmailField": {"citext", "", ""},
	"IntegerRangeField": {"int4range", "", ""}, "BigIntegerRangeField": {"int8range", "", ""}, "DecimalRangeField": {"numrange", "", ""}, "DateRangeField": {"daterange", "", ""},
	"DateTimeRangeField": {"tstzrange", "", ""}, "SearchVectorField": {"tsvector", "", ""},
}

// djangoLengths are those that are not said.
var djangoLengths = map[string]int{"EmailField": 254, "FileField": 100, "FilePathField": 100, "ImageField": 100, "SlugField": 50, "URLField": 200}

// columnType is a field's type; that of a class of the application's own is not known, and
// its Base is "".
func (f *Field) columnType(d catalog.Dialect) catalog.Type {
	if f.Class == "ArrayField" && f.Base != nil {
		t := f.Base.columnType(d)
		t.Array++
		return t
	}
	if f.Class == "GeneratedField" && f.Base != nil {
		return f.Base.columnType(d)
	}
	base := djangoTypes[f.Class][dialectIndex(d)]
	if base == "" {
		return catalog.Type{}
	}
	var args []int
	switch base {
	case "varchar":
		if args = []int{f.Length}; f.Length == 0 {
			args = []int{djangoLengths[f.Class]}
		}
		if args[0] == 0 {
			args = nil
		}
	case "char":
		args = []int{map[string]int{"UUIDField": 32, "IPAddressField": 15, "GenericIPAddressField": 39}[f.Class]}
	case "numeric", "decimal":
		args = f.Digits
	case "datetime", "time":
		if d == catalog.MySQL {
			args = []int{6}
		}
	}
	t, _ := catalog.Canonical(d, base, args)
	t.Unsigned = d == catalog.MySQL && strings.HasPrefix(f.Class, "Positive")
	return t
}

func (f *Field) counts() bool { return strings.HasSuffix(f.Class, "AutoField") }

package migrations

import (
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// createTable makes a table with its key, and what stands in the block.
func (c *railsCall) createTable() {
	name := c.table(0)
	c.splats()
	t := &catalog.Table{Name: name, At: c.at(), Temporary: c.flag("temporary", false)}
	change := catalog.CreateTable{Place: c.at(), Table: t, IfNotExists: c.ifMissing()}
	c.key(t)
	if c.given("as") {
		t.Partial = "it is made of a query's result"
	}
	if strings.Contains(strings.ToUpper(c.optionText()), "PARTITION BY") {
		t.Partitioned = true
	}
	if strings.Contains(strings.ToUpper(c.optionText()), "INHERITS") {
		t.Partial = "it inherits columns"
	}
	b := &railsBlock{call: c, table: t}
	b.read(c.names, c.n)
	changes := append([]catalog.Change{change}, b.after...)
	if force := c.option("force"); force != nil && !force.is("false") {
		changes = append([]catalog.Change{catalog.DropTable{Place: c.at(), Name: name, IfExists: true, Cascade: true}}, changes...)
	}
	if c.dump {
		changes = changes[len(changes)-1-len(b.after):]
	}
	c.change(changes...)
}

func (c *railsCall) optionText() string {
	if value := c.option("options"); value != nil {
		return c.told(value)
	}
	return ""
}

// key is the table's primary key: id counts up unless the options say otherwise.
func (c *railsCall) key(t *catalog.Table) {
	id := c.option("id")
	if key := c.option("primary_key"); key != nil && key.form == listForm {
		t.Constraints = append(t.Constraints, &catalog.Constraint{Kind: catalog.Primary, Columns: c.list(key, "primary_key"), Valid: true, At: c.at()})
		return
	}
	if c.given("id") && (id == nil || id.is("false")) {
		return
	}
	name := "id"
	if c.given("primary_key") && c.option("primary_key") != nil {
		name = c.say("primary_key")
	}
	kind := "bigint"
	if c.version < 5.1 {
		kind = "integer"
	}
	with := &railsCall{railsReader: c.railsReader, names: c.names, n: &node{form: callForm, text: c.n.text, start: c.n.start, end: c.n.end}}
	if id != nil && id.form == dictForm {
		with.n.named = pairs(id)
		kind = with.say("type")
	} else if id != nil && !id.is("true") {
		kind = c.kind(id)
		with.n.named = leaving(c.n.named, "null", "comment", "options", "collation", "charset")
	} else {
		with.n.named = leaving(c.n.named, "default", "limit", "null", "collation")
	}
	t.Columns = append(t.Columns, with.keyColumn(name, kind, id == nil || id.is("true")))
	if with.bad != "" {
		c.fail(with.bad)
	}
	t.Constraints = append(t.Constraints, &catalog.Constraint{Kind: catalog.Primary, Columns: []string{name}, Valid: true, At: c.at()})
}

func (c *railsCall) keyColumn(name, kind string, implied bool) *catalog.Column {
	counts := kind == "integer" || kind == "bigint" || kind == "serial" || kind == "bigserial" || kind == "primary_key"
	if !counts {
		column := c.column(name, kind)
		column.NotNull = true
		if kind == "uuid" && !c.given("default") && c.dialect == catalog.Postgres {
			random := "gen_random_uuid()"
			if c.version < 5.1 {
				random = "uuid_generate_v4()"
			}
			column.Default = &random
		}
		return column
	}
	if kind == "primary_key" {
		kind = "bigint"
	}
	column := &catalog.Column{Name: name, Type: c.keyType(strings.TrimSuffix(strings.Replace(kind, "serial", "int", 1), "")), NotNull: true, Identity: "default", At: c.at()}
	if c.given("default") && !implied {
		column.Identity = ""
		if value := c.option("default"); value != nil {
			column.Default = c.defaultOf(value, column.Type)
		}
	}
	return column
}

func (c *railsCall) dropTable() {
	c.splats()
	var changes []catalog.Change
	for i := range c.n.items {
		cascade := c.option("force") != nil && !c.option("force").is("false")
		changes = append(changes, catalog.DropTable{Place: c.at(), Name: c.table(i), IfExists: c.ifExists(), Cascade: cascade})
	}
	c.change(changes...)
}

func (c *railsCall) renameTable() {
	c.change(catalog.RenameTable{Place: c.at(), From: c.table(0), To: c.table(1), IfExists: c.guard.ifExists, Indexes: true})
}

func (c *railsCall) joinTable() (name string, first, second string) {
	first, second = c.name(0, "table"), c.name(1, "table")
	if name = c.say("table_name"); name == "" {
		a, b := first, second
		if b < a {
			a, b = b, a
		}
		name = joinName(a, b)
	}
	return name, first, second
}

// joinName leaves out of the second what both begin with: music_artists, music_records
// give music_artists_records.
func joinName(a, b string) string {
	if at := strings.IndexByte(a, '_'); at > 0 && strings.HasPrefix(b, a[:at+1]) {
		common := at + 1
		for {
			next := strings.IndexByte(a[common:], '_')
			if next < 0 || !strings.HasPrefix(b, a[:common+next+1]) {
				break
			}
			common += next + 1
		}
		return a + "_" + b[common:]
	}
	return a + "_" + b
}

func (c *railsCall) createJoinTable() {
	name, first, second := c.joinTable()
	t := &catalog.Table{Name: splitName(name), At: c.at()}
	options := &railsCall{railsReader: c.railsReader, names: c.names, n: &node{form: callForm, text: c.n.text, start: c.n.start, end: c.n.end}}
	if column := c.option("column_options"); column != nil && column.form == dictForm {
		options.n.named = pairs(column)
	}
	if !options.given("null") {
		options.n.named = append(options.n.named, keyword{"null", &node{form: nameForm, text: "false"}})
	}
	kind := "bigint"
	if c.version < 5.1 {
		kind = "integer"
	}
	if said := options.say("type"); said != "" {
		kind = said
	}
	for _, table := range []string{first, second} {
		t.Columns = append(t.Columns, options.column(inSingular(table)+"_id", kind))
	}
	b := &railsBlock{call: c, table: t}
	b.read(c.names, c.n)
	c.change(append([]catalog.Change{catalog.CreateTable{Place: c.at(), Table: t, IfNotExists: c.ifMissing()}}, b.after...)...)
}

func (c *railsCall) dropJoinTable() {
	name, _, _ := c.joinTable()
	c.change(catalog.DropTable{Place: c.at(), Name: splitName(name), IfExists: c.ifExists()})
}

func (c *railsCall) schema() {
	name := c.name(0, "schema")
	if c.n.text == "create_schema" {
		c.change(catalog.CreateSchema{Place: c.at(), Name: name, IfNotExists: c.ifMissing()})
		return
	}
	c.change(catalog.DropSchema{Place: c.at(), Name: name, IfExists: c.ifExists(), Cascade: true})
}

// createVirtual makes a table of a module of SQLite's, whose columns the module chooses.
func (c *railsCall) createVirtual() {
	name := c.table(0)
	c.change(catalog.CreateTable{Place: c.at(), IfNotExists: c.ifMissing(), Table: &catalog.Table{Name: name, At: c.at(), Partial: "it is a virtual table"}})
}

// execute runs SQL.
func (c *railsCall) execute() {
	if len(c.n.items) == 0 {
		c.fail("execute is given no SQL")
		return
	}
	n := c.literal(c.names, c.n.items[0])
	if n.form == callForm && (n.text == "sanitize_sql" || n.text == "sanitize_sql_array") && len(n.items) > 0 {
		n = c.literal(c.names, n.items[0])
	}
	if n.form != textForm {
		c.fail("the SQL that execute runs is not plainly written: " + c.told(n))
		return
	}
	for _, s := range c.sql(c.names, n) {
		if c.doubt != "" && !onlyData(s) {
			c.unread(c.n, c.doubt)
			return
		}
		c.out = append(c.out, s)
	}
}

// onlyData reports whether a statement leaves the schema as it is.
func onlyData(s Statement) bool {
	for _, change := range s.Changes {
		switch change.(type) {
		case catalog.WriteData, catalog.Truncate:
		default:
			return false
		}
	}
	return s.Unread == ""
}

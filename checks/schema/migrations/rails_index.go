package migrations

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// indexName is the name that Rails gives. Source: ActiveRecord's index_name; since 7.1 a
// name of more than 62 bytes is made short.
func (r *railsReader) indexName(table catalog.Name, columns []string) string {
	var parts []string
	for _, column := range columns {
		if !plainColumn.MatchString(column) {
			column = strings.Join(wordsIn.FindAllString(column, -1), "_")
		}
		parts = append(parts, column)
	}
	name := "index_" + table.String() + "_on_" + strings.Join(parts, "_and_")
	if len(name) <= 62 || r.version < 7.1 {
		return strings.ReplaceAll(name, ".", "_")
	}
	hash := "_" + digest(name)
	short := "idx_on_" + strings.Join(parts, "_")
	return short[:min(len(short), 62-len(hash))] + hash
}

var (
	plainColumn = regexp.MustCompile(`^\w+$`)
	wordsIn     = regexp.MustCompile(`\w+`)
)

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])[:10]
}

// index makes an index of a call's options, or of those given for it.
func (c *railsCall) index(table catalog.Name, columns []string, options *node) *catalog.Constraint {
	with := *c
	if options != nil && options.form == dictForm {
		with.n = &node{form: callForm, text: c.n.text, start: c.n.start, end: c.n.end, named: pairs(options)}
	} else {
		with.n = &node{form: callForm, text: c.n.text, start: c.n.start, end: c.n.end}
	}
	x := with.indexOptions(columns)
	if options != nil && options.form == textForm && c.plain(options, "index") == "unique" {
		x.Kind = catalog.Unique
	}
	c.bad = with.bad
	return x
}

func (c *railsCall) indexOptions(columns []string) *catalog.Constraint {
	x := &catalog.Constraint{Name: c.say("name"), Kind: catalog.Index, ByIndex: true, Valid: true, At: c.at(), Method: c.say("using"),
		Where: c.say("where"), NullsNotDistinct: c.flag("nulls_not_distinct", false)}
	if c.flag("unique", false) || c.say("type") == "unique" {
		x.Kind = catalog.Unique
	}
	for _, column := range columns {
		if plainColumn.MatchString(column) {
			x.Columns = append(x.Columns, column)
			continue
		}
		x.Columns = append(x.Columns, "")
		x.Expr = column
		x.Also = append(x.Also, identifiers(column)...)
	}
	if include := c.option("include"); include != nil {
		x.Also = append(x.Also, c.list(include, "include")...)
	}
	return x
}

// indexOf is what "index: true" of a column makes.
func (c *railsCall) indexOf(table catalog.Name, columns []string) []catalog.Change {
	option := c.option("index")
	if option == nil || option.is("false") {
		return nil
	}
	x := c.index(table, columns, option)
	if x.Name == "" {
		x.Name = c.indexName(table, columns)
	}
	return []catalog.Change{catalog.CreateIndex{Place: c.at(), Table: table, Index: x, IfNotExists: c.ifMissing()}}
}

// indexFrom is an index whose columns are the i-th argument.
func (c *railsCall) indexFrom(table catalog.Name, i int) *catalog.Constraint {
	if i >= len(c.n.items) {
		c.fail(c.n.text + " names no column")
		return nil
	}
	columns := c.list(c.n.items[i], "column")
	x := c.indexOptions(columns)
	if x.Name == "" {
		x.Name = c.indexName(table, columns)
	}
	return x
}

func (c *railsCall) addIndex() {
	table := c.table(0)
	c.splats()
	x := c.indexFrom(table, 1)
	c.change(catalog.CreateIndex{Place: c.at(), Table: table, Index: x, IfNotExists: c.ifMissing()})
}

// removeIndex finds an index by its name, or by its columns where none is given.
func (c *railsCall) removeIndex() {
	table := c.table(0)
	c.splats()
	change := catalog.DropIndex{Place: c.at(), Table: &table, IfExists: c.ifExists()}
	columns := c.option("column")
	if columns == nil && len(c.n.items) > 1 {
		columns = c.n.items[1]
	}
	if columns != nil {
		change.Columns = c.list(columns, "column")
		change.Name.Object = c.indexName(table, change.Columns)
		for i, column := range change.Columns {
			if !plainColumn.MatchString(column) {
				change.Columns[i] = ""
			}
		}
	}
	if name := c.say("name"); name != "" {
		change.Name.Object, change.Columns = name, nil
	}
	if change.Name.Object == "" {
		c.fail("remove_index names neither an index nor a column")
	}
	c.change(change)
}

func (c *railsCall) renameIndex() {
	table := c.table(0)
	c.change(catalog.RenameIndex{Place: c.at(), Table: &table, Name: catalog.Name{Schema: table.Schema, Object: c.name(1, "index")}, To: c.name(2, "new name"), IfExists: c.guard.ifExists})
}

package migrations

import (
	"strconv"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// ModelOperation is an operation of Django as it is written. What it does to the database
// hangs on the migrations before it.
type ModelOperation struct {
	Kind       string // CreateModel, AddField ...
	App        string // the folder's name
	Model      string
	To         string                // the new name of what is renamed
	Name       string                // of a field, index or constraint
	Table      string                // db_table, where it is said
	Unmanaged  bool                  // or a proxy: it has no table
	Fields     []Field               `json:",omitempty"`
	Constraint *catalog.Constraint   `json:",omitempty"` // its columns are fields
	Indexes    []*catalog.Constraint `json:",omitempty"`
	Together   [][]string            `json:",omitempty"`
	// StateOnly: Django is told of it, the database is not changed; DatabaseOnly: the other way.
	StateOnly, DatabaseOnly bool
}

// Field is a model's field as it is written.
type Field struct {
	Name, Class   string
	Column        string // db_column
	Null, Primary bool
	Unique, Index bool
	NoIndex       bool // db_index=False
	NoConstraint  bool // db_constraint=False
	Length        int
	Digits        []int
	Default       *string // of Python's, as SQL where it is plain
	DatabaseSaid  *string // db_default
	To            string  // "app.model" in lower case; "?" where settings choose it
	ToField       string
	Through       string
	Table         string // of a many-to-many relation
	OnDelete      string
	Base          *Field `json:",omitempty"` // of an array
	Generated     *string
	At            catalog.Place
}

// djangoCall is one operation's call.
type djangoCall struct {
	*djangoReader
	names *environment
	n     *node
	bad   string
}

func (c *djangoCall) fail(reason string) {
	if c.bad == "" {
		c.bad = reason
	}
}

func (c *djangoCall) say(i int, name string) string {
	value := c.n.arg(i, name)
	if value == nil || value.is("None") {
		return ""
	}
	s, ok := c.string(c.names, value)
	if !ok {
		c.fail("the " + name + " of " + c.n.text + " is not plainly written: " + c.told(value))
	}
	return s
}

func (c *djangoCall) flag(name string) bool {
	value := c.names.value(c.n.option(name))
	return value.is("True")
}

// operation reads an operation on models; nil: there is no reader.
func (c *djangoCall) operation() *ModelOperation {
	op := &ModelOperation{Kind: strings.TrimSuffix(c.n.text, "Concurrently")}
	switch op.Kind {
	case "CreateModel":
		op.Model = c.say(0, "name")
		c.createModel(op)
	case "DeleteModel":
		op.Model = c.say(0, "name")
	case "RenameModel":
		op.Model, op.To = c.say(0, "old_name"), c.say(1, "new_name")
	case "AlterModelTable":
		op.Model, op.Table = c.say(0, "name"), c.say(1, "table")
	case "AddField", "AlterField":
		op.Model, op.Name = c.say(0, "model_name"), c.say(1, "name")
		if f := c.field(op.Name, c.n.arg(2, "field")); f != nil {
			op.Fields = []Field{*f}
		}
	case "RemoveField":
		op.Model, op.Name = c.say(0, "model_name"), c.say(1, "name")
	case "RenameField":
		op.Model, op.Name, op.To = c.say(0, "model_name"), c.say(1, "old_name"), c.say(2, "new_name")
	case "AlterUniqueTogether", "AlterIndexTogether":
		op.Model = c.say(0, "name")
		op.Together = c.sets(c.n.arg(1, strings.ToLower(strings.TrimPrefix(strings.Replace(op.Kind, "Together", "_together", 1), "Alter"))))
	default:
		return c.constraintOperation(op)
	}
	return op
}

func (c *djangoCall) constraintOperation(op *ModelOperation) *ModelOperation {
	switch op.Kind {
	case "AddIndex":
		op.Model = c.say(0, "model_name")
		op.Constraint = c.index(c.n.arg(1, "index"))
	case "RemoveIndex", "RemoveConstraint":
		op.Model, op.Name = c.say(0, "model_name"), c.say(1, "name")
	case "RenameIndex":
		op.Model, op.To, op.Name = c.say(0, "model_name"), c.say(1, "new_name"), c.say(-1, "old_name")
		if fields := c.n.option("old_fields"); fields != nil && !fields.is("None") {
			op.Together = c.sets(&node{form: listForm, items: []*node{fields}})
		}
	case "AddConstraint", "AddConstraintNotValid":
		op.Model = c.say(0, "model_name")
		op.Constraint = c.constraint(c.n.arg(1, "constraint"))
		if op.Constraint != nil && op.Kind == "AddConstraintNotValid" {
			op.Kind, op.Constraint.Valid = "AddConstraint", false
		}
	default:
		return nil
	}
	return op
}

// createModel reads fields and options.
func (c *djangoCall) createModel(op *ModelOperation) {
	fields := c.names.value(c.n.arg(1, "fields"))
	if fields == nil || fields.form != listForm {
		c.fail("the fields of CreateModel are not plainly written")
		return
	}
	for _, item := range fields.items {
		item = c.names.value(item)
		if item.form != listForm || len(item.items) != 2 {
			c.fail("a field of CreateModel is not plainly written: " + c.told(item))
			return
		}
		name, ok := c.string(c.names, item.items[0])
		if !ok {
			c.fail("a field's name is not plainly written: " + c.told(item))
		}
		if f := c.field(name, item.items[1]); f != nil {
			op.Fields = append(op.Fields, *f)
		}
	}
	options := c.names.value(c.n.arg(2, "options"))
	if options == nil || options.is("None") {
		return
	}
	if options.form != dictForm {
		c.fail("the options of CreateModel are not plainly written")
		return
	}
	for i, key := range options.keys {
		name, _ := c.string(c.names, key)
		c.modelOption(op, name, c.names.value(options.items[i]))
	}
}

func (c *djangoCall) modelOption(op *ModelOperation, name string, value *node) {
	switch name {
	case "db_table":
		table, ok := c.string(c.names, value)
		if !ok {
			c.fail("the db_table of CreateModel is not plainly written: " + c.told(value))
		}
		op.Table = table
	case "managed":
		op.Unmanaged = op.Unmanaged || value.is("False")
	case "proxy", "abstract":
		op.Unmanaged = op.Unmanaged || value.is("True")
	case "unique_together":
		for _, set := range c.sets(value) {
			op.Indexes = append(op.Indexes, &catalog.Constraint{Kind: catalog.Unique, Columns: set, Valid: true, At: c.place(c.n)})
		}
	case "index_together":
		for _, set := range c.sets(value) {
			op.Indexes = append(op.Indexes, &catalog.Constraint{Kind: catalog.Index, ByIndex: true, Columns: set, Valid: true, At: c.place(c.n)})
		}
	case "indexes":
		for _, item := range value.items {
			op.Indexes = append(op.Indexes, c.index(item))
		}
	case "constraints":
		for _, item := range value.items {
			if x := c.constraint(item); x != nil {
				op.Indexes = append(op.Indexes, x)
			}
		}
	}
}

// sets are lists of fields: {("a", "b")}, [["a"]], set(), or one alone.
func (c *djangoCall) sets(n *node) [][]string {
	n = c.names.value(n)
	if n.form == callForm && n.text == "set" {
		if len(n.items) == 0 {
			return nil
		}
		n = c.names.value(n.items[0])
	}
	if n.is("None") || n.form == dictForm && len(n.items) == 0 {
		return nil
	}
	if n.form != listForm {
		c.fail("fields of " + c.n.text + " are not plainly written: " + c.told(n))
		return nil
	}
	if len(n.items) > 0 && c.names.value(n.items[0]).form == textForm {
		n = &node{form: listForm, items: []*node{n}}
	}
	var out [][]string
	for _, item := range n.items {
		fields, ok := c.strings(c.names, item)
		if !ok {
			c.fail("fields of " + c.n.text + " are not plainly written: " + c.told(item))
		}
		out = append(out, fields)
	}
	return out
}

// index reads models.Index(...) and its like.
func (c *djangoCall) index(n *node) *catalog.Constraint {
	x := &catalog.Constraint{Kind: catalog.Index, ByIndex: true, Valid: true, At: c.place(c.n)}
	n = c.names.value(n)
	if n == nil || n.form != callForm {
		c.fail("the index is not plainly written")
		return x
	}
	inner := &djangoCall{djangoReader: c.djangoReader, names: c.names, n: n}
	x.Name = inner.say(-1, "name")
	x.Method = map[string]string{"GinIndex": "gin", "GistIndex": "gist", "BrinIndex": "brin", "HashIndex": "hash", "SpGistIndex": "spgist"}[n.text]
	c.expressions(x, n, inner)
	if inner.bad != "" {
		c.fail(inner.bad)
	}
	return x
}

// expressions are the fields of an index or unique constraint, its condition and its expressions.
func (c *djangoCall) expressions(x *catalog.Constraint, n *node, inner *djangoCall) {
	if fields := n.option("fields"); fields != nil {
		list, ok := c.strings(c.names, fields)
		if !ok {
			c.fail("the fields of an index are not plainly written: " + c.told(fields))
		}
		for _, field := range list {
			x.Columns = append(x.Columns, strings.TrimPrefix(field, "-"))
		}
	}
	for _, item := range n.items {
		x.Columns, x.Expr = append(x.Columns, ""), c.told(item)
		x.Also = append(x.Also, stringsIn(c.names, item, 0)...)
	}
	if condition := n.option("condition"); condition != nil && !condition.is("None") {
		x.Where = c.told(condition)
	}
	if include := n.option("include"); include != nil {
		list, _ := c.strings(c.names, include)
		x.Also = append(x.Also, list...)
	}
	if n.option("deferrable") != nil {
		x.Deferrable = true
	}
}

// stringsIn are the plain strings in an expression: the fields that it names.
func stringsIn(names *environment, n *node, depth int) []string {
	if n == nil || depth > 20 {
		return nil
	}
	if s, ok := names.string(n); ok {
		return []string{s}
	}
	var out []string
	for _, item := range n.items {
		out = append(out, stringsIn(names, item, depth+1)...)
	}
	return append(out, stringsIn(names, n.recv, depth+1)...)
}

// constraint reads models.UniqueConstraint, CheckConstraint or ExclusionConstraint.
func (c *djangoCall) constraint(n *node) *catalog.Constraint {
	n = c.names.value(n)
	if n == nil || n.form != callForm {
		c.fail("the constraint is not plainly written")
		return nil
	}
	inner := &djangoCall{djangoReader: c.djangoReader, names: c.names, n: n}
	x := &catalog.Constraint{Valid: true, At: c.place(c.n), Name: inner.say(-1, "name")}
	switch n.text {
	case "UniqueConstraint":
		x.Kind = catalog.Unique
		c.expressions(x, n, inner)
		x.ByIndex = x.Where != "" || x.Expr != ""
	case "CheckConstraint":
		x.Kind = catalog.Check
		condition := n.arg(0, "check")
		if said := n.option("condition"); said != nil {
			condition = said
		}
		if condition != nil {
			x.Expr = c.told(condition)
			x.Columns = lookups(condition, 0)
		}
	case "ExclusionConstraint":
		x.Kind, x.Expr = catalog.Exclusion, c.told(n)
	default:
		c.fail(n.text + " is a constraint that has no reader")
	}
	if inner.bad != "" {
		c.fail(inner.bad)
	}
	return x
}

// lookups are the fields that Q(price__gte=0) and its like name.
func lookups(n *node, depth int) []string {
	if n == nil || depth > 30 {
		return nil
	}
	var out []string
	for _, arg := range n.named {
		field, _, _ := strings.Cut(arg.name, "__")
		out = append(out, field)
		out = append(out, lookups(arg.value, depth+1)...)
	}
	for _, item := range n.items {
		if item.form == listForm && len(item.items) == 2 { // ("price__gte", 0)
			if s, ok := (*environment)(nil).string(item.items[0]); ok {
				field, _, _ := strings.Cut(s, "__")
				out = append(out, field)
			}
		}
		out = append(out, lookups(item, depth+1)...)
	}
	return append(out, lookups(n.recv, depth+1)...)
}

func atoi(n *node) int {
	if n == nil || n.form != numberForm {
		return 0
	}
	v, _ := strconv.Atoi(strings.ReplaceAll(n.text, "_", ""))
	return v
}

package migrations

import (
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// djangoPath is a migration of Django: the app's folder, and the migration's name.
var djangoPath = regexp.MustCompile(`^(?:.*/)?([^/]+)/(?:[a-z_]*migrations)/([A-Za-z0-9]\w*)\.py$`)

// djangoText tells them from any other Python.
var djangoText = regexp.MustCompile(`(?m)^class Migration\b`)

// django reads the migrations of Django. Their operations name models and fields; which
// tables and columns these are hangs on the migrations before: see linkDjango.
func django() format {
	return format{name: "django", parts: []string{".py"}, path: djangoPlace, text: djangoText.MatchString, read: readDjango, common: true, chained: true, link: linkDjango}
}

// djangoPlace: the apps of a repository are one line, since they refer to each other.
func djangoPlace(file string) (at, bool) {
	m := djangoPath.FindStringSubmatch(file)
	if m == nil {
		return at{}, false
	}
	return at{kind: Migration, root: ".", id: m[1] + "." + m[2], name: m[2]}, true
}

func readDjango(in input, f *File) {
	body, failed := parsePython(in.text)
	if failed != "" {
		f.Unread = failed
		return
	}
	app, _, _ := strings.Cut(f.ID, ".")
	r := &djangoReader{python: newPython(newSource(in), body), app: app, together: true}
	for _, n := range body {
		if n.form == classForm && n.text == "Migration" {
			r.migration(f, n)
			f.Steps, f.Unread = stepsOf(r.out, r.together && in.dialect != catalog.MySQL), r.failed
			return
		}
	}
	f.Unread = "no class Migration is found in it"
}

// djangoReader reads one migration's operations.
type djangoReader struct {
	*python
	app      string
	together bool
	out      []Statement
	failed   string
	state    bool // what is read is told to Django only, not done to the database
	database bool // what is read is done to the database only
}

func (r *djangoReader) migration(f *File, class *node) {
	names := r.top.inner()
	for _, n := range class.body {
		if n.form != assignForm {
			continue
		}
		value := n.items[0]
		switch n.text {
		case "atomic":
			r.together = !value.is("False")
		case "dependencies":
			f.After = r.migrationIDs(names, value)
		case "replaces":
			f.Replaces = r.migrationIDs(names, value)
		case "operations":
			r.operations(names, value)
		}
		names.values[n.text] = value
	}
}

// migrationIDs are the IDs in [("app", "0001_initial")]; a dependency on the model that
// settings choose names none.
func (r *djangoReader) migrationIDs(names *environment, n *node) []string {
	var out []string
	n = names.value(n)
	for _, item := range n.items {
		item = names.value(item)
		if item.form == listForm && len(item.items) == 2 {
			app, ok1 := r.string(names, item.items[0])
			name, ok2 := r.string(names, item.items[1])
			if ok1 && ok2 {
				out = append(out, app+"."+name)
			}
		}
	}
	return out
}

func (r *djangoReader) operations(names *environment, n *node) {
	n = names.value(n)
	if n == nil || n.form == otherForm && n.text == "+" {
		for _, item := range n.items {
			r.operations(names, item)
		}
		return
	}
	if n.form != listForm {
		r.unread(n, "its operations are not plainly written")
		return
	}
	for _, item := range n.items {
		r.operation(names, names.value(item))
	}
}

func (r *djangoReader) unread(n *node, reason string) {
	at := r.place(n)
	r.out = append(r.out, Statement{At: at, Text: r.told(n), Unread: reason, Changes: []catalog.Change{catalog.Unread{Place: at, Reason: reason}}})
}

// harmlessToSchema are operations that change no table.
var harmlessToSchema = regexp.MustCompile(`^(RunPython|AlterModelOptions|AlterModelManagers|AlterModelTableComment|AlterConstraint|ValidateConstraint|CreateCollation|\w*Extension)$`)

// operation reads one operation.
func (r *djangoReader) operation(names *environment, n *node) {
	if n.form != callForm {
		r.unread(n, "an operation is not plainly written")
		return
	}
	switch {
	case harmlessToSchema.MatchString(n.text):
		return
	case n.text == "SeparateDatabaseAndState":
		r.separate(names, n)
		return
	case n.text == "RunSQL":
		r.runSQL(names, n)
		return
	}
	c := &djangoCall{djangoReader: r, names: names, n: n}
	op := c.operation()
	switch {
	case op == nil && c.bad == "":
		r.unread(n, n.text+" is an operation that has no reader")
	case c.bad != "":
		r.unread(n, c.bad)
	default:
		op.App, op.StateOnly, op.DatabaseOnly = r.app, r.state, r.database
		r.out = append(r.out, Statement{At: r.place(n), Text: r.told(n), Model: op})
	}
}

func (r *djangoReader) separate(names *environment, n *node) {
	state, database := r.state, r.database
	if list := n.arg(0, "database_operations"); list != nil {
		r.database = true
		r.operations(names, list)
	}
	r.database = database
	if list := n.arg(1, "state_operations"); list != nil {
		r.state = true
		r.operations(names, list)
	}
	r.state = state
}

// runSQL reads SQL: a string, or a list of strings and of pairs with parameters.
func (r *djangoReader) runSQL(names *environment, n *node) {
	if !r.state {
		r.sqlOf(names, n, n.arg(0, "sql"))
	}
	if list := n.option("state_operations"); list != nil && !list.is("None") {
		saved := r.state
		r.state = true
		r.operations(names, list)
		r.state = saved
	}
}

func (r *djangoReader) sqlOf(names *environment, n, value *node) {
	value = r.literal(names, value)
	switch {
	case value.is("migrations.RunSQL.noop", "RunSQL.noop"):
	case value == nil || value.form != textForm && value.form != listForm:
		r.unread(n, "the SQL of RunSQL is not plainly written")
	case value.form == textForm:
		r.out = append(r.out, r.sql(names, value)...)
	default:
		for _, item := range value.items {
			if item = names.value(item); item.form == listForm && len(item.items) > 0 { // with parameters
				item = item.items[0]
			}
			r.sqlOf(names, n, item)
		}
	}
}

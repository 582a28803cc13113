package migrations

import (
	"path"
	"regexp"
	"strconv"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// railsPath is a migration of Rails: its folder, its number, and what it is called.
var railsPath = regexp.MustCompile(`^((?:.*/)?(?:db/)?\w*migrate)/(?:[^/]+/)*(\d{3,14})_([a-zA-Z0-9_]+)(?:\.\w+)?\.rb$`)

// railsDump is the file that Rails writes the whole schema to.
var railsDump = regexp.MustCompile(`(^|/)db/(\w+_)?schema\.rb$`)

// rails reads ActiveRecord's migrations, and its schema.rb.
func rails() format {
	return format{name: "rails", parts: []string{".rb"}, path: railsPlace, read: readRails}
}

// railsPlace: the migrations that run after a deployment are of the same line.
func railsPlace(file string) (at, bool) {
	if railsDump.MatchString(file) {
		return at{kind: Dump, root: path.Dir(file)}, true
	}
	m := railsPath.FindStringSubmatch(file)
	if m == nil {
		return at{}, false
	}
	root := m[1]
	if base := path.Base(root); base == "migrate" || base == "post_migrate" {
		root = path.Dir(root)
	}
	return at{kind: Migration, root: root, id: m[2], name: m[3]}, true
}

func readRails(in input, f *File) {
	body, failed := parseRuby(in.text)
	if failed != "" {
		f.Unread = failed
		return
	}
	r := &railsReader{source: newSource(in), top: &environment{values: map[string]*node{}}, defs: map[string]*node{}, version: 8}
	r.begin(body)
	f.Steps, f.Unread = r.steps(), r.failed
}

// railsReader reads one file. Source of the rules: ActiveRecord's schema statements and its
// Migration::Compatibility.
type railsReader struct {
	*source
	top     *environment
	defs    map[string]*node
	version float64 // of Migration[7.1]
	dump    bool

	out      []Statement
	alone    bool // disable_ddl_transaction!
	failed   string
	unrolled int
	within   int // helpers called within each other
	guard    guard
	doubt    string // why it is not known whether what is read now runs
}

// guard is what a condition makes of the statements under it.
type guard struct{ ifExists, ifMissing bool }

// begin finds the class and what runs forward in it.
func (r *railsReader) begin(body []*node) {
	if dump := findDump(body); dump != nil {
		r.dump = true
		if v, ok := schemaVersion(r.text[dump.start:dump.end]); ok {
			r.version = v
		} else {
			r.version = 6.1
		}
		r.walk(r.top, dump.body)
		return
	}
	r.declare(body)
	class := findMigration(body)
	if class == nil {
		r.failed = "no class of ActiveRecord::Migration is found in it"
		return
	}
	r.version = migrationVersion(class)
	r.declare(class.body)
	for _, n := range class.body {
		if n.is("disable_ddl_transaction!") {
			r.alone = true
		}
	}
	for _, name := range []string{"up", "change"} {
		if def := r.defs[name]; def != nil {
			r.walk(r.top.inner(), def.body)
			return
		}
	}
}

// declare notes helpers and constants.
func (r *railsReader) declare(body []*node) {
	for _, n := range body {
		switch {
		case n.form == functionForm && n.text != "":
			r.defs[n.text] = n
		case n.form == assignForm && n.text != "":
			r.top.values[n.text] = r.literal(r.top, n.items[0])
		case n.form == callForm && (n.text == "private" || n.text == "private_class_method"):
			r.declare(n.items)
		}
	}
}

// literal takes off what does not change a literal's value.
func (r *railsReader) literal(names *environment, n *node) *node {
	for n.form == callForm && n.recv != nil && (n.text == "freeze" || n.text == "to_s" || n.text == "to_sym" || n.text == "strip" || n.text == "squish" || n.text == "strip_heredoc") {
		n = names.value(n.recv)
	}
	return names.value(n)
}

func findDump(body []*node) *node {
	for _, n := range body {
		if n.form == callForm && n.text == "define" && n.block && n.recv != nil {
			return n
		}
	}
	return nil
}

var dumpSchema = regexp.MustCompile(`^ActiveRecord::Schema\[(\d+\.\d+)\]`)

func schemaVersion(text string) (float64, bool) {
	m := dumpSchema.FindStringSubmatch(text)
	if m == nil {
		return 0, false
	}
	v, err := strconv.ParseFloat(m[1], 64)
	return v, err == nil
}

// findMigration is the class that has something to run; modules are looked into.
func findMigration(body []*node) *node {
	for _, n := range body {
		if n.form != classForm {
			continue
		}
		if len(n.items) == 0 {
			if inner := findMigration(n.body); inner != nil {
				return inner
			}
		}
		for _, member := range n.body {
			if member.form == functionForm && (member.text == "change" || member.text == "up") {
				return n
			}
			if member.form == classForm && member.text == "" { // class << self
				n.body = append(n.body, member.body...)
			}
		}
	}
	for _, n := range body {
		if n.form == classForm && len(n.items) > 0 {
			return n
		}
	}
	return nil
}

// migrationVersion is the 7.1 of Migration[7.1]; a class that names none behaves as 4.2 did.
func migrationVersion(class *node) float64 {
	if len(class.items) == 0 {
		return 4.2
	}
	parent := class.items[0]
	if parent.form == callForm && parent.text == "[]" && len(parent.items) == 1 {
		if v, err := strconv.ParseFloat(parent.items[0].text, 64); err == nil {
			return v
		}
	}
	return 4.2
}

// steps are what succeeds or fails together. MySQL commits at every statement.
func (r *railsReader) steps() []Step {
	return stepsOf(r.out, !r.alone && r.dialect != catalog.MySQL)
}

func stepsOf(list []Statement, together bool) []Step {
	if len(list) == 0 {
		return nil
	}
	if together {
		return []Step{{Transaction: true, Statements: list}}
	}
	var steps []Step
	for _, s := range list {
		steps = append(steps, Step{Statements: []Statement{s}})
	}
	return steps
}

// emit adds what a call does.
func (r *railsReader) emit(n *node, changes ...catalog.Change) {
	if r.doubt != "" {
		r.unread(n, r.doubt)
		return
	}
	r.out = append(r.out, Statement{At: r.place(n), Text: r.told(n), Changes: changes})
}

// unread adds a call that could not be read.
func (r *railsReader) unread(n *node, reason string) {
	at := r.place(n)
	r.out = append(r.out, Statement{At: at, Text: r.told(n), Unread: reason, Changes: []catalog.Change{catalog.Unread{Place: at, Reason: reason}}})
}

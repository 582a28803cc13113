package migrations

import (
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/ecma"
	"github.com/checkrein/checkrein/checks/schema/sql"
)

var (
	scriptEnds = regexp.MustCompile(`\.[cm]?[jt]s$`)
	scriptUp   = regexp.MustCompile(`\b(?:up|beforeUp)\b`)
	scriptSQL  = regexp.MustCompile("\\bsql(?:\\.\\w+)?(?:<[^>`]*>)?`|\\$(?:execute|query)Raw")
	typeORM    = regexp.MustCompile(`\b[qQ]ueryRunner\b`)
	// scriptName is <version>-<number>-<name> as Logto has it, whose version is "next" until
	// it is released, or <number>-<name>.
	scriptName = regexp.MustCompile(`^(?:(?:next|v?[0-9]+\.[0-9][0-9A-Za-z._]*)-)?([0-9]+(?:\.[0-9]+)?)[-_](.*)$`)
)

// script reads TypeScript and JavaScript that sends SQL in tagged templates. What up does runs
// in one transaction; what beforeUp does in none.
func script() format {
	return format{
		name:  "script",
		parts: []string{"migrat", "alterations", "upgrades", "changelog", "drizzle"},
		path:  scriptPlace,
		text:  func(text string) bool { return scriptUp.MatchString(text) && scriptSQL.MatchString(text) },
		read:  func(in input, f *File) { readScript(in, f) },
	}
}

// typeorm is such a script that sends its SQL by queryRunner.query. It has a name of its own
// as its runner has ways of its own: it runs what turns up late.
func typeorm() format {
	f := script()
	f.name = "typeorm"
	f.text = func(text string) bool { return scriptUp.MatchString(text) && typeORM.MatchString(text) }
	return f
}

func scriptPlace(file string) (at, bool) {
	base := path.Base(file)
	if !scriptEnds.MatchString(base) || strings.HasSuffix(base, ".d.ts") || strings.Contains(base, ".test.") || strings.Contains(base, ".spec.") {
		return at{}, false
	}
	folder := path.Base(folderOf(file))
	if _, dialect := dialectWord(folder); !isMigrationFolder(folder) && !(dialect && inMigrationFolder(file)) {
		return at{}, false
	}
	place := at{kind: Migration, root: folderOf(file)}
	m := scriptName.FindStringSubmatch(stem(base))
	if m == nil {
		place.id, place.name = idOf(file, place.root)
		return place, strings.ContainsAny(base, "0123456789")
	}
	place.id, place.name = m[1], m[2]
	return place, true
}

// Groups of a script's queries.
const (
	beforeGroup = iota
	upGroup
)

// maxScript is the longest script that is followed, in bytes.
const maxScript = 200_000

func readScript(in input, f *File) {
	if len(in.text) > maxScript {
		f.Unread = fmt.Sprintf("a script of %d bytes: more than %d are not followed", len(in.text), maxScript)
		return
	}
	r := &runner{modules: map[string]*code{}}
	for _, b := range in.beside {
		if len(b.Data) > maxScript {
			continue
		}
		r.load(b.Path, catalog.Readable(b.Data))
	}
	c := r.load(in.path, in.text)
	r.queries, r.needs = nil, nil // what a module does when it is loaded is no migration
	found, transaction := false, true
	for _, o := range entries(c) {
		for group, name := range []string{"beforeUp", "up"} {
			fn, ok := o.fields[name].(*closure)
			if !ok {
				continue
			}
			found = true
			if no, ok := o.fields["transaction"].(yesNo); ok && !bool(no) {
				transaction = false
			}
			from := len(r.queries)
			r.enter(fn, handles(fn.node))
			for i := range r.queries[from:] {
				r.queries[from+i].group = group
			}
		}
	}
	switch {
	case !found:
		f.Unread = "no function up was found"
	case r.failed != "":
		f.Unread = r.failed
	case c.file.Unread != "":
		f.Unread = "not all of the script could be read: " + c.file.Unread
	}
	f.Needs = r.needs
	f.Steps = scriptSteps(in, r.queries, transaction)
}

// handles are the arguments of up: each is the database, or is got from it.
func handles(fn *ecma.Node) []value {
	var list []value
	for _, p := range fn.Params {
		list = append(list, handle{p.Text})
	}
	return list
}

// entries are what a module offers that may have an up: its default export, its named
// exports, its classes.
func entries(c *code) []*object {
	named := &object{fields: c.exports}
	list := []*object{}
	if o, ok := c.exports["default"].(*object); ok {
		list = append(list, o)
	}
	if c.exports["up"] != nil || c.exports["beforeUp"] != nil {
		list = append(list, named)
	}
	for _, o := range c.classes {
		if len(list) == 0 || list[0] != o {
			list = append(list, o)
		}
	}
	return list
}

// need notes a module of the repository that was not given.
func (r *runner) need(module string, c *code) {
	file := path.Join(path.Dir(c.path), module)
	if strings.HasPrefix(module, ".") && !slices.Contains(r.needs, file) {
		r.needs = append(r.needs, file)
	}
}

// scriptSteps reads the SQL of the queries, in order.
func scriptSteps(in input, queries []query, transaction bool) []Step {
	var parts []*assembly
	for _, q := range queries {
		run := section{group: q.group, transaction: q.group == upGroup && transaction, unread: q.unread, table: q.table}
		if len(parts) == 0 || parts[len(parts)-1].in.path != q.source().path {
			parts = append(parts, &assembly{in: input{path: q.source().path, text: q.source().file.Source, dialect: in.dialect}})
		}
		q.write(parts[len(parts)-1])
		parts[len(parts)-1].close(run)
	}
	p := stepper{dialect: in.dialect, group: -1}
	for _, a := range parts {
		a.into(&p)
	}
	return p.steps
}

// source is the module in which most of the SQL stands: that of its first own text.
func (q query) source() *code {
	if q.text != nil {
		for _, f := range q.text.frags {
			if f.same {
				return f.code
			}
		}
	}
	return q.code
}

// write puts a query's text together.
func (q query) write(a *assembly) {
	if q.text == nil {
		a.put("?", q.node.Start, q.node.End)
		return
	}
	c := q.source()
	last := q.text.at
	for _, f := range q.text.frags {
		start, end := f.start, f.end
		if f.code != c {
			start, end = last, last
		}
		last = end
		switch {
		case f.hole == mask:
			a.put(sql.Mask(sql.MaskLen), start, end)
		case f.hole == param && a.in.dialect == catalog.Postgres:
			a.put("$1", start, end)
		case f.hole == param:
			a.put("?", start, end)
		case f.same && f.code == c:
			a.keep(start, end)
		default:
			a.put(f.text, start, end)
		}
	}
}

package usage

import (
	"path"
	"regexp"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// filled are paths of files whose statements fill a database once.
var filled = regexp.MustCompile(`(?i)(^|[/_.-])(seeds?|dumps?|samples?|demo|fixtures|example)([/_.-])|(^|/)data([_-]\w+)?\.sql$`)

// sqlFile reads a file of SQL: queries (sqlc's, a view's), or the definitions of tables. A
// file of definitions that is named after a table of it is what code is generated from;
// any other is the database itself, whose queries fill it and are not the code's.
func (r *reader) sqlFile() {
	if len(r.text) > maxSQL {
		r.overflow()
		return
	}
	w := newWriter(r, piece{text: r.text})
	script, _ := w.parse()
	kind := ""
	if filled.MatchString(r.facts.Path) {
		kind = "dump"
	}
	for _, s := range script.Statements {
		for _, change := range s.Changes {
			if c, ok := change.(catalog.CreateTable); ok && kind != "table definition" && !filled.MatchString(r.facts.Path) {
				kind = "dump"
				if fold(strings.TrimSuffix(path.Base(r.facts.Path), path.Ext(r.facts.Path))) == fold(c.Table.Name.Object) {
					kind = "table definition"
				}
			}
		}
	}
	for _, s := range script.Statements {
		for _, change := range s.Changes {
			if c, ok := change.(catalog.CreateTable); ok {
				w.definition(s, c.Table, kind)
			}
		}
		switch {
		case kind != "":
		case unparsed(s):
			if plainly(piece{text: w.prepared[s.Start:s.End]}) {
				w.unreadStatement(s)
			}
		case s.Query != nil:
			w.result(s, s.Query)
		}
	}
}

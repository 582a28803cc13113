package usage

import (
	"regexp"
	"strings"
)

// builders are the calls of query builders that are given a table's name, and what they do:
// Knex, Kysely, supabase-js, squirrel, goqu, Laravel's DB, jOOQ.
var builders = map[string]Verb{
	"from": Select, "From": Select, "selectFrom": Select, "table": Select, "knex": Select, "trx": Select, "FromSelect": Select,
	"join": Select, "Join": Select, "innerJoin": Select, "InnerJoin": Select, "leftJoin": Select, "LeftJoin": Select, "rightJoin": Select, "RightJoin": Select, "fullJoin": Select, "leftJoinLateral": Select,
	"into": InsertInto, "Into": InsertInto, "insertInto": InsertInto, "InsertInto": InsertInto, "Insert": InsertInto, "batchInsert": InsertInto, "replaceInto": InsertInto,
	"updateTable": Update, "Update": Update, "deleteFrom": Delete, "DeleteFrom": Delete, "Delete": Delete,
}

// builtTable is what a builder is given: users, public.users as u, "users u ON u.id = ...".
var builtTable = regexp.MustCompile("^[\"`]?([A-Za-z_][\\w]*(?:\\.[A-Za-z_]\\w*)?)[\"`]?(?:$|\\s+(?:(?i:as)\\s+)?\\w+$|\\s+(?:(?i:as)\\s+)?(?:\\w+\\s+)?(?i:on|using)\\b)")

// built reads the calls of query builders: the table that they name is used; which of its
// columns is for the words of the file to tell.
func (r *reader) built(literals []literal) {
	for _, l := range literals {
		if n := l.end - l.start; n < 2 || n > 300 || len(l.holes) > 0 {
			continue
		}
		c, at := before(r.text, l.open)
		if c != '(' {
			continue
		}
		call := wordBefore(r.text, at)
		verb, ok := builders[call]
		if !ok || call == "table" && !strings.HasPrefix(strings.TrimLeft(r.text[l.close:min(len(r.text), l.close+20)], " \n"), ")") {
			continue
		}
		m := builtTable.FindStringSubmatchIndex(r.text[l.start:l.end])
		if m == nil {
			continue
		}
		span := r.span(l.start+m[2], l.start+m[3])
		q := Query{Verb: verb, At: span, Partial: true, Tables: []Table{{Name: nameOf(strings.Clone(r.text[l.start+m[2] : l.start+m[3]])), Written: verb != Select, At: span}}}
		if verb == InsertInto {
			q.Insert = &Insert{Open: true}
		}
		r.query(q)
	}
}

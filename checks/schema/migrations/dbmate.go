package migrations

import (
	"regexp"
	"strings"
)

var dbmateUp = regexp.MustCompile(`(?m)^\s*--\s*migrate:up\b(.*)$`)

// dbmate reads SQL between "-- migrate:up" and "-- migrate:down", which runs in one
// transaction unless "transaction:false" stands beside it.
func dbmate() format {
	return format{
		name:  "dbmate",
		parts: []string{".sql"},
		path:  goose().path,
		text:  dbmateUp.MatchString,
		read: func(in input, f *File) {
			a := assembly{in: in}
			transaction, up := true, false
			lines(in.text, func(start, end int, line string) {
				if options, ok := directive(line, "migrate:up"); ok {
					up = true
					transaction = !strings.Contains(strings.ReplaceAll(options, " ", ""), "transaction:false")
				} else if _, ok := directive(line, "migrate:down"); ok {
					up = false
				} else if up {
					a.keep(start, min(end+1, len(in.text)))
				}
			})
			a.close(section{transaction: transaction})
			f.Steps = a.steps()
		},
		order: lexical,
	}
}

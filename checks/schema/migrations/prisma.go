package migrations

import (
	"path"
	"regexp"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

var prismaFolder = regexp.MustCompile(`^([0-9]+)(?:[_-](.*))?$`)

// prisma reads <number>_<name>/migration.sql, ordered by the folders' names. A file is sent
// as one query, which PostgreSQL runs as one transaction; the other databases run
// statement by statement.
func prisma() format {
	return format{
		name:  "prisma",
		parts: []string{"migration.sql"},
		path: func(file string) (at, bool) {
			folder := path.Dir(file)
			m := prismaFolder.FindStringSubmatch(path.Base(folder))
			if path.Base(file) != "migration.sql" || m == nil {
				return at{}, false
			}
			return at{kind: Migration, root: path.Dir(folder), id: m[1], name: m[2]}, true
		},
		read:  func(in input, f *File) { f.Steps = in.sql(in.dialect == catalog.Postgres) },
		order: lexical,
	}
}

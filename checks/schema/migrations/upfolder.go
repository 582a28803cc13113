package migrations

import (
	"path"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// upFolder reads <number>_name/up.sql beside down.sql, as Diesel and Hasura write them: one
// transaction.
func upFolder() format {
	return format{
		name:  "up.sql",
		parts: []string{"up.sql", "down.sql"},
		path: func(file string) (at, bool) {
			folder := path.Dir(file)
			m := numbered.FindStringSubmatch(path.Base(folder))
			switch base := path.Base(file); {
			case m == nil || base != "up.sql" && base != "down.sql":
				return at{}, false
			case base == "down.sql":
				return at{}, true
			}
			return at{kind: Migration, root: path.Dir(folder), id: m[1], name: m[2]}, true
		},
		read: func(in input, f *File) { f.Steps = in.sql(in.dialect != catalog.MySQL) },
	}
}

package migrations

import (
	"path"
	"regexp"
	"strings"
)

var dumpName = regexp.MustCompile(`(?i)^(?:.*[_.-])?(?:structure|schema|dump|latest)(?:\.(?:postgres|postgresql|mysql|mariadb|sqlite|sqlite3))?\.sql$`)

// dump reads the whole schema as it is at a commit: structure.sql, schema.sql, dump.sql, and
// folders of one table each (tables/users.sql).
func dump() format {
	return format{
		name:  "dump",
		parts: []string{".sql"},
		path: func(file string) (at, bool) {
			base := path.Base(file)
			if !isSQL(file) || numbered.MatchString(stem(base)) {
				return at{}, false
			}
			d, _ := dialectWord(strings.TrimPrefix(path.Ext(stem(base)), "."))
			place := at{kind: Dump, root: path.Dir(file), id: base, name: base, dialect: d}
			return place, dumpName.MatchString(base) || !inMigrationFolder(file) && tableFolder(path.Dir(file))
		},
		read: func(in input, f *File) { f.Steps = in.filled(true) },
	}
}

// tableFolder are folders that hold a file for each table.
func tableFolder(dir string) bool {
	return path.Base(dir) == "tables" || strings.HasSuffix(dir, "supabase/schemas")
}

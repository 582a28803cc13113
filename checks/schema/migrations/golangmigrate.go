package migrations

import (
	"path"
	"regexp"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// upDown is <number>_<name>.up.sql or .down.sql; ory's pop puts a dialect before it.
var upDown = regexp.MustCompile(`^([0-9]+)_(.*?)(?:\.(postgres|postgresql|cockroach|mysql|mariadb|sqlite|sqlite3))?(\.autocommit|\.tx)?\.(up|down)\.sql$`)

// golangMigrate reads golang-migrate's files and those of tools that name theirs alike. A file
// is sent as one query, which PostgreSQL runs as one transaction; SQLite's driver opens one.
func golangMigrate() format {
	return format{
		name:  "golang-migrate",
		parts: []string{".sql"},
		path: func(file string) (at, bool) {
			m := upDown.FindStringSubmatch(path.Base(file))
			switch {
			case m == nil:
				return at{}, false
			case m[3] == "cockroach" || m[5] == "down":
				return at{}, true
			}
			d, _ := dialectWord(m[3])
			return at{kind: Migration, root: folderOf(file), id: m[1], name: m[2], dialect: d}, true
		},
		read: func(in input, f *File) {
			f.Steps = in.sql(in.dialect != catalog.MySQL && upDown.FindStringSubmatch(path.Base(in.path))[4] != ".autocommit")
		},
	}
}

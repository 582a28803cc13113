package migrations

import (
	"path"
	"regexp"
	"strings"
)

var (
	goMigration = regexp.MustCompile(`\b(?:goose\.Add(?:Named)?Migration|Migrations?\.(?:Must)?Register|gormigrate\.Migration|migrate\.Register)`)
	goRunsSQL   = regexp.MustCompile(`\.(?:Exec|ExecContext|Query|QueryContext|QueryRow|QueryRowContext|Raw|NewRaw|Migrator|AutoMigrate|Drop\w*|Alter\w*|Rename\w*|NewDrop\w+|NewAddColumn|NewCreate\w+)\(`)
)

// gooseGo recognises migrations in Go, of goose and of tools like it: what they do is not read.
func gooseGo() format {
	return format{
		name:  "goose",
		parts: []string{".go"},
		path: func(file string) (at, bool) {
			base := path.Base(file)
			m := numbered.FindStringSubmatch(stem(base))
			if m == nil || path.Ext(base) != ".go" || strings.HasSuffix(base, "_test.go") || !inMigrationFolder(file) {
				return at{}, false
			}
			return at{kind: Migration, root: folderOf(file), id: m[1], name: m[2]}, true
		},
		text: goMigration.MatchString,
		read: func(in input, f *File) {
			f.Unread = "a migration in Go is not read"
			f.Unsupported = !goRunsSQL.MatchString(in.text)
		},
	}
}

package migrations

import "strings"

// plain reads SQL files in a folder of migrations that no format knows. A file is taken for
// one transaction: what runs it is not known.
func plain() format {
	return format{
		name:  "sql",
		parts: []string{".sql"},
		path: func(file string) (at, bool) {
			if !isSQL(file) || !inMigrationFolder(file) || backwards(file) {
				return at{}, false
			}
			return foreign(file), true
		},
		read: func(in input, f *File) { f.Steps = in.sql(!atlasNone.MatchString(in.text)) },
	}
}

// backwards reports whether a file's name says that it undoes.
func backwards(file string) bool {
	name := strings.ToLower(file[strings.LastIndexByte(file, '/')+1:])
	for _, end := range []string{"down.sql", "undo.sql", "rollback.sql", "revert.sql"} {
		if rest, ok := strings.CutSuffix(name, end); ok && (rest == "" || strings.ContainsAny(rest[len(rest)-1:], "._-")) {
			return true
		}
	}
	return false
}

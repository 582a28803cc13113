package migrations

import (
	"path"
	"strings"
)

// supabase reads supabase/migrations/<number>_name.sql: plain SQL for PostgreSQL.
func supabase() format {
	return format{
		name:  "supabase",
		parts: []string{"supabase/migrations"},
		path: func(file string) (at, bool) {
			if !isSQL(file) || !strings.HasSuffix(path.Dir(file), "supabase/migrations") {
				return at{}, false
			}
			return foreign(file), !backwards(file)
		},
		read:  func(in input, f *File) { f.Steps = in.sql(true) },
		order: lexical,
	}
}

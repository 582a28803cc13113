package migrations

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/checkrein/checkrein/checks/schema/catalog"
)

// all are the dialects with a reader, the likeliest first.
func all() []catalog.Dialect {
	return []catalog.Dialect{catalog.Postgres, catalog.MySQL, catalog.SQLite}
}

// dialectWord is the dialect that a word names.
func dialectWord(word string) (catalog.Dialect, bool) {
	switch strings.ToLower(word) {
	case "postgres", "postgresql", "pg", "psql", "pgsql", "supabase", "postgis", "pgx", "timescale", "timescaledb":
		return catalog.Postgres, true
	case "mysql", "mysql2", "trilogy", "mariadb", "mysql8", "planetscale":
		return catalog.MySQL, true
	case "sqlite", "sqlite3", "turso", "libsql", "d1":
		return catalog.SQLite, true
	}
	return "", false
}

// without are databases that no reader is for.
var without = []string{"oracle", "mssql", "sqlserver", "db2", "h2", "hsqldb", "derby", "cockroach", "cockroachdb", "crdb", "clickhouse", "snowflake",
	"bigquery", "cassandra", "scylla", "spanner", "duckdb", "ydb", "redshift", "vertica", "firebird", "sybase", "tidb", "cql", "hana", "dameng", "kingbase"}

var wordBreaks = regexp.MustCompile(`[^0-9A-Za-z]+`)

// words are those of a path's folders, the innermost first, then those of the name
// behind its first dot (schema.mysql.sql).
func words(file string) []string {
	list := wordBreaks.Split(path.Dir(file), -1)
	slices.Reverse(list)
	if _, ends, ok := strings.Cut(path.Base(file), "."); ok {
		list = append(strings.Split(ends, "."), list...)
	}
	return list
}

// dialectOfPath is the dialect that a file's folders name, the innermost that does.
func dialectOfPath(file string) catalog.Dialect {
	for _, word := range words(file) {
		if d, ok := dialectWord(word); ok {
			return d
		}
		if slices.Contains(without, strings.ToLower(word)) {
			return ""
		}
	}
	return ""
}

// foreignDialect is the database without a reader that a file's folders name.
func foreignDialect(file string) string {
	for _, word := range words(file) {
		if _, ok := dialectWord(word); ok {
			return ""
		}
		if word = strings.ToLower(word); slices.Contains(without, word) {
			return word
		}
	}
	return ""
}

// Signs that only one of the dialects understands.
var (
	postgresSigns = regexp.MustCompile(`(?i)\$\$|\b(?:big)?serial\b|\bjsonb\b|\btimestamptz\b|\bplpgsql\b|::[a-z]|\bcreate\s+(?:extension|policy|type|sequence|materialized)\b|\buuid\b|\bbytea\b|\balter\s+column\b|\bgen_random_uuid\b|\bif\s+not\s+exists\s+"|\bpublic\.|\btext\[\]`)
	mysqlSigns    = regexp.MustCompile(`(?i)\bengine\s*=|\bauto_increment\b|\bcharacter\s+set\b|\bdefault\s+charset\b|\bmodify\s+column\b|\bunsigned\b|\bcollate\s*=|\butf8mb4\b|\bdatetime\([0-9]|\b(?:tiny|medium|long)(?:int|text|blob)\b`)
	sqliteSigns   = regexp.MustCompile(`(?i)\bautoincrement\b|\bpragma\b|\bwithout\s+rowid\b|\bstrftime\(|\bstrict\s*;`)
)

// dialectsOfText are those that a text's own signs allow.
func dialectsOfText(text string) []catalog.Dialect {
	text = text[:min(len(text), 64<<10)]
	found := []catalog.Dialect{}
	for i, signs := range []*regexp.Regexp{postgresSigns, mysqlSigns, sqliteSigns} {
		if signs.MatchString(text) {
			found = append(found, all()[i])
		}
	}
	if len(found) != 1 {
		return all()
	}
	return found
}

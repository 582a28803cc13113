// Package catalog says what a database looks like, and what a statement does to it.
// A history of changes is folded into a Catalog; two catalogues are compared by Diff.
// It knows no parser and reads no file: SQL and the languages of migration tools alike
// make the same changes.
package catalog

// Dialect is the database that a schema is for.
type Dialect string

const (
	Postgres Dialect = "postgres"
	MySQL    Dialect = "mysql" // and MariaDB
	SQLite   Dialect = "sqlite"
)

// foldsCase reports whether names that differ only in case are the same. PostgreSQL's
// unquoted names are lower case before they get here. MySQL's tables are told apart by
// case on some systems only, so a change of case alone is not taken for another table.
func (d Dialect) foldsCase() bool { return d != Postgres }

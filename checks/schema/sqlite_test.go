package schema

import (
	"database/sql"
	"testing"

	_ "modernc.org/sqlite" // the driver
)

// sqliteEngine is SQLite itself, in memory.
func sqliteEngine(t *testing.T, _ *conformance) engine {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1) // each connection has a memory of its own
	t.Cleanup(func() { db.Close() })
	return func(t *testing.T, pieces []piece) []string {
		failures := make([]string, len(pieces))
		exec := func(i int, statement string) {
			if _, err := db.Exec(statement); err != nil {
				failures[i] = err.Error()
			}
		}
		for i, p := range pieces {
			if !p.try {
				exec(i, p.sql)
				continue
			}
			exec(i, "SAVEPOINT s")
			exec(i, p.sql)
			exec(i, "ROLLBACK TO s")
			exec(i, "RELEASE s")
		}
		return failures
	}
}

func TestSQLiteAgrees(t *testing.T) {
	eachTruth(t, "sqlite", sqliteEngine)
}

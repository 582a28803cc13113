package schema

import (
	"strings"
	"testing"

	"github.com/checkrein/checkrein/checks/schema/catalog"
	"github.com/checkrein/checkrein/checks/schema/sql"
)

// engine is a real database, empty. It runs pieces in order, goes on after one that fails,
// and answers what each failed with; "" is nothing.
type engine func(t *testing.T, pieces []piece) []string

// piece is SQL to run: a whole script, or one query of which everything is taken back.
type piece struct {
	sql string
	try bool
}

// holds compares what a case expects with what a database does: before the change every
// query of the deployed code works; after it at least one fails where the case says that it
// breaks, and none where it says safe. What depends may do either.
func (c *conformance) holds(t *testing.T, run engine) {
	t.Helper()
	if strings.HasPrefix(c.truth, "none") {
		t.Skip(c.truth)
	}
	queries := c.queries()
	pieces := []piece{{sql: c.files["before.sql"]}}
	for _, q := range queries {
		pieces = append(pieces, piece{q, true})
	}
	changed := len(pieces)
	for _, name := range []string{"change.sql", "change-2.sql"} {
		pieces = append(pieces, piece{sql: c.files[name]})
	}
	after := len(pieces)
	for _, q := range queries {
		pieces = append(pieces, piece{q, true})
	}
	failed := 0
	for i, err := range run(t, pieces) {
		switch {
		case err == "":
		case i < changed:
			t.Fatalf("before the change: %s\n%s", pieces[i].sql, err)
		case i < after:
			t.Fatalf("the change itself: %s", err)
		default:
			t.Logf("after the change: %s\n%s", pieces[i].sql, err)
			failed++
		}
	}
	breaks := strings.Contains(strings.Join(c.expect, "\n"), "block "+breaksDeployedID)
	switch {
	case breaks && failed == 0:
		t.Errorf("expected to break, and all %d queries work", len(queries))
	case c.expect[0] == "safe" && failed > 0:
		t.Errorf("expected to be safe, and %d of %d queries fail", failed, len(queries))
	}
}

// queries are the statements of the deployed code: those that it holds, and those that its
// models make.
func (c *conformance) queries() []string {
	var list []string
	for _, name := range []string{"queries.sql", "runs.sql"} {
		text := c.files[name]
		for _, s := range sql.Read(catalog.Dialect(c.dialect), sql.Whole(name, text)).Statements {
			list = append(list, text[s.Start:s.End])
		}
	}
	return list
}

// eachTruth runs the cases of a dialect against databases of its kind.
func eachTruth(t *testing.T, dialect string, fresh func(*testing.T, *conformance) engine) {
	n := 0
	for _, c := range readCases(t) {
		if c.dialect != dialect {
			continue
		}
		n++
		t.Run(c.name, func(t *testing.T) { c.holds(t, fresh(t, c)) })
	}
	if n == 0 {
		t.Errorf("no cases for %s", dialect)
	}
}

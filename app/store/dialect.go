package store

import (
	"context"
	"database/sql"
	"strings"

	"github.com/pressly/goose/v3"
)

// dialect is what databases do not have in common. Everything else is written once, in the
// SQL that all of them speak.
type dialect struct {
	goose goose.Dialect
	begin string
	// types are the words of the migrations for what each database names differently.
	types *strings.Replacer
	// locks are the words for rows that are locked until the transaction ends.
	locks *strings.Replacer
	// unavailable marks the errors that the next try can only share: the server, the disk
	// and its rights, not the statement.
	unavailable func(error) error
	// patient is the statement that lets a transaction take its time; empty: it may.
	patient string
	// tables lists all tables but the one of the migrations.
	tables string
	// numbered has a table count on behind rows that came with their numbers; nil: it does.
	numbered func(ctx context.Context, c *sql.Conn, table string) error
	// clashed tells that a transaction lost against another one and may be tried again.
	clashed func(error) bool
}

func (d *dialect) statement(query string) string { return d.locks.Replace(query) }

// same changes nothing.
var same = strings.NewReplacer()

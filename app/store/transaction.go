package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// querier is what a read may use.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// conn is a transaction, as a write may use it.
type conn interface {
	querier
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	// now is the time at which the transaction happens, by the clock that all who share
	// the database go by.
	now() time.Time
}

// writes makes changes durable.
type writes interface {
	// do returns when the write is durable, or has not happened. When ctx ends while its
	// transaction is under way, it may still happen. A write may be tried again.
	do(ctx context.Context, do func(context.Context, conn) error) error
	// afterwards has a write ride with a later one; a crash before loses it.
	afterwards(do func(context.Context, conn) error)
	// settle makes the writes durable that ride.
	settle(ctx context.Context) error
	stop() error
}

// write is one caller's part of a transaction.
type write struct {
	ctx    context.Context
	do     func(context.Context, conn) error
	result chan error
}

// transactions are made in one dialect, by one clock.
type transactions struct {
	*dialect
	clock timekeeper
}

// transaction is one that has begun on a connection.
type transaction struct {
	*transactions
	conn *sql.Conn
	at   time.Time
}

func (t *transaction) now() time.Time { return t.at }

func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return t.conn.ExecContext(ctx, t.statement(query), args...)
}

func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return t.conn.QueryContext(ctx, t.statement(query), args...)
}

func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return t.conn.QueryRowContext(ctx, t.statement(query), args...)
}

// errInDoubt: the database may have committed, and did not say so.
var errInDoubt = errors.New("the end of a transaction is not known")

// commit answers one error per member. A member's own failure is undone alone; a
// failure of the transaction is everybody's.
func (ts *transactions) commit(ctx context.Context, c *sql.Conn, batch []*write) []error {
	t := &transaction{transactions: ts, conn: c}
	results := make([]error, len(batch))
	err := t.begin(ctx)
	if err == nil && len(batch) == 1 { // nobody else's part is to be kept
		err = t.unavailable(batch[0].do(ctx, t))
	}
	for i := 0; i < len(batch) && len(batch) > 1 && err == nil; i++ {
		results[i], err = t.member(ctx, batch[i])
	}
	if err == nil {
		if err = t.exec(ctx, "COMMIT"); err == nil {
			return results
		}
		err = fmt.Errorf("%w: %w", errInDoubt, err)
	}
	// Where the database has rolled back by itself, as SQLite does on a full disk, this
	// fails; then nothing is left to undo.
	_ = t.exec(context.WithoutCancel(ctx), "ROLLBACK")
	for i := range results {
		results[i] = err
	}
	return results
}

func (t *transaction) begin(ctx context.Context) (err error) {
	if err := t.exec(ctx, t.dialect.begin); err != nil {
		return err
	}
	if t.at, err = t.clock.at(ctx, t.conn); err != nil {
		return fmt.Errorf("ask what time it is: %w", t.unavailable(err))
	}
	return nil
}

// member runs one write; broken says that the transaction is gone.
func (t *transaction) member(ctx context.Context, one *write) (failed, broken error) {
	if err := one.ctx.Err(); err != nil {
		return err, nil
	}
	if err := t.exec(ctx, "SAVEPOINT member"); err != nil {
		return nil, err
	}
	failed = t.unavailable(one.do(ctx, t))
	if failed != nil {
		if err := t.exec(ctx, "ROLLBACK TO member"); err != nil {
			return nil, errors.Join(failed, err)
		}
	}
	return failed, t.exec(ctx, "RELEASE member")
}

func (t *transaction) exec(ctx context.Context, statement string) error {
	_, err := t.conn.ExecContext(ctx, statement)
	if err != nil {
		return fmt.Errorf("%s: %w", statement, t.unavailable(err))
	}
	return nil
}

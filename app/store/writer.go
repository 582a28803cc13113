package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"modernc.org/sqlite"

	"github.com/checkrein/checkrein/app/webhook"
)

// maxBatch bounds how many writes wait for one fsync together.
const maxBatch = 128

var errClosed = fmt.Errorf("%w: the store is closed", webhook.ErrUnavailable)

// conn is the part of *sql.Conn that a write may use.
type conn interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// writer collects the writes that arrive while one transaction is made durable into
// the next: one fsync for all of them.
type writer struct {
	conn *sql.Conn
	in   chan *write
	quit chan struct{}
	once sync.Once
	done sync.WaitGroup
	later
}

// write is one caller's part of a transaction.
type write struct {
	ctx    context.Context
	do     func(context.Context, conn) error
	result chan error
}

func startWriter(ctx context.Context, db *sql.DB) (*writer, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the writing connection: %w", err)
	}
	w := &writer{conn: c, in: make(chan *write), quit: make(chan struct{})}
	w.done.Go(w.run)
	return w, nil
}

// do returns when the write is durable, or has not happened. When ctx ends while
// its transaction is under way, it may still happen.
func (w *writer) do(ctx context.Context, do func(context.Context, conn) error) error {
	one := &write{ctx: ctx, do: do, result: make(chan error, 1)}
	select {
	case w.in <- one:
	case <-w.quit:
		return errClosed
	case <-ctx.Done():
		return fmt.Errorf("wait for the store: %w", ctx.Err())
	}
	select {
	case err := <-one.result:
		return err
	case <-ctx.Done():
		return fmt.Errorf("wait for the store: %w", ctx.Err())
	}
}

func (w *writer) stop() error {
	var err error
	w.once.Do(func() {
		close(w.quit)
		w.done.Wait()
		if riders := w.riders(); len(riders) > 0 {
			err = errors.Join(w.commit(riders)...)
		}
		err = errors.Join(err, w.conn.Close())
	})
	return err
}

func (w *writer) run() {
	for {
		select {
		case <-w.quit:
			return
		case first := <-w.in:
			batch := append(w.riders(), w.collect(first)...)
			for i, err := range w.commit(batch) {
				batch[i].result <- err
			}
		}
	}
}

// collect takes who is waiting already; it waits for nobody.
func (w *writer) collect(first *write) []*write {
	batch := []*write{first}
	for len(batch) < maxBatch {
		select {
		case next := <-w.in:
			batch = append(batch, next)
		default:
			return batch
		}
	}
	return batch
}

// commit answers one error per member. A member's own failure is undone alone; a
// failure of the transaction is everybody's. The context of a member is not used
// inside: an interrupted statement would undo the whole transaction.
func (w *writer) commit(batch []*write) []error {
	ctx := context.Background()
	results := make([]error, len(batch))
	err := w.exec(ctx, "BEGIN IMMEDIATE")
	for i := 0; i < len(batch) && err == nil; i++ {
		results[i], err = w.member(ctx, batch[i])
	}
	if err == nil {
		err = w.exec(ctx, "COMMIT")
	}
	if err == nil {
		return results
	}
	// Where SQLite has rolled back by itself, as on a full disk, this fails; then
	// nothing is left to undo.
	_ = w.exec(ctx, "ROLLBACK")
	for i := range results {
		results[i] = err
	}
	return results
}

// member runs one write; broken says that the transaction is gone.
func (w *writer) member(ctx context.Context, one *write) (failed, broken error) {
	if err := one.ctx.Err(); err != nil {
		return err, nil
	}
	if err := w.exec(ctx, "SAVEPOINT member"); err != nil {
		return nil, err
	}
	failed = unavailable(one.do(ctx, w.conn))
	if failed != nil {
		if err := w.exec(ctx, "ROLLBACK TO member"); err != nil {
			return nil, errors.Join(failed, err)
		}
	}
	return failed, w.exec(ctx, "RELEASE member")
}

func (w *writer) exec(ctx context.Context, statement string) error {
	_, err := w.conn.ExecContext(ctx, statement)
	if err != nil {
		return fmt.Errorf("%s: %w", statement, unavailable(err))
	}
	return nil
}

// unavailable marks the errors that the next try can only share: the disk, the
// file and its rights, not the statement. Codes: https://sqlite.org/rescode.html.
func unavailable(err error) error {
	var e *sqlite.Error
	if !errors.As(err, &e) {
		return err
	}
	const perm, busy, nomem, readonly, ioerr, corrupt, full, cantopen, notadb = 3, 5, 7, 8, 10, 11, 13, 14, 26
	switch e.Code() & 0xff { // the rest of the bits says more exactly what
	case perm, busy, nomem, readonly, ioerr, corrupt, full, cantopen, notadb:
		return fmt.Errorf("%w: %w", webhook.ErrUnavailable, err)
	}
	return err
}

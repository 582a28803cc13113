package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"

	"github.com/checkrein/checkrein/app/webhook"
)

// maxBatch bounds how many writes wait for one fsync together.
const maxBatch = 128

var errClosed = fmt.Errorf("%w: the store is closed", webhook.ErrUnavailable)

// writer collects the writes that arrive while one transaction is made durable into
// the next: one fsync for all of them.
type writer struct {
	*transactions
	conn *sql.Conn
	in   chan *write
	quit chan struct{}
	once sync.Once
	done sync.WaitGroup
	later
}

func startWriter(ctx context.Context, db *sql.DB, ts *transactions) (*writer, error) {
	c, err := db.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("open the writing connection: %w", err)
	}
	w := &writer{transactions: ts, conn: c, in: make(chan *write), quit: make(chan struct{})}
	w.later.flush = func() { _ = w.settle(context.Background()) } // a store that is closed has done so
	w.done.Go(w.run)
	return w, nil
}

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

func (w *writer) settle(ctx context.Context) error {
	return w.do(ctx, func(context.Context, conn) error { return nil })
}

func (w *writer) stop() error {
	var err error
	w.once.Do(func() {
		close(w.quit)
		w.done.Wait()
		if riders := w.riders(); len(riders) > 0 {
			err = errors.Join(w.durable(riders)...)
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
			for i, err := range w.durable(batch) {
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

// durable makes one transaction of a batch. The context of a member is not used inside: an
// interrupted statement would undo the whole transaction.
func (w *writer) durable(batch []*write) []error {
	return w.commit(context.Background(), w.conn, batch)
}

package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/checkrein/checkrein/app/webhook"
)

const (
	// writeTime bounds a transaction on a server that does not answer.
	writeTime = 8 * time.Second
	// clashes is how often a transaction is tried that loses against others.
	clashes = 8
	// restarts is how often one is tried whose server has gone away before it was to commit.
	restarts = 3
)

// pooled has a transaction of its own for each write: the server makes those durable
// together that come at the same time.
type pooled struct {
	*transactions
	db     *sql.DB
	closed atomic.Bool
	order  sync.Mutex // of the writes that ride
	later
}

func newPooled(db *sql.DB, ts *transactions) *pooled {
	p := &pooled{transactions: ts, db: db}
	p.later.flush = func() { _ = p.settle(context.Background()) } // what fails is tried again
	return p
}

func (p *pooled) do(ctx context.Context, do func(context.Context, conn) error) error {
	if p.closed.Load() {
		return errClosed
	}
	return p.together(ctx, []*write{{ctx: ctx, do: do}})[0]
}

// together makes one transaction of a batch, again where it lost against another one or
// its connection had ended. One whose commit was not answered may have happened.
func (p *pooled) together(ctx context.Context, batch []*write) []error {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	for try := 1; ; try++ {
		results := p.once(ctx, batch)
		err := errors.Join(results...)
		away := errors.Is(err, webhook.ErrUnavailable) && !errors.Is(err, errInDoubt) && try < restarts
		if !away && (!p.clashed(err) || try == clashes) {
			return results
		}
		select {
		case <-time.After(rand.N(time.Duration(try) * 30 * time.Millisecond)):
		case <-ctx.Done():
			return results
		}
	}
}

// once begins anew with whatever connection the pool has; one on which the server was in
// trouble is not used again, so that it leads to the server that has taken over.
func (p *pooled) once(ctx context.Context, batch []*write) []error {
	c, err := p.db.Conn(ctx)
	if err != nil {
		results := make([]error, len(batch))
		for i := range results {
			results[i] = fmt.Errorf("%w: connect to the database: %w", webhook.ErrUnavailable, err)
		}
		return results
	}
	defer c.Close()
	results := p.commit(ctx, c, batch)
	for i, err := range results {
		if errors.Is(err, context.DeadlineExceeded) && batch[i].ctx.Err() == nil {
			results[i] = fmt.Errorf("%w: the database does not answer: %w", webhook.ErrUnavailable, err)
		}
	}
	if err := errors.Join(results...); errors.Is(err, webhook.ErrUnavailable) && !p.clashed(err) {
		_ = c.Raw(func(any) error { return driver.ErrBadConn })
	}
	return results
}

// settle makes the writes durable that wait, in their order. Those that a server in
// trouble did not take wait on.
func (p *pooled) settle(ctx context.Context) error {
	p.order.Lock()
	defer p.order.Unlock()
	riders := p.riders()
	if len(riders) == 0 {
		return nil
	}
	results := p.together(ctx, riders)
	var again []func(context.Context, conn) error
	for i, err := range results {
		if errors.Is(err, webhook.ErrUnavailable) {
			again = append(again, riders[i].do)
		}
	}
	p.later.back(again)
	return errors.Join(results...)
}

func (p *pooled) stop() error {
	if p.closed.Swap(true) {
		return nil
	}
	return p.settle(context.Background())
}

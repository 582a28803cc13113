package hub

import (
	"context"
	"net/http"
)

// together is how many requests are under way at once: GitHub allows 100, REST and
// GraphQL together, and others may use the same address.
const together = 50

// waiting marks a context whose calls can wait.
type waiting struct{}

// Background marks calls that can wait, such as those of the sweep. They are refused
// with *LimitError while less than 35 % of a budget is left, so that judging keeps the rest.
func Background(ctx context.Context) context.Context {
	return context.WithValue(ctx, waiting{}, true)
}

// enter lets one request in: no limit holds, a write has its turn, and not too many are
// under way. leave must be called when its answer is read.
func (g *gate) enter(req *http.Request, resource Resource, write bool) (leave func(), err error) {
	ctx := req.Context()
	if err := g.open(ctx, resource); err != nil {
		return nil, err
	}
	next := func() {}
	if write {
		if err := g.pace(req); err != nil {
			return nil, err
		}
		if next, err = take(ctx, g.writes); err != nil {
			return nil, err
		}
	}
	done, err := take(ctx, g.hub.slots)
	if err == nil {
		// A limit may have been met while this request waited.
		if err = g.open(ctx, resource); err != nil {
			done()
		}
	}
	if err != nil {
		next()
		return nil, err
	}
	return func() { done(); next() }, nil
}

// open is the limit that refuses the request now, or nil.
func (g *gate) open(ctx context.Context, resource Resource) error {
	if err := g.check(resource); err != nil {
		return err
	}
	if ctx.Value(waiting{}) != nil {
		return g.kept(resource)
	}
	return nil
}

// take waits for a place among those that may go at once.
func take(ctx context.Context, places chan struct{}) (leave func(), err error) {
	select {
	case places <- struct{}{}:
		return func() { <-places }, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

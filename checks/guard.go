package checks

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"
)

// Guard runs one check within a time limit. A panic or running out of time becomes
// a Failed entry: the other checks still report and the process lives. onPanic
// hears of a panic with its stack.
func Guard(ctx context.Context, c Check, change Change, limit time.Duration, onPanic func(value any, stack []byte)) Report {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	done := make(chan Report, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				onPanic(p, debug.Stack())
				done <- failed(c, "the check ended in a panic")
			}
		}()
		done <- c.Run(bounded, change)
	}()
	select {
	case r := <-done:
		if r.Err != nil && bounded.Err() != nil && ctx.Err() == nil {
			return failed(c, fmt.Sprintf("the check did not end within %s", limit))
		}
		return r
	case <-bounded.Done():
		if err := ctx.Err(); err != nil {
			r := failed(c, "the check was interrupted")
			r.Err = err
			return r
		}
		return failed(c, fmt.Sprintf("the check did not end within %s", limit))
	}
}

func failed(c Check, reason string) Report {
	return Report{Check: c.Name(), Unread: []Unread{{Kind: Failed, Reason: reason, Touched: true}}}
}

package store

import (
	"context"
	"sync"
	"time"
)

// patience is how long a write that waits for another's commit waits at most.
const patience = time.Second

// maxLater is how many such writes wait before one is made for them.
const maxLater = 512

// later holds writes that ride with the next commit: a crash before loses them.
type later struct {
	mu      sync.Mutex
	waiting []func(context.Context, conn) error
	timer   *time.Timer
}

// afterwards has a write ride with the next commit.
func (w *writer) afterwards(do func(context.Context, conn) error) {
	w.later.mu.Lock()
	defer w.later.mu.Unlock()
	w.later.waiting = append(w.later.waiting, do)
	switch {
	case w.later.timer == nil:
		w.later.timer = time.AfterFunc(patience, w.flush)
	case len(w.later.waiting) == 1:
		w.later.timer.Reset(patience)
	case len(w.later.waiting) == maxLater:
		w.later.timer.Reset(0)
	}
}

// flush makes a commit for those that wait; a store that is closed has done so.
func (w *writer) flush() {
	_ = w.do(context.Background(), func(context.Context, conn) error { return nil })
}

// riders are the writes that wait, as members of a transaction that nobody waits for.
func (w *writer) riders() []*write {
	w.later.mu.Lock()
	defer w.later.mu.Unlock()
	all := make([]*write, len(w.later.waiting))
	for i, do := range w.later.waiting {
		all[i] = &write{ctx: context.Background(), do: do, result: make(chan error, 1)}
	}
	w.later.waiting = nil
	return all
}

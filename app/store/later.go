package store

import (
	"context"
	"sync"
	"time"
)

const (
	// patience is how long a write that waits for another's commit waits at most.
	patience = time.Second
	// maxLater is how many such writes wait before a commit is made for them.
	maxLater = 512
	// mostLater is how many wait for a server that is away; then the oldest are given up.
	mostLater = 16 * maxLater
)

// later holds writes that ride with a commit to come: a crash before loses them.
type later struct {
	flush func() // makes a commit for those that wait

	mu      sync.Mutex
	waiting []func(context.Context, conn) error
	timer   *time.Timer
}

// afterwards has a write ride with a commit to come.
func (l *later) afterwards(do func(context.Context, conn) error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, do)
	switch {
	case l.timer == nil:
		l.timer = time.AfterFunc(patience, l.flush)
	case len(l.waiting) == 1:
		l.timer.Reset(patience)
	case len(l.waiting) == maxLater:
		l.timer.Reset(0)
	}
}

// back has writes wait once more, before those that came since.
func (l *later) back(again []func(context.Context, conn) error) {
	if len(again) == 0 {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(again, l.waiting...)
	l.waiting = l.waiting[max(0, len(l.waiting)-mostLater):]
	l.timer.Reset(patience)
}

// riders are the writes that wait, as members of a transaction that nobody waits for.
func (l *later) riders() []*write {
	l.mu.Lock()
	defer l.mu.Unlock()
	all := make([]*write, len(l.waiting))
	for i, do := range l.waiting {
		all[i] = &write{ctx: context.Background(), do: do, result: make(chan error, 1)}
	}
	l.waiting = nil
	return all
}

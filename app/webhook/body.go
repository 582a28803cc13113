package webhook

import (
	"errors"
	"io"
	"sync/atomic"
)

const (
	maxBody     = 25 << 20  // GitHub's own limit for a payload
	maxBuffered = 256 << 20 // of all bodies being read, signed or not
)

var errNoMemory = errors.New("too many bytes are being read at once")

// budget bounds the bytes that unsigned bodies can hold in memory together.
type budget struct {
	limit int64
	held  atomic.Int64
}

// lease is one body's part of the budget: it grows with the bytes that have come,
// not with what was announced.
type lease struct {
	budget *budget
	held   int64
}

func (b *budget) lease() *lease { return &lease{budget: b} }

func (l *lease) release() { l.budget.held.Add(-l.held) }

func (l *lease) count(r io.Reader) io.Reader { return leasedReader{r, l} }

type leasedReader struct {
	io.Reader
	lease *lease
}

func (r leasedReader) Read(p []byte) (int, error) {
	n, err := r.Reader.Read(p)
	r.lease.held += int64(n)
	if r.lease.budget.held.Add(int64(n)) > r.lease.budget.limit {
		return n, errNoMemory
	}
	return n, err
}
